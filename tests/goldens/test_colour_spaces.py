"""Compressed colour whose header and codestream disagree: what the codestream says for certain is believed."""

import io
from typing import Any

import numpy as np
import pytest
from openjpeg import utils as openjpeg
from PIL import Image as Pillow
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, JPEGExtended12Bit

from tests.factories import part10
from tests.goldens.drawing import drawn, farthest
from tests.goldens.encodings import made
from tests.goldens.images import coloured

RGB = np.zeros((32, 48, 3), "u1")
RGB[:16] = (200, 40, 90)
RGB[16:] = (30, 160, 220)


def jpeg(*, markers: bool, rgb: bool = False, subsampling: int = 0, names: bytes = b"") -> bytes:
    """A JPEG of `RGB`, coded as RGB or as YCbCr, with or without JFIF and Adobe markers, its components renamed."""
    buffer = io.BytesIO()
    Pillow.fromarray(RGB).save(buffer, "JPEG", quality=100, subsampling=subsampling, keep_rgb=rgb)
    content = bytearray(buffer.getvalue())
    if not markers:
        for marker in (b"\xff\xe0", b"\xff\xee"):
            at = content.find(marker)
            if at >= 0:
                del content[at : at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")]
    if names:
        frame, scan = content.find(b"\xff\xc0") + 10, content.find(b"\xff\xda") + 5
        for i, name in enumerate(names):
            content[frame + 3 * i] = content[scan + 2 * i] = name
    return bytes(content)


def stored(frame: bytes, photometric: str, syntax: str = JPEGBaseline8Bit) -> bytes:
    dataset = coloured(RGB, photometric)
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].is_undefined_length = True
    return part10(dataset, syntax)


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL", "YBR_FULL_422"])
@pytest.mark.parametrize(
    "coded",
    [
        {"markers": True},  # JFIF: YCbCr
        {"markers": True, "rgb": True},  # Adobe, no transform: RGB
        {"markers": True, "subsampling": 2},
        {"markers": False, "subsampling": 2},  # shared chrominance: YCbCr
        {"markers": False, "rgb": True},  # components named R, G and B
    ],
    ids=str,
)
def test_a_jpeg_that_says_what_it_is_has_its_own_colours_whatever_the_header(
    coded: dict[str, Any], photometric: str
) -> None:
    found = drawn(stored(jpeg(**coded), photometric))
    away = np.abs(np.arange(32) - 15.5) > 4  # shared chrominance runs over the edge between the colours
    assert farthest(found[away], RGB[away]) <= 3


@pytest.mark.parametrize(("rgb", "photometric"), [(True, "RGB"), (False, "YBR_FULL"), (False, "YBR_FULL_422")])
def test_a_jpeg_that_says_nothing_is_what_the_header_says(rgb: bool, photometric: str) -> None:
    assert farthest(drawn(stored(jpeg(markers=False, rgb=rgb, names=b"\0\1\2"), photometric)), RGB) <= 3


@pytest.mark.parametrize("photometric", ["RGB", "YBR_RCT", "YBR_FULL", "YBR_FULL_422"])
def test_a_jpeg_2000_transform_is_undone_once(photometric: str) -> None:
    transformed = bytes(openjpeg.encode_array(RGB, photometric_interpretation=1, use_mct=True))
    assert (drawn(stored(transformed, photometric, JPEG2000Lossless)) == RGB).all()


def test_jpeg_2000_without_its_transform_may_hold_ybr() -> None:
    y = np.full((32, 48), 100, "u1")
    ybr = np.stack([y, np.full_like(y, 128), np.full_like(y, 128)], axis=-1)
    plain = bytes(openjpeg.encode_array(ybr, photometric_interpretation=1, use_mct=False))
    assert (drawn(stored(plain, "YBR_FULL", JPEG2000Lossless)) == 100).all()
    assert (drawn(stored(plain, "RGB", JPEG2000Lossless)) == ybr).all()


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_colour_of_12_bits_a_sample_is_converted_too(photometric: str) -> None:
    rising = (np.arange(24 * 40).reshape(24, 40) % 40 * 4095 // 39).astype("<u2")
    rgb = np.stack([rising, rising, 4095 - rising], axis=-1)
    dataset = coloured(rgb, photometric, BitsStored=12)
    dataset.PixelData = encapsulate([made()["jpeg extended 12 colour"]])
    assert farthest(drawn(part10(dataset, JPEGExtended12Bit)), rgb / 4095 * 255) <= 1


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_ybr_is_converted_at_its_own_depth(bits: int) -> None:
    top = 2**bits - 1
    rgb = np.random.default_rng(1).integers(0, top + 1, (8, 8, 3))
    matrix = np.array([[0.2990, 0.5870, 0.1140], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
    ybr = np.clip(np.rint(rgb @ matrix.T + [0, 2 ** (bits - 1), 2 ** (bits - 1)]), 0, top)
    dataset = coloured(ybr.astype("u1" if bits == 8 else "<u2"), "YBR_FULL", BitsStored=bits)
    assert farthest(drawn(part10(dataset)), rgb / top * 255) <= (2 if bits == 8 else 0.6)
