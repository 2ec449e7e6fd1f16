"""What a mark says is the same in the viewer and in what is written of it: `tests/js/measures-contract.test.js`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.authoring import codes
from server.authoring.marks import Mark
from server.authoring.measures import measures, scale_of, words
from server.dicom.attributes import tag
from server.dicom.resources import FrameRef, InstanceRef

CASES = json.loads((Path(__file__).parents[3] / "contracts" / "measures.json").read_text())


@pytest.mark.parametrize("case", CASES)
def test_it_measures_what_the_viewer_says(case: dict[str, Any]) -> None:
    points = tuple((float(x), float(y)) for x, y in case["points"])
    frame = FrameRef(InstanceRef("1.2", "1.3", "1.4"), 1)
    mark = Mark("1", case["kind"], frame, points, case.get("text", ""), datetime(2026, 11, 21, tzinfo=UTC))
    header = {tag(keyword): {"Value": value} for keyword, value in case["header"].items()}
    scale = scale_of({**header, tag("Modality"): {"Value": [case["modality"]]}})
    assert words(mark, scale, measures(mark, scale, None, codes.NO_UNITS)) == case["words"]
