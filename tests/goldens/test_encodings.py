"""One image in every encoding that can be made here: the same stored values, whichever way they travelled."""

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from server.errors import NotAcceptable, NotFound
from tests.factories import part10
from tests.goldens.drawing import drawn, stored_values
from tests.goldens.images import coloured, grey

ENCODERS = {RLELossless: "pylibjpeg", JPEGLSLossless: "pyjpegls", JPEG2000Lossless: "pylibjpeg"}
SYNTAXES = [
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
    *ENCODERS,
]
BY_NAME = {"argvalues": SYNTAXES, "ids": [syntax.keyword for syntax in SYNTAXES]}

RAMP = (np.arange(64 * 40) * 91 % 4096).reshape(64, 40)


def encoded(dataset: Dataset, syntax: UID) -> bytes:
    """The data set as a file in a transfer syntax, its pixels compressed where that asks for it."""
    if syntax in ENCODERS:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.compress(syntax, encoding_plugin=ENCODERS[syntax], generate_instance_uid=False)
    elif syntax == ExplicitVRBigEndian and dataset.BitsAllocated == 16:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    return part10(dataset, syntax)


@pytest.mark.parametrize("syntax", **BY_NAME)
@pytest.mark.parametrize(("dtype", "bits"), [("<u2", 16), ("<u2", 12), ("<i2", 16), ("u1", 8)])
def test_grey_comes_through_exactly(syntax: UID, dtype: str, bits: int) -> None:
    values = (RAMP * 17 if bits == 16 else RAMP % 2**bits).astype(dtype)
    found, _ = stored_values(encoded(grey(values, BitsStored=bits), syntax))
    assert (found == values).all()


@pytest.mark.parametrize("syntax", **BY_NAME)
def test_colour_comes_through_exactly(syntax: UID) -> None:
    rgb = np.stack([RAMP % 256, RAMP // 16, 255 - RAMP // 16], axis=-1).astype("u1")
    dataset = coloured(rgb)
    if syntax == ExplicitVRBigEndian:
        dataset["PixelData"].VR = "OB"
    assert (drawn(encoded(dataset, syntax)) == rgb).all()


@pytest.mark.parametrize("syntax", **BY_NAME)
def test_every_frame_is_found_and_none_beyond_the_last(syntax: UID) -> None:
    frames = np.stack([RAMP, RAMP[::-1], 4095 - RAMP]).astype("<u2")
    file = encoded(grey(frames[0], PixelData=frames.tobytes(), NumberOfFrames=3, BitsStored=12), syntax)
    for number in (3, 1, 2):
        assert (stored_values(file, number)[0] == frames[number - 1]).all()
    with pytest.raises(NotFound):
        stored_values(file, 4)


@pytest.mark.parametrize("syntax", ENCODERS, ids=[syntax.keyword for syntax in ENCODERS])
def test_a_compressed_frame_of_another_size_than_the_header_says_is_not_drawn(syntax: UID) -> None:
    dataset = grey(RAMP.astype("<u2"))
    file = encoded(dataset, syntax)
    dataset.Rows = 65 if syntax != RLELossless else dataset.Rows
    dataset.BitsAllocated = 8 if syntax == RLELossless else 16
    dataset.BitsStored, dataset.HighBit = dataset.BitsAllocated, dataset.BitsAllocated - 1
    assert drawn(file).shape == (64, 40)
    with pytest.raises(NotAcceptable):
        drawn(part10(dataset, syntax))


@pytest.mark.parametrize("syntax", ENCODERS, ids=[syntax.keyword for syntax in ENCODERS])
def test_a_compressed_frame_that_is_cut_short_is_not_drawn(syntax: UID) -> None:

    dataset = grey(RAMP.astype("<u2"))
    encoded(dataset, syntax)
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    for length in (2, 30, 70):
        dataset.PixelData = encapsulate([frame[:length]])
        with pytest.raises(NotAcceptable):
            drawn(part10(dataset, syntax))
