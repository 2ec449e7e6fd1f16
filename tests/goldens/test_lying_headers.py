"""Headers that lie: a picture or a clear sentence, at once and without memory to speak of; never anything else."""

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence

from server.errors import NotAcceptable
from server.rendering.codecs.index import CODECS
from tests.factories import image, part10
from tests.goldens.drawing import drawn
from tests.goldens.encodings import encodings, made
from tests.goldens.images import coloured, grey, lut, palette

VALUES = np.arange(24, dtype="<u2").reshape(4, 6)
SECOND, MEMORY = 1.0, 64 * 2**20


@contextmanager
def cheaply() -> Iterator[None]:
    """Within a second of work and 64 MiB."""
    started = time.process_time()
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY
    assert time.process_time() - started < SECOND


def lying(**lie: Any) -> Dataset:
    """A small true image, and then the lie, of which None takes an attribute away."""
    dataset = image()
    with disable_value_validation():
        for keyword, value in lie.items():
            if value is None:
                dataset.pop(keyword, None)
            else:
                setattr(dataset, keyword, value)
    return dataset


HUGE = {"Rows": 65535, "Columns": 65535}
IMPOSSIBLE = [
    *({**HUGE, "NumberOfFrames": frames} for frames in (None, 1, 2**31 - 1)),
    *({"Rows": rows} for rows in (0, 5, 65535)),
    *({"Columns": columns} for columns in (0, 65535)),
    *({"NumberOfFrames": frames} for frames in ("0", "-1", "2", "2147483647", "2147483648", "99999999999")),
    *({"BitsAllocated": bits} for bits in (0, 7, 12, 24, 32, 64, 65535)),
    *({"BitsStored": 0}, {"HighBit": 16}, {"HighBit": 65535}, {"HighBit": 3}),
    *({"SamplesPerPixel": samples} for samples in (0, 2, 3, 4, 65535)),
    *({"PhotometricInterpretation": name} for name in ("RGB", "YBR_FULL", "HSV", "CMYK", "", None, "PALETTE COLOR")),
    *({"PixelRepresentation": 2}, {"PixelRepresentation": 65535}),
    *({"PixelData": b""}, {"PixelData": b"\0" * 46}),
]


@pytest.mark.parametrize("lie", IMPOSSIBLE, ids=str)
def test_an_image_that_cannot_be_says_why(lie: dict[str, Any]) -> None:
    file = part10(lying(**lie))
    with cheaply(), pytest.raises(NotAcceptable, match=r"not renderable here: .* \(.+\)|no pixel data"):
        drawn(file)


@pytest.mark.parametrize("lie", [HUGE, {"Rows": 65535}, {"NumberOfFrames": 2**31 - 1}, {"SamplesPerPixel": 3}], ids=str)
@pytest.mark.parametrize("syntax", sorted({one.syntax for one in encodings()} - {"1.2.840.10008.1.2.2"}))
def test_whatever_the_transfer_syntax(syntax: str, lie: dict[str, Any]) -> None:
    dataset = lying(BitsAllocated=8, BitsStored=8, HighBit=7, **lie)
    dataset.PixelData = encapsulate([made()["jpeg lossless 8 predictor 1"]]) if CODECS[syntax] else b""
    file = part10(dataset, syntax)
    with cheaply(), pytest.raises(NotAcceptable, match="not renderable here"):
        drawn(file)


@pytest.mark.parametrize("name", ["htj2k grey 16", "htj2k rgb 8", "jpeg lossless 16 predictor 7", "jpeg extended 12"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.9, 0.99])
def test_a_codestream_that_is_cut_short_is_not_drawn_as_if_it_were_whole(name: str, part: float) -> None:
    frame = made()[name]
    [one] = [one for one in encodings() if frame in one.file and one.values.shape[0] == 24][:1]
    dataset = coloured(one.values) if one.values.ndim == 3 else grey(one.values)
    dataset.PixelData = encapsulate([frame[: int(len(frame) * part)]])
    file = part10(dataset, one.syntax)
    with cheaply(), pytest.raises(NotAcceptable, match=r"damaged|header"):
        drawn(file)


NOISE = {
    "window width": [{"WindowCenter": 10, "WindowWidth": width} for width in ("0", "-1", "1e-30", "1e30", "NaN", "")],
    "window center": [{"WindowCenter": center, "WindowWidth": 5} for center in ("inf", "-1e30", "1e300", "", "NaN")],
    "windows": [{"WindowCenter": ["1", "2"], "WindowWidth": "3"}, {"WindowWidth": "3"}, {"WindowCenter": "3"}],
    "function": [{"WindowCenter": 1, "WindowWidth": 2, "VOILUTFunction": name} for name in ("CUBIC", "", "SIGMOID")],
    "slope": [{"RescaleSlope": slope, "RescaleIntercept": "0"} for slope in ("0", "-0", "1e300", "1e30", "NaN")],
    "intercept": [{"RescaleSlope": "1", "RescaleIntercept": text} for text in ("1e300", "-1e30", "inf", "")],
    "aspect": [{"PixelAspectRatio": pair} for pair in (["0", "0"], ["-1", "1"], ["1", "2147483647"], ["1"])],
    "shape": [{"PresentationLUTShape": name} for name in ("", "LIN OD", "INVERSE")],
    "voi lut": [{"VOILUTSequence": Sequence([])}, {"VOILUTSequence": Sequence([Dataset()])}],
    "modality lut": [{"ModalityLUTSequence": Sequence([])}, {"ModalityLUTSequence": lut(-(2**15), 16, [1])}],
    "groups": [{"PerFrameFunctionalGroupsSequence": Sequence([Dataset()] * 3)}],
}


@pytest.mark.parametrize("lie", [one for some in NOISE.values() for one in some], ids=str)
def test_what_makes_no_sense_beside_the_pixels_does_not_spoil_the_picture(lie: dict[str, Any]) -> None:
    file = part10(lying(**lie))
    with cheaply():
        assert min(drawn(file).shape) >= 1


@pytest.mark.parametrize("kind", ["<f4", "<f8"])
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e38])
def test_floats_that_are_no_numbers_are_drawn(kind: str, number: float) -> None:
    values = np.full((4, 6), number, kind)
    for some in (values, np.where(np.arange(24).reshape(4, 6) % 2, values, np.array(1, kind))):
        dataset = lying(PixelData=None, BitsAllocated=8 * values.itemsize)
        setattr(dataset, "FloatPixelData" if kind == "<f4" else "DoubleFloatPixelData", some.tobytes())
        with cheaply():
            assert drawn(part10(dataset)).shape == (4, 6)


@pytest.mark.parametrize("descriptor", [[0, 0, 16], [65535, 0, 16], [3, 0, 1], [3, 0, 33], [3, 0], None])
def test_a_palette_that_lies_says_so(descriptor: list[int] | None) -> None:
    dataset = grey(VALUES.astype("u1"), PhotometricInterpretation="PALETTE COLOR", **palette([1, 2, 3], 8))
    dataset.RedPaletteColorLookupTableDescriptor = descriptor
    with cheaply(), pytest.raises(NotAcceptable, match="palette"):
        drawn(part10(dataset))


@pytest.mark.parametrize("frames", [2, 1000, 9_999_999])
def test_more_frames_than_there_are_groups_or_pixels_for_are_refused(frames: int) -> None:
    dataset = lying(NumberOfFrames=frames, PerFrameFunctionalGroupsSequence=Sequence([Dataset()]))
    with cheaply(), pytest.raises(NotAcceptable, match="shorter than"):
        drawn(part10(dataset))
