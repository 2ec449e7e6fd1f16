"""One image in every encoding that can be made here: the same stored values, whichever way they travelled."""

import numpy as np
import pytest
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import UID, ExplicitVRBigEndian, RLELossless

from server.errors import NotAcceptable, NotFound
from server.rendering.codecs.index import CODECS
from tests.factories import part10
from tests.goldens.drawing import drawn, stored_values
from tests.goldens.encodings import ENCODERS, RAMP, SYNTAXES, Encoded, encoded, encodings
from tests.goldens.images import coloured, grey

BY_NAME = {"argvalues": SYNTAXES, "ids": [syntax.keyword for syntax in SYNTAXES]}


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


ENCODED = list(encodings())


@pytest.mark.parametrize("one", ENCODED, ids=lambda one: f"{one.syntax.keyword}: {one.what}")
def test_what_was_encoded_comes_out_as_it_went_in(one: Encoded) -> None:
    found, _ = stored_values(one.file)
    assert found.shape == one.values.shape
    assert int(np.abs(found.astype(np.int64) - one.values).max()) <= one.tolerance


def test_every_transfer_syntax_that_is_decoded_is_shown_to_be() -> None:
    assert {one.syntax for one in ENCODED} == set(CODECS)
