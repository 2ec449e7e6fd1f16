"""Every sample of pydicom that is rendered at all: our PNG against pydicom's own chain of LUTs, within a grey level."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut

from tests.goldens.drawing import drawn, farthest

FOLDER = Path(pydicom.__file__).parent / "data"
TABLE = json.loads((Path(__file__).parents[1] / "http" / "pydicom_samples.json").read_text())
BEYOND_PYDICOM = {"test_files/JPEG-lossy.dcm", "test_files/JPGExtended.dcm"}
"""12-bit JPEG, which nothing that pydicom finds here decodes; its known pixels are tested with the codec."""

RENDERED = [name for name, outcome in TABLE.items() if outcome == "stored and rendered" and name not in BEYOND_PYDICOM]


def expected(dataset: Dataset) -> NDArray[np.float64]:
    """The first frame as 8-bit grey or RGB, by pydicom."""
    pixels = dataset.pixel_array
    if int(dataset.get("NumberOfFrames", 1) or 1) > 1:
        pixels = pixels[0]
    photometric = dataset.PhotometricInterpretation
    if photometric == "PALETTE COLOR":
        coloured = apply_color_lut(pixels, dataset)
        return coloured / (257 if coloured.dtype == np.uint16 and coloured.max() > 255 else 1)
    if not photometric.startswith("MONOCHROME"):
        return pixels.astype(np.float64) * 255 / (2 ** (8 * pixels.itemsize) - 1)
    grey = _grey(pixels, dataset)
    grey = 255 - grey if photometric == "MONOCHROME1" else grey
    for group in range(0x6000, 0x6020, 2):
        if (group, 0x3000) in dataset:
            grey[: dataset[group, 0x0010].value, : dataset[group, 0x0011].value][dataset.overlay_array(group) == 1] = (
                255
            )
    return grey


def _grey(pixels: NDArray[Any], dataset: Dataset) -> NDArray[np.float64]:
    modality = apply_modality_lut(pixels, dataset)
    if "VOILUTSequence" not in dataset and not dataset.get("WindowCenter"):
        low, high = float(modality.min()), float(modality.max())
        return (modality - low) / max(high - low, 1e-9) * 255
    shown = apply_voi_lut(modality, dataset)
    low, high = _range_of_voi(dataset)
    return (shown.astype(np.float64) - low) / (high - low) * 255


def _range_of_voi(dataset: Dataset) -> tuple[float, float]:
    """What pydicom makes of black and white: the range of a VOI LUT, or of all the values that may be stored."""
    if "VOILUTSequence" in dataset:
        return 0, 2 ** dataset.VOILUTSequence[0].LUTDescriptor[2] - 1
    bits, signed = dataset.BitsStored, dataset.PixelRepresentation == 1
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    slope, intercept = float(dataset.get("RescaleSlope") or 1), float(dataset.get("RescaleIntercept") or 0)
    return low * slope + intercept, high * slope + intercept


@pytest.mark.parametrize("name", RENDERED)
def test_a_sample_looks_as_pydicom_would_show_it(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        truth = expected(pydicom.dcmread(FOLDER / name))
        found = drawn((FOLDER / name).read_bytes())
    difference = farthest(found, truth)
    print(f"{name}: at most {difference:.2f} grey levels")  # noqa: T201 - `pytest -rA` shows the figures
    assert difference <= 1
