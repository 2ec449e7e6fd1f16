"""Codecs: every one in the registry refuses nonsense, and no codestream may lie about its size."""

import struct

import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from server.dicom.transfer_syntaxes import TRANSFER_SYNTAXES, transfer_syntax
from server.errors import NotAcceptable, ServerError
from server.rendering.codecs.index import CODECS
from tests.factories import image, part10
from tests.goldens.drawing import stored_values
from tests.work import little_work

COMPRESSED = [syntax for syntax in CODECS if transfer_syntax(syntax).is_encapsulated]
HUGE = 65_535
LIES = {
    "JPEG": b"\xff\xd8" + struct.pack(">HHBHHB", 0xFFC3, 11, 8, HUGE, HUGE, 1) + b"\1\x11\0" + b"\0" * 120,
    "JPEG-LS": b"\xff\xd8" + struct.pack(">HHBHHB", 0xFFF7, 11, 8, HUGE, HUGE, 1) + b"\1\x11\0" + b"\0" * 120,
    "JPEG 2000": b"\xff\x4f\xff\x51"
    + struct.pack(">HHLLLLLLLLH", 41, 0, HUGE, HUGE, 0, 0, HUGE, HUGE, 0, 0, 1)
    + bytes(100),
    "RLE": struct.pack("<16L", 15, *range(64, 79)) + bytes(80),
    "nothing": b"",
    "noise": bytes(range(150)),
    "markers": b"\xff\xd8" + b"\xff" * 148,
}


def test_every_codec_is_for_a_known_transfer_syntax() -> None:
    assert set(CODECS) <= set(TRANSFER_SYNTAXES)


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("syntax", COMPRESSED)
def test_a_frame_that_lies_about_its_size_is_refused_at_once(syntax: str, lie: str) -> None:
    frame = LIES[lie] or b"\0\0"
    file = part10(image(Rows=16, Columns=16, PixelData=encapsulate([frame + b"\0" * (len(frame) % 2)])), syntax)
    with little_work(seconds=5), pytest.raises(NotAcceptable):
        stored_values(file)


@pytest.mark.parametrize(
    "syntax", [syntax for syntax in TRANSFER_SYNTAXES if syntax not in CODECS and UID(syntax).is_transfer_syntax]
)
def test_a_syntax_without_a_codec_is_stored_and_not_drawn(syntax: str) -> None:
    with pytest.raises(ServerError, match=r"no decoder|more than|told apart"):
        stored_values(part10(image(PixelData=encapsulate([b"\0\0"])), syntax))
