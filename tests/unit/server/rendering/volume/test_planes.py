"""Where frames lie: from the Image Plane module, and from the functional groups of a multi-frame image."""

from typing import Any

import pytest
from pydicom.dataset import Dataset

from server.errors import NotAcceptable
from server.rendering.volume.geometry import Plane
from server.rendering.volume.planes import planes

ORIENTATION = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]


def header(**keywords: Any) -> dict[str, Any]:
    dataset = Dataset()
    for keyword, value in {"Rows": 4, "Columns": 6, "FrameOfReferenceUID": "1.2", **keywords}.items():
        setattr(dataset, keyword, value)
    return dataset.to_json_dict()


def item(**keywords: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in keywords.items():
        setattr(dataset, keyword, value)
    return dataset


def test_an_image_plane_is_read() -> None:
    made = header(ImagePositionPatient=[1, 2, 3.5], ImageOrientationPatient=ORIENTATION, PixelSpacing=[0.5, 0.75])
    assert planes(made, 1) == [Plane((1, 2, 3.5), (1, 0, 0, 0, 1, 0), (0.5, 0.75), 4, 6, "1.2")]


def test_functional_groups_are_read_from_the_frame_and_from_what_all_share() -> None:
    shared = item(
        PlaneOrientationSequence=[item(ImageOrientationPatient=ORIENTATION)],
        PixelMeasuresSequence=[item(PixelSpacing=[0.5, 0.75])],
    )
    frames = [item(PlanePositionSequence=[item(ImagePositionPatient=[0, 0, n])]) for n in range(3)]
    made = header(SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=frames)
    assert [plane.position for plane in planes(made, 3)] == [(0, 0, 0), (0, 0, 1), (0, 0, 2)]
    assert {plane.spacing for plane in planes(made, 3)} == {(0.5, 0.75)}


@pytest.mark.parametrize("missing", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
def test_what_is_missing_is_named(missing: str) -> None:
    full = {"ImagePositionPatient": [1, 2, 3], "ImageOrientationPatient": ORIENTATION, "PixelSpacing": [1, 1]}
    with pytest.raises(NotAcceptable, match=missing):
        planes(header(**{name: value for name, value in full.items() if name != missing}), 1)


def test_frames_without_groups_lie_nowhere() -> None:
    with pytest.raises(NotAcceptable, match="do not say where they lie"):
        planes(header(ImagePositionPatient=[1, 2, 3], ImageOrientationPatient=ORIENTATION, PixelSpacing=[1, 1]), 2)
