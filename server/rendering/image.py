"""What an image's header says about its pixels: read once on arrival, catalogued, and enough to draw any frame."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.dicom.transfer_syntaxes import transfer_syntax
from server.rendering.plain import from_plain, to_plain

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

    `windows` are (center, width), `explanations` what each of them is for; `function` is LINEAR, LINEAR_EXACT or
    SIGMOID. `presentation_lut` comes from presentation states alone, and is never catalogued.
    """

    slope: float = 1.0
    intercept: float = 0.0
    modality_lut: LookupTable | None = None
    windows: tuple[tuple[float, float], ...] = ()
    function: str = "LINEAR"
    voi_lut: LookupTable | None = None
    explanations: tuple[str, ...] = ()
    presentation_lut: LookupTable | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A binary value of the header that is read when it is needed: `path` names it as its BulkDataURI does.

    A short one has no path: it is `inline`, in base64.
    """

    path: str = ""
    inline: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """An overlay plane (PS3.3 C.9.2): bits over the image, `top` and `left` of which are counted from 1.

    It lies over `frames` frames of the image beginning with `first_frame`, over all of them when `frames` is 0.
    `bit` is the position that its bits have in the pixel data; None when they are a value of their own. `group` is
    that of its attributes, 0 where an earlier release catalogued it without.
    """

    rows: int
    columns: int
    top: int
    left: int
    first_frame: int
    frames: int
    bit: int | None
    data: Held
    group: int = 0


@dataclass(frozen=True, slots=True)
class Shutter:
    """A display shutter (PS3.3 C.7.6.11): what lies outside any of its shapes is covered with its colour.

    Rows and columns count from 1. `rectangle` is left, right, top, bottom; `circle` its centre's row and column
    and its radius; `polygon` alternates rows and columns. `grey` is a P-Value, `lab` a CIELab colour of 16 bits.
    """

    rectangle: tuple[int, ...] = ()
    circle: tuple[int, ...] = ()
    polygon: tuple[int, ...] = ()
    grey: int = 0
    lab: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """The Image Pixel module (PS3.3 C.7.6.3) and what belongs to it.

    `kind` is the VR of the pixel data, or 'float' and 'double' for their own elements. `per_frame` is empty,
    or has one `Values` a frame from the functional groups (PS3.3 C.7.6.16); `values` serves the others. `shutters`
    is empty, one for all frames, or one a frame. A MONOCHROME2 image with a `palette` has it as a supplement.
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
    padding: tuple[float, float] | None = None
    aspect: tuple[int, int] = (1, 1)
    palette: tuple[LookupTable, LookupTable, LookupTable] | None = None
    overlays: tuple[Overlay, ...] = ()
    shutters: tuple[Shutter, ...] = ()
    profile: Held | None = None

    @property
    def frame_bits(self) -> int:
        """The size of one native frame in bits."""
        # PS3.3 C.7.6.3.1.2: YBR_FULL_422 has two chrominance samples for every two pixels
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.bits_allocated

    @property
    def nbytes(self) -> int:
        """About how much memory this description takes."""
        tables = [*(self.palette or ()), self.values.modality_lut, self.values.voi_lut]
        tables += [one.voi_lut for one in self.per_frame]
        entries = sum(len(table.entries) for table in tables if table is not None)
        return 4096 + 1024 * (len(self.per_frame) + len(self.shutters)) + 40 * entries

    def values_of(self, frame_number: int) -> Values:
        """How the stored values of this frame (from 1) become grey; what it has not of its own is the image's."""
        if not self.per_frame:
            return self.values
        own, common = self.per_frame[frame_number - 1], self.values
        voi = own if own.windows or own.voi_lut else common
        return replace(
            voi, slope=own.slope, intercept=own.intercept, modality_lut=own.modality_lut or common.modality_lut
        )

    def shutter_of(self, frame_number: int) -> Shutter | None:
        """What covers the margins of this frame (from 1)."""
        return self.shutters[frame_number - 1 if len(self.shutters) > 1 else 0] if self.shutters else None

    def to_json(self) -> dict[str, Any]:
        """The image as plain values for the catalogue."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Image":
        """The image that `to_json` wrote, in this release or in an earlier one."""
        return from_plain(cls, plain)


def not_renderable(transfer_syntax_uid: str, reason: str) -> str:
    """The sentence that stands in place of a picture."""
    return f"not renderable here: {transfer_syntax(transfer_syntax_uid).name} ({reason})"
