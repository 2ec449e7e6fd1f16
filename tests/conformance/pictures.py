"""What is expected of a picture: its size, and its grey values by the formulas of PS3.3."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from tests.conformance.table import Exchange, Expected, expected


def picture(exchange: Exchange) -> Image.Image:
    """The last answer, decoded."""
    return Image.open(io.BytesIO(exchange.last.content))


def size(width: int, height: int) -> Expected:
    """The picture's size."""

    @expected(f"a picture of {width} by {height}")
    def check(exchange: Exchange) -> None:
        assert picture(exchange).size == (width, height), picture(exchange).size

    return check


def largest(width: int, height: int) -> Expected:
    """The picture's largest size."""

    @expected(f"a picture of {width} by {height} at most")
    def check(exchange: Exchange) -> None:
        found = picture(exchange).size
        assert found[0] <= width, found
        assert found[1] <= height, found

    return check


def grey(what: str, wanted: Callable[[], Any], within: int = 1) -> Expected:
    """The picture's grey values, each within so many of 255."""

    @expected(what)
    def check(exchange: Exchange) -> None:
        found = np.asarray(picture(exchange).convert("L")).astype(int)
        difference = int(np.abs(found - wanted().astype(int)).max())
        assert difference <= within, f"off by {difference}"

    return check


def _hounsfield() -> Any:
    return (np.arange(24 * 32) * 3).reshape(24, 32) - 1024.0


def linear(center: float, width: float) -> Callable[[], Any]:
    """The first CT slice through a window (PS3.3 C.11.2.1.2.1)."""
    return lambda: np.clip((_hounsfield() - (center - 0.5)) / (width - 1) + 0.5, 0, 1) * 255


def exact(center: float, width: float) -> Callable[[], Any]:
    """The first CT slice through an exactly linear window (PS3.3 C.11.2.1.3.2)."""
    return lambda: np.clip((_hounsfield() - center) / width + 0.5, 0, 1) * 255


def sigmoid(center: float, width: float) -> Callable[[], Any]:
    """The first CT slice through a sigmoid (PS3.3 C.11.2.1.3.1)."""
    return lambda: 255 / (1 + np.exp(-4 * (_hounsfield() - center) / width))
