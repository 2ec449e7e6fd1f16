"""Large films made small before they are windowed: within a grey level of windowing every pixel first."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from server.rendering.image import Image, Values
from server.rendering.request import Viewport, Window
from server.rendering.steps.grey import grey
from server.rendering.steps.reduced import factor_for, is_linear, reduce, windowed

PLAIN = Image(
    rows=64,
    columns=80,
    samples=1,
    photometric="MONOCHROME2",
    bits_allocated=16,
    bits_stored=16,
    high_bit=15,
    signed=False,
    planar=0,
    number_of_frames=1,
    kind="OW",
    transfer_syntax_uid="1.2.840.10008.1.2.1",
    values=Values(windows=((2000.0, 3000.0),)),
)


def film(rows: int, columns: int, seed: int = 1) -> np.ndarray:
    """Slow shades with hard edges and noise, as a film has them."""
    rng = np.random.default_rng(seed)
    shades = 2000 + 1800 * np.sin(np.arange(columns) / 9) * np.cos(np.arange(rows)[:, None] / 13)
    shades[rows // 3 : rows // 2] += 1500
    shades[:, columns // 4 : columns // 4 + 3] = 4095
    return np.clip(shades + rng.normal(0, 60, (rows, columns)), 0, 4095).astype(np.uint16)


def full_chain(stored: np.ndarray, image: Image, window: Window, factor: int) -> np.ndarray:
    pixels, _ = grey(stored, image, image.values, window)
    return np.asarray(Pillow.fromarray(pixels).reduce(factor))


@pytest.mark.parametrize("size", [(64, 80), (65, 83), (127, 33), (200, 201)])
@pytest.mark.parametrize("factor", [2, 4, 8])
@pytest.mark.parametrize(
    "window", [Window(2000, 3000), Window(2000, 200), Window(3500, 1500, "LINEAR_EXACT"), Window(0, 2)]
)
@pytest.mark.parametrize("inverse", [False, True])
def test_it_is_the_full_chain_within_a_grey_level(
    size: tuple[int, int], factor: int, window: Window, inverse: bool
) -> None:
    image = replace(PLAIN, rows=size[0], columns=size[1], inverse=inverse)
    stored = film(*size)
    found = windowed(reduce(stored, factor), lambda: stored, image, image.values, window).astype(int)
    assert np.abs(found - full_chain(stored, image, window, factor)).max() <= 1


@given(
    seed=st.integers(0, 1000),
    slope=st.sampled_from([1.0, -1.0, 0.5, 2.5]),
    intercept=st.integers(-2000, 2000),
    center=st.integers(-3000, 6000),
    width=st.integers(2, 8000),
)
@settings(deadline=None, derandomize=True, database=None, max_examples=60)
def test_whatever_the_rescale_and_the_window(seed: int, slope: float, intercept: int, center: int, width: int) -> None:
    image = replace(PLAIN, values=Values(slope=slope, intercept=intercept))
    stored = film(64, 80, seed).astype(np.int16)
    found = windowed(reduce(stored, 4), lambda: stored, image, image.values, Window(center, width)).astype(int)
    assert np.abs(found - full_chain(stored, image, Window(center, width), 4)).max() <= 1


def test_the_frame_itself_is_asked_for_only_where_blocks_straddle() -> None:
    stored = film(64, 80)

    def never() -> np.ndarray:
        raise AssertionError

    windowed(reduce(stored, 4), never, PLAIN, PLAIN.values, Window(2048, 4097))


@pytest.mark.parametrize(
    ("viewport", "factor"),
    [
        (None, 1),
        (Viewport(80, 64), 1),
        (Viewport(41, 64), 1),
        (Viewport(40, 32), 2),
        (Viewport(512, 16), 4),
        (Viewport(1, 1), 16),
    ],
)
def test_the_factor_is_a_power_of_two_that_leaves_more_than_the_viewport(
    viewport: Viewport | None, factor: int
) -> None:
    assert factor_for(PLAIN, viewport) == factor


def test_what_is_no_straight_line_is_not_reduced() -> None:
    assert is_linear(PLAIN, PLAIN.values, None)
    assert is_linear(PLAIN, Values(), Window(1, 2))
    assert not is_linear(PLAIN, Values(), None)
    assert not is_linear(PLAIN, PLAIN.values, Window(1, 2, "SIGMOID"))
    assert not is_linear(PLAIN, replace(PLAIN.values, function="SIGMOID"), None)
    assert not is_linear(replace(PLAIN, photometric="RGB", samples=3), PLAIN.values, None)
