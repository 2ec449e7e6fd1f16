"""What a mark measures on its image, the same as the viewer says beside it (`annotations/measures.js`)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from server.authoring import codes
from server.authoring.codes import Code
from server.authoring.content_tree import items
from server.authoring.marks import Mark
from server.authoring.planes import Point
from server.dicom.attributes import tag
from server.dicom.dicomjson import value

KINDS = {
    "": "not calibrated",
    "patient": "",
    "detector": "at the detector plane",
    "geometry": "corrected for magnification",
    "fiducial": "calibrated by a known object",
    "corrected": "calibrated",
    "unsaid": "at an unknown plane",
    "hand": "calibrated by hand",
}
"""What is said of lengths and areas of each kind of scale."""

_PROJECTIONS = {"CR", "DX", "MG", "RF", "XA", "IO", "PX", "RG"}
"""Modalities in which the way from the patient to the detector enlarges."""

_A_LOT = 999.95
"""Square millimetres that are told as square centimetres."""

_LEAST = 1e-6
"""Millimetres; what is less counts as none."""

_PLAIN = Decimal("1e-6")
"""The least number that a browser writes without an exponent."""

_WIDE = Context(prec=400)

_FLAT, _CENTIMETRES = 1, 3
"""Region Spatial Format and Physical Units of what is measured in ultrasound."""

_STATISTICS = (
    ("mean", codes.MEAN, "Mean"),
    ("deviation", codes.STANDARD_DEVIATION, "SD"),
    ("minimum", codes.MINIMUM, "Min"),
    ("maximum", codes.MAXIMUM, "Max"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One number with what it is and its unit; `points` are those of the mark that it was measured between."""

    concept: Code
    value: float
    unit: Code
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a pixel is, across and down: mm where the image says so, else pixels of their own shape.

    `kind` is what the millimetres are worth (PS3.3 10.7.1.2), one of `KINDS`; empty: they are pixels.
    """

    across: float
    down: float
    kind: str = "patient"

    @property
    def calibrated(self) -> bool:
        """Whether it counts millimetres."""
        return self.kind != ""

    def length(self, a: Point, b: Point) -> float:
        """From one point to the other."""
        return math.hypot((b[0] - a[0]) * self.across, (b[1] - a[1]) * self.down)

    def angle(self, vertex_to: tuple[Point, Point], other: tuple[Point, Point]) -> float:
        """Between two directions, in degrees from 0 to 180."""
        (p, q), (r, s) = self._direction(*vertex_to), self._direction(*other)
        return abs(math.degrees(math.atan2(p * s - q * r, p * r + q * s)))

    def cobb(self, a: Point, b: Point, c: Point, d: Point) -> float:
        """Between two end plates, in degrees from 0 to 180, whichever way each was drawn.

        Both are looked along from the same side of the spine, which runs from the middle of one to that of the other.
        """
        spine = self._direction((a[0] + b[0], a[1] + b[1]), (c[0] + d[0], c[1] + d[1]))
        sides = [spine[0] * y - spine[1] * x for x, y in (self._direction(a, b), self._direction(c, d))]
        angle = self.angle((a, b), (c, d))
        if 0 in sides:
            return min(angle, 180 - angle)
        return angle if (sides[0] > 0) == (sides[1] > 0) else 180 - angle

    def area(self, points: Sequence[Point]) -> float:
        """Of the polygon with these corners."""
        after = [*points[1:], points[0]]
        twice = math.fsum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, after, strict=True))
        return abs(twice) / 2 * self.across * self.down

    def by_hand(self, line: Mark | None) -> "Scale":
        """The scale by a line of known length; the same where there is none."""
        length = self.length(*line.points) if line else 0.0
        if line is None or length == 0:
            return self
        factor = line.known / length
        return Scale(self.across * factor, self.down * factor, "hand")

    def _direction(self, a: Point, b: Point) -> Point:
        return (b[0] - a[0]) * self.across, (b[1] - a[1]) * self.down


ON_A_PLANE = Scale(1.0, 1.0)
"""Marks on planes through a volume count millimetres."""


def scale_of(header: Mapping[str, Any], frame_number: int = 1, points: Sequence[Point] = ()) -> Scale:
    """The scale of a frame by its header, and by its functional groups where it has any (PS3.3 C.7.6.16.2.1).

    Of ultrasound it is that of the region in which all of these points lie (PS3.3 C.8.5.5).

    PS3.3 10.7.1.1: Pixel Spacing counts in the patient, Imager Pixel Spacing at the detector; where both say the same,
    nobody has corrected for what lies between the two. Alone in a projection, Pixel Spacing says neither.
    """
    in_patient, at_detector = _spacing(header, frame_number), _two(header, "ImagerPixelSpacing")
    spacing = in_patient or at_detector
    if not spacing and (around := _around(points, header)):
        return Scale(around[1], around[0])
    if not spacing:
        ratio = _two(header, "PixelAspectRatio") or (1.0, 1.0)
        return Scale(1.0, ratio[0] / ratio[1], "")
    if spacing == at_detector:
        return Scale(spacing[1], spacing[0], "detector")
    told = {"GEOMETRY": "geometry", "FIDUCIAL": "fiducial"}.get(str(value(header, "PixelSpacingCalibrationType")))
    unsaid = "unsaid" if value(header, "Modality") in _PROJECTIONS else "patient"
    return Scale(spacing[1], spacing[0], told or ("corrected" if at_detector else unsaid))


def _spacing(header: Mapping[str, Any], frame_number: int) -> tuple[float, float] | None:
    groups = items(header, "PerFrameFunctionalGroupsSequence")[frame_number - 1 : frame_number]
    for group in (*groups, *items(header, "SharedFunctionalGroupsSequence")):
        for measures in items(group, "PixelMeasuresSequence"):
            if found := _two(measures, "PixelSpacing"):
                return found
    return _two(header, "PixelSpacing")


def _around(points: Sequence[Point], header: Mapping[str, Any]) -> tuple[float, float] | None:
    """Rows and columns of the one region of tissue around the points; where another reaches there too, nobody knows."""
    corners = [f"RegionLocation{end}" for end in ("MinX0", "MinY0", "MaxX1", "MaxY1")]
    touched = []
    for region in items(header, "SequenceOfUltrasoundRegions"):
        left, top, right, bottom = (_real(region, keyword) for keyword in corners)
        within = [left - 0.5 <= x <= right + 0.5 and top - 0.5 <= y <= bottom + 0.5 for x, y in points]
        if any(within):
            touched.append((region, all(within)))
    if len(touched) != 1 or not touched[0][1]:
        return None
    [(region, _)] = touched
    units = [_real(region, f"PhysicalUnits{axis}Direction") for axis in "XY"]
    down, across = (10 * abs(_real(region, f"PhysicalDelta{axis}")) for axis in "YX")
    is_tissue = _real(region, "RegionSpatialFormat") == _FLAT and units == [_CENTIMETRES] * 2
    return (down, across) if is_tissue and down > 0 and across > 0 else None


def _real(item: Mapping[str, Any], keyword: str) -> float:
    found = value(item, keyword)
    return float(found) if isinstance(found, int | float) and math.isfinite(found) else math.nan


def unit_of_values(header: Mapping[str, Any]) -> Code:
    """What the modality values of an image count: in CT Hounsfield units, unless it says that they are something else.

    PS3.3 C.11.1.1.2: maps of spectral CT hold effective atomic numbers, densities or percents, and call themselves CT.
    """
    shared = [
        item for group in items(header, "SharedFunctionalGroupsSequence")
        for item in items(group, "PixelValueTransformationSequence")
    ]  # fmt: skip
    kinds = {str(kind) for one in (header, *shared) if (kind := value(one, "RescaleType"))}
    return codes.HOUNSFIELD if value(header, "Modality") == "CT" and kinds <= {"HU"} else codes.NO_UNITS


def measures(mark: Mark, scale: Scale, summary: Mapping[str, Any] | None, unit: Code) -> list[Measured]:
    """Everything that the mark measures; `summary` is what its region holds, None when nothing was counted."""
    long = codes.MILLIMETRE if scale.calibrated else codes.PIXEL
    square = codes.SQUARE_MILLIMETRE if scale.calibrated else codes.SQUARE_PIXEL
    at = mark.points
    match mark.kind:
        case "length":
            return [Measured(codes.LENGTH, scale.length(at[0], at[1]), long, at)]
        case "calibration":
            return [Measured(codes.LENGTH, mark.known, codes.MILLIMETRE, at)]
        case "angle":
            angle = scale.angle((at[1], at[0]), (at[1], at[2]))
            # the vertex ends the first leg and begins the second: four points, as OHIF has them
            return [Measured(codes.ANGLE, angle, codes.DEGREE, (at[0], at[1], at[1], at[2]))]
        case "cobb":
            return [Measured(codes.COBB_ANGLE, scale.cobb(*at), codes.DEGREE, at)]
        case "bidirectional":
            axes = sorted((at[:2], at[2:]), key=lambda ends: -scale.length(ends[0], ends[1]))
            named = zip((codes.LONG_AXIS, codes.SHORT_AXIS), axes, strict=True)
            return [Measured(concept, scale.length(ends[0], ends[1]), long, ends) for concept, ends in named]
        case "ellipse":
            (x1, y1), (x2, y2) = at
            area = math.pi / 4 * abs(x2 - x1) * abs(y2 - y1) * scale.across * scale.down
            return [Measured(codes.AREA, area, square, at), *_counted(at, summary, unit)]
        case "polygon":
            return [Measured(codes.AREA, scale.area(at), square, at), *_counted(at, summary, unit)]
    return []


def words(mark: Mark, scale: Scale, measured: Sequence[Measured]) -> list[str]:
    """The lines of text beside the mark."""
    told = _told_of(mark, measured)
    note = KINDS[scale.kind] if mark.kind != "calibration" and any(one.unit in _OF_SCALE for one in measured) else ""
    return [*told, *([note] if note else []), *([mark.text] if mark.text else [])]


def _told_of(mark: Mark, measured: Sequence[Measured]) -> list[str]:
    of = {one.concept: one for one in measured}
    match mark.kind:
        case "length":
            return [_told(of[codes.LENGTH])]
        case "calibration":
            return [f"{_told(of[codes.LENGTH])}, known"]
        case "angle":
            return [f"{_fixed(of[codes.ANGLE].value, 1)}°"]
        case "cobb":
            return [f"Cobb {_fixed(of[codes.COBB_ANGLE].value, 1)}°"]
        case "bidirectional":
            return [f"{_number(of[codes.LONG_AXIS].value)} × {_told(of[codes.SHORT_AXIS])}"]
        case "ellipse" | "polygon":
            found = [(label, of[concept]) for _, concept, label in _STATISTICS if concept in of]
            units = " HU" if any(one.unit == codes.HOUNSFIELD for _, one in found) else ""
            return [_told(of[codes.AREA]), *(f"{label} {value_text(one.value)}{units}" for label, one in found)]
    return []


def _counted(points: tuple[Point, ...], summary: Mapping[str, Any] | None, unit: Code) -> list[Measured]:
    told = summary or {}
    return [
        Measured(concept, float(told[name]), unit, points)
        for name, concept, _ in _STATISTICS
        if told.get(name) is not None
    ]


_OF_SCALE = {codes.MILLIMETRE, codes.SQUARE_MILLIMETRE, codes.PIXEL, codes.SQUARE_PIXEL}


def _told(one: Measured) -> str:
    if one.unit == codes.SQUARE_MILLIMETRE and one.value >= _A_LOT:
        return f"{_number(one.value / 100)} cm²"
    symbols = {codes.MILLIMETRE: "mm", codes.SQUARE_MILLIMETRE: "mm²", codes.PIXEL: "px", codes.SQUARE_PIXEL: "px²"}
    return f"{_number(one.value)} {symbols[one.unit]}"


def _number(number: float) -> str:
    """One digit behind the point, two below ten, and below a tenth the first two that count."""
    if _LEAST <= number < 0.1:
        return _two_that_count(number)
    return _fixed(number, 2 if number < 9.995 else 1)


def value_text(value: float) -> str:
    """Whole numbers as they are; of others one digit behind the point, and below one the first two that count."""
    size = abs(value)
    if size.is_integer() or size >= 1000:
        text = _fixed(size, 0)
    else:
        text = _two_that_count(size) if size < 1 else _fixed(size, 1)
    return f"-{text}" if value < 0 else text


def _two_that_count(size: float) -> str:
    exact = Decimal(size)
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), ROUND_HALF_UP).normalize()
    return f"{rounded:f}" if rounded >= _PLAIN else f"{rounded:e}".replace("e-0", "e-")


def _fixed(size: float, digits: int) -> str:
    """Halves go up, as they do in a browser."""
    return f"{Decimal(size).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE):f}"


def _two(header: Mapping[str, Any], keyword: str) -> tuple[float, float] | None:
    """Two positive numbers, or None."""
    found = (header.get(tag(keyword)) or {}).get("Value", [])
    try:
        down, across = (float(one) for one in found)
    except (TypeError, ValueError):
        return None
    return (down, across) if down > 0 and across > 0 and math.isfinite(down * across) else None
