"""Every image of the installed packages that is rendered, and how far its picture is from pydicom's own chain."""

import json
import warnings
from functools import cache
from pathlib import Path

import pydicom

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

SAMPLES = (*RENDERED, *OTHERS)


@cache
def difference(file: Path) -> float:
    """The largest difference of the first frame, in grey levels of 255."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        truth = expected(pydicom.dcmread(file))
        found = drawn_pixel_by_pixel(file.read_bytes())
    return farthest(found, truth)
