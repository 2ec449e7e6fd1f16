"""What an image's header says about its pixels: read once on arrival, catalogued, and enough to draw any frame."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from server.dicom.transfer_syntaxes import transfer_syntax

MOST_PIXELS = 2**28
"""Rows x Columns x SamplesPerPixel of one frame; more is not drawn."""

MOST_FRAMES = 10_000_000

NO_PIXEL_DATA = "not renderable here: this instance has no pixel data"
"""The sentence that stands in place of a picture of what is no image."""

PHOTOMETRICS = {
    "MONOCHROME1": 1,
    "MONOCHROME2": 1,
    "PALETTE COLOR": 1,
    "RGB": 3,
    "YBR_FULL": 3,
    "YBR_FULL_422": 3,
    "YBR_ICT": 3,
    "YBR_RCT": 3,
}
"""The photometric interpretations that can be drawn, with their samples a pixel (PS3.3 C.7.6.3.1.2)."""


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A LUT of the modality, VOI or palette kind (PS3.3 C.11.1.1.1, C.11.2.1.1, C.7.6.3.1.5).

    `entries` in order, `first` the stored value mapped to the first of them, `bits` the width of an entry.
    """

    first: int
    bits: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """How stored values become grey: rescale or modality LUT, then windows or VOI LUTs, as the header gives them.

    `windows` are (center, width); `function` is LINEAR, LINEAR_EXACT or SIGMOID.
    """

    slope: float = 1.0
    intercept: float = 0.0
    modality_lut: LookupTable | None = None
    windows: tuple[tuple[float, float], ...] = ()
    function: str = "LINEAR"
    voi_lut: LookupTable | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """The Image Pixel module (PS3.3 C.7.6.3) and what belongs to it.

    `kind` is the VR of the pixel data, or 'float' and 'double' for their own elements. `per_frame` is empty,
    or has one `Values` a frame from the functional groups (PS3.3 C.7.6.16); `values` serves the others.
    """

    rows: int
    columns: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    planar: int
    number_of_frames: int
    kind: str
    transfer_syntax_uid: str
    values: Values
    per_frame: tuple[Values, ...] = ()
    inverse: bool = False
    padding: tuple[int, int] | None = None
    aspect: tuple[int, int] = (1, 1)
    palette: tuple[LookupTable, LookupTable, LookupTable] | None = None

    @property
    def frame_bits(self) -> int:
        """The size of one native frame in bits."""
        # PS3.3 C.7.6.3.1.2: YBR_FULL_422 has two chrominance samples for every two pixels
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.bits_allocated

    def values_of(self, frame_number: int) -> Values:
        """How the stored values of this frame (from 1) become grey."""
        return self.per_frame[frame_number - 1] if self.per_frame else self.values

    def to_json(self) -> dict[str, Any]:
        """The image as plain values for the catalogue."""
        plain = _plain(self)
        plain["values"] = _plain_values(self.values)
        plain["per_frame"] = [_plain_values(values) for values in self.per_frame]
        plain["palette"] = self.palette and [_plain(table) for table in self.palette]
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Image":
        """The image that `to_json` wrote."""
        made = dict(plain)
        made["values"] = _values(plain["values"])
        made["per_frame"] = tuple(map(_values, plain["per_frame"]))
        made["padding"] = plain["padding"] and tuple(plain["padding"])
        made["aspect"] = tuple(plain["aspect"])
        made["palette"] = plain["palette"] and tuple(_lookup_table(table) for table in plain["palette"])
        return cls(**{field.name: made[field.name] for field in fields(cls)})


def _plain(made: Image | Values | LookupTable) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__slots__}


def _plain_values(values: Values) -> dict[str, Any]:
    plain = _plain(values)
    plain["modality_lut"] = values.modality_lut and _plain(values.modality_lut)
    plain["voi_lut"] = values.voi_lut and _plain(values.voi_lut)
    return plain


def _values(plain: Mapping[str, Any]) -> Values:
    return Values(
        plain["slope"],
        plain["intercept"],
        plain["modality_lut"] and _lookup_table(plain["modality_lut"]),
        tuple((center, width) for center, width in plain["windows"]),
        plain["function"],
        plain["voi_lut"] and _lookup_table(plain["voi_lut"]),
    )


def _lookup_table(plain: Mapping[str, Any]) -> LookupTable:
    return LookupTable(plain["first"], plain["bits"], tuple(plain["entries"]))


def not_renderable(transfer_syntax_uid: str, reason: str) -> str:
    """The sentence that stands in place of a picture."""
    return f"not renderable here: {transfer_syntax(transfer_syntax_uid).name} ({reason})"
