"""Burned-in annotation (PS3.18 8.3.5.1.1): who the patient is, and how the image was made, in a picture's corners."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image as Pillow

from server.dicom.attributes import tag
from server.rendering.lettering import height_of, size_for, told, wrap, write

Header = Mapping[str, Any]

_MARGIN = 4
_GROUPS = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"


@dataclass(frozen=True, slots=True)
class Captions:
    """Lines for the upper left corner and for the lower left one."""

    upper: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()


def captions(header: Header, frame_number: int, words: Sequence[str]) -> Captions:
    """What the words of the annotation parameter ask for, from the header as DICOM JSON."""
    said = _Said(header, frame_number)
    return Captions(
        tuple(_patient(said)) if "patient" in words else (),
        tuple(filter(None, _technique(said))) if "technique" in words else (),
    )


def burn(picture: Pillow.Image, lines: Captions) -> Pillow.Image:
    """The picture with the captions in it; long ones are wrapped, and cut off only where the picture ends."""
    if not lines.upper and not lines.lower:
        return picture
    burned = picture.copy() if picture.mode in {"L", "RGB"} else picture.convert("RGB")
    size = size_for(*burned.size)
    upper, lower = (
        [part for line in group for part in wrap(line, size, burned.width - 2 * _MARGIN)]
        for group in (lines.upper, lines.lower)
    )
    write(burned, (_MARGIN, _MARGIN), upper, size)
    # what is above is nearer to the eye: captions below begin no higher than where those above end
    top = burned.height - len(lower) * height_of(size) - _MARGIN
    write(burned, (_MARGIN, max(top, _MARGIN + len(upper) * height_of(size))), lower, size)
    return burned


class _Said:
    """The values of one frame: those of its functional groups, else the shared ones, else the header's own."""

    def __init__(self, header: Header, frame_number: int) -> None:
        per_frame, shared = (_items(header, name) for name in reversed(_GROUPS))
        own = per_frame[frame_number - 1 : frame_number]
        self._places = [header, *(item for group in (*own, *shared[:1]) for item in _nested(group))]
        self.frame_number = frame_number

    def text(self, *keywords: str) -> str:
        """The first of these attributes that has a value, as text; "" when none has."""
        return next((str(value) for value in self._values(keywords)), "")

    def number(self, *keywords: str) -> str:
        """The first that is a number, without needless digits; "" when none is."""
        for value in self._values(keywords):
            try:
                return f"{float(value):.6g}"
            except (TypeError, ValueError, OverflowError):
                continue
        return ""

    def position(self) -> str:
        """Slice Location, else the position of the image's first pixel."""
        if location := self.number("SliceLocation"):
            return location
        for place in self._places:
            values = place.get(tag("ImagePositionPatient"), {}).get("Value") or []
            if len(values) == 3 and all(isinstance(value, int | float) for value in values):
                return "\\".join(f"{value:.6g}" for value in values)
        return ""

    def name(self) -> str:
        """The patient's name in the first of its groups that can be drawn."""
        values = self._places[0].get(tag("PatientName"), {}).get("Value") or [{}]
        groups = values[0] if isinstance(values[0], dict) else {}
        written = [groups[name] for name in ("Alphabetic", "Phonetic", "Ideographic") if groups.get(name)]
        shown = [told(text.replace("^", " ").strip(), "name") for text in written]
        return next((text for text in shown if "not drawable" not in text), shown[0] if shown else "(no name)")

    def _values(self, keywords: Sequence[str]) -> Iterator[Any]:
        for keyword in keywords:
            for place in self._places:
                values = place.get(tag(keyword), {}).get("Value") or [None]
                if values[0] is not None:
                    yield values[0]


def _items(header: Header, keyword: str) -> Sequence[Header]:
    element = header.get(tag(keyword)) or {}
    return element.get("Value", []) if element.get("vr") == "SQ" else []


def _nested(group: Header) -> Iterator[Header]:
    """The functional groups of a frame, and what they have inside."""
    for element in group.values():
        if element.get("vr") == "SQ":
            for item in element.get("Value", ())[:1]:
                yield item
                yield from (
                    inner for one in item.values() if one.get("vr") == "SQ" for inner in one.get("Value", ())[:1]
                )


def _patient(said: _Said) -> Iterator[str]:
    yield said.name()
    for label, keyword in (("ID", "PatientID"), ("sex", "PatientSex")):
        if value := said.text(keyword):
            yield f"{label} {told(value, label)}"
    if born := said.text("PatientBirthDate"):
        yield f"born {_date(born)}"


def _technique(said: _Said) -> Iterator[str]:
    yield _joined(told(said.text("Modality"), "modality"), _date(said.text("StudyDate")), _time(said.text("StudyTime")))
    if described := said.text("SeriesDescription", "ProtocolName"):
        yield told(described, "description")
    yield _joined(
        _named("series", said.number("SeriesNumber")),
        _named("image", said.number("InstanceNumber")),
        f"frame {said.frame_number}" if said.number("NumberOfFrames") not in {"", "1"} else "",
    )
    yield _joined(
        _named("", said.number("KVP"), "kV"),
        _named("", said.number("XRayTubeCurrent", "XRayTubeCurrentInmA"), "mA"),
        _named("", said.number("Exposure", "ExposureInmAs"), "mAs"),
        _named("TR", said.number("RepetitionTime"), "ms"),
        _named("TE", said.number("EchoTime", "EffectiveEchoTime"), "ms"),
        _named("TI", said.number("InversionTime"), "ms"),
    )
    yield _joined(_named("slice", said.number("SliceThickness"), "mm"), _named("at", said.position(), "mm"))


def _named(name: str, value: str, unit: str = "") -> str:
    return " ".join(filter(None, (name, value, unit))) if value else ""


def _joined(*parts: str) -> str:
    return "  ".join(filter(None, parts))


def _date(text: str) -> str:
    plain = text.replace(".", "")
    return f"{plain[:4]}-{plain[4:6]}-{plain[6:8]}" if len(plain) == 8 and plain.isdigit() else told(text, "date")


def _time(text: str) -> str:
    return f"{text[:2]}:{text[2:4]}" if text[:4].isdigit() and len(text) >= 4 else ""
