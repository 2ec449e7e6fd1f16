"""What a codestream says of its own size, wherever in a file format it is wrapped."""

import struct

import pytest

from server.archive.part10 import examine
from server.errors import Malformed
from server.rendering.codecs.codestream import check
from server.rendering.describe import describe
from server.rendering.image import Image
from tests.factories import image, part10

SIGNATURE = struct.pack(">L4s4s", 12, b"jP  ", b"\r\n\x87\n")


def described(rows: int, columns: int) -> Image:
    header = examine(part10(image(Rows=rows, Columns=columns))).attributes
    return describe(header, lambda _: b"", "OW", "1.2.840.10008.1.2.4.90")


def codestream(rows: int, columns: int) -> bytes:
    """The start of a JPEG 2000 codestream of that size."""
    return (
        b"\xff\x4f\xff\x51" + struct.pack(">HHLLLLLLLLH", 41, 0, columns, rows, 0, 0, columns, rows, 0, 0, 1) + bytes(9)
    )


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L4s", 8 + len(content), kind) + content


def test_a_bare_codestream_and_one_in_a_jp2_file_are_both_read() -> None:
    bare = codestream(16, 24)
    check(bare, described(16, 24))
    check(SIGNATURE + box(b"ftyp", b"jp2 ") + box(b"jp2c", bare), described(16, 24))


def test_a_decoy_before_the_codestream_is_not_believed() -> None:
    wrapped = SIGNATURE + box(b"uuid", codestream(16, 24)) + box(b"jp2c", codestream(60_000, 60_000))
    with pytest.raises(Malformed, match="60000 x 60000"):
        check(wrapped, described(16, 24))


@pytest.mark.parametrize("broken", [SIGNATURE, SIGNATURE + bytes(40), SIGNATURE + box(b"jp2c", b"nothing of the kind")])
def test_a_jp2_file_without_a_codestream_is_refused(broken: bytes) -> None:
    with pytest.raises(Malformed):
        check(broken, described(16, 24))
