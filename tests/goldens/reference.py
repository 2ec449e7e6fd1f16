"""The reference that pictures are measured against: pydicom's own decoding and chain of LUTs, down to 8 bits.

Where pydicom 3.0 has none or goes wrong, the closed form: YBR of more than 8 bits, a VOI LUT of 8 bits (whose input
it takes modulo 256).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array


def expected(dataset: Dataset) -> NDArray[np.float64]:
    """The first frame as 8-bit grey or RGB."""
    if dataset.PhotometricInterpretation == "YBR_FULL" and dataset.BitsStored > 8:
        return _deep_ybr(pixel_array(dataset, raw=True).astype(np.float64), dataset.BitsStored)
    pixels = dataset.pixel_array
    if int(dataset.get("NumberOfFrames", 1) or 1) > 1:
        pixels = pixels[0]
    photometric = dataset.PhotometricInterpretation
    if photometric == "PALETTE COLOR":
        coloured = apply_color_lut(pixels, dataset)
        return coloured / (257 if coloured.dtype == np.uint16 and coloured.max() > 255 else 1)
    if not photometric.startswith("MONOCHROME"):
        return pixels.astype(np.float64) * 255 / (2**dataset.BitsStored - 1)
    grey = _grey(pixels, dataset)
    grey = 255 - grey if photometric == "MONOCHROME1" else grey
    for group in range(0x6000, 0x6020, 2):
        if (group, 0x3000) in dataset:
            rows, columns = dataset[group, 0x0010].value, dataset[group, 0x0011].value
            grey[:rows, :columns][dataset.overlay_array(group) == 1] = 255
    return grey


def _deep_ybr(ybr: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """PS3.3 C.7.6.3.1.2."""
    y, b, r = (ybr[..., channel] for channel in range(3))
    b, r = b - 2 ** (bits - 1), r - 2 ** (bits - 1)
    rgb = np.stack([y + 1.402 * r, y - 0.344136 * b - 0.714136 * r, y + 1.772 * b], axis=-1)
    return np.clip(rgb / (2**bits - 1), 0, 1) * 255


def _grey(pixels: NDArray[Any], dataset: Dataset) -> NDArray[np.float64]:
    modality = apply_modality_lut(pixels, dataset)
    if "VOILUTSequence" not in dataset and not dataset.get("WindowCenter"):
        modality = modality.astype(np.float64)
        low, high = float(modality.min()), float(modality.max())
        return (modality - low) / max(high - low, 1e-9) * 255
    if "VOILUTSequence" in dataset:
        [table, *_] = dataset.VOILUTSequence
        length, first, bits = table.LUTDescriptor
        entries = np.frombuffer(table.LUTData, "<u2") if isinstance(table.LUTData, bytes) else np.array(table.LUTData)
        return entries[np.clip(modality.astype(np.int64) - first, 0, (length or 65536) - 1)] / (2**bits - 1) * 255
    shown = apply_voi_lut(modality, dataset)
    low, high = _range_of_voi(dataset)
    return (shown.astype(np.float64) - low) / (high - low) * 255


def _range_of_voi(dataset: Dataset) -> tuple[float, float]:
    """What pydicom makes of black and white: the range of all the values that may be stored, or of the modality LUT."""
    if "ModalityLUTSequence" in dataset:
        return 0, 2 ** dataset.ModalityLUTSequence[0].LUTDescriptor[2] - 1
    bits, signed = dataset.BitsStored, dataset.PixelRepresentation == 1
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    slope, intercept = float(dataset.get("RescaleSlope") or 1), float(dataset.get("RescaleIntercept") or 0)
    return low * slope + intercept, high * slope + intercept
