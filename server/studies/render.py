"""Rendering: one picture of one frame, made once for everybody who looks at the same thing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson
from numpy.typing import NDArray

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action
from server.archive.frames import read_frame
from server.catalogue.search import Located
from server.dicom.resources import InstanceRef, ResourceRef, SeriesRef, StudyRef
from server.errors import NotAcceptable, TooLarge
from server.rendering.cache import Cache
from server.rendering.codecs.index import Decode, in_process
from server.rendering.encode import animate
from server.rendering.image import Image
from server.rendering.pipeline import Attached, Picture, draw, samples
from server.rendering.request import RenderRequest
from server.rendering.steps.reduced import Reduced, reduce
from server.rendering.steps.stored_values import stored_values
from server.studies.attached import attached
from server.studies.retrieve import Retrieve, frame_map
from server.studies.sound import SoundFiles

MOST_MOVING = 500
_FRAME_MS = 100


@dataclass(frozen=True, slots=True)
class Target:
    """A frame that the caller may see drawn, and the name of the picture that the request makes of it."""

    located: Located
    frame_number: int
    wish: RenderRequest

    @property
    def etag(self) -> str:
        """The same for the same picture, since a picture is a pure function of the file and the request."""
        key = f"{self.located.digest}/{self.frame_number}/{self.wish}"
        return f'"{hashlib.sha256(key.encode()).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Shown:
    """Frames to be drawn one after the other, and whether they are all that was asked for."""

    targets: Sequence[Target]
    complete: bool


class Render:
    """The rendered resources of the Studies Service."""

    def __init__(
        self,
        sound: SoundFiles,
        retrieve: Retrieve,
        audit: Audit,
        cache_bytes: int,
        decoder: Decode = in_process,
        *,
        overlays: bool = True,
        shutters: bool = True,
    ) -> None:
        self._sound = sound
        self._retrieve = retrieve
        self._audit = audit
        self._decoder = decoder
        self._pictures: Cache[Picture] = Cache(cache_bytes // 4, lambda picture: len(picture.data))
        self._overlays = overlays
        self._shutters = shutters
        self._images: Cache[Image] = Cache(cache_bytes // 16, lambda image: image.nbytes)
        self._attached: Cache[Attached] = Cache(cache_bytes // 16, lambda attached: attached.nbytes)
        self._stored: Cache[NDArray[np.generic]] = Cache(cache_bytes // 16 * 8, lambda values: values.nbytes)
        self._reduced: Cache[Reduced] = Cache(cache_bytes // 16 * 2, lambda reduced: reduced.nbytes)

    def target(self, caller: Caller, ref: InstanceRef, frame_number: int, wish: RenderRequest) -> Target:
        """Finds the frame; `NotFound`, or `NotAcceptable` with the reason when it cannot be drawn."""
        [located] = self._retrieve.locate(caller, Action.RENDER, ref)
        return self._target(caller, located, frame_number, wish)

    def representative(self, caller: Caller, ref: StudyRef | SeriesRef, wish: RenderRequest) -> Target:
        """A frame that stands for a study or series: the middle one of those that can be drawn."""
        located = self._retrieve.locate(caller, Action.RENDER, ref)
        drawable = [one for one in located if one.not_renderable is None]
        if not drawable:
            raise NotAcceptable(located[0].not_renderable or "Nothing here can be drawn.")
        one = drawable[len(drawable) // 2]
        return self._target(caller, one, (frame_map(one).number_of_frames + 1) // 2, wish)

    def reason_against(self, caller: Caller, ref: InstanceRef) -> str | None:
        """Why an instance cannot be drawn; None when it can."""
        [located] = self._retrieve.locate(caller, Action.RENDER, ref)
        return located.not_renderable

    def image(self, caller: Caller, ref: InstanceRef) -> Image:
        """The pixels of an instance as its header describes them; `NotAcceptable` when it cannot be drawn."""
        [located] = self._retrieve.locate(caller, Action.RENDER, ref)
        if located.not_renderable is not None or located.image is None:
            raise NotAcceptable(located.not_renderable or "This instance has no image.")
        return Image.from_json(orjson.loads(located.image))

    def every(
        self, caller: Caller, ref: ResourceRef, frame_numbers: Sequence[int] | None, wish: RenderRequest
    ) -> Shown:
        """All frames of a resource that can be drawn, or those of an instance that are named."""
        located = self._retrieve.locate(caller, Action.RENDER, ref)
        drawable = [one for one in located if one.not_renderable is None]
        if not drawable:
            raise NotAcceptable(located[0].not_renderable or "Nothing here can be drawn.")
        targets = []
        for one in drawable:
            frames = frame_map(one)
            for number in frame_numbers or range(1, frames.number_of_frames + 1):
                frames.pieces_of(number)
                targets.append(Target(one, number, self._as_set(wish)))
        self._audit.look(caller, Action.RENDER, ref.study_uid)
        return Shown(targets, len(drawable) == len(located))

    def picture(self, target: Target) -> Picture:
        """The picture, from the cache or made now."""
        return self._pictures.get_or_make(
            (target.located.digest, target.frame_number, target.wish), lambda: self._draw(target)
        )

    def animation(self, targets: Sequence[Target]) -> bytes:
        """The pictures one after the other as an animated GIF; `TooLarge` when there are too many to hold at once."""
        if len(targets) > MOST_MOVING:
            raise TooLarge("An animated picture has too many frames; ask for multipart/related.", limit=MOST_MOVING)
        return animate([self.picture(target).data for target in targets], _FRAME_MS)

    def _target(self, caller: Caller, located: Located, frame_number: int, wish: RenderRequest) -> Target:
        if located.not_renderable is not None:
            raise NotAcceptable(located.not_renderable)
        frame_map(located).pieces_of(frame_number)
        self._audit.look(caller, Action.RENDER, located.ref.study_uid)
        return Target(located, frame_number, self._as_set(wish))

    def _as_set(self, wish: RenderRequest) -> RenderRequest:
        return replace(wish, overlays=self._overlays, shutters=self._shutters)

    def _draw(self, target: Target) -> Picture:
        image = self._images.get_or_make(
            target.located.digest, lambda: Image.from_json(orjson.loads(target.located.image or "{}"))
        )
        name = (target.located.digest, target.frame_number)
        stored = self._stored.get_or_make(name, lambda: stored_values(self._samples(target, image), image))
        extra = Attached()
        if image.overlays or image.profile:
            path = self._sound.path(target.located.digest)
            extra = self._attached.get_or_make(
                name, lambda: attached(path, image, target.frame_number, lambda: self._samples(target, image))
            )

        def reduced(factor: int) -> Reduced:
            return self._reduced.get_or_make((*name, factor), lambda: reduce(stored, factor))

        return draw(stored, image, target.frame_number, target.wish, extra, reduced)

    def _samples(self, target: Target, image: Image) -> NDArray[np.generic]:
        frames = frame_map(target.located)
        data = read_frame(self._sound.path(target.located.digest), frames, target.frame_number)
        return samples(data, image, frames.first_bit(target.frame_number), self._decoder)
