"""What a compressed frame says of its own size, read before any decoder may believe it.

A decoder allocates what the codestream claims, so a lie of 150 bytes can cost gigabytes; a frame whose own
header disagrees with Rows and Columns is refused first.
"""

import struct

from server.errors import Malformed
from server.rendering.image import Image

_START_OF_FRAME = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_START_OF_CODESTREAM = b"\xff\x4f\xff\x51"
_JP2_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}


def check(data: bytes, image: Image) -> None:
    """Raises `Malformed` unless the codestream has the size that the header says."""
    if data[:2] == b"\xff\xd8":
        rows, columns, samples = _jpeg(data)
    elif (start := _codestream(data)) is not None:
        rows, columns, samples = _jpeg_2000(data, start)
    else:
        raise Malformed("The compressed frame has no codestream header.")
    if (rows, columns) != (image.rows, image.columns) or samples != image.samples:
        raise Malformed(
            f"The compressed frame is {columns} x {rows} with {samples} samples a pixel; "
            f"the header says {image.columns} x {image.rows} with {image.samples}."
        )


def check_rle(data: bytes, image: Image) -> None:
    """Raises `Malformed` unless the RLE header has the segments that the image needs (PS3.5 G.5)."""
    needed = image.samples * image.bits_allocated // 8
    if len(data) < 64:
        raise Malformed("The RLE frame is shorter than its header.")
    segments, *offsets = struct.unpack_from("<16L", data)
    if segments != needed or any(not 64 <= offset <= len(data) for offset in offsets[:segments]):
        raise Malformed(f"The RLE frame has {segments} segments where {needed} are needed, or offsets outside it.")


def precision(data: bytes) -> int:
    """The bits a sample of a JPEG or JPEG-LS codestream, from its frame header."""
    return data[_frame_header(data) + 4]


def _jpeg(data: bytes) -> tuple[int, int, int]:
    header = _frame_header(data)
    rows, columns, samples = struct.unpack_from(">HHB", data, header + 5)
    return rows, columns, samples


def _frame_header(data: bytes) -> int:
    """Where the SOF marker is, with its whole segment inside the data (ISO/IEC 10918-1 B.2.2)."""
    position = 2
    while position + 10 <= len(data):
        if data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _START_OF_FRAME:
            return position
        elif marker in _WITHOUT_LENGTH:
            position += 2
        else:
            position += 2 + int(struct.unpack_from(">H", data, position + 2)[0])
    raise Malformed("The JPEG frame has no frame header.")


def _codestream(data: bytes) -> int | None:
    """Where the JPEG 2000 codestream begins: at once, or in the 'jp2c' box of a JP2 file (ISO/IEC 15444-1 I.4)."""
    if data.startswith(_START_OF_CODESTREAM):
        return 0
    if not data.startswith(_JP2_SIGNATURE):
        return None
    position = 0
    while position + 16 <= len(data):
        length, kind = struct.unpack_from(">L4s", data, position)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, position + 8)
            head = 16
        if kind == b"jp2c":
            inside = data.startswith(_START_OF_CODESTREAM, position + head)
            return position + head if inside else None
        if length < head:
            return None
        position += length
    return None


def _jpeg_2000(data: bytes, start: int) -> tuple[int, int, int]:
    """The SIZ segment (ISO/IEC 15444-1 A.5.1)."""
    if start + 42 > len(data):
        raise Malformed("The JPEG 2000 frame is cut short in its header.")
    width, height, left, top = struct.unpack_from(">4L", data, start + 8)
    (samples,) = struct.unpack_from(">H", data, start + 40)
    return height - top, width - left, samples
