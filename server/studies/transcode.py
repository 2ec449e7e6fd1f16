"""An archived instance in another transfer syntax: what is possible, and its bytes as a stream.

Of the pixels no more than a frame is in memory; the header is copied as it is stored, but for what changes with them.
"""

import hashlib
import mmap
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

import orjson

from server.archive.frames import FrameMap
from server.archive.part10 import Structure, examine
from server.archive.ranges import RangedFile
from server.archive.rewriting import PIECE, Part, Source, element_header, header_parts, new_file_meta, size
from server.catalogue.search import Located
from server.dicom.reencoding import elements, explicit_little_endian, read_header
from server.dicom.spans import PixelData
from server.dicom.transfer_syntaxes import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax,
)
from server.errors import NotAcceptable
from server.rendering.encoders.index import ENCODERS
from server.rendering.image import NO_PIXEL_DATA, Image
from server.rendering.transcoding import changes, decoded, little_endian, refusal, transcode
from server.studies.retrieve import StoredFile

_LONGEST_VALUE = 2**32 - 2
_UNDEFINED = 0xFFFFFFFF
_READ_WHOLE = 2**20
_REENCODED = {IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN}


@dataclass(frozen=True, slots=True)
class Stream:
    """Bytes to come piece by piece, read when they are wanted; `length` is None when only the end will tell."""

    length: int | None
    pieces: Iterator[bytes] = field(repr=False)


def why_not(located: Located, target: str) -> str | None:
    """Why an instance cannot be sent in the `target` transfer syntax; None when it can."""
    stored = located.transfer_syntax_uid
    if target == stored or (target == EXPLICIT_VR_LITTLE_ENDIAN and not transfer_syntax(stored).is_encapsulated):
        return None
    if located.not_renderable == NO_PIXEL_DATA:
        return None if target == EXPLICIT_VR_LITTLE_ENDIAN else "it has no pixel data to compress"
    if located.image is None or located.frames is None:
        return located.not_renderable or "its pixel data cannot be decoded here"
    image = Image.from_json(orjson.loads(located.image))
    if target == EXPLICIT_VR_LITTLE_ENDIAN and decoded(image).frame_bits // 8 * image.number_of_frames > _LONGEST_VALUE:
        return "uncompressed it is longer than a value can be"
    return refusal(image, target)


def available(located: Located) -> list[str]:
    """The transfer syntaxes that an instance can be sent in, the stored one first."""
    others = [uid for uid in ENCODERS if uid != located.transfer_syntax_uid and why_not(located, uid) is None]
    return [located.transfer_syntax_uid, *others]


def default_syntax(located: Located) -> str:
    """What is sent when no transfer syntax is named (PS3.18 8.7.3, 8.7.8.2): Explicit VR Little Endian.

    Unless there is only a lossy form, or one that cannot be uncompressed here: then the stored one.
    """
    stored = located.transfer_syntax_uid
    if transfer_syntax(stored).is_lossy or why_not(located, EXPLICIT_VR_LITTLE_ENDIAN) is not None:
        return stored
    return EXPLICIT_VR_LITTLE_ENDIAN


def stored(file: StoredFile) -> Stream:
    """The file as it was received."""
    return Stream(file.size, _hashed(file))


def transcoded(file: StoredFile, target: str) -> Stream:
    """The instance as a Part 10 file in the `target` transfer syntax, which `why_not` has nothing against.

    Everything up to the first frame is made at once, so that `NotAcceptable` comes before the first byte goes out.
    """
    ranged = file.mapped()
    with ranged.path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        structure = examine(data)
        work = _Work(file, ranged, target, structure, data)
    return work.stream()


class _Work:
    """What is known of one transcoding before its first byte goes out."""

    def __init__(
        self, file: StoredFile, ranged: RangedFile, target: str, structure: Structure, data: mmap.mmap
    ) -> None:
        self._file = file
        self._ranged = ranged
        self._target = target
        self._pixels = structure.pixel_data
        self._deflated_from = structure.dataset_offset if structure.inflated is not None else None
        located = file.located
        self._image = Image.from_json(orjson.loads(located.image)) if located.image and self._pixels else None
        changed = changes(self._image, target) if self._image else {}
        ends = len(data) if structure.inflated is None else len(structure.inflated)
        after = self._pixels.offset + self._pixels.length if self._pixels else ends
        if structure.transfer_syntax_uid in _REENCODED:
            self._before, self._after = _reencoded(data, structure, changed, after)
        else:
            # a value follows its header of twelve bytes: pixel data is always of a VR with a long length
            first = self._pixels.offset - 12 if self._pixels else ends
            self._before = header_parts(data, structure, first, changed)
            self._after = [(after, ends - after)] if ends > after else []
        ref, sop_class_uid = file.ref, _sop_class_uid(data, structure)
        self._before.insert(0, new_file_meta(data, target, sop_class_uid, ref.instance_uid))

    def stream(self) -> Stream:
        """The new file."""
        value, length = self._value()
        if length is None or self._pixels is None:
            total = None if self._pixels else size(self._before)
            return Stream(total, self._all(value))
        header = element_header(self._pixels.tag, self._vr(self._pixels), length + length % 2)
        self._before.append(header)
        return Stream(
            size(self._before) + length + length % 2 + size(self._after),
            self._all(chain(value, [b"\0" * (length % 2)])),
        )

    def _value(self) -> tuple[Iterator[bytes], int | None]:
        """The pixel data, its header left out when its length is known."""
        if self._pixels is None:
            return iter(()), None
        if self._pixels.fragments is None and self._target == EXPLICIT_VR_LITTLE_ENDIAN:
            if self._file.located.transfer_syntax_uid == EXPLICIT_VR_BIG_ENDIAN and self._image is None:
                raise NotAcceptable(self._file.located.not_renderable or "The byte order of its pixels is unknown.")
            return self._native(self._pixels), self._pixels.length
        if self._image is None or self._file.located.frames is None:
            raise NotAcceptable(self._file.located.not_renderable or "Its pixel data cannot be decoded here.")
        frames = self._frames(self._image, FrameMap.from_json(orjson.loads(self._file.located.frames)))
        first = next(frames)
        if self._target == EXPLICIT_VR_LITTLE_ENDIAN:
            return chain([first], frames), len(first) * self._image.number_of_frames
        return _encapsulated(self._pixels.tag, chain([first], frames)), None

    def _native(self, pixels: PixelData) -> Iterator[bytes]:
        """Uncompressed pixels as they are, in little endian: a piece ends between two words."""
        image = self._image
        for piece in self._source().pieces([(pixels.offset, pixels.length)]):
            yield little_endian(piece, image) if image else piece

    def _frames(self, image: Image, frames: FrameMap) -> Iterator[bytes]:
        source = self._source()
        for number in range(1, frames.number_of_frames + 1):
            content = source.read(frames.pieces_of(number))
            yield transcode(content, image, frames.first_bit(number), self._target, self._file.decoder)

    def _all(self, value: Iterator[bytes]) -> Iterator[bytes]:
        source = self._source()
        yield from source.pieces(self._before)
        yield from value
        yield from source.pieces(self._after)

    def _source(self) -> Source:
        return Source(self._ranged, self._deflated_from)

    def _vr(self, pixels: PixelData) -> str:
        """PS3.5 A.2: OW above eight bits; float pixel data have a VR of their own."""
        if pixels.tag != 0x7FE00010:
            return {0x7FE00008: "OF", 0x7FE00009: "OD"}[pixels.tag]
        if pixels.fragments is None and pixels.vr in {"OB", "OW"}:
            return pixels.vr
        return "OB" if self._image and self._image.bits_allocated <= 8 else "OW"


def _reencoded(
    data: mmap.mmap, structure: Structure, changed: Mapping[str, str | int], after: int
) -> tuple[list[Part], list[Part]]:
    """What stands before and after the pixels, from an implicit or a big endian data set."""
    pixels, big_endian = structure.pixel_data, structure.transfer_syntax_uid == EXPLICIT_VR_BIG_ENDIAN
    header = read_header(data[: pixels.offset] if pixels else data[:])
    for keyword, value in changed.items():
        setattr(header, keyword, value)
    before: list[Part] = [explicit_little_endian(header, big_endian)]
    if after >= len(data):
        return before, []
    trailing = elements(data[after:], implicit=not big_endian, big_endian=big_endian)
    return before, [explicit_little_endian(trailing, big_endian)]


def _sop_class_uid(data: mmap.mmap, structure: Structure) -> str:
    span = structure.elements[0x00080016]
    source = data if structure.inflated is None else structure.inflated
    return bytes(source[span.offset : span.offset + span.length]).rstrip(b"\0 ").decode("ascii")


def _encapsulated(tag: int, frames: Iterator[bytes]) -> Iterator[bytes]:
    """Pixel data of undefined length: an empty offset table, then one fragment a frame (PS3.5 A.4)."""
    item, end = struct.pack("<HHL", 0xFFFE, 0xE000, 0), struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    yield element_header(tag, "OB", _UNDEFINED) + item
    for frame in frames:
        padding = b"\0" * (len(frame) % 2)
        yield struct.pack("<HHL", 0xFFFE, 0xE000, len(frame) + len(padding)) + frame + padding
    yield end


def _hashed(file: StoredFile) -> Iterator[bytes]:
    """The file's pieces, of which the last is held back for ever when they are not those that were received.

    What is small enough to be looked at whole is read once, and not at all sent unless it is right.
    """
    if file.size <= _READ_WHOLE:
        yield file.read()
        return
    seen, held = hashlib.sha256(), b""
    with file.path.open("rb") as opened:
        while piece := opened.read(PIECE):
            seen.update(piece)
            if held:
                yield held
            held = piece
    if seen.hexdigest() != file.digest:
        raise file.sound.refuse(file.digest)
    yield held
