"""The part of the image that is asked for, made to fit the viewport without changing its shape."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from server.errors import Malformed
from server.rendering.image import MOST_PIXELS, Image
from server.rendering.request import Viewport

LARGEST_FACTOR = 16
LONGEST_SIDE = 65_500
"""What a JPEG encoder takes; longer pictures are scaled down."""


def fit(pixels: NDArray[np.uint8], image: Image, viewport: Viewport | None, factor: int = 1) -> Pillow.Image:
    """The picture of a source region, flipped as asked, scaled down into the viewport (PS3.18 8.3.5.1.3).

    `pixels` may be the image reduced by a whole `factor` already. Pixels that are not square are made so. A picture
    is never enlarged beyond its own pixels.
    """
    if viewport is not None and viewport.region is not None:
        pixels = _region(pixels, *viewport.region)
    picture = Pillow.fromarray(np.ascontiguousarray(pixels))
    columns, rows = picture.size
    if factor > 1:
        columns, rows = image.columns, image.rows
    width, height = _square(columns, rows, image.aspect)
    most_wide, most_high = (viewport.width, viewport.height) if viewport else (LONGEST_SIDE, LONGEST_SIDE)
    scale = min(1.0, most_wide / width, most_high / height, math.sqrt(MOST_PIXELS / (width * height)))
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    if (width, height) == picture.size:
        return picture
    if factor == 1 and (factor := whole_factor(1 / scale)) > 1:
        picture = picture.reduce(factor)
    how = Pillow.Resampling.BOX if width < columns else Pillow.Resampling.BICUBIC
    # the last block of a reduced image may be no whole one
    return picture.resize((width, height), how, (0, 0, columns / factor, rows / factor))


def whole_factor(shrinking: float) -> int:
    """The power of two by which an image is reduced first when it is made that many times smaller."""
    factor = 1
    while factor * 2 <= min(shrinking, LARGEST_FACTOR):
        factor *= 2
    return factor


def _region(pixels: NDArray[np.uint8], x: float, y: float, width: float, height: float) -> NDArray[np.uint8]:
    rows, columns = pixels.shape[:2]
    left, right = _bounds(x, abs(width), columns)
    top, bottom = _bounds(y, abs(height), rows)
    cut = pixels[top:bottom, left:right]
    return cut[:: -1 if height < 0 else 1, :: -1 if width < 0 else 1]


def _bounds(start: float, length: float, size: int) -> tuple[int, int]:
    first = math.floor(start)
    last = size if math.isinf(length) else math.ceil(start + length)
    if not 0 <= first < last <= size:
        raise Malformed("The viewport's source region reaches beyond the image.", size=size)
    return first, last


def _square(width: int, height: int, aspect: tuple[int, int]) -> tuple[int, int]:
    """The size with square pixels; `aspect` is vertical : horizontal (PS3.3 C.7.6.3.1.7)."""
    vertical, horizontal = aspect
    if vertical > horizontal:
        return width, round(height * min(vertical / horizontal, 16))
    return round(width * min(horizontal / vertical, 16)), height
