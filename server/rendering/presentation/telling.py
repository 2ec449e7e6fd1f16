"""A presentation state in words that a viewer can follow itself: window, turns, area, shutter and marks as JSON.

Points count from the middle of an image's first pixel, or are shares of the displayed area where `displayed` says so.
Flips come first, and then the turn. Where `greys` is true, tables, sigmoids, overlay planes or bitmap shutters are
seen only in pictures that the server draws with the state; those are inverted already. What cannot be told is said in
a sentence.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from server.rendering.presentation.curves import outline
from server.rendering.presentation.state import Annotation, Area, Graphic, Points, Selection, State, Text

MOST_TOLD = 200_000
"""Points of all marks together that are told."""


def told(state: State, *, dark_is_high: bool) -> dict[str, Any]:
    """The state for images whose own photometric interpretation shows high values dark, or not."""
    greys = _needs_drawing(state)
    windows = [
        {"images": _images(voi.selection), "center": voi.values.windows[0][0], "width": voi.values.windows[0][1]}
        for voi in state.vois
        if voi.values.windows and voi.values.function == "LINEAR"
    ]
    orders = {layer.name: layer for layer in state.layers}
    marks = sorted(state.annotations, key=lambda one: orders[one.layer].order if one.layer in orders else 0)
    room = [MOST_TOLD]
    return {
        "images": [
            _reference(one.instance_uid, one.frames) | {"series_uid": one.series_uid} for one in state.references
        ],
        "windows": windows,
        # PS3.3 C.10.6 turns before it flips: the other way round the turn has the other sense
        "rotation": (-state.rotation) % 360 if state.flipped else state.rotation,
        "flip_horizontal": state.flipped,
        "greys": greys,
        "invert": not greys and state.inverse != dark_is_high,
        "areas": [_area(area) for area in state.areas],
        "shutter": _shutter(state),
        "annotations": [
            _annotation(one, orders[one.layer].colour if one.layer in orders else 255, room) for one in marks
        ],
        "left_out": list(_left_out(state)),
    }


def _needs_drawing(state: State) -> bool:
    """Whether there is more to its greys than linear windows and shutters of lines."""
    tables = (state.modality.modality_lut, state.modality.presentation_lut, *(voi.values.voi_lut for voi in state.vois))
    curved = any(voi.values.windows and voi.values.function != "LINEAR" for voi in state.vois)
    return curved or any(table is not None for table in (*tables, state.covering)) or bool(state.activated)


def _left_out(state: State) -> Iterator[str]:
    if any(area.mode == "TRUE SIZE" for area in state.areas):
        yield "It asks for true size, which no browser knows."


def _images(selection: Selection) -> list[dict[str, Any]]:
    return [_reference(uid, frames) for uid, frames in selection.images]


def _reference(instance_uid: str, frames: tuple[int, ...]) -> dict[str, Any]:
    return {"instance_uid": instance_uid, "frames": list(frames)}


def _area(area: Area) -> dict[str, Any]:
    across, down = zip(area.top_left, area.bottom_right, strict=True)
    return {
        "images": _images(area.selection),
        "left": min(across) - 1.5,
        "right": max(across) - 0.5,
        "top": min(down) - 1.5,
        "bottom": max(down) - 0.5,
        "magnification": area.magnification if area.mode == "MAGNIFY" else None,
    }


def _shutter(state: State) -> dict[str, Any] | None:
    shutter = state.shutter
    if shutter is None or not (shutter.rectangle or shutter.circle or shutter.polygon):
        return None
    rows, columns = shutter.polygon[::2], shutter.polygon[1::2]
    return {
        "rectangle": list(shutter.rectangle),
        "circle": list(shutter.circle),
        "polygon": [[column, row] for row, column in zip(rows, columns, strict=False)],
        "grey": (shutter.grey + 128) // 257,
    }


def _annotation(one: Annotation, colour: int | tuple[int, int, int], room: list[int]) -> dict[str, Any]:
    red, green, blue = colour if isinstance(colour, tuple) else (colour, colour, colour)
    return {
        "images": _images(one.selection),
        "colour": f"#{red:02x}{green:02x}{blue:02x}",
        "graphics": [told for graphic in one.graphics if (told := _graphic(graphic, room))],
        "texts": [_text(text) for text in one.texts],
    }


def _graphic(graphic: Graphic, room: list[int]) -> dict[str, Any] | None:
    points = graphic.points if graphic.kind == "POINT" else outline(graphic.kind, graphic.points)
    room[0] -= len(points)
    if len(points) == 0 or room[0] < 0:
        return None
    return {"points": _points(points, graphic.displayed), "displayed": graphic.displayed, "filled": graphic.filled}


def _points(points: Points, displayed: bool) -> list[list[float]]:
    moved: list[list[float]] = np.round(points if displayed else points - 0.5, 4).tolist()
    return moved


def _text(text: Text) -> dict[str, Any]:
    at, displayed = (text.anchor, text.anchor_displayed) if text.box is None else (text.box[0], text.box_displayed)
    x, y = at or (0.0, 0.0)
    offset = 0.0 if displayed else 0.5
    return {"lines": list(text.lines), "x": x - offset, "y": y - offset, "displayed": displayed}
