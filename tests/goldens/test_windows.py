"""The three window functions against their closed forms (PS3.3 C.11.2.1.2 and C.11.2.1.3)."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.rendering.request import Viewport, Window
from tests.factories import image, part10
from tests.goldens.drawing import drawn, farthest
from tests.goldens.images import grey

RAMP = np.arange(-128, 128, dtype="<i2").reshape(16, 16)


def linear(x: NDArray[Any], c: float, w: float) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.2.1, word for word, for an output of 0 to 255."""
    y = ((x - (c - 0.5)) / (w - 1) + 0.5) * 255 if w > 1 else np.zeros(x.shape)
    return np.where(x <= c - 0.5 - (w - 1) / 2, 0, np.where(x > c - 0.5 + (w - 1) / 2, 255, y))


def linear_exact(x: NDArray[Any], c: float, w: float) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.3.2."""
    return np.where(x <= c - w / 2, 0, np.where(x > c + w / 2, 255, ((x - c) / w + 0.5) * 255))


def sigmoid(x: NDArray[Any], c: float, w: float) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.3.1."""
    with np.errstate(over="ignore"):
        return 255 / (1 + np.exp(-4 * (x - c) / w))


FUNCTIONS = {"LINEAR": linear, "LINEAR_EXACT": linear_exact, "SIGMOID": sigmoid}
WINDOWS = [(0, 256), (40, 80), (0.5, 1), (-20.25, 33.5), (1000, 10), (0, 2)]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("center", "width"), WINDOWS)
def test_a_window_in_the_header_is_applied_by_its_function(center: float, width: float, function: str) -> None:
    found = drawn(part10(grey(RAMP, WindowCenter=center, WindowWidth=width, VOILUTFunction=function)))
    assert farthest(found, FUNCTIONS[function](RAMP.astype(float), center, width)) <= 0.5000001


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("center", "width"), WINDOWS)
def test_a_window_that_is_asked_for_goes_before_the_headers(center: float, width: float, function: str) -> None:
    found = drawn(
        part10(grey(RAMP, WindowCenter=7, WindowWidth=9, RescaleSlope=2, RescaleIntercept=-5)),
        window=Window(center, width, function),
    )
    assert farthest(found, FUNCTIONS[function](RAMP * 2.0 - 5, center, width)) <= 0.5000001


@pytest.mark.parametrize("size", [(600, 480), (601, 483)])
@pytest.mark.parametrize("viewport", [(200, 200), (100, 130), (37, 512)])
def test_a_large_film_in_a_small_viewport_is_that_of_every_pixel(
    size: tuple[int, int], viewport: tuple[int, int]
) -> None:
    """Reduced before it is windowed, or windowed and then reduced: within a grey level of each other."""
    rng = np.random.default_rng(3)
    shades = 2000 + 1500 * np.sin(np.arange(size[1]) / 31) * np.cos(np.arange(size[0])[:, None] / 43)
    stored = np.clip(shades + rng.normal(0, 25, size), 0, 4095).astype("<u2")
    file = part10(image(Rows=size[0], Columns=size[1], PixelData=stored.tobytes(), WindowCenter=2000, WindowWidth=3000))
    wish = {"viewport": Viewport(*viewport)}
    assert farthest(drawn(file, reducing=True, **wish), drawn(file, **wish).astype(float)) <= 1
