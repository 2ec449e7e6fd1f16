"""Made images of every photometric interpretation, depth and kind of LUT, and how far pictures are from the truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import openjpeg.utils as openjpeg
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000, UID, ExplicitVRLittleEndian, JPEG2000Lossless

from server.rendering.image import PHOTOMETRICS
from tests.factories import part10
from tests.goldens.drawing import drawn, farthest, stored_values
from tests.goldens.encodings import encodings
from tests.goldens.images import coloured, grey, lut, palette
from tests.goldens.reference import expected

_PLACES = np.arange(32 * 40, dtype=np.int64).reshape(32, 40)
DEPTHS = {
    "1": ("u1", 1),
    "8": ("u1", 8),
    "8 signed": ("i1", 8),
    "12 in 16": ("<u2", 12),
    "12 in 16 signed": ("<i2", 12),
    "16": ("<u2", 16),
    "16 signed": ("<i2", 16),
    "32": ("<u4", 32),
    "32 signed": ("<i4", 32),
    "float": ("<f4", 32),
    "double": ("<f8", 64),
}
"""What a stored value may be: the type it is stored in, and its bits."""

_INDICES, _COLOURS, _TRANSFORMED = (
    {"8", "16"},
    {"8", "12 in 16", "16"},
    {"YBR_ICT": JPEG2000, "YBR_RCT": JPEG2000Lossless},
)
_ALLOWED = {
    "MONOCHROME1": set(DEPTHS),
    "MONOCHROME2": set(DEPTHS),
    "PALETTE COLOR": _INDICES,
    "RGB": _COLOURS,
    "YBR_FULL": _COLOURS,
    "YBR_FULL_422": {"8"},
    "YBR_ICT": _COLOURS,
    "YBR_RCT": _COLOURS,
}
"""The depths that PS3.3 C.7.6.3 allows each photometric interpretation, or that are met nevertheless."""

MODALITY = ("none", "rescale", "rescale, falling", "LUT, 8 bits", "LUT, 16 bits")
VOI = ("none", "LINEAR", "LINEAR_EXACT", "SIGMOID", "LUT, 8 bits", "LUT, 16 bits")


@dataclass(frozen=True)
class Decoded:
    """How many made images of a transfer syntax were decoded, and how far their stored values were from the truth."""

    images: int
    farthest: int
    is_lossy: bool


def photometrics() -> Iterator[tuple[str, str, float | None]]:
    """Photometric interpretation, depth, and the difference in grey levels; None where there is no such image."""
    for photometric in PHOTOMETRICS:
        for depth in DEPTHS:
            allowed = depth in _ALLOWED[photometric]
            yield photometric, depth, _difference(*_image(photometric, *DEPTHS[depth])) if allowed else None


def luts() -> Iterator[tuple[str, str, float]]:
    """Modality LUT, VOI LUT, and the difference in grey levels, the larger one of MONOCHROME1 and MONOCHROME2."""
    for modality in MODALITY:
        for voi in VOI:
            differences = [
                _difference(_with_luts(photometric, modality, voi), ExplicitVRLittleEndian)
                for photometric in ("MONOCHROME1", "MONOCHROME2")
            ]
            yield modality, voi, max(differences)


@cache
def decoded() -> dict[str, Decoded]:
    """What came of the made images of each transfer syntax that is decoded."""
    found: dict[str, Decoded] = {}
    for one in encodings():
        off = int(np.abs(stored_values(one.file)[0].astype(np.int64) - one.values).max())
        before = found.get(one.syntax, Decoded(0, 0, False))
        lossy = before.is_lossy or one.tolerance > 0
        found[one.syntax] = Decoded(before.images + 1, max(before.farthest, off), lossy)
    return found


def _difference(dataset: Dataset, syntax: UID) -> float:
    file = part10(dataset, syntax)  # sets the file meta information that pydicom decodes by
    return farthest(drawn(file), expected(dataset))


def _values(dtype: str, bits: int) -> NDArray[Any]:
    """All over the range of the type, so that the automatic window is all of it."""
    if dtype in {"<f4", "<f8"}:
        return (_PLACES / 7 - 80).astype(dtype)
    lowest = -(2 ** (bits - 1)) if "i" in dtype else 0
    return (_PLACES * 2**bits // _PLACES.size + lowest).astype(dtype)


def _image(photometric: str, dtype: str, bits: int) -> tuple[Dataset, UID]:
    values = _values(dtype, bits)
    if photometric.startswith("MONOCHROME"):
        return _grey(values, bits, PhotometricInterpretation=photometric), ExplicitVRLittleEndian
    if photometric == "PALETTE COLOR":
        entries = [i * 257 for i in range(256)]
        return grey(values, PhotometricInterpretation=photometric, **palette(entries, 16)), ExplicitVRLittleEndian
    samples = np.stack([values, values[::-1], values[:, ::-1]], axis=-1)
    if photometric in _TRANSFORMED:
        return _jpeg_2000(photometric, samples, bits), _TRANSFORMED[photometric]
    dataset = coloured(samples, photometric, BitsStored=bits)
    if photometric == "YBR_FULL_422":
        pairs = [samples[:, ::2, 0], samples[:, 1::2, 0], samples[:, ::2, 1], samples[:, ::2, 2]]
        dataset.PixelData = np.stack(pairs, axis=-1).tobytes()
    return dataset, ExplicitVRLittleEndian


def _grey(values: NDArray[Any], bits: int, **keywords: Any) -> Dataset:
    if values.dtype.kind == "f":
        dataset = grey(values.astype("<u4"), BitsStored=32, **keywords)
        del dataset.PixelData
        dataset.BitsAllocated = bits
        single = values.dtype == np.float32
        setattr(dataset, "FloatPixelData" if single else "DoubleFloatPixelData", values.tobytes())
        return dataset
    if bits == 1:
        packed = np.packbits(values.ravel(), bitorder="little").tobytes()
        return grey(values, BitsAllocated=1, BitsStored=1, PixelData=packed, **keywords)
    return grey(values, BitsStored=bits, **keywords)


def _jpeg_2000(photometric: str, samples: NDArray[Any], bits: int) -> Dataset:
    dataset = coloured(samples, photometric, BitsStored=bits)
    ratios = {"compression_ratios": [4]} if photometric == "YBR_ICT" else {}
    frame = openjpeg.encode_array(samples, bits_stored=bits, photometric_interpretation=1, use_mct=True, **ratios)
    dataset.PixelData = encapsulate([bytes(frame)])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta = FileMetaDataset()
    return dataset


def _with_luts(photometric: str, modality: str, voi: str) -> Dataset:
    dataset = grey(_values("<u2", 12), BitsStored=12, PhotometricInterpretation=photometric)
    top, center, width = 4095.0, 1900.0, 1500.0
    if modality.startswith("rescale"):
        dataset.RescaleSlope, dataset.RescaleIntercept = (2, -1000) if modality == "rescale" else (-3, 3000)
        center, width = 1111.5, 2000.25
    if modality.startswith("LUT"):
        bits = int(modality.split()[1])
        top = 2**bits - 1
        entries = [int(top * (i / 4095) ** 0.7) for i in range(4096)]
        dataset.ModalityLUTSequence = lut(0, bits, entries)
        center, width = top * 0.4, top * 0.5
    if voi in {"LINEAR", "LINEAR_EXACT", "SIGMOID"}:
        dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = center, width, voi
    elif voi.startswith("LUT"):
        bits = int(voi.split()[1])
        dataset.VOILUTSequence = lut(20, bits, [(2**bits - 1) * i * i // 255**2 for i in range(256)])
    return dataset
