"""Reading a presentation state from its header as DICOM JSON (PS3.3 A.33.1, A.33.2)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Literal, get_args

import numpy as np

from server.dicom.attributes import tag
from server.dicom.uids import is_uid
from server.errors import NotAcceptable
from server.rendering.grey_values import grey_values
from server.rendering.header import BulkReader, Header, binary, items, numbers, text
from server.rendering.lookup_tables import lookup_table
from server.rendering.presentation.colours import layer_colour
from server.rendering.presentation.planes import activated, covering, own_planes
from server.rendering.presentation.state import (
    Annotation,
    Area,
    Graphic,
    Layer,
    Point,
    Points,
    Reference,
    Selection,
    State,
    Text,
    Voi,
)
from server.rendering.shutters import shutters

GRAYSCALE = "1.2.840.10008.5.1.4.1.1.11.1"
COLOUR = "1.2.840.10008.5.1.4.1.1.11.2"
MOST_REFERENCES = 10_000
MOST_MARKS = 2_000
"""Graphic objects, and as many texts, that are drawn of one annotation item; and items that are looked at."""

MOST_POINTS = 50_000
"""Points that are drawn of one graphic object; a longer one is thinned."""

_MOST_MAGNIFIED = 1e6
_FARTHEST = 1e9
_MOST_LINES, _LONGEST_LINE = 60, 400
_Mode = Literal["SCALE TO FIT", "TRUE SIZE", "MAGNIFY"]


def read_state(header: Header, read: BulkReader) -> State:
    """The state; `NotAcceptable` when it refers to no image."""
    references = tuple(islice(_references(header), MOST_REFERENCES))
    if not references:
        raise NotAcceptable("This presentation state refers to no image.")
    modality = grey_values(header, None, read)
    [*lut] = items(header, "PresentationLUTSequence")
    table = lookup_table(lut[0], read) if lut else None
    rotation = numbers(header, "ImageRotation")
    return State(
        references=references,
        modality=replace(modality, windows=(), voi_lut=None, presentation_lut=table),
        vois=tuple(
            Voi(_selection(item), grey_values(item, None, read)) for item in items(header, "SoftcopyVOILUTSequence")
        ),
        inverse=table is None and text(header, "PresentationLUTShape") == "INVERSE",
        rotation=int(rotation[0]) % 360 if rotation and rotation[0] % 90 == 0 else 0,
        flipped=text(header, "ImageHorizontalFlip") == "Y",
        areas=tuple(
            area for item in items(header, "DisplayedAreaSelectionSequence") if (area := _area(item)) is not None
        ),
        shutter=next(iter(shutters(header, None, 1)), None),
        layers=tuple(_layer(item) for item in items(header, "GraphicLayerSequence")[:MOST_MARKS]),
        annotations=tuple(_annotation(item, read) for item in items(header, "GraphicAnnotationSequence")[:MOST_MARKS]),
        planes=own_planes(header, read),
        activated=activated(header),
        covering=covering(header),
    )


def _references(header: Header) -> Iterator[Reference]:
    for series in items(header, "ReferencedSeriesSequence"):
        series_uid = text(series, "SeriesInstanceUID")
        for uid, frames in _selection(series).images:
            if is_uid(series_uid) and is_uid(uid):
                yield Reference(series_uid, uid, frames)


def _selection(item: Header) -> Selection:
    return Selection(
        tuple(
            (text(image, "ReferencedSOPInstanceUID"), tuple(map(int, numbers(image, "ReferencedFrameNumber"))))
            for image in items(item, "ReferencedImageSequence")
        )
    )


def _area(item: Header) -> Area | None:
    corners = [numbers(item, f"DisplayedArea{corner}HandCorner") for corner in ("TopLeft", "BottomRight")]
    if any(len(corner) != 2 for corner in corners):
        return None
    spacing = numbers(item, "PresentationPixelSpacing") or numbers(item, "PresentationPixelAspectRatio")
    ratio = spacing[0] / spacing[1] if len(spacing) == 2 and min(spacing) > 0 else 1.0
    mode = text(item, "PresentationSizeMode")
    magnification = numbers(item, "PresentationPixelMagnificationRatio")
    (left, top), (right, bottom) = (map(int, corner) for corner in corners)
    return Area(
        _selection(item),
        (left, top),
        (right, bottom),
        next((known for known in get_args(_Mode) if known == mode), "SCALE TO FIT"),
        min(max(ratio, 1 / 16), 16),
        min(magnification[0], _MOST_MAGNIFIED) if magnification and magnification[0] > 0 else 1.0,
    )


def _layer(item: Header) -> Layer:
    order = numbers(item, "GraphicLayerOrder")
    return Layer(text(item, "GraphicLayer"), int(order[0]) if order else 0, layer_colour(item))


def _annotation(item: Header, read: BulkReader) -> Annotation:
    graphics = (_graphic(one, read) for one in items(item, "GraphicObjectSequence")[:MOST_MARKS])
    written = (_text(one) for one in items(item, "TextObjectSequence")[:MOST_MARKS])
    return Annotation(
        _selection(item),
        text(item, "GraphicLayer"),
        tuple(one for one in graphics if one is not None),
        tuple(one for one in written if one is not None),
    )


def _graphic(item: Header, read: BulkReader) -> Graphic | None:
    kind, units = text(item, "GraphicType"), text(item, "GraphicAnnotationUnits")
    found = _points(item, read)
    if found is None or units not in {"PIXEL", "DISPLAY"}:
        return None
    return Graphic(kind, found, units == "DISPLAY", text(item, "GraphicFilled") == "Y")


def _text(item: Header) -> Text | None:
    lines = text(item, "UnformattedTextValue").replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_MOST_LINES]
    box = [_point(item, f"BoundingBox{corner}HandCorner") for corner in ("TopLeft", "BottomRight")]
    anchor = _point(item, "AnchorPoint")
    if not any(lines) or (None in box and anchor is None):
        return None
    return Text(
        tuple(line[:_LONGEST_LINE] for line in lines),
        (box[0], box[1]) if box[0] is not None and box[1] is not None else None,
        text(item, "BoundingBoxAnnotationUnits") == "DISPLAY",
        text(item, "BoundingBoxTextHorizontalJustification") or "LEFT",
        anchor,
        text(item, "AnchorPointAnnotationUnits") == "DISPLAY",
        text(item, "AnchorPointVisibility") == "Y",
    )


def _point(item: Header, keyword: str) -> Point | None:
    found = numbers(item, keyword)
    return (found[0], found[1]) if len(found) == 2 else None


def _points(item: Header, read: BulkReader) -> Points | None:
    """The points of a graphic object, thinned when they are too many; None when one is none, or absurdly far away."""
    element = item.get(tag("GraphicData")) or {}
    data = binary(element, read)
    if data:
        found = np.frombuffer(data[: len(data) // 4 * 4], "<f4").astype(np.float64)
    else:
        found = np.array(numbers(item, "GraphicData"), np.float64)
    if found.size < 2 or not np.isfinite(found).all() or np.abs(found).max() > _FARTHEST:
        return None
    pairs = found[: found.size // 2 * 2].reshape(-1, 2)
    return pairs if len(pairs) <= MOST_POINTS else pairs[np.linspace(0, len(pairs) - 1, MOST_POINTS).astype(np.int64)]
