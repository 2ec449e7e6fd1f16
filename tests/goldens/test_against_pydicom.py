"""Every image of the installed packages that is rendered: our PNG against pydicom's own chain, within a grey level."""

import json
import warnings
from pathlib import Path

import pydicom
import pytest

from tests.goldens.drawing import drawn_pixel_by_pixel, farthest
from tests.goldens.reference import expected

FOLDER = Path(pydicom.__file__).parent / "data"
TABLE = json.loads((Path(__file__).parents[1] / "http" / "pydicom_samples.json").read_text())
BEYOND_PYDICOM = {"test_files/JPEG-lossy.dcm", "test_files/JPGExtended.dcm"}
"""12-bit JPEG, which nothing that pydicom finds here decodes; its known pixels are tested with the codec."""

RENDERED = [
    FOLDER / name for name, outcome in TABLE.items() if outcome == "stored and rendered" and name not in BEYOND_PYDICOM
]
OTHERS = sorted(Path(pydicom.__file__).parents[1].glob("*/tests/dicom_files/*Image*.dcm"))
"""What other packages carry, pynetdicom for one."""


@pytest.mark.parametrize("file", [*RENDERED, *OTHERS], ids=lambda file: file.name)
def test_a_sample_looks_as_pydicom_would_show_it(file: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        truth = expected(pydicom.dcmread(file))
        found = drawn_pixel_by_pixel(file.read_bytes())
    difference = farthest(found, truth)
    print(f"{file.name}: at most {difference:.2f} grey levels")  # noqa: T201 - `pytest -rA` shows the figures
    assert difference <= 1
