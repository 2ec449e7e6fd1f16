"""Segmented palettes (PS3.3 C.7.9.2), by hand and against the well-known palettes that pydicom carries."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.pixels import apply_color_lut

from server.rendering.image import LookupTable
from server.rendering.lookup_tables import lookup_table, palette

PALETTES = Path(pydicom.__file__).parent / "data" / "palettes"


def segmented(units: list[int], bits: int, length: int, first: int = 0) -> tuple[LookupTable, ...] | None:
    """The palette of which every colour has these segments."""
    content = np.array(units, "<u2" if bits == 16 else "u1").tobytes()
    header: dict[str, Any] = {}
    for channel in (1, 2, 3):
        header[f"0028110{channel}"] = {"vr": "US", "Value": [length, first, bits]}
        header[f"0028122{channel}"] = {"vr": "OW", "BulkDataURI": "segments"}
    return palette(header, lambda uri: content)


@pytest.mark.parametrize("bits", [8, 16])
def test_segments_stand_for_the_entries_that_they_describe(bits: int) -> None:
    units = [0, 3, 10, 20, 30, 1, 4, 50, 1, 2, 0]
    found = segmented(units, bits, 9, 5)
    assert found is not None
    assert found[0] == LookupTable(5, bits, (10, 20, 30, 35, 40, 45, 50, 25, 0))
    assert found[1] == found[2] == found[0]


def test_an_indirect_segment_copies_segments_from_a_byte_on() -> None:
    sixteen = [0, 2, 100, 200, 1, 2, 400, 2, 1, 8, 0, 2, 2, 0, 0]  # the second segment lies 8 bytes in
    found = segmented(sixteen, 16, 10)
    assert found is not None
    assert found[0].entries == (100, 200, 300, 400, 400, 400, 100, 200, 300, 400)
    eight = [0, 2, 10, 20, 1, 2, 40, 2, 2, 0, 0, 0, 0]
    found = segmented(eight, 8, 8)
    assert found is not None
    assert found[0].entries == (10, 20, 30, 40, 10, 20, 30, 40)


@pytest.mark.parametrize(
    "units",
    [
        [],
        [1, 4, 50],  # a line from nowhere
        [0, 200, 1, 2],  # fewer entries than it says
        [3, 4, 5],  # a segment of no known kind
        [0, 1, 7, 2, 1, 6, 0],  # a copy of a copy
        [0, 1, 7, 2, 1, 0xFFFF, 0xFFFF],  # a copy of what is not there
        [0, 1, 7, 2, 1],  # cut short
        [0, 0] * 50,
        [0, 1, 7, *[2, 0xFFFF, 0, 0] * 50],
    ],
)
def test_segments_that_make_no_sense_are_no_palette(units: list[int]) -> None:
    assert segmented(units, 16, 100) is None


@pytest.mark.parametrize("name", ["spring", "summer", "fall", "winter"])
def test_the_well_known_segmented_palettes_are_as_pydicom_expands_them(name: str) -> None:
    dataset = pydicom.dcmread(PALETTES / f"{name}.dcm")
    found = palette(dataset.to_json_dict(), lambda uri: b"")
    assert found is not None
    ours = np.stack([np.array(table.entries) for table in found], axis=-1)
    truth = apply_color_lut(np.arange(256, dtype="u1"), dataset)
    assert int(np.abs(ours - truth.astype(int)).max()) <= 1


@pytest.mark.parametrize(
    "descriptor", [[3, 0, 7], [3, 0, 17], [4, 0, 16], [-1, 0, 16], [3, 2**40, 16], [3, 0], ["a", 0, 16]]
)
def test_a_descriptor_that_does_not_fit_its_data_is_no_table(descriptor: list[Any]) -> None:
    header = {
        "00283002": {"vr": "US", "Value": descriptor},
        "00283006": {"vr": "US", "Value": [1, 2, 3]},
    }
    assert lookup_table(header, lambda uri: b"") is None
