"""What a header says of an image, and its way through the catalogue."""

import json
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from server.rendering.image import Image
from tests.factories import part10
from tests.goldens.drawing import stored_values
from tests.goldens.images import grey, lut, palette

VALUES = np.arange(24, dtype="<u2").reshape(4, 6)


def image(**keywords: Any) -> Image:
    return stored_values(part10(grey(VALUES, **keywords)))[1]


def full() -> Image:
    """An image with something in every field."""
    dataset = grey(VALUES, BitsStored=12, WindowCenter=[40, 50], WindowWidth=[400, 350], RescaleSlope=2)
    dataset.WindowCenterWidthExplanation = ["SOFT", "BONE"]
    dataset.VOILUTSequence = lut(0, 16, [1, 2, 3])
    dataset.ModalityLUTSequence = lut(0, 16, [1, 2, 3])
    dataset.PixelAspectRatio = [1, 2]
    dataset.PixelPresentation = "COLOR"
    dataset.add_new("PixelPaddingValue", "US", 3)
    for keyword, value in palette([1, 2, 3], 8, 100).items():
        setattr(dataset, keyword, value)
    for element in (0x0010, 0x0011, 0x0100):
        dataset.add_new((0x6000, element), "US", 4)
    dataset.add_new((0x6000, 0x0102), "US", 13)
    dataset.ShutterShape = "CIRCULAR"
    dataset.CenterOfCircularShutter = [1, 2]
    dataset.RadiusOfCircularShutter = 3
    return stored_values(part10(dataset))[1]


def test_an_image_comes_back_from_the_catalogue_as_it_was() -> None:
    made = full()
    assert made.overlays
    assert made.shutters
    assert made.palette
    assert Image.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_an_image_that_an_earlier_release_catalogued_is_read() -> None:
    plain = json.loads(json.dumps(full().to_json()))
    for added in ("overlays", "shutters", "profile"):
        del plain[added]
    del plain["values"]["explanations"]
    found = Image.from_json(plain)
    assert (found.overlays, found.shutters, found.profile, found.values.explanations) == ((), (), None, ())
    assert found.values.windows == ((40, 400), (50, 350))


def test_what_a_later_release_catalogued_is_passed_over() -> None:
    made = full()
    assert Image.from_json(made.to_json() | {"holograms": [1]}) == made


def test_every_window_has_its_explanation() -> None:
    values = image(
        WindowCenter=[40, 50, 60], WindowWidth=[400, 0, 350], WindowCenterWidthExplanation=["SOFT", "NONE"]
    ).values
    assert values.windows == ((40, 400), (60, 350))
    assert values.explanations == ("SOFT", "")


def frames_with(*modules: Dataset) -> Image:
    dataset = grey(VALUES, NumberOfFrames=len(modules), PixelData=VALUES.tobytes() * len(modules))
    groups = []
    for module in modules:
        group = Dataset()
        if module:
            group.FrameVOILUTSequence = Sequence([module])
        groups.append(group)
    shared = Dataset()
    shared.PixelValueTransformationSequence = Sequence([Dataset()])
    shared.PixelValueTransformationSequence[0].RescaleSlope = 3
    shared.PixelValueTransformationSequence[0].RescaleIntercept = -7
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    dataset.WindowCenter, dataset.WindowWidth = 1, 2
    return stored_values(part10(dataset))[1]


def test_a_frame_takes_what_it_has_not_from_all_frames() -> None:
    with_lut, with_window, with_none = Dataset(), Dataset(), Dataset()
    with_lut.VOILUTSequence = lut(5, 16, [7, 8])
    with_window.WindowCenter, with_window.WindowWidth, with_window.VOILUTFunction = 10, 20, "SIGMOID"
    found = frames_with(with_lut, with_window, with_none)
    first, second, third = (found.values_of(number) for number in (1, 2, 3))
    assert first.voi_lut is not None
    assert (first.voi_lut.first, first.windows) == (5, ())
    assert (second.windows, second.function, second.voi_lut) == (((10, 20),), "SIGMOID", None)
    assert (third.windows, third.voi_lut) == (((1, 2),), None)
    assert {(one.slope, one.intercept) for one in (first, second, third)} == {(3, -7)}


def test_a_lut_that_all_frames_share_is_kept_once() -> None:
    dataset = grey(VALUES, NumberOfFrames=50, PixelData=VALUES.tobytes() * 50)
    dataset.ModalityLUTSequence = lut(0, 16, list(range(60_000)))
    groups = []
    for number in range(50):
        group, module = Dataset(), Dataset()
        module.WindowCenter, module.WindowWidth = number, 10
        group.FrameVOILUTSequence = Sequence([module])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    found = stored_values(part10(dataset))[1]
    assert len(json.dumps(found.to_json())) < 600_000
    assert found.values_of(50).modality_lut == found.values.modality_lut is not None


@pytest.mark.parametrize(("modality", "relationship", "applied"), [("XA", "LOG", False), ("XA", "LIN", True)])
def test_a_modality_lut_of_an_angiogram_may_lead_back_to_the_beam(
    modality: str, relationship: str, applied: bool
) -> None:
    found = image(Modality=modality, PixelIntensityRelationship=relationship, ModalityLUTSequence=lut(0, 16, [1, 2]))
    assert (found.values.modality_lut is not None) == applied


@pytest.mark.parametrize(
    ("keywords", "aspect"),
    [
        ({}, (1, 1)),
        ({"PixelAspectRatio": [3, 4], "PixelSpacing": [1, 9]}, (3, 4)),
        ({"PixelSpacing": [0.5, 1]}, (1, 2)),
        ({"ImagerPixelSpacing": [0.3, 0.2]}, (3, 2)),
        ({"PixelSpacing": [0.46875, 0.468751]}, (1, 1)),
        ({"PixelSpacing": [0, 1]}, (1, 1)),
        ({"PixelSpacing": [1e9, 1]}, (1000, 1)),
        ({"PixelSpacing": [1, 1e9]}, (1, 1000)),
        ({"PixelSpacing": [1]}, (1, 1)),
    ],
)
def test_pixels_are_as_wide_and_high_as_ratio_or_spacing_say(keywords: dict[str, Any], aspect: tuple[int, int]) -> None:
    assert image(**keywords).aspect == aspect
