"""The transfer syntaxes the simulator writes, and the lossless codec of each that compresses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jpeg_ls
import numpy as np
import openjpeg.utils
import rle.utils
from numpy.typing import NDArray
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

Pixels = NDArray[Any]
_MONOCHROME = 2  # OpenJPEG's number for grey
_PLAIN_CODESTREAM = 0


class CodecMissing(ValueError):
    """A transfer syntax needs an encoder that is not installed."""


@dataclass(frozen=True)
class Syntax:
    """One transfer syntax, PS3.5 Annex A; `compress` turns one frame into a code stream, None for native pixels."""

    name: str
    uid: UID
    compress: Callable[[Pixels, int], bytes] | None = None

    @property
    def is_implicit(self) -> bool:
        """Whether elements are written without their VR."""
        return self.uid == ImplicitVRLittleEndian


def _run_lengths(frame: Pixels, bits_stored: int) -> bytes:  # noqa: ARG001 - PS3.5 Annex G codes whole bytes
    rows, columns = frame.shape
    bits = 8 * frame.dtype.itemsize
    little = frame.astype(frame.dtype.newbyteorder("<"))
    coded = rle.utils.encode_pixel_data(
        little.tobytes(), rows=rows, columns=columns, samples_per_pixel=1, bits_allocated=bits, byteorder="<"
    )
    return bytes(coded)


def _jpeg_ls(frame: Pixels, bits_stored: int) -> bytes:
    # The codec takes the precision from the values: a frame that uses no high bit would be declared shallower.
    coded = jpeg_ls.encode_pixel_data(
        frame.tobytes(),
        rows=frame.shape[0],
        columns=frame.shape[1],
        samples_per_pixel=1,
        bits_allocated=8 * frame.dtype.itemsize,
        bits_stored=bits_stored,
        photometric_interpretation="MONOCHROME2",
        pixel_representation=0,
        lossy_error=0,
    )
    return bytes(coded)


def _jpeg_2000(frame: Pixels, bits_stored: int) -> bytes:
    coded = openjpeg.utils.encode_array(
        frame, bits_stored=bits_stored, photometric_interpretation=_MONOCHROME, codec_format=_PLAIN_CODESTREAM
    )
    return bytes(coded)


def _htj2k(frame: Pixels, bits_stored: int) -> bytes:  # noqa: ARG001 - the library codes all bits allocated
    try:
        from imagecodecs import htj2k_encode
    except ImportError as error:
        raise CodecMissing("htj2k needs an encoder: pip install imagecodecs (BSD, OpenJPH inside).") from error
    return bytes(htj2k_encode(frame, reversible=True))


SYNTAXES: dict[str, Syntax] = {
    syntax.name: syntax
    for syntax in (
        Syntax("explicit", ExplicitVRLittleEndian),
        Syntax("implicit", ImplicitVRLittleEndian),
        Syntax("rle", RLELossless, _run_lengths),
        Syntax("jpeg-ls", JPEGLSLossless, _jpeg_ls),
        Syntax("jpeg-2000", JPEG2000Lossless, _jpeg_2000),
        Syntax("htj2k", HTJ2KLossless, _htj2k),
    )
}


def require(name: str) -> Syntax:
    """Return a syntax by name, proved to work here; CodecMissing says what to install, KeyError an unknown name."""
    syntax = SYNTAXES[name]
    if syntax.compress:
        syntax.compress(np.zeros((64, 64), dtype=np.uint16), 12)
    return syntax
