"""Retrieving: stored bytes, metadata and frames of what the caller may see."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, require
from server.archive.frames import FrameMap, read_frame
from server.archive.part10 import read_value
from server.archive.store import Archive
from server.catalogue import search as catalogue_search
from server.catalogue.search import Located
from server.database.sqlite import Database
from server.dicom.resources import InstanceRef, ResourceRef
from server.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)
from server.errors import NotAcceptable, NotFound, ServerError
from server.rendering.image import Image
from server.rendering.pipeline import native

_NATIVE_LITTLE_ENDIAN = {
    IMPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An archived Part 10 file: where it lies, how large it is, and its transfer syntax."""

    ref: InstanceRef
    path: Path
    size: int
    digest: str
    transfer_syntax_uid: str

    def read(self) -> bytes:
        """The whole file; raises `ServerError` rather than answer other bytes than were received."""
        content = self.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise ServerError("An archived file is damaged.", digest=self.digest)
        return content


class Retrieve:
    """The retrieve transactions of the Studies Service."""

    def __init__(self, archive: Archive, catalogue: Database, audit: Audit) -> None:
        self._archive = archive
        self._catalogue = catalogue
        self._audit = audit

    def files(self, caller: Caller, ref: ResourceRef) -> list[StoredFile]:
        """The stored files of a study, series or instance; `NotFound` when there are none."""
        located = self.locate(caller, Action.RETRIEVE, ref)
        if isinstance(ref, InstanceRef):
            self._audit.look(caller, Action.RETRIEVE, ref.study_uid)
        else:
            self._audit.record(caller, Action.RETRIEVE, [ref.study_uid], "success", instances=len(located))
        return [
            StoredFile(one.ref, self._archive.path(one.digest), one.size, one.digest, one.transfer_syntax_uid)
            for one in located
        ]

    def metadata(self, caller: Caller, ref: ResourceRef) -> Iterator[bytes]:
        """The DICOM JSON of every instance of a resource; `NotFound` when there are none."""
        require(caller, Action.RETRIEVE, catalogue_search.organisation_of(self._catalogue, ref.study_uid))
        objects = list(catalogue_search.metadata(self._catalogue, ref))
        if not objects:
            raise NotFound("This archive holds no such series or instance.")
        self._audit.look(caller, Action.RETRIEVE, ref.study_uid)
        return iter(objects)

    def frames(self, caller: Caller, ref: InstanceRef, frame_numbers: Sequence[int] | None) -> "Frames":
        """Frames of an instance in the order asked (None: all of them); `NotFound` beyond the last."""
        [located] = self.locate(caller, Action.RETRIEVE, ref)
        frames = frame_map(located)
        numbers = frame_numbers if frame_numbers is not None else range(1, frames.number_of_frames + 1)
        for number in numbers:
            frames.pieces_of(number)  # every frame is there before the first goes out
        self._audit.look(caller, Action.RETRIEVE, ref.study_uid)
        return Frames(located, numbers, self._archive.path(located.digest), frames)

    def bulk_data(self, caller: Caller, ref: InstanceRef, path: str) -> bytes:
        """The value at a path of tags and item numbers, as a BulkDataURI names it; `NotFound` when there is none."""
        [located] = self.locate(caller, Action.RETRIEVE, ref)
        self._audit.look(caller, Action.RETRIEVE, ref.study_uid)
        return read_value(self._archive.path(located.digest), path)

    def locate(self, caller: Caller, action: Action, ref: ResourceRef) -> list[Located]:
        """The instances of a resource that the caller may do this with; `NotFound` when there are none."""
        located = catalogue_search.locate(self._catalogue, ref)
        require(caller, action, located[0].organisation if located else None)
        return located


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of an instance that were asked for, to be read one at a time."""

    located: Located
    numbers: Sequence[int]
    path: Path
    frame_map: FrameMap

    @property
    def ref(self) -> InstanceRef:
        """The instance."""
        return self.located.ref

    @property
    def transfer_syntax_uid(self) -> str:
        """The encoding of the frames as they are stored."""
        return self.located.transfer_syntax_uid

    def stored(self, frame_number: int) -> bytes:
        """A frame as it is stored."""
        return read_frame(self.path, self.frame_map, frame_number)

    def decoded(self, frame_number: int) -> bytes:
        """A frame in native little endian (PS3.5 A.2); `NotAcceptable` when it cannot be decoded here."""
        data = self.stored(frame_number)
        if self.located.transfer_syntax_uid in _NATIVE_LITTLE_ENDIAN and not self.frame_map.first_bit(frame_number):
            return data
        if self.located.image is None:
            raise NotAcceptable(self.located.not_renderable or "These frames cannot be decoded here.")
        image = Image.from_json(orjson.loads(self.located.image))
        return native(data, image, self.frame_map.first_bit(frame_number))


def frame_map(located: Located) -> FrameMap:
    """Where the frames of an instance lie; `NotAcceptable` when it has none that can be told apart."""
    if located.frames is None:
        raise NotAcceptable(located.not_renderable or "This instance has no frames.")
    return FrameMap.from_json(orjson.loads(located.frames))
