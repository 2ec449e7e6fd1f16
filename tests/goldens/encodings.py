"""Made images in every encoding: by the encoders of pydicom's plugins, or once for all by others.

`codestreams.json` holds frames that nothing here can make: HTJ2K by OpenJPH 0.26, JPEG lossless of every predictor
and JPEG of 12 bits by libjpeg-turbo 3.1, both by way of imagecodecs 2026.3.6. Their values are those of
`_scattered`, `_rising` and `_COLOURS`.
"""

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jpeg_ls
import numpy as np
import openjpeg.utils as openjpeg
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from tests.factories import part10
from tests.goldens.images import coloured, grey

ENCODERS = {RLELossless: "pylibjpeg", JPEGLSLossless: "pyjpegls", JPEG2000Lossless: "pylibjpeg"}
SYNTAXES = [
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
    *ENCODERS,
]

RAMP = (np.arange(64 * 40) * 91 % 4096).reshape(64, 40)


def encoded(dataset: Dataset, syntax: UID) -> bytes:
    """The data set as a file in a transfer syntax, its pixels compressed where that asks for it."""
    if syntax in ENCODERS:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.compress(syntax, encoding_plugin=ENCODERS[syntax], generate_instance_uid=False)
    elif syntax == ExplicitVRBigEndian and dataset.BitsAllocated == 16:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    return part10(dataset, syntax)


_PLACES = np.arange(24 * 40).reshape(24, 40)


def _scattered(bits: int) -> NDArray[Any]:
    return (_PLACES * 7919 % 2**bits).astype("u1" if bits <= 8 else "<u2")


def _rising(bits: int) -> NDArray[Any]:
    return (_PLACES % 40 * (2**bits - 1) // 39).astype("u1" if bits <= 8 else "<u2")


_COLOURS = np.stack([_PLACES % 256, _PLACES // 8 % 256, 255 - _PLACES % 256], axis=-1).astype("u1")


@dataclass(frozen=True)
class Encoded:
    """An image in a transfer syntax, what its stored values are, and how far a lossy encoding may be from them."""

    syntax: UID
    what: str
    file: bytes
    values: NDArray[Any]
    tolerance: int = 0


def encodings() -> Iterator[Encoded]:
    """At least one image for every transfer syntax that is decoded."""
    for syntax in SYNTAXES:
        for what, values, bits in (("8 bits", (RAMP % 256).astype("u1"), 8), ("12 bits", RAMP.astype("<u2"), 12)):
            dataset = grey(values, BitsStored=bits)
            if syntax == ExplicitVRBigEndian and bits == 8:
                dataset["PixelData"].VR = "OB"
            yield Encoded(syntax, what, encoded(dataset, syntax), values)
    near = jpeg_ls.encode_array(_rising(12), lossy_error=3)
    yield _compressed(JPEGLSNearLossless, "12 bits, 3 off at most", near, _rising(12), 12, 3)
    slope = np.tile(_rising(12), (3, 1))  # this encoder wants 32 rows
    lossy = openjpeg.encode_array(slope, bits_stored=12, compression_ratios=[8])
    yield _compressed(JPEG2000, "12 bits, 8 : 1", lossy, slope, 12, 40)
    yield _compressed(JPEGBaseline8Bit, "8 bits", _jpeg(_rising(8)), _rising(8), 8, 2)
    frames = made()
    for bits in (8, 12, 16):
        for syntax in (HTJ2KLossless, HTJ2KLosslessRPCL):
            yield _compressed(syntax, f"{bits} bits", frames[f"htj2k grey {bits}"], _scattered(bits), bits)
    yield _compressed(HTJ2KLossless, "RGB", frames["htj2k rgb 8"], _COLOURS, 8)
    yield _compressed(HTJ2K, "8 bits", frames["htj2k lossy 8"], _rising(8), 8, 2)
    for name, frame in frames.items():
        if name.startswith("jpeg lossless"):
            syntax = JPEGLosslessSV1 if name.endswith("predictor 1") else JPEGLossless
            bits = 8 if "rgb" in name else int(name.split()[2])
            values = _COLOURS if "rgb" in name else _scattered(bits)
            yield _compressed(syntax, name.removeprefix("jpeg lossless "), frame, values, bits)
    yield _compressed(JPEGExtended12Bit, "12 bits", frames["jpeg extended 12"], _rising(12), 12, 40)


def made() -> dict[str, bytes]:
    """The frames that others made, by their names."""
    table = json.loads(Path(__file__).with_name("codestreams.json").read_text())
    return {name: base64.b64decode(text) for name, text in table.items()}


def _compressed(
    syntax: UID, what: str, frame: bytes | bytearray, values: NDArray[Any], bits: int, tolerance: int = 0
) -> Encoded:
    dataset = coloured(values) if values.ndim == 3 else grey(values, BitsStored=bits)
    dataset.PixelData = encapsulate([bytes(frame)])
    return Encoded(syntax, what, part10(dataset, syntax), values, tolerance)


def _jpeg(values: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(values).save(buffer, "JPEG", quality=100)
    return buffer.getvalue()
