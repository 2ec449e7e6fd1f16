"""Volumes: the images of a series decoded once into one grid, and looked at from everywhere by everybody."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, allows, require
from server.archive.frames import read_frame
from server.catalogue import metadata as catalogue_metadata
from server.catalogue.search import Located
from server.database.sqlite import Database
from server.dicom.dicomjson import value
from server.dicom.resources import InstanceRef, SeriesRef
from server.errors import NotAcceptable, TooLarge
from server.rendering.cache import Cache
from server.rendering.codecs.index import Decode, in_process
from server.rendering.image import NO_PIXEL_DATA, Image
from server.rendering.pipeline import Picture, decode
from server.rendering.regions import Region
from server.rendering.request import Window
from server.rendering.steps.automatic_window import is_padding
from server.rendering.steps.grey import modality_values
from server.rendering.volume.geometry import Plane, arrange
from server.rendering.volume.picture import Scene, applied, scene, show
from server.rendering.volume.planes import planes
from server.rendering.volume.raycast import Solid, solid_of
from server.rendering.volume.request import VolumeRequest
from server.rendering.volume.section import Counted, Section, section_values
from server.rendering.volume.voxels import Slice, Volume, stack
from server.studies.retrieve import Retrieve, frame_map
from server.studies.sound import SoundFiles

_PARTS = {"volumes": 12, "solids": 3, "pictures": 1}
"""How the memory for volumes is shared out, in sixteenths."""

_MOST_FOUND = 64


@dataclass(frozen=True, slots=True)
class VolumeTarget:
    """The images that make a volume, which the caller may see, and the picture that is wished of it.

    `key` is the same for the same volume: what its images are, in their order.
    """

    members: Sequence[Located]
    key: str
    wish: VolumeRequest

    @property
    def etag(self) -> str:
        """The same for the same picture."""
        return f'"{hashlib.sha256(f"{self.key}/{self.wish}".encode()).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class _Found:
    """The images of a volume as the catalogue had them in a version, and what tells them from all others."""

    members: Sequence[Located]
    key: str
    version: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """One frame of a volume to be: whose it is, its number and where it lies."""

    located: Located
    image: Image
    number: int
    plane: Plane


@dataclass(frozen=True, slots=True)
class _Made:
    """A volume with what its images say of how to show it."""

    volume: Volume
    window: Window | None
    modality: str


class Volumes:
    """The rendered MPR and 3D resources of the Studies Service (PS3.18 10.4.1.1.7, 10.4.1.1.8)."""

    def __init__(
        self,
        sound: SoundFiles,
        catalogue: Database,
        retrieve: Retrieve,
        audit: Audit,
        volume_bytes: int,
        decoder: Decode = in_process,
    ) -> None:
        self._sound = sound
        self._catalogue = catalogue
        self._retrieve = retrieve
        self._audit = audit
        self._decoder = decoder
        share = {what: volume_bytes * part // 16 for what, part in _PARTS.items()}
        self._most_bytes = share["volumes"]
        self._volumes: Cache[_Made] = Cache(share["volumes"], lambda made: made.volume.nbytes)
        self._solids: Cache[Solid] = Cache(share["solids"], lambda solid: solid.nbytes)
        self._found: dict[tuple[SeriesRef | InstanceRef, frozenset[str]], _Found] = {}
        self._pictures: Cache[Picture] = Cache(share["pictures"], lambda picture: len(picture.data))

    def target(self, caller: Caller, ref: SeriesRef | InstanceRef, wish: VolumeRequest) -> VolumeTarget:
        """Finds the images; `NotFound`, or `NotAcceptable` when there are none that a volume could be made of."""
        version = self._catalogue.version()
        found = self._found.get((ref, wish.members))
        if found is None or found.version != version:
            found = _found(self._retrieve.locate(caller, Action.RENDER, ref), wish, version)
            self._found[ref, wish.members] = found
            if len(self._found) > _MOST_FOUND:
                self._found.pop(next(iter(self._found)), None)
        require(caller, Action.RENDER, found.members[0].organisation)
        self._audit.look(caller, Action.RENDER, ref.study_uid)
        return VolumeTarget(found.members, found.key, wish)

    def picture(self, target: VolumeTarget) -> Picture:
        """The picture, from the cache or made now; `NotAcceptable` says why the images make no volume."""
        return self._pictures.get_or_make((target.key, target.wish), lambda: self._show(target))

    def at_hand(self, caller: Caller, ref: SeriesRef | InstanceRef, target: VolumeTarget) -> Picture | None:
        """A picture that was found before, without waiting for anything.

        None when it is not kept, when the caller may not see it, or when this look at it is not yet in the audit.
        """
        allowed = allows(caller, Action.RENDER, target.members[0].organisation)
        if not allowed or not self._audit.is_looking(caller, Action.RENDER, ref.study_uid):
            return None
        return self._pictures.get((target.key, target.wish))

    def applied(self, target: VolumeTarget) -> dict[str, Any]:
        """The parameters of the picture, those asked for and those decided here (PS3.18 annex K)."""
        return applied(self._scene(self._made(target), target.wish))

    def section(self, caller: Caller, ref: SeriesRef, section: Section, region: Region) -> Counted:
        """The modality values in a region of a plane through a series."""
        target = self.target(caller, ref, VolumeRequest(solid=False, method=section.method))
        return section_values(self._made(target).volume, section, region)

    def _show(self, target: VolumeTarget) -> Picture:
        made = self._made(target)
        return show(
            self._scene(made, target.wish),
            lambda: self._solids.get_or_make(target.key, lambda: solid_of(made.volume)),
        )

    def _scene(self, made: _Made, wish: VolumeRequest) -> Scene:
        return scene(made.volume, wish, made.window, made.modality)

    def _made(self, target: VolumeTarget) -> _Made:
        return self._volumes.get_or_make(target.key, lambda: self._make(target))

    def _make(self, target: VolumeTarget) -> _Made:
        frames, modality = self._frames(target.members)
        grid = arrange([frame.plane for frame in frames])
        if int(np.prod(grid.shape)) * 2 > self._most_bytes:
            raise TooLarge("This volume is larger than is kept here.", limit=self._most_bytes, voxels=grid.shape)
        ordered = [frames[number] for number in grid.order]
        volume = stack(map(self._values, ordered), grid)
        if volume.nbytes > self._most_bytes:  # its values turned out to need 32 bits
            raise TooLarge("This volume is larger than is kept here.", limit=self._most_bytes, voxels=grid.shape)
        first = ordered[len(ordered) // 2]
        windows = first.image.values_of(first.number).windows
        function = first.image.values_of(first.number).function
        window = Window(*windows[0], function) if windows else None
        return _Made(volume, window, modality)

    def _values(self, frame: _Frame) -> Slice:
        """The modality values of one frame, and what of it is padding."""
        where = frame_map(frame.located)
        file = self._sound.by_range(frame.located.digest, frame.located.size)
        data = read_frame(file, where, frame.number)
        stored = decode(data, frame.image, where.first_bit(frame.number), self._decoder)
        padding = is_padding(stored, frame.image) if frame.image.padding is not None else None
        values = frame.image.values_of(frame.number)
        shifted = values.modality_lut is None and values.slope == 1 and values.intercept == int(values.intercept)
        if shifted and stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2:
            return stored.astype(np.int32) + int(values.intercept), padding
        return modality_values(stored.astype(np.float64), values).astype(np.float32), padding

    def _frames(self, members: Sequence[Located]) -> tuple[list[_Frame], str]:
        """Every frame with its plane, and the modality."""
        headers = self._headers(members)
        frames = []
        for one, header in zip(members, headers, strict=True):
            image = Image.from_json(orjson.loads(one.image or "{}"))
            if not image.photometric.startswith("MONOCHROME"):
                raise NotAcceptable("This series makes no volume: its images are not grey.")
            for number, plane in enumerate(planes(header, image.number_of_frames), 1):
                frames.append(_Frame(one, image, number, plane))
        return frames, str(value(headers[0], "Modality") or "")

    def _headers(self, members: Sequence[Located]) -> list[dict[str, Any]]:
        """The DICOM JSON of the images, in their order."""
        wanted = {one.digest: one for one in members}
        ref = SeriesRef(members[0].ref.study_uid, members[0].ref.series_uid)
        revisions = [one for one in catalogue_metadata.revisions(self._catalogue, ref) if one.digest in wanted]
        objects = (orjson.loads(text) for text in catalogue_metadata.objects(self._catalogue, revisions))
        found = dict(zip((one.digest for one in revisions), objects, strict=False))
        if len(found) != len(members):
            raise NotAcceptable("This series makes no volume: it has just changed. Ask again.")
        return [found[one.digest] for one in members]


def _found(located: Sequence[Located], wish: VolumeRequest, version: int) -> _Found:
    """Those that are images and wanted; `NotAcceptable` when there are none, or one that cannot be drawn."""
    members = [
        one
        for one in located
        if one.not_renderable != NO_PIXEL_DATA and (not wish.members or one.ref.instance_uid in wish.members)
    ]
    if not members:
        raise NotAcceptable("This series makes no volume: it has no images, or none of those that are named.")
    for one in members:
        if one.not_renderable is not None:
            raise NotAcceptable(f"This series makes no volume: one of its images is {one.not_renderable}.")
    return _Found(members, hashlib.sha256("/".join(one.digest for one in members).encode()).hexdigest(), version)
