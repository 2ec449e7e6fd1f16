"""How stored values become grey, as headers give it: modality and VOI, for the image and frame by frame."""

from collections.abc import Sequence

from server.dicom.attributes import tag
from server.rendering.header import BulkReader, Header, first, items, numbers, text, values
from server.rendering.image import Values
from server.rendering.lookup_tables import lookup_table

_FUNCTIONS = {"LINEAR", "LINEAR_EXACT", "SIGMOID"}
_BACKWARDS = {"LOG", "DISP"}
"""The Pixel Intensity Relationships of XA and XRF images whose modality LUT leads back to the beam."""

_OWN = ("PixelValueTransformationSequence", "FrameVOILUTSequence")


def per_frame(header: Header, shared: Header | None, frames: int, read: BulkReader) -> tuple[Values, ...]:
    """The values of each frame; none when the frames have none of their own.

    What a frame does not have is left out, but for the rescale; `Image.values_of` takes it from the image.
    """
    groups = items(header, "PerFrameFunctionalGroupsSequence")
    if len(groups) != frames or not any(tag(keyword) in group for group in groups for keyword in _OWN):
        return ()
    common = [group for group in (shared, header) if group is not None]
    return tuple(_values([group, *common], first(group, "FrameVOILUTSequence") or {}, None, read) for group in groups)


def grey_values(header: Header, shared: Header | None, read: BulkReader) -> Values:
    """The modality and VOI macros that the frames share, or those of the image (PS3.3 C.7.6.16.2.9 and 2.10)."""
    groups = [group for group in (shared, header) if group is not None]
    places = [first(group, "FrameVOILUTSequence") or group for group in groups]
    voi = next((place for place in places if _windows(place) or items(place, "VOILUTSequence")), {})
    modality = next((table for group in groups if (table := first(group, "ModalityLUTSequence"))), None)
    return _values(groups, voi, None if _is_backwards(header) else modality, read)


def _values(groups: Sequence[Header], voi: Header, modality: Header | None, read: BulkReader) -> Values:
    """The rescale of the first of the groups that has one, with that VOI module and that item of a modality LUT."""
    places = (first(group, "PixelValueTransformationSequence") or group for group in groups)
    rescale = next((place for place in places if numbers(place, "RescaleSlope")), {})
    slope, intercept = numbers(rescale, "RescaleSlope"), numbers(rescale, "RescaleIntercept")
    windows, function, lut = _windows(voi), text(voi, "VOILUTFunction"), first(voi, "VOILUTSequence")
    return Values(
        slope=slope[0] if slope and slope[0] else 1.0,
        intercept=intercept[0] if intercept else 0.0,
        modality_lut=lookup_table(modality, read) if modality is not None else None,
        windows=tuple((center, width) for center, width, _ in windows),
        function=function if function in _FUNCTIONS else "LINEAR",
        voi_lut=lookup_table(lut, read) if lut is not None else None,
        explanations=tuple(explanation for _, _, explanation in windows),
    )


def _windows(module: Header) -> list[tuple[float, float, str]]:
    """Center, width and explanation of every window that can be applied."""
    explanations = [str(one or "") for one in values(module, "WindowCenterWidthExplanation")]
    pairs = list(zip(numbers(module, "WindowCenter"), numbers(module, "WindowWidth"), strict=False))
    explanations += [""] * (len(pairs) - len(explanations))
    return [(*pair, explanation) for pair, explanation in zip(pairs, explanations, strict=False) if pair[1] > 0]


def _is_backwards(header: Header) -> bool:
    """Whether a modality LUT is not for looking at (PS3.3 C.8.7.1.1.2, PS3.4 N.2.1.2)."""
    return text(header, "Modality") in {"XA", "RF", "XRF"} and text(header, "PixelIntensityRelationship") in _BACKWARDS
