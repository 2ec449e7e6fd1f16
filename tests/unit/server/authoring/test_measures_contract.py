"""What a mark says is the same in the viewer and in what is written of it: `tests/js/measures-contract.test.js`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.authoring import codes
from server.authoring.marks import Mark
from server.authoring.measures import measures, scale_of, value_text, words
from server.dicom.attributes import tag
from server.dicom.resources import FrameRef, InstanceRef

CASES = json.loads((Path(__file__).parents[3] / "contracts" / "measures.json").read_text())

VALUES = json.loads((Path(__file__).parents[3] / "contracts" / "values.json").read_text())


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
