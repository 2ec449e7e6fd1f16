"""Retrieving: stored bytes, metadata and frames of what the caller may see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, allows, require
from server.archive.frames import FrameMap, read_frame
from server.archive.ranges import RangedFile
from server.archive.values import Value, value_of
from server.catalogue import metadata as catalogue_metadata
from server.catalogue import search as catalogue_search
from server.catalogue.metadata import Revision
from server.catalogue.search import Located
from server.database.sqlite import Database
from server.dicom.dictionary import Attributes
from server.dicom.resources import InstanceRef, ResourceRef
from server.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax,
)
from server.errors import NotAcceptable, NotFound
from server.rendering.codecs.index import Decode, in_process
from server.rendering.image import Image
from server.rendering.pipeline import samples
from server.rendering.transcoding import decoded, transcode
from server.studies.sound import SoundFiles


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An archived Part 10 file, and what the catalogue knows of it."""

    located: Located
    sound: SoundFiles
    decoder: Decode = in_process

    @property
    def path(self) -> Path:
        """Where the file lies; raises `Damaged` rather than answer other bytes than were received."""
        return self.sound.path(self.digest)

    @property
    def ref(self) -> InstanceRef:
        """The instance."""
        return self.located.ref

    @property
    def size(self) -> int:
        """Bytes."""
        return self.located.size

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes that were received."""
        return self.located.digest

    @property
    def transfer_syntax_uid(self) -> str:
        """How it is encoded."""
        return self.located.transfer_syntax_uid

    def mapped(self) -> RangedFile:
        """The file to be read by ranges, when it is walked over in memory as well; both raise `Damaged` as `path`."""
        return self.sound.mapped(self.located)

    def read(self) -> bytes:
        """The whole file; raises `Damaged` rather than answer other bytes than were received."""
        return self.sound.read(self.digest)


class Retrieve:
    """The retrieve transactions of the Studies Service."""

    def __init__(self, sound: SoundFiles, catalogue: Database, audit: Audit, decoder: Decode = in_process) -> None:
        self._sound = sound
        self._decoder = decoder
        self._catalogue = catalogue
        self._audit = audit

    def files(self, caller: Caller, ref: ResourceRef) -> list[StoredFile]:
        """The stored files of a study, series or instance; `NotFound` when there are none."""
        located = self.locate(caller, Action.RETRIEVE, ref)
        if isinstance(ref, InstanceRef):
            self._audit.look(caller, Action.RETRIEVE, ref.study_uid)
        else:
            self._audit.record(caller, Action.RETRIEVE, [ref.study_uid], "success", instances=len(located))
        return [StoredFile(one, self._sound, self._decoder) for one in located]

    def metadata(self, caller: Caller, ref: ResourceRef) -> list[Revision]:
        """What the metadata of a resource depend on, to be read by `attributes`; `NotFound` when there are none."""
        require(caller, Action.RETRIEVE, catalogue_search.organisation_of(self._catalogue, ref.study_uid))
        revisions = catalogue_metadata.revisions(self._catalogue, ref)
        if not revisions:
            raise NotFound("This archive holds no such series or instance.")
        self._audit.look(caller, Action.RETRIEVE, ref.study_uid)
        return revisions

    def is_looking(self, caller: Caller, study_uid: str, organisation: str) -> bool:
        """Whether the caller may look at the study, and this look is in the audit already."""
        return allows(caller, Action.RETRIEVE, organisation) and self._audit.is_looking(
            caller, Action.RETRIEVE, study_uid
        )

    def frame_at_hand(
        self, caller: Caller, found: "Frames", frame_number: int, before: bytes, after: bytes
    ) -> bytes | memoryview | None:
        """A frame as it is stored, of those that were found before, between what is to stand around it.

        None when it is not in memory, when the caller may not see it, or when this look is not yet in the audit.
        """
        if not self.is_looking(caller, found.ref.study_uid, found.located.organisation):
            return None
        if found.frame_map.deflated_from is not None:
            return None
        return self._sound.at_hand(found.located.digest, found.frame_map.pieces_of(frame_number), before, after)

    def file_at_hand(self, caller: Caller, file: StoredFile, before: bytes, after: bytes) -> bytes | memoryview | None:
        """A whole file, of those that were found before, on the same conditions."""
        if not self.is_looking(caller, file.ref.study_uid, file.located.organisation):
            return None
        return self._sound.at_hand(file.digest, [(0, file.size)], before, after)

    def attributes(self, revisions: Sequence[Revision]) -> Iterator[bytes]:
        """The DICOM JSON of instances, one object after the other, as it was made on arrival."""
        return catalogue_metadata.objects(self._catalogue, revisions)

    def header(self, located: Located) -> Attributes:
        """The attributes of an instance that has been located, as DICOM JSON; `NotFound` when it is gone since."""
        for told in self.attributes(catalogue_metadata.revisions(self._catalogue, located.ref)):
            header: Attributes = orjson.loads(told)
            return header
        raise NotFound("This archive holds no such instance.")

    def frames(self, caller: Caller, ref: InstanceRef, frame_numbers: Sequence[int] | None) -> "Frames":
        """Frames of an instance in the order asked (None: all of them); `NotFound` beyond the last."""
        [located] = self.locate(caller, Action.RETRIEVE, ref)
        found = self.frames_of(located, frame_numbers)
        for number in found.numbers:
            found.frame_map.pieces_of(number)  # every frame is there before the first goes out
        self._audit.look(caller, Action.RETRIEVE, ref.study_uid)
        return found

    def frames_of(self, located: Located, frame_numbers: Sequence[int] | None = None) -> "Frames":
        """Frames of an instance that has been located; `NotAcceptable` when it has none."""
        frames = frame_map(located)
        numbers = frame_numbers if frame_numbers is not None else range(1, frames.number_of_frames + 1)
        image = Image.from_json(orjson.loads(located.image)) if located.image else None
        return Frames(
            located, numbers, self._sound.by_range(located.digest, located.size), frames, image, self._decoder
        )

    def bulk_data(self, caller: Caller, ref: InstanceRef, path: str) -> "BulkValue":
        """The value at a path of tags and item numbers, as a BulkDataURI names it; `NotFound` when there is none."""
        [located] = self.locate(caller, Action.RETRIEVE, ref)
        self._audit.look(caller, Action.RETRIEVE, ref.study_uid)
        return BulkValue(located, path, value_of(self._sound.mapped(located), path))

    def locate(self, caller: Caller, action: Action, ref: ResourceRef) -> list[Located]:
        """The instances of a resource that the caller may do this with; `NotFound` when there are none."""
        located = catalogue_search.locate(self._catalogue, ref)
        require(caller, action, located[0].organisation if located else None)
        return located


@dataclass(frozen=True, slots=True)
class BulkValue:
    """The value that a BulkDataURI stands for, to be read in whole or in part."""

    located: Located
    path: str
    value: Value


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of an instance that were asked for, to be read one at a time."""

    located: Located
    numbers: Sequence[int]
    file: RangedFile
    frame_map: FrameMap
    image: Image | None
    decoder: Decode = in_process

    @property
    def ref(self) -> InstanceRef:
        """The instance."""
        return self.located.ref

    @property
    def transfer_syntax_uid(self) -> str:
        """The encoding of the frames as they are stored."""
        return self.located.transfer_syntax_uid

    def length(self, transfer_syntax_uid: str) -> int | None:
        """Bytes of each frame in a transfer syntax; None when they differ or only encoding tells."""
        syntax = transfer_syntax(transfer_syntax_uid)
        if self.image is None or syntax.is_encapsulated or self.image.bits_allocated == 1:
            return None
        stored = transfer_syntax(self.transfer_syntax_uid)
        return (decoded(self.image) if stored.is_encapsulated else self.image).frame_bits // 8

    def stored(self, frame_number: int) -> bytes:
        """A frame as it is stored."""
        return read_frame(self.file, self.frame_map, frame_number)

    @property
    def is_native_little_endian(self) -> bool:
        """Whether the stored bytes of all frames together are what uncompressed bulk data is sent as."""
        syntax = transfer_syntax(self.transfer_syntax_uid)
        turned = syntax.uid in {EXPLICIT_VR_BIG_ENDIAN, DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN}
        return not syntax.is_encapsulated and not turned

    def is_sent_as_stored(self, transfer_syntax_uid: str) -> bool:
        """Whether a frame in a transfer syntax is the very bytes of the file."""
        if transfer_syntax(self.transfer_syntax_uid).is_encapsulated:
            return transfer_syntax_uid == self.transfer_syntax_uid
        whole_bytes = self.image is not None and self.image.bits_allocated > 1
        return whole_bytes and self.is_native_little_endian and transfer_syntax_uid == EXPLICIT_VR_LITTLE_ENDIAN

    def together(self, transfer_syntax_uid: str) -> Iterator[bytes]:
        """The frames one after the other, those of single bits without a gap (PS3.5 8.1.1)."""
        if self.image is None or self.image.bits_allocated > 1:
            for number in self.numbers:
                yield self.encoded(number, transfer_syntax_uid)
            return
        for start in range(0, len(self.numbers), 8):  # eight frames of whatever size end with a byte
            bits = [self._bits(number) for number in self.numbers[start : start + 8]]
            yield np.packbits(np.concatenate(bits), bitorder="little").tobytes()

    def _bits(self, frame_number: int) -> NDArray[np.uint8]:
        if self.image is None:
            raise NotAcceptable("These frames cannot be decoded here.")
        data = self.stored(frame_number)
        first_bit = self.frame_map.first_bit(frame_number)
        return samples(data, self.image, first_bit, self.decoder).astype(np.uint8).reshape(-1)

    def encoded(self, frame_number: int, transfer_syntax_uid: str) -> bytes:
        """A frame in a transfer syntax; `NotAcceptable` says why when it cannot be sent so."""
        data = self.stored(frame_number)
        if transfer_syntax_uid == self.transfer_syntax_uid and transfer_syntax(transfer_syntax_uid).is_encapsulated:
            return data
        first_bit = self.frame_map.first_bit(frame_number)
        if self.image is None:
            raise NotAcceptable(self.located.not_renderable or "These frames cannot be decoded here.")
        return transcode(data, self.image, first_bit, transfer_syntax_uid, self.decoder)


def frame_map(located: Located) -> FrameMap:
    """Where the frames of an instance lie; `NotAcceptable` when it has none that can be told apart."""
    if located.frames is None:
        raise NotAcceptable(located.not_renderable or "This instance has no frames.")
    return FrameMap.from_json(orjson.loads(located.frames))
