"""JPEG baseline and extended sequential (PS3.5 A.4.1): 8 bits a sample by libjpeg, 12 by GDCM."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from server.errors import Malformed
from server.rendering.codecs.codestream import check, precision
from server.rendering.codecs.jpeg_12_bit import decode_12_bit
from server.rendering.image import Image
from server.rendering.ybr import rgb

SYNTAXES = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")


def decode(data: bytes, image: Image, first_bit: int = 0) -> NDArray[np.generic]:  # noqa: ARG001
    """The samples of one frame; three samples come as RGB."""
    check(data, image)
    if precision(data) != 8:
        samples = decode_12_bit(data, image)
        return rgb(samples, 12) if image.samples == 3 and image.photometric != "RGB" else samples
    try:
        with Pillow.open(io.BytesIO(data), formats=["JPEG"]) as picture:
            if image.photometric == "RGB" and _leaves_colour_open(picture):
                picture.draft("YCbCr", picture.size)  # as they are: without a marker any three samples pass for YCbCr
            return np.asarray(picture)
    except Pillow.DecompressionBombError as error:
        raise Malformed("The compressed frame is larger than is decoded here.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Malformed("The compressed frame is damaged or cut short.", cause=type(error).__name__) from error


def _leaves_colour_open(picture: Pillow.Image) -> bool:
    """Whether nothing in the codestream says RGB or YCbCr, so that the Photometric Interpretation is to be believed.

    An Adobe marker says either, JFIF says YCbCr, and so does chrominance of less resolution, whatever the header
    says; the decoder knows components that are named R, G and B.
    """
    if "adobe" in picture.info or "jfif" in picture.info:
        return False
    layers: list[tuple[int, int, int, int]] = getattr(picture, "layer", [])
    same_size = len({(across, down) for _, across, down, _ in layers}) == 1
    return len(layers) == 3 and same_size and bytes(name for name, *_ in layers) != b"RGB"
