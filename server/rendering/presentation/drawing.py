"""Graphics and texts of the layers on a picture: with an edge, so that they are seen on any ground (PS3.3 C.10.5)."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from server.rendering.lettering import edge_of, font, height_of, size_for, told, wrap, write
from server.rendering.presentation.curves import outline
from server.rendering.presentation.placement import Placement, lay
from server.rendering.presentation.state import Colour, Graphic, Layer, Points, State, Text
from server.rendering.steps.covering import Bits

MOST_DRAWN = 100_000
"""Points of one picture; what comes after them is not drawn."""

MOST_TEXTS = 500
_SMALLEST = 9
_FAR = 30_000


def annotate(picture: Pillow.Image, state: State, on: Placement, instance_uid: str, frame_number: int) -> Pillow.Image:
    """The picture with what the state draws on this frame, layer by layer."""
    shown = [one for one in state.annotations if one.selection.covers(instance_uid, frame_number)]
    if not shown:
        return picture
    layers = {layer.name: layer for layer in state.layers}
    ordered = sorted(shown, key=lambda one: layers.get(one.layer, Layer("", 0)).order)
    if any(isinstance(layers[one.layer].colour, tuple) for one in shown if one.layer in layers):
        picture = picture.convert("RGB")
    points = texts = 0
    for one in ordered:
        colour = layers[one.layer].colour if one.layer in layers else 255
        for graphic in one.graphics:
            points += len(graphic.points)
            if points <= MOST_DRAWN:
                _mark(picture, graphic, on, colour)
        for text in one.texts:
            texts += 1
            if texts <= MOST_TEXTS:
                _write(picture, text, on, colour)
    return picture


def overlaid(picture: Pillow.Image, state: State, on: Placement, planes: Mapping[int, Bits]) -> Pillow.Image:
    """The picture with the overlay planes that the state has shown, each in the colour of its layer."""
    layers = {layer.name: layer for layer in state.layers}
    shown = [(layers.get(name, Layer(name, 0)), planes[group]) for group, name in state.activated if group in planes]
    if any(isinstance(layer.colour, tuple) for layer, _ in shown):
        picture = picture.convert("RGB")
    for layer, bits in sorted(shown, key=lambda one: one[0].order):
        picture.paste(_shades(picture, layer.colour)[0], (0, 0, *picture.size), lay(bits * np.uint8(255), on))
    return picture


def _mark(picture: Pillow.Image, graphic: Graphic, on: Placement, colour: Colour) -> None:
    placed = _placed(graphic.points, on, displayed=graphic.displayed)
    draw = ImageDraw.Draw(picture)
    fill, edge = _shades(picture, colour)
    if graphic.kind == "POINT":
        for x, y in placed[:1]:
            if max(abs(x), abs(y)) < _FAR:
                draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=fill, outline=edge)
        return
    line = outline(graphic.kind, placed)
    if len(line) < 2:
        return
    if graphic.filled and np.array_equal(line[0], line[-1]):
        draw.polygon([(float(x), float(y)) for x, y in np.clip(line, -_FAR, _FAR)], fill=fill, outline=edge)
        return
    strokes = list(_strokes(line, picture.width, picture.height))
    for width, shade in ((3, edge), (1, fill)):
        for stroke in strokes:
            draw.line(stroke, fill=shade, width=width)


def _placed(points: Points, on: Placement, *, displayed: bool) -> Points:
    return on.of_area(points) if displayed else on.of_image(points)


def _strokes(line: Points, width: int, height: int) -> Iterator[list[tuple[float, float]]]:
    """The line, or those of its segments that cross the picture, cut off near it: a line costs what is seen of it."""
    margin = 4.0
    low, high = np.array([-margin, -margin]), np.array([width + margin, height + margin])
    if ((line >= low) & (line <= high)).all():
        yield [(float(x), float(y)) for x, y in line]
        return
    start, step = line[:-1], np.diff(line, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossings = np.stack([(low - start) / step, (high - start) / step])
    still = step == 0
    inside = (start >= low) & (start <= high)
    enters = np.where(still, np.where(inside, -np.inf, np.inf), crossings.min(axis=0)).max(axis=1)
    leaves = np.where(still, np.where(inside, np.inf, -np.inf), crossings.max(axis=0)).min(axis=1)
    first, last = np.maximum(enters, 0), np.minimum(leaves, 1)
    for at in np.flatnonzero(first <= last):
        ends = [start[at] + share * step[at] for share in (first[at], last[at])]
        yield [(float(x), float(y)) for x, y in ends]


def _write(picture: Pillow.Image, text: Text, on: Placement, colour: Colour) -> None:
    lines = [told(line, "text") if line else "" for line in text.lines]
    anchor = None if text.anchor is None else _corner(text.anchor, on, displayed=text.anchor_displayed)
    if text.box is None:
        if anchor is not None:
            size = size_for(*picture.size)
            # PS3.3 C.10.5.1: without a box the text is somewhere near its anchor
            _put(picture, (anchor[0] + 4, anchor[1] - size), lines, size, colour)
        return
    first, second = (_corner(corner, on, displayed=text.box_displayed) for corner in text.box)
    low, high = np.minimum(first, second), np.maximum(first, second)
    if text.anchor_visible and anchor is not None:
        nearest = np.clip(anchor, low, high)
        _mark(picture, Graphic("POLYLINE", np.stack([anchor, nearest]) / _of_one(on), displayed=True), on, colour)
    size, fitted = _fitted(lines, size_for(*picture.size), high - low)
    share = {"RIGHT": 1.0, "CENTER": 0.5}.get(text.justification, 0.0)
    for number, line in enumerate(fitted):
        spare = float(high[0] - low[0]) - font(size).getlength(line)
        _put(picture, (low[0] + max(0.0, spare) * share, low[1] + number * height_of(size)), [line], size, colour)


def _put(picture: Pillow.Image, at: Sequence[float], lines: Sequence[str], size: int, colour: Colour) -> None:
    if max(abs(at[0]), abs(at[1])) < _FAR:
        write(picture, (float(at[0]), float(at[1])), lines, size, colour)


def _of_one(on: Placement) -> NDArray[np.float64]:
    return np.array(on.extent) * on.scale


def _corner(point: tuple[float, float], on: Placement, *, displayed: bool) -> NDArray[np.float64]:
    placed: NDArray[np.float64] = _placed(np.array([point]), on, displayed=displayed)[0]
    return placed


def _fitted(lines: Sequence[str], largest: int, room: NDArray[np.float64]) -> tuple[int, list[str]]:
    """The largest letters in which the text fits its box; the smallest where none does, and the text goes beyond it."""
    size = largest
    while True:
        width = max(float(room[0]), 12.0 * size)
        broken = [part for line in lines for part in wrap(line, size, width)]
        fits = len(broken) * height_of(size) <= room[1] and all(font(size).getlength(one) <= room[0] for one in broken)
        if fits or size <= _SMALLEST:
            return size, broken
        size = max(_SMALLEST, size * 4 // 5)


def _shades(picture: Pillow.Image, colour: Colour) -> tuple[Colour, Colour]:
    """The colour, and the edge that parts it from the ground, as the picture takes them."""
    three = (colour, colour, colour) if isinstance(colour, int) else colour
    dark = edge_of(colour)
    if picture.mode == "L":
        return colour if isinstance(colour, int) else round(sum(three) / 3), dark
    return three, (dark, dark, dark)
