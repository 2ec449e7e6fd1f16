"""Colour images with known truth: planes, YBR and palettes (PS3.3 C.7.6.3.1)."""

import numpy as np
import pytest

from tests.factories import part10
from tests.goldens.drawing import drawn, farthest
from tests.goldens.images import coloured, grey, palette

CUBE = np.random.default_rng(7).integers(0, 256, (6, 8, 3), dtype="u1")


def test_rgb_is_untouched() -> None:
    assert (drawn(part10(coloured(CUBE))) == CUBE).all()


def test_colour_by_plane_is_drawn_as_colour_by_pixel() -> None:
    planes = np.ascontiguousarray(np.moveaxis(CUBE, -1, 0))
    dataset = coloured(CUBE, PlanarConfiguration=1, PixelData=planes.tobytes())
    assert (drawn(part10(dataset)) == CUBE).all()


@pytest.mark.parametrize(("dtype", "stored"), [("<u2", 16), ("<u2", 12), ("<u2", 8)])
def test_deep_colour_is_scaled_to_eight_bits(dtype: str, stored: int) -> None:
    deep = (CUBE.astype(dtype) * (2**stored - 1) / 255).astype(dtype)
    found = drawn(part10(coloured(deep, BitsStored=stored)))
    assert farthest(found, deep / (2**stored - 1) * 255) <= 0.5


def ybr(rgb: np.ndarray) -> np.ndarray:
    """PS3.3 C.7.6.3.1.2: YBR_FULL."""
    matrix = np.array([[0.2990, 0.5870, 0.1140], [-0.1687, -0.3313, 0.5000], [0.5000, -0.4187, -0.0813]])
    return np.clip(np.rint(rgb @ matrix.T + [0, 128, 128]), 0, 255).astype("u1")


@pytest.mark.parametrize("planar", [0, 1])
def test_ybr_full_becomes_rgb(planar: int) -> None:
    samples = ybr(CUBE)
    laid_out = np.ascontiguousarray(np.moveaxis(samples, -1, 0)) if planar else samples
    dataset = coloured(samples, "YBR_FULL", PlanarConfiguration=planar, PixelData=laid_out.tobytes())
    assert farthest(drawn(part10(dataset)), CUBE) <= 2  # each way rounds


def test_ybr_full_422_shares_its_chrominance_between_two_pixels() -> None:
    pairs = np.repeat(CUBE[:, ::2], 2, axis=1)
    full = ybr(pairs)
    stored = np.stack([full[:, ::2, 0], full[:, 1::2, 0], full[:, ::2, 1], full[:, ::2, 2]], axis=-1)
    dataset = coloured(full, "YBR_FULL_422", PixelData=stored.tobytes())
    assert farthest(drawn(part10(dataset)), pairs) <= 2


@pytest.mark.parametrize("first", [0, 2])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_palette_colours_its_indices_and_clamps_at_its_ends(bits: int, first: int) -> None:
    entries = [value * (257 if bits == 16 else 1) for value in (10, 200, 30, 255)]
    indices = np.arange(8, dtype="u1").reshape(2, 4)
    dataset = grey(indices, PhotometricInterpretation="PALETTE COLOR", **palette(entries, bits, first))
    at = np.clip(indices.astype(int) - first, 0, 3)
    red, green, blue = np.array([10, 200, 30, 255]), np.array([255, 30, 200, 10]), np.full(4, 255)
    assert (drawn(part10(dataset)) == np.stack([red[at], green[at], blue[at]], axis=-1)).all()


def test_a_segmented_palette_colours_as_the_entries_that_it_stands_for() -> None:
    units = np.array([0, 2, 0, 257 * 100, 1, 2, 257 * 200], "<u2").tobytes()
    indices = np.arange(4, dtype="u1").reshape(1, 4)
    dataset = grey(indices, PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [4, 0, 16])
        setattr(dataset, f"Segmented{colour}PaletteColorLookupTableData", units)
    assert (drawn(part10(dataset))[0] == np.array([[0] * 3, [100] * 3, [150] * 3, [200] * 3])).all()


@pytest.mark.parametrize(("presentation", "in_colour"), [("COLOR", True), ("MIXED", True), ("MONOCHROME", False)])
def test_a_supplemental_palette_colours_what_lies_above_the_grey(presentation: str, in_colour: bool) -> None:
    values = np.array([[0, 50, 99, 100, 101, 102, 200]], "<u2")
    attributes = palette([10, 200, 30], 8, 100)
    dataset = grey(values, PixelPresentation=presentation, WindowCenter=50, WindowWidth=100, **attributes)
    found = drawn(part10(dataset))
    plain = drawn(part10(grey(values, WindowCenter=50, WindowWidth=100)))
    if not in_colour:
        assert (found == plain).all()
        return
    colours = [[10, 30, 30], [200, 200, 30], [30, 10, 30], [30, 10, 30]]
    assert (found[0, :3] == plain[0, :3, None]).all()
    assert (found[0, 3:] == np.array(colours)).all()


def test_colours_of_a_supplemental_palette_do_not_count_in_the_grey_range() -> None:
    values = np.array([[0, 51, 102, 1000, 1001]], "<u2")
    dataset = grey(values, PixelPresentation="COLOR", **palette([1, 2], 8, 1000))
    assert (drawn(part10(dataset))[0, :3, 0] == [0, 128, 255]).all()
