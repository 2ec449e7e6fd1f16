"""How a series is looked at, with its marks, as a grayscale softcopy presentation state (PS3.3 A.33.1).

The state is about every grey image of a series that has the same modality LUT as the one on the screen, since a state
has one for all (PS3.4 N.2.1). Window, turns and displayed area are those of the screen; marks lie on their own images.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.authoring import document
from server.authoring.document import Authorship, Image
from server.authoring.elements import data_set
from server.authoring.marks import Mark
from server.authoring.measurement_report import axes
from server.authoring.measures import Scale
from server.authoring.planes import Point
from server.dicom.attributes import tag
from server.dicom.dicomjson import value
from server.dicom.dictionary import Attributes
from server.errors import Malformed, NotAcceptable

GRAYSCALE = "1.2.840.10008.5.1.4.1.1.11.1"
SERIES_NUMBER = 9002
_LAYER = "MARKS"
_TOP_LEFT = {
    (0, False): (0, 0),
    (90, False): (0, 1),
    (180, False): (1, 1),
    (270, False): (1, 0),
    (0, True): (1, 0),
    (90, True): (0, 0),
    (180, True): (0, 1),
    (270, True): (1, 1),
}
"""Which corner of an image (left or right, top or bottom) is at the top left once it is turned, and then flipped."""

_BODY_PART = ("BodyPartExamined", "Laterality", "AnatomicRegionSequence")
_RESCALE = ("RescaleIntercept", "RescaleSlope", "RescaleType")


@dataclass(frozen=True, slots=True)
class Look:
    """How a viewport shows an image: first the flips, then `rotation` clockwise; `pan` right and down as seen.

    `window` is center and width, None for the image's own; `zoom` 1 shows all of it, and `pan` counts its pixels.
    """

    window: tuple[float, float] | None = None
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)
    rotation: int = 0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    invert: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mark with the words beside it, on its image."""

    mark: Mark
    image: Image
    scale: Scale
    words: Sequence[str]


def read_look(told: object) -> Look:
    """The look that a viewport's presentation from outside means; `Malformed` when it makes no sense."""
    fields: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    voi, pan = fields.get("voi"), fields.get("pan", {"x": 0, "y": 0})
    rotation, zoom = fields.get("rotation", 0), _real(fields.get("zoom", 1.0))
    window = (_real(voi.get("center")), _real(voi.get("width"))) if isinstance(voi, Mapping) else None
    if rotation not in (0, 90, 180, 270) or not 0.01 <= zoom <= 100 or not isinstance(pan, Mapping):
        raise Malformed("A presentation has rotation 0, 90, 180 or 270, zoom 0.01 to 100, and pan with x and y.")
    if window is not None and not window[1] >= 1:
        raise Malformed("The width of a linear window is 1 or more (PS3.3 C.11.2.1.2).")
    flips = [fields.get(name) is True for name in ("flip_horizontal", "flip_vertical", "invert")]
    return Look(window, zoom, (_real(pan.get("x")), _real(pan.get("y"))), rotation, *flips)


def presentation_state(
    shown: Image, images: Sequence[Image], look: Look, drawn: Sequence[Drawn], label: str, by: Authorship
) -> Attributes:
    """The state; `NotAcceptable` when the image on the screen has colours or a modality LUT of its own."""
    if not _is_grey(shown):
        raise NotAcceptable("A grayscale presentation state is about grey images; this one has colours.")
    if tag("ModalityLUTSequence") in shown.header:
        raise NotAcceptable("A presentation state of images with a modality LUT table is not written here.")
    alike = [one for one in images if _is_grey(one) and _rescale(one) == _rescale(shown)]
    study = document.of_study(shown.header)
    date, time = document.moment(study, by)
    rotation, flipped = turned(look)
    inverse = look.invert != (value(shown.header, "PhotometricInterpretation") == "MONOCHROME1")
    marks = _annotations([one for one in drawn if one.image.ref in {image.ref for image in alike}])
    layer = [data_set(GraphicLayer=_LAYER, GraphicLayerOrder=1, GraphicLayerRecommendedDisplayGrayscaleValue=0xFFFF)]
    state = data_set(
        SOPClassUID=GRAYSCALE,
        ContentLabel="LIGHTBOX",
        ContentDescription=label,
        ContentCreatorName=by.person or None,
        PresentationCreationDate=date,
        PresentationCreationTime=time,
        ReferencedSeriesSequence=document.referenced_series(alike),
        DisplayedAreaSelectionSequence=_areas(alike, look),
        ImageRotation=rotation,
        ImageHorizontalFlip="Y" if flipped else "N",
        PresentationLUTShape="INVERSE" if inverse else "IDENTITY",
        **({"GraphicLayerSequence": layer, "GraphicAnnotationSequence": marks} if marks else {}),
    )
    rescale = {name: shown.header[name] for name in map(tag, _RESCALE) if name in shown.header}
    part = {name: shown.header[name] for name in map(tag, _BODY_PART) if name in shown.header}
    if tag("RescaleSlope") in rescale and tag("RescaleType") not in rescale:
        rescale |= data_set(RescaleType="US")
    series = document.in_series(study, by, "PR", SERIES_NUMBER, "Presentations")
    return dict(sorted((study | series | part | state | rescale | _window(look, shown)).items()))


def turned(look: Look) -> tuple[int, bool]:
    """Flips and then a turn, as the standard has them: a clockwise turn and then one flip (PS3.3 C.10.6)."""
    if look.flip_horizontal == look.flip_vertical:
        return (look.rotation + (180 if look.flip_horizontal else 0)) % 360, False
    return ((180 if look.flip_vertical else 0) - look.rotation) % 360, True


def _window(look: Look, shown: Image) -> Attributes:
    """The window of the screen, or the image's own first one (PS3.3 C.11.8)."""
    if look.window is not None:
        center, width = look.window
    else:
        centers, widths = (
            (shown.header.get(tag(f"Window{name}")) or {}).get("Value", []) for name in ("Center", "Width")
        )
        if not centers or not widths:
            return {}
        center, width = float(centers[0]), float(widths[0])
    return data_set(SoftcopyVOILUTSequence=[data_set(WindowCenter=center, WindowWidth=width)])


def _areas(images: Sequence[Image], look: Look) -> list[Attributes]:
    """What of the images is displayed, one item for all of one size (PS3.3 C.10.4)."""
    by_shape: dict[tuple[int, int, tuple[float, float] | None, tuple[float, float]], list[Image]] = {}
    for image in images:
        columns, rows = (int(value(image.header, keyword)) for keyword in ("Columns", "Rows"))
        spacing = _pair(image.header, "PixelSpacing") or _pair(image.header, "ImagerPixelSpacing")
        ratio = _pair(image.header, "PixelAspectRatio") or (1.0, 1.0)
        by_shape.setdefault((columns, rows, spacing, ratio), []).append(image)
    areas = []
    for (columns, rows, spacing, ratio), alike in by_shape.items():
        first, last = _corners(columns, rows, _aspect(spacing or ratio), look)
        size = (
            data_set(PresentationPixelSpacing=list(spacing))
            if spacing
            else data_set(PresentationPixelAspectRatio=[round(one) for one in _whole(ratio)])
        )
        which = {} if len(by_shape) == 1 else data_set(ReferencedImageSequence=[one.reference() for one in alike])
        area = data_set(
            DisplayedAreaTopLeftHandCorner=first,
            DisplayedAreaBottomRightHandCorner=last,
            PresentationSizeMode="SCALE TO FIT",
        )
        areas.append(dict(sorted((area | size | which).items())))
    return areas


def _corners(columns: int, rows: int, aspect: float, look: Look) -> tuple[list[int], list[int]]:
    """The pixels at the top left and the bottom right of the screen, as they lie there once the image is turned."""
    # the middle of what is seen lies against the pan, which is told on the screen: back through turn and flips
    x, y = -look.pan[0], -look.pan[1]
    x, y = {0: (x, y), 90: (y, -x), 180: (-x, -y), 270: (-y, x)}[look.rotation]
    x, y = (-x if look.flip_horizontal else x), (-y if look.flip_vertical else y) / aspect
    middle = columns / 2 + x, rows / 2 + y
    half = columns / 2 / look.zoom, rows / 2 / look.zoom
    low = [math.floor(middle[axis] - half[axis] + 1e-6) + 1 for axis in (0, 1)]
    high = [max(low[axis], math.ceil(middle[axis] + half[axis] - 1e-6)) for axis in (0, 1)]
    across, down = _TOP_LEFT[turned(look)]
    first = [(low, high)[across][0], (low, high)[down][1]]
    return first, [low[axis] + high[axis] - first[axis] for axis in (0, 1)]


def _annotations(drawn: Sequence[Drawn]) -> list[Attributes]:
    """An item for each frame that has marks (PS3.3 C.10.5)."""
    by_frame: dict[object, list[Drawn]] = {}
    for one in drawn:
        by_frame.setdefault(one.mark.frame, []).append(one)
    items = []
    for together in by_frame.values():
        first = together[0]
        texts = [text for one in together if (text := _text(one))]
        items.append(
            data_set(
                ReferencedImageSequence=[first.image.reference(first.mark.frame.frame_number)],
                GraphicLayer=_LAYER,
                GraphicObjectSequence=[graphic for one in together for graphic in _graphics(one)],
                **({"TextObjectSequence": texts} if texts else {}),
            )
        )
    return items


def _graphics(one: Drawn) -> list[Attributes]:
    at = one.mark.points
    match one.mark.kind:
        case "ellipse":
            return [_graphic("ELLIPSE", axes(at, one.scale))]
        case "polygon":
            return [_graphic("POLYLINE", [*at, at[0]])]
        case "bidirectional" | "cobb":
            return [_graphic("POLYLINE", at[:2]), _graphic("POLYLINE", at[2:])]
        case "arrow":
            return [_graphic("POLYLINE", at), _graphic("POLYLINE", _barbs(at[0], at[1], one.image))]
    return [_graphic("POLYLINE", at)]


def _barbs(words: Point, tip: Point, image: Image) -> list[Point]:
    """The head of an arrow, a fortieth of the image long."""
    size = max(int(value(image.header, keyword)) for keyword in ("Columns", "Rows")) / 40
    length = math.dist(words, tip) or 1.0
    x, y = (tip[0] - words[0]) / length, (tip[1] - words[1]) / length
    ends = [(tip[0] - size * (x + side * y / 2), tip[1] - size * (y - side * x / 2)) for side in (1, -1)]
    return [ends[0], tip, ends[1]]


def _graphic(kind: str, points: Sequence[Point]) -> Attributes:
    return data_set(
        GraphicAnnotationUnits="PIXEL",
        GraphicDimensions=2,
        NumberOfGraphicPoints=len(points),
        GraphicData=[offset + 0.5 for point in points for offset in point],
        GraphicType=kind,
        GraphicFilled="N",
    )


def _text(one: Drawn) -> Attributes | None:
    """The words to the right of the mark; an arrow's where it begins."""
    if not one.words:
        return None
    x, y = one.mark.points[0] if one.mark.kind == "arrow" else max(one.mark.points)
    return data_set(
        UnformattedTextValue="\r\n".join(one.words),
        AnchorPointAnnotationUnits="PIXEL",
        AnchorPoint=[x + 0.5, y + 0.5],
        AnchorPointVisibility="N",
    )


def _is_grey(image: Image) -> bool:
    return str(value(image.header, "PhotometricInterpretation") or "").startswith("MONOCHROME")


def _rescale(image: Image) -> list[object]:
    return [value(image.header, keyword) for keyword in ("RescaleIntercept", "RescaleSlope")]


def _pair(header: Mapping[str, Any], keyword: str) -> tuple[float, float] | None:
    found = (header.get(tag(keyword)) or {}).get("Value", [])
    try:
        down, across = (float(one) for one in found)
    except (TypeError, ValueError):
        return None
    return (down, across) if down > 0 and across > 0 else None


def _aspect(pair: tuple[float, float]) -> float:
    return pair[0] / pair[1]


def _whole(ratio: tuple[float, float]) -> tuple[float, float]:
    """The ratio in whole numbers, as VR IS has them."""
    return ratio if all(one == int(one) for one in ratio) else (ratio[0] / ratio[1] * 1000, 1000)


def _real(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told) or abs(told) > 1e9:
        raise Malformed("A presentation is made of numbers.")
    return float(told)
