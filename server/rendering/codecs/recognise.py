"""What a compressed image says of itself: its transfer syntax and the Image Pixel attributes, read from its headers.

For images that arrive as media types rather than as DICOM (PS3.18 table 10.5.2-1), where nothing else says it.
"""

import struct
from dataclasses import dataclass

from server.errors import Malformed

_START_OF_CODESTREAM = b"\xff\x4f\xff\x51"
_JP2_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_FRAMES = {0xC0, 0xC1, 0xC3, 0xF7}
_CODING_STYLE, _SIZES, _START_OF_DATA = 0xFF52, 0xFF51, 0xFF90


@dataclass(frozen=True, slots=True)
class Recognised:
    """A codestream: its transfer syntax, what the Image Pixel module says of it, and where in the data it begins.

    `photometric` is the colour space that its samples are in while they are compressed (PS3.5 8.2).
    """

    transfer_syntax_uid: str
    rows: int
    columns: int
    samples: int
    bits_stored: int
    signed: bool
    photometric: str
    lossy: bool
    start: int = 0

    @property
    def bits_allocated(self) -> int:
        """8 or 16 bits a sample (PS3.5 8.1.1)."""
        return 8 if self.bits_stored <= 8 else 16


def recognise(data: bytes) -> Recognised:
    """Reads the headers at the beginning of an image; `Malformed` when it is none that DICOM can hold."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(_START_OF_CODESTREAM):
            return _jpeg_2000(data, 0)
        if data.startswith(_JP2_SIGNATURE):
            return _jpeg_2000(data, _in_jp2(data))
    except (struct.error, IndexError):
        raise Malformed("The compressed image is cut short in its headers.") from None
    raise Malformed("The image is no JPEG, JPEG-LS or JPEG 2000 codestream.")


def _jpeg(data: bytes) -> Recognised:
    """The markers up to the first scan (ISO/IEC 10918-1 B.2, ISO/IEC 14495-1 C.2)."""
    position, frame, kind, adobe = 2, b"", 0, None
    while True:
        if data[position] != 0xFF:
            raise Malformed("The JPEG image is damaged before its first scan.")
        marker = data[position + 1]
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            position += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        segment = data[position + 4 : position + 2 + length]
        if marker in _FRAMES:
            frame, kind = segment, marker
        elif 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            raise Malformed("The JPEG image is progressive, hierarchical or arithmetic: no transfer syntax has that.")
        elif marker == 0xEE and segment.startswith(b"Adobe"):
            adobe = segment[11]
        elif marker == 0xDA:
            return _recognised_jpeg(frame, kind, adobe, segment)
        position += 2 + length


def _recognised_jpeg(frame: bytes, kind: int, adobe: int | None, scan: bytes) -> Recognised:
    if not frame:
        raise Malformed("The JPEG image has no frame header.")
    bits, rows, columns, samples = struct.unpack_from(">BHHB", frame)
    selector = scan[1 + 2 * scan[0]]  # the predictor of lossless JPEG, NEAR of JPEG-LS
    if kind == 0xF7:
        syntax = "1.2.840.10008.1.2.4.81" if selector else "1.2.840.10008.1.2.4.80"
    elif kind == 0xC3:
        syntax = "1.2.840.10008.1.2.4.70" if selector == 1 else "1.2.840.10008.1.2.4.57"
    else:
        syntax = "1.2.840.10008.1.2.4.50" if kind == 0xC0 and bits == 8 else "1.2.840.10008.1.2.4.51"
    return Recognised(
        transfer_syntax_uid=syntax,
        rows=rows,
        columns=columns,
        samples=_one_or_three(samples),
        bits_stored=bits,
        signed=False,
        photometric=_jpeg_colour(frame, kind, adobe, samples),
        lossy=kind in {0xC0, 0xC1} or (kind == 0xF7 and selector > 0),
    )


def _jpeg_colour(frame: bytes, kind: int, adobe: int | None, samples: int) -> str:
    if samples == 1:
        return "MONOCHROME2"
    if kind in {0xC3, 0xF7} or adobe == 0:
        return "RGB"
    # the factors of the first component, in the low and the high four bits; those of the others are 1 where it is 1
    return "YBR_FULL" if frame[7] == 0x11 else "YBR_FULL_422"


def _in_jp2(data: bytes) -> int:
    """Where the codestream starts in a JP2 file, whose boxes DICOM leaves out (PS3.5 A.4.4; ISO/IEC 15444-1 I.4)."""
    position = 0
    while position < len(data):
        length, kind = struct.unpack_from(">L4s", data, position)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, position + 8)
            head = 16
        if kind == b"jp2c":
            return position + head
        if length < head:
            break
        position += length
    raise Malformed("The JP2 file has no codestream box.")


def _jpeg_2000(data: bytes, start: int) -> Recognised:
    """The SIZ and COD segments of the main header (ISO/IEC 15444-1 A.5.1, A.6.1; 15444-15 for the high throughput)."""
    if not data.startswith(_START_OF_CODESTREAM, start):
        raise Malformed("The JPEG 2000 image has no codestream header.")
    capabilities, right, bottom, left, top = struct.unpack_from(">H4L", data, start + 6)
    (samples,) = struct.unpack_from(">H", data, start + 40)
    depth = data[start + 42]
    position, style = start + 2, b""
    while not style:
        marker, length = struct.unpack_from(">HH", data, position)
        if marker == _START_OF_DATA:
            raise Malformed("The JPEG 2000 image has no coding style.")
        if marker == _CODING_STYLE:
            style = data[position + 4 : position + 2 + length]
        position += 2 + length
    several, reversible = style[4] == 1, style[9] == 1
    colour = ("YBR_RCT" if reversible else "YBR_ICT") if several else "RGB"
    return Recognised(
        transfer_syntax_uid=_jpeg_2000_syntax(capabilities, reversible),
        rows=bottom - top,
        columns=right - left,
        samples=_one_or_three(samples),
        bits_stored=(depth & 0x7F) + 1,
        signed=bool(depth & 0x80),
        photometric=colour if samples == 3 else "MONOCHROME2",
        lossy=not reversible,
        start=start,
    )


def _jpeg_2000_syntax(capabilities: int, reversible: bool) -> str:
    if capabilities & 0x4000:
        return "1.2.840.10008.1.2.4.201" if reversible else "1.2.840.10008.1.2.4.203"
    return "1.2.840.10008.1.2.4.90" if reversible else "1.2.840.10008.1.2.4.91"


def _one_or_three(samples: int) -> int:
    if samples not in {1, 3}:
        raise Malformed(f"The compressed image has {samples} samples a pixel; DICOM images have 1 or 3.")
    return samples
