"""Data sets around arrays: images whose every stored value is known."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.factories import image


def grey(values: NDArray[Any], **keywords: Any) -> Dataset:
    """An image that stores `values` (of an integer type) as they are."""
    bits = values.itemsize * 8
    attributes: dict[str, Any] = {
        "Rows": values.shape[0],
        "Columns": values.shape[1],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "PixelRepresentation": int(values.dtype.kind == "i"),
        "PixelData": values.tobytes() + b"\0" * (values.nbytes % 2),
    } | keywords
    dataset = image(**{"HighBit": attributes["BitsStored"] - 1} | attributes)
    dataset["PixelData"].VR = "OW" if bits > 8 else "OB"
    return dataset


def lut(first: int, bits: int, entries: list[int]) -> Sequence:
    table = Dataset()
    table.add_new("LUTDescriptor", "US" if first >= 0 else "SS", [len(entries), first, bits])
    table.add_new("LUTData", "OW", np.array(entries, "<u2").tobytes())
    return Sequence([table])


def coloured(samples: NDArray[Any], photometric: str = "RGB", **keywords: Any) -> Dataset:
    """A colour image of rows x columns x 3 samples, pixel by pixel."""
    attributes: dict[str, Any] = {"SamplesPerPixel": 3, "PhotometricInterpretation": photometric}
    return grey(samples, **attributes | {"PlanarConfiguration": 0} | keywords)


def palette(entries: list[int], bits: int, first: int = 0) -> dict[str, Any]:
    """The attributes of a palette whose red, green and blue are `entries`, the same reversed, and all of the last."""
    made: dict[str, Any] = {}
    for colour, ramp in (("Red", entries), ("Green", entries[::-1]), ("Blue", [entries[-1]] * len(entries))):
        made[f"{colour}PaletteColorLookupTableDescriptor"] = [len(entries), first, bits]
        made[f"{colour}PaletteColorLookupTableData"] = np.array(ramp, "<u2" if bits == 16 else "u1").tobytes()
    return made
