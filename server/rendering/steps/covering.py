"""What lies over the image: the display shutter, then the overlay planes (PS3.4 N.2)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from server.rendering.image import Image, Overlay, Shutter
from server.rendering.request import Viewport
from server.rendering.steps.viewport import fit

Bits = NDArray[np.uint8]
"""A plane of single bits, 0 or 1, rows x columns."""

_WHITE = 255
_FAR = 2 * 65_535
"""A corner of a polygon farther away than this is drawn as if it were here."""


def shut(picture: Pillow.Image, image: Image, shutter: Shutter, viewport: Viewport | None) -> Pillow.Image:
    """The picture with all that lies outside the shutter's shapes covered in its colour."""
    grey = (shutter.grey + 128) // 257  # P-Values of 16 bits to 8
    colour: int | tuple[int, int, int] = grey
    if picture.mode == "RGB":
        colour = srgb_of(shutter.lab) if len(shutter.lab) == 3 else (grey, grey, grey)
    return _cover(picture, 1 - inside(image, shutter), colour, image, viewport)


def inside(image: Image, shutter: Shutter) -> Bits:
    """What of the image lies inside every one of the shutter's shapes."""
    open_part = np.ones((image.rows, image.columns), np.uint8)
    if shutter.rectangle:
        open_part &= _inside_rectangle(image, shutter.rectangle)
    if shutter.circle:
        open_part &= _inside_circle(image, shutter.circle)
    if shutter.polygon:
        open_part &= _inside_polygon(image, shutter.polygon)
    return open_part


def overlay(picture: Pillow.Image, image: Image, planes: Sequence[Bits], viewport: Viewport | None) -> Pillow.Image:
    """The picture with the bits of the planes, each of the size of the image, in white."""
    colour = (_WHITE,) * 3 if picture.mode == "RGB" else _WHITE
    for plane in planes:
        picture = _cover(picture, plane, colour, image, viewport)
    return picture


def place(bits: Bits, plane: Overlay, image: Image) -> Bits:
    """The bits of an overlay plane where its origin puts them over the image; what lies beside it is cut off."""
    placed = np.zeros((image.rows, image.columns), np.uint8)
    top, left = plane.top - 1, plane.left - 1
    cut = bits[max(0, -top) : image.rows - top, max(0, -left) : image.columns - left]
    if cut.size:
        placed[max(0, top) : max(0, top) + cut.shape[0], max(0, left) : max(0, left) + cut.shape[1]] = cut
    return placed


def _cover(
    picture: Pillow.Image,
    bits: Bits,
    colour: int | tuple[int, ...],
    image: Image,
    viewport: Viewport | None,
) -> Pillow.Image:
    """The bits fitted as the picture was, so that they lie where they belong; part of a pixel covers in part."""
    covered = picture.copy()
    covered.paste(colour, (0, 0, *picture.size), fit(bits * np.uint8(255), image, viewport))
    return covered


def _inside_rectangle(image: Image, edges: tuple[int, ...]) -> Bits:
    """From edge to edge; the rows and columns of the edges themselves are seen."""
    left, right, top, bottom = edges
    rows, columns = _positions(image)
    return ((rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right)).astype(np.uint8)


def _inside_circle(image: Image, circle: tuple[int, ...]) -> Bits:
    row, column, radius = (float(number) for number in circle)
    rows, columns = _positions(image)
    # PS3.3 table C.7-17a: the radius counts in pixels along the row, so those that are not square need fewer rows
    vertical, horizontal = image.aspect
    return (((rows - row) * vertical / horizontal) ** 2 + (columns - column) ** 2 <= radius**2).astype(np.uint8)


def _inside_polygon(image: Image, corners: tuple[int, ...]) -> Bits:
    mask = Pillow.new("L", (image.columns, image.rows), 0)
    near = [max(-_FAR, min(_FAR, corner)) - 1 for corner in corners]
    around = list(zip(near[1::2], near[::2], strict=True))
    ImageDraw.Draw(mask).polygon(around, fill=1, outline=1)
    return np.asarray(mask)


def _positions(image: Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows and columns counted from 1, as a column and as a row."""
    return np.arange(1.0, image.rows + 1)[:, None], np.arange(1.0, image.columns + 1)[None, :]


def srgb_of(lab: tuple[int, ...]) -> tuple[int, int, int]:
    """sRGB of a CIELab colour of 16 bits a component, of white D50 (PS3.3 C.10.7.1.1)."""
    lightness, a, b = lab[0] / 65535 * 100, lab[1] / 257 - 128, lab[2] / 257 - 128
    fy = (lightness + 16) / 116
    xyz = [
        _stretched(f) * white for f, white in zip((fy + a / 500, fy, fy - b / 200), (0.9642, 1, 0.8249), strict=True)
    ]
    # Bradford-adapted from D50, then IEC 61966-2-1
    to_linear = np.array(
        [[3.1339, -1.6169, -0.4906], [-0.9788, 1.9161, 0.0335], [0.0719, -0.2290, 1.4052]], dtype=np.float64
    )
    linear = np.clip(to_linear @ np.array(xyz), 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (int(channel) for channel in np.rint(encoded * 255))
    return red, green, blue


def _stretched(f: float) -> float:
    return float(f**3) if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29)
