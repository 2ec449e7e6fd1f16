"""Grey images with known truth: LUTs, padding, ranges, and every way of storing a value in bits."""

import math

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from server.rendering.request import Viewport, Window
from tests.factories import part10
from tests.goldens.drawing import drawn, farthest, stored_values
from tests.goldens.images import grey, lut

RAMP = np.arange(-128, 128, dtype="<i2").reshape(16, 16)


def test_without_a_window_the_whole_range_is_shown() -> None:
    assert farthest(drawn(part10(grey(RAMP))), RAMP + 128) == 0


def test_monochrome1_is_dark_for_high() -> None:
    dark = drawn(part10(grey(RAMP, PhotometricInterpretation="MONOCHROME1")))
    assert (dark == 255 - drawn(part10(grey(RAMP)))).all()


@pytest.mark.parametrize("dtype", ["<u1", "<i1", "<u2", "<i2", "<u4", "<i4"])
def test_every_type_of_stored_value_comes_out_as_it_went_in(dtype: str) -> None:
    limits = np.iinfo(dtype)
    values = np.linspace(limits.min, limits.max, 64).astype(dtype).reshape(8, 8)
    found, _ = stored_values(part10(grey(values)))
    assert (found == values).all()
    expected = (values.astype(float) - limits.min) / (float(limits.max) - limits.min) * 255
    assert farthest(drawn(part10(grey(values))), expected) <= 0.5


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("high_bit", [9, 11, 15])
def test_stored_bits_are_cut_out_wherever_the_high_bit_is(high_bit: int, signed: bool, syntax: str) -> None:
    stored = 10
    values = np.arange(-512, 512, 16) if signed else np.arange(0, 1024, 16)
    shift = high_bit + 1 - stored
    noise = (0xFFFF << (high_bit + 1)) | ((1 << shift) - 1)
    words = (((values & 0x3FF) << shift) | (noise & 0xFFFF)).astype(">u2" if syntax == ExplicitVRBigEndian else "<u2")
    dataset = grey(words.reshape(8, 8), BitsStored=stored, HighBit=high_bit, PixelRepresentation=int(signed))
    found, _ = stored_values(part10(dataset, syntax))
    assert (found.ravel() == values).all()


def test_single_bit_frames_that_start_inside_a_byte_are_drawn() -> None:
    frames = np.arange(3 * 5 * 5).reshape(3, 5, 5) % 3 == 0
    dataset = grey(frames[0].astype("u1"), BitsAllocated=1, BitsStored=1, HighBit=0, NumberOfFrames=3)
    dataset.PixelData = np.packbits(frames.ravel(), bitorder="little").tobytes()
    for number in (1, 2, 3):
        assert (drawn(part10(dataset), number) == frames[number - 1] * 255).all()


def test_a_modality_lut_maps_stored_values_and_clamps_at_its_ends() -> None:
    dataset = grey(np.arange(8, dtype="<u2").reshape(2, 4), ModalityLUTSequence=lut(2, 16, [10, 30, 20, 90]))
    expected = np.array([10, 10, 10, 30, 20, 90, 90, 90]).reshape(2, 4)
    assert farthest(drawn(part10(dataset)), (expected - 10) / 80 * 255) <= 0.5


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_a_voi_lut_goes_before_the_windows(bits: int) -> None:
    entries = [0, 2**bits - 1, 2 ** (bits - 1), 5]
    dataset = grey(np.arange(6, dtype="<u2").reshape(2, 3), VOILUTSequence=lut(1, bits, entries))
    dataset.WindowCenter, dataset.WindowWidth = 3, 2
    expected = np.array([entries[0], *entries, entries[3]]).reshape(2, 3) / (2**bits - 1) * 255
    assert farthest(drawn(part10(dataset)), expected) <= 0.5


def test_padding_does_not_count_in_the_range() -> None:
    values = np.array([[-2000, -2000, 10, 20], [-1999, 30, 50, 60]], "<i2")
    dataset = grey(values)
    dataset.add_new("PixelPaddingValue", "SS", -2000)
    dataset.add_new("PixelPaddingRangeLimit", "SS", -1999)
    assert farthest(drawn(part10(dataset)), np.clip((values - 10) / 50, 0, 1) * 255) <= 0.5


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("dtype", ["<u2", "<i2", "<u4"])
def test_padding_is_black_whatever_the_window_and_the_sense(photometric: str, dtype: str) -> None:
    values = np.array([[4095, 4094, 10, 20], [2**20 if dtype == "<u4" else 9, 30, 50, 4000]], dtype)
    dataset = grey(values, PhotometricInterpretation=photometric, WindowCenter=2000, WindowWidth=3000)
    without = drawn(part10(dataset))
    vr = "SS" if dtype == "<i2" else "US"
    dataset.add_new("PixelPaddingValue", vr, 4095)
    dataset.add_new("PixelPaddingRangeLimit", vr, 4094)
    assert (drawn(part10(dataset)) == np.where((values == 4095) | (values == 4094), 0, without)).all()


def test_float_padding_is_black_and_counts_in_no_range() -> None:
    values = np.array([[-3.4028234663852886e38, 1.5, 2.0, 2.5], [np.nan, np.inf, 1.5, 2.5]], "<f4")
    dataset = grey(np.zeros((2, 4), "<u2"), FloatPixelPaddingValue=-3.4028234663852886e38)
    del dataset.PixelData
    dataset.BitsAllocated = 32
    dataset.add_new("FloatPixelData", "OF", values.tobytes())
    assert (drawn(part10(dataset)) == [[0, 0, 128, 255], [0, 255, 0, 255]]).all()


def noisy(peak: int, of: int) -> np.ndarray:
    """Values from 0 to 999, of which one in `of` is `peak`."""
    values = (np.arange(200 * 200) * 7919 % 1000).astype("<u2")
    values[::of] = peak
    return values.reshape(200, 200)


@pytest.mark.parametrize(("peak", "of", "top"), [(60_000, 5000, 999), (60_000, 100, 60_000), (1500, 5000, 1500)])
def test_few_pixels_far_from_the_others_do_not_decide_the_window(peak: int, of: int, top: int) -> None:
    values = noisy(peak, of)
    expected = np.clip(values / top, 0, 1) * 255
    assert farthest(drawn(part10(grey(values))), expected) <= 0.5 + 255 / top


def test_eight_bits_are_always_shown_in_full() -> None:
    values = np.zeros((100, 100), "u1")
    values[:, ::2] = 1
    values[50, 50] = 255
    assert (drawn(part10(grey(values))) == values).all()


def test_a_modality_lut_that_turns_back_is_shown_from_its_lowest_to_its_highest() -> None:
    dataset = grey(np.arange(5, dtype="<u2").reshape(1, 5), ModalityLUTSequence=lut(0, 16, [100, 900, 0, 900, 100]))
    expected = np.array([[100, 900, 0, 900, 100]]) / 900 * 255
    assert farthest(drawn(part10(dataset)), expected) <= 0.5


@pytest.mark.parametrize("kind", ["<u4", "<f4"])
def test_a_voi_lut_is_applied_to_values_too_many_for_a_table(kind: str) -> None:
    values = np.array([[0, 1, 2, 2**21]], kind)
    dataset = grey(values.astype("<u4"), VOILUTSequence=lut(1, 16, [0, 40_000, 65_535]))
    if kind == "<f4":
        del dataset.PixelData
        dataset.add_new("FloatPixelData", "OF", values.tobytes())
    assert (drawn(part10(dataset)) == [[0, 0, 156, 255]]).all()


def test_an_image_of_one_value_is_drawn() -> None:
    assert drawn(part10(grey(np.full((3, 3), 7, "<u2")))).shape == (3, 3)


def test_each_frame_has_its_own_window() -> None:
    values = np.stack([RAMP, RAMP])
    dataset = grey(RAMP, NumberOfFrames=2, PixelData=values.tobytes())
    groups = []
    for center in (-50, 50):
        voi, group = Dataset(), Dataset()
        voi.WindowCenter, voi.WindowWidth = center, 20
        group.FrameVOILUTSequence = Sequence([voi])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    for number, center in ((1, -50), (2, 50)):
        window = Window(center, 20)
        assert (drawn(part10(dataset), number) == drawn(part10(grey(RAMP)), window=window)).all()


def test_a_region_is_flipped_and_scaled_down_into_the_viewport() -> None:
    values = np.arange(64, dtype="<u1").reshape(8, 8) * 4
    file = part10(grey(values, WindowCenter=128, WindowWidth=256))
    flipped = drawn(file, viewport=Viewport(8, 8, (2, 1, -4, -3)))
    assert farthest(flipped, values[1:4, 2:6][::-1, ::-1]) <= 1
    assert drawn(file, viewport=Viewport(4, 100)).shape == (4, 4)
    assert drawn(file, viewport=Viewport(100, 100, (0, 0, math.inf, math.inf))).shape == (8, 8)
