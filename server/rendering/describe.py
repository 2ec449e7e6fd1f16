"""Reading what an instance's header, as DICOM JSON, says about its pixels: done once, on arrival."""

import math
from fractions import Fraction

from server.dicom.attributes import tag
from server.errors import Malformed
from server.rendering.grey_values import grey_values, per_frame
from server.rendering.header import BulkReader, Header, first, items, numbers, value, whole
from server.rendering.image import MOST_FRAMES, MOST_PIXELS, PHOTOMETRICS, Held, Image, LookupTable
from server.rendering.lookup_tables import palette
from server.rendering.overlays import held, overlays
from server.rendering.shutters import shutters

_SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
_ALMOST_SQUARE = 0.001
_LONGEST_PIXEL = 1000
_PADDING = {"float": "FloatPixelPadding", "double": "DoubleFloatPixelPadding"}


def describe(header: Header, read: BulkReader, kind: str, transfer_syntax_uid: str) -> Image:
    """Reads what the header says of the pixels; `Malformed` says why no picture can come of it."""
    photometric = str(value(header, "PhotometricInterpretation") or "").strip()
    rows, columns = whole(header, "Rows", 1, 65535), whole(header, "Columns", 1, 65535)
    samples = whole(header, "SamplesPerPixel", 1, 4, 1)
    if PHOTOMETRICS.get(photometric) != samples:
        raise Malformed(f"Photometric Interpretation {photometric[:16] or 'missing'} with {samples} samples a pixel.")
    if rows * columns * samples > MOST_PIXELS:
        raise Malformed(f"A frame of {columns} x {rows} pixels is larger than is drawn here.")
    allocated = {"float": 32, "double": 64}.get(kind) or whole(header, "BitsAllocated", 1, 32)
    if allocated not in {1, 8, 16, 32, 64}:
        raise Malformed(f"Bits Allocated {allocated} is none of 1, 8, 16 and 32.")
    stored = min(whole(header, "BitsStored", 1, 64, allocated), allocated)
    high_bit = whole(header, "HighBit", stored - 1, max(stored, allocated) - 1, stored - 1)
    shared = first(header, "SharedFunctionalGroupsSequence")
    frames = number_of_frames(header)
    return Image(
        rows=rows,
        columns=columns,
        samples=samples,
        photometric=photometric,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high_bit,
        signed=whole(header, "PixelRepresentation", 0, 1, 0) == 1,
        planar=whole(header, "PlanarConfiguration", 0, 1, 0) if samples > 1 else 0,
        number_of_frames=frames,
        kind=kind,
        transfer_syntax_uid=transfer_syntax_uid,
        values=grey_values(header, shared, read),
        per_frame=per_frame(header, shared, frames, read),
        inverse=photometric == "MONOCHROME1" or value(header, "PresentationLUTShape") == "INVERSE",
        padding=_padding(header, kind),
        aspect=_aspect(header, shared),
        palette=_palette(header, photometric, read),
        overlays=overlays(header, range(high_bit + 1 - stored, high_bit + 1)),
        shutters=shutters(header, shared, frames),
        profile=_profile(header) if samples == 3 or photometric == "PALETTE COLOR" else None,
    )


def number_of_frames(header: Header) -> int:
    """How many frames the header says there are; `Malformed` when it says no number."""
    return whole(header, "NumberOfFrames", 1, MOST_FRAMES, 1)


def _palette(header: Header, photometric: str, read: BulkReader) -> tuple[LookupTable, LookupTable, LookupTable] | None:
    if photometric == "PALETTE COLOR":
        found = palette(header, read)
        if found is None:
            raise Malformed("Its palette is missing, or does not fit its descriptor.")
        return found
    # PS3.3 C.8.16.2.1.1.1: a supplemental palette is used where Pixel Presentation asks for colour
    if photometric == "MONOCHROME2" and value(header, "PixelPresentation") in {"COLOR", "MIXED"}:
        return palette(header, read)
    return None


def _padding(header: Header, kind: str) -> tuple[float, float] | None:
    """The lowest and the highest stored value that is padding (PS3.3 C.7.5.1.1.2, C.7.6.24, C.7.6.25)."""
    prefix = _PADDING.get(kind, "PixelPadding")
    found, limit = (value(header, f"{prefix}{name}") for name in ("Value", "RangeLimit"))
    ends = [end for end in (found, limit) if isinstance(end, int | float) and math.isfinite(end)]
    return (min(ends), max(ends)) if ends and ends[0] == found else None


def _aspect(header: Header, shared: Header | None) -> tuple[int, int]:
    """The height and the width of a pixel (PS3.3 C.7.6.3.1.7), of the spacing where no ratio is given."""
    ratio = numbers(header, "PixelAspectRatio")
    if len(ratio) == 2 and 1 <= min(ratio) <= max(ratio) < 2**31:
        return int(ratio[0]), int(ratio[1])
    measures = first(shared or {}, "PixelMeasuresSequence") or {}
    places = [(measures, "PixelSpacing"), *((header, keyword) for keyword in _SPACINGS)]
    spacing = next((found for place, keyword in places if len(found := numbers(place, keyword)) == 2), [1.0, 1.0])
    if min(spacing) <= 0 or abs(spacing[0] / spacing[1] - 1) < _ALMOST_SQUARE:
        return 1, 1
    share = Fraction(max(1 / _LONGEST_PIXEL, min(_LONGEST_PIXEL, spacing[0] / spacing[1])))
    share = share.limit_denominator(_LONGEST_PIXEL)
    return share.numerator, share.denominator


def _profile(header: Header) -> Held | None:
    """The ICC profile of a colour image (PS3.3 C.11.15), or of the first optical path of a slide (C.8.12.5)."""
    for place in (header, *items(header, "OpticalPathSequence")):
        found = held(place.get(tag("ICCProfile"), {}))
        if found is not None:
            return found
    return None
