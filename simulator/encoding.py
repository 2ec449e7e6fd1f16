"""A series' attributes and one image's own -> the bytes of a PS3.10 file."""

import struct
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from pydicom.charset import convert_encodings
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.uid import UID

from simulator.codecs import SYNTAXES, Pixels, Syntax

IMPLEMENTATION_CLASS_UID = UID("2.25.38275141527635517272353079919707705623")
IMPLEMENTATION_VERSION_NAME = "LIGHTBOX_SIM_1"

Own = Mapping[str, str | int | Sequence[str]]
"""What tells an instance from its neighbours: keyword -> text, texts, or a whole number."""

_PIXEL_DATA = 0x7FE00010
_PREAMBLE = bytes(128) + b"DICM"
_ITEM, _SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_UNDEFINED = b"\xff\xff\xff\xff"
_EXPLICIT = SYNTAXES["explicit"]


class SeriesEncoder:
    """Encodes what the instances of a series share once, and each instance's own attributes as they come.

    Writing the whole dataset for every slice is what limits most generators; here a slice costs only the
    handful of elements that differ from its neighbour's, and those are plain text.
    """

    def __init__(self, shared: Dataset, syntax: Syntax = _EXPLICIT) -> None:
        self._syntax = syntax
        self._bits_stored = int(shared.get("BitsStored", 0))
        encodings = convert_encodings(shared.get("SpecificCharacterSet", "ISO_IR 6"))
        self._codec = encodings[0]
        self._shared = {int(one.tag): _written(shared, int(one.tag), encodings, syntax) for one in shared}
        self._meta_before = _text(0x00020001, "OB", b"\0\1") + _text(0x00020002, "UI", str(shared.SOPClassUID).encode())
        self._meta_after = (
            _text(0x00020010, "UI", str(syntax.uid).encode())
            + _text(0x00020012, "UI", str(IMPLEMENTATION_CLASS_UID).encode())
            + _text(0x00020013, "SH", IMPLEMENTATION_VERSION_NAME.encode())
        )

    def encode(self, own: Own, pixels: Pixels | None = None) -> bytes:
        """Return a PS3.10 file in the encoder's transfer syntax.

        `own` holds at least SOPInstanceUID and wins over what the series shares; `pixels` is rows x columns of 8
        or 16 bits unsigned, or frames x rows x columns, or None for what is no image.
        """
        elements = self._shared | {
            tag: self._element(tag, vr, own[keyword]) for keyword in own for tag, vr in [_place(keyword)]
        }
        file_meta = self._file_meta(str(own["SOPInstanceUID"]))
        # Pixel Data is the last element these objects have, so that it need be copied only once.
        pieces = () if pixels is None else self._pixel_data(pixels)
        return b"".join([_PREAMBLE, file_meta, *(elements[tag] for tag in sorted(elements)), *pieces])

    def _element(self, tag: int, vr: str, value: str | int | Sequence[str]) -> bytes:
        if vr == "US":
            return _header(tag, vr, 2, self._syntax) + struct.pack("<H", value)
        text = str(value) if isinstance(value, (str, int)) else "\\".join(value)
        return _text(tag, vr, text.encode(self._codec), self._syntax)

    def _file_meta(self, instance_uid: str) -> bytes:
        # PS3.10 7.1: group 2 is always explicit, and opens with the length of its rest.
        rest = self._meta_before + _text(0x00020003, "UI", instance_uid.encode()) + self._meta_after
        return _header(0x00020000, "UL", 4, _EXPLICIT) + struct.pack("<I", len(rest)) + rest

    def _pixel_data(self, pixels: Pixels) -> Sequence[bytes | memoryview]:
        if self._syntax.compress is None:
            # PS3.5 A.1 and A.2: native pixels of 16 bits are OW, of 8 bits OB when the VR is written.
            vr = "OB" if pixels.dtype.itemsize == 1 and not self._syntax.is_implicit else "OW"
            value = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<"))
            padding = bytes(value.nbytes % 2)
            return _header(_PIXEL_DATA, vr, value.nbytes + len(padding), self._syntax), value.data, padding
        frames = pixels if pixels.ndim == 3 else pixels[np.newaxis]
        native = frames.astype(frames.dtype.newbyteorder("="))
        return _encapsulated([self._syntax.compress(frame, self._bits_stored) for frame in native])


@cache
def _place(keyword: str) -> tuple[int, str]:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return tag, dictionary_VR(tag)


def _encapsulated(streams: list[bytes]) -> list[bytes]:
    """PS3.5 A.4: a basic offset table, then one fragment a frame."""
    fragments = [stream + bytes(len(stream) % 2) for stream in streams]
    starts = np.cumsum([0, *(len(fragment) + 8 for fragment in fragments[:-1])]).astype("<u4").tobytes()
    pieces = [struct.pack("<HH2sH", 0x7FE0, 0x0010, b"OB", 0), _UNDEFINED]
    for fragment in (starts, *fragments):
        pieces += [_ITEM, struct.pack("<I", len(fragment)), fragment]
    return [*pieces, _SEQUENCE_END, bytes(4)]


def _text(tag: int, vr: str, value: bytes, syntax: Syntax = _EXPLICIT) -> bytes:
    # PS3.5 6.2: values have even length, UI and OB padded with a null, text with a space.
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    return _header(tag, vr, len(value), syntax) + value


def _header(tag: int, vr: str, length: int, syntax: Syntax) -> bytes:
    group, element = tag >> 16, tag & 0xFFFF
    if syntax.is_implicit:
        return struct.pack("<HHI", group, element, length)
    if vr in ("OB", "OW", "UT"):
        return struct.pack("<HH2sHI", group, element, vr.encode(), 0, length)
    return struct.pack("<HH2sH", group, element, vr.encode(), length)


def _written(dataset: Dataset, tag: int, encodings: list[str], syntax: Syntax) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian = True
    buffer.is_implicit_VR = syntax.is_implicit
    write_data_element(buffer, dataset[tag], encodings)
    return buffer.getvalue()
