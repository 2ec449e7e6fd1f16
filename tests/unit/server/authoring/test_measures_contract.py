"""What a mark says is the same in the viewer and in what is written of it: `tests/js/measures-contract.test.js`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.authoring import codes
from server.authoring.calibration import are_enlarged_alike
from server.authoring.marks import Mark
from server.authoring.measures import measures, scale_of, value_text, words
from server.dicom.attributes import tag
from server.dicom.resources import FrameRef, InstanceRef

CASES = json.loads((Path(__file__).parents[3] / "contracts" / "measures.json").read_text())

VALUES = json.loads((Path(__file__).parents[3] / "contracts" / "values.json").read_text())

ALIKE = json.loads((Path(__file__).parents[3] / "contracts" / "enlarged-alike.json").read_text())
SLICE = {"Rows": [128], "Columns": [128], "FrameOfReferenceUID": ["1.8"], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}


def mark_of(kind: str, told: dict[str, Any]) -> Mark:
    points = tuple((float(x), float(y)) for x, y in told["points"])
    frame, made = FrameRef(InstanceRef("1.2", "1.3", "1.4"), 1), datetime(2026, 11, 21, tzinfo=UTC)
    return Mark("1", kind, frame, points, told.get("text", ""), made, known=float(told.get("known", 0)))


@pytest.mark.parametrize("case", CASES)
def test_it_measures_what_the_viewer_says(case: dict[str, Any]) -> None:
    mark = mark_of(case["kind"], case)
    header = {tag(keyword): {"Value": value} for keyword, value in case["header"].items()}
    line = mark_of("calibration", case["calibration"]) if "calibration" in case else None
    header |= {tag("Modality"): {"Value": [case["modality"]]}, **case.get("sequences", {})}
    scale = scale_of(header, 1, () if line else mark.points).by_hand(line)
    assert words(mark, scale, measures(mark, scale, None, codes.NO_UNITS)) == case["words"]


@pytest.mark.parametrize(("value", "words"), VALUES)
def test_a_value_is_told_as_the_viewer_tells_it(value: float, words: str) -> None:
    assert value_text(float(value)) == words


@pytest.mark.parametrize("case", ALIKE, ids=lambda case: case["says"])
def test_a_line_of_known_length_reaches_what_is_enlarged_alike(case: dict[str, Any]) -> None:
    def header(more: dict[str, Any]) -> dict[str, Any]:
        told = {**SLICE, "Modality": [case["modality"]], **more}
        return {tag(keyword): {"Value": value} for keyword, value in told.items()}

    same = case["other"] == "frame 5"
    line = FrameRef(InstanceRef("1", "1.3", "1.1"), 1)
    other = FrameRef(InstanceRef("1", "1.3", "1.1" if same else "1.2"), 5 if same else 1)
    two = case["one"] if same else case["other"]
    assert are_enlarged_alike(line, header(case["one"]), other, header(two)) is case["alike"]
