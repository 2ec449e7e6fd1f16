"""Where each frame's bytes lie in an archived file, and reading just those.

Native frames are equal cuts of one value. Encapsulated frames are whole runs of fragments, told apart by the
extended offset table, the basic offset table, one fragment a frame, or the fragments with which a codestream begins
(PS3.5 A.4, PS3.3 C.7.6.3.1.8).
"""

import struct
import zlib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.archive.part10 import Structure
from server.archive.ranges import Range, RangedFile
from server.dicom.spans import Buffer, PixelData
from server.errors import Malformed, NotFound

_EXTENDED_OFFSETS = 0x7FE00001
_BEGINNINGS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")
"""JPEG and JPEG-LS, JPEG 2000 and HTJ2K: what no fragment but the first of a frame begins with."""


@dataclass(frozen=True, slots=True)
class FrameMap:
    """How to find any frame of one instance; small enough to be catalogued however many frames there are.

    Native: `offset` and `frame_bits` cut one value. Encapsulated: `pieces` are fragments (offset, length) and
    `starts` the index of each frame's first. `deflated_from` is where a deflated data set starts, else None.
    """

    number_of_frames: int
    offset: int = 0
    frame_bits: int = 0
    pieces: tuple[tuple[int, int], ...] = ()
    starts: tuple[int, ...] = ()
    deflated_from: int | None = None

    def pieces_of(self, frame_number: int) -> list[tuple[int, int]]:
        """The byte ranges of one frame, counted from 1; `NotFound` beyond the last."""
        if not 1 <= frame_number <= self.number_of_frames:
            raise NotFound(
                "The instance has no such frame.",
                frame_number=frame_number,
                number_of_frames=self.number_of_frames,
            )
        frame_index = frame_number - 1
        if self.frame_bits:
            # PS3.5 8.1.1: frames of single bit pixels follow each other without padding
            first = frame_index * self.frame_bits
            last = first + self.frame_bits
            return [(self.offset + first // 8, (last + 7) // 8 - first // 8)]
        last = frame_number == self.number_of_frames
        end = len(self.pieces) if last else self.starts[frame_index + 1]
        return list(self.pieces[self.starts[frame_index] : end])

    def first_bit(self, frame_number: int) -> int:
        """In the first byte of a native frame, the bit where the frame begins (0 unless one bit a pixel)."""
        return (frame_number - 1) * self.frame_bits % 8

    def around(self, size: int) -> list[Range]:
        """Of a file of so many bytes, what lies before the pixels and what after; all of one that is deflated."""
        if self.deflated_from is not None:
            return [(0, size)]
        if self.frame_bits:
            first, end = self.offset, self.offset + (self.number_of_frames * self.frame_bits + 7) // 8
        else:
            first, end = self.pieces[0][0], sum(self.pieces[-1])
        return [(0, first), (end, size - end)]

    def to_json(self) -> dict[str, Any]:
        """The map as plain values for the catalogue."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "FrameMap":
        """The map that `to_json` wrote."""
        plain = dict(values)
        plain["pieces"] = tuple((offset, length) for offset, length in plain["pieces"])
        plain["starts"] = tuple(plain["starts"])
        return cls(**plain)


def map_frames(
    structure: Structure, pixels: PixelData, data: Buffer, number_of_frames: int, frame_bits: int
) -> FrameMap:
    """Finds every frame in `pixels`; `Malformed` when they cannot all be there.

    `data` is the whole file; `frame_bits` is Rows x Columns x SamplesPerPixel x BitsAllocated.
    """
    deflated_from = structure.dataset_offset if structure.inflated is not None else None
    if pixels.fragments is None:
        needed = (number_of_frames * frame_bits + 7) // 8
        if not 0 < needed <= pixels.length:
            raise Malformed(
                "The pixel data is shorter than Rows, Columns and Number of Frames say.",
                needed=needed,
                found=pixels.length,
            )
        return FrameMap(number_of_frames, pixels.offset, frame_bits, deflated_from=deflated_from)
    offsets = _extended_offsets(structure, data) or pixels.offset_table
    starts = _starts(pixels.fragments, offsets, number_of_frames, data)
    return FrameMap(number_of_frames, pieces=pixels.fragments, starts=starts, deflated_from=deflated_from)


def _starts(
    fragments: tuple[tuple[int, int], ...], offsets: tuple[int, ...], number_of_frames: int, data: Buffer
) -> tuple[int, ...]:
    """For each frame the index of its first fragment."""
    if number_of_frames == 1 and fragments:
        return (0,)
    if len(offsets) == number_of_frames and fragments:
        # offsets count from the first byte of the first fragment's item tag
        origin = fragments[0][0]
        positions = [offset - origin for offset, _ in fragments]
        starts = tuple(bisect_left(positions, wanted) for wanted in offsets)
        known = all(s < len(positions) and positions[s] == wanted for s, wanted in zip(starts, offsets, strict=True))
        if known and list(starts) == sorted(set(starts)) and starts[0] == 0:
            return starts
    if len(fragments) == number_of_frames:
        return tuple(range(number_of_frames))
    begun = tuple(i for i, (offset, _) in enumerate(fragments) if data[offset : offset + 4].startswith(_BEGINNINGS))
    if len(begun) == number_of_frames and begun[0] == 0:
        return begun
    raise Malformed(
        "The frames of the encapsulated pixel data cannot be told apart: its offset table does not fit its fragments.",
        number_of_frames=number_of_frames,
        fragments=len(fragments),
    )


def _extended_offsets(structure: Structure, data: Buffer) -> tuple[int, ...]:
    span = structure.elements.get(_EXTENDED_OFFSETS)
    if span is None or span.length % 8 or structure.inflated is not None:
        return ()
    return struct.unpack_from(f"<{span.length // 8}Q", data, span.offset)


def read_frame(file: RangedFile, frames: FrameMap, frame_number: int) -> bytes:
    """The bytes of one frame as they are stored, read from nothing but their range of the file."""
    pieces = frames.pieces_of(frame_number)
    if frames.deflated_from is not None:
        packed = file.read([(frames.deflated_from, file.size - frames.deflated_from)])
        inflated = zlib.decompress(packed, -zlib.MAX_WBITS)
        return b"".join(inflated[offset : offset + length] for offset, length in pieces)
    return file.read(pieces)
