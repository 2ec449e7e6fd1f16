"""Decoding through one of pydicom's decoder plugins, for codecs that have no better door."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder

from server.errors import Malformed
from server.rendering.image import Image


def decode_with(plugin: str, data: bytes, image: Image) -> NDArray[np.generic]:
    """The samples of one frame, rows x columns (x samples), in the colour space the codec leaves them in."""
    decoder = get_decoder(image.transfer_syntax_uid)
    description: dict[str, Any] = {
        "rows": image.rows,
        "columns": image.columns,
        "samples_per_pixel": image.samples,
        "photometric_interpretation": image.photometric,
        "pixel_representation": int(image.signed),
        "bits_allocated": image.bits_allocated,
        "bits_stored": image.bits_stored,
        "planar_configuration": image.planar,
        "number_of_frames": 1,
        "pixel_keyword": "PixelData",
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            encapsulated = encapsulate([data], has_bot=False)
            pixels, _ = decoder.as_array(encapsulated, index=0, raw=True, decoding_plugin=plugin, **description)
    except Exception as error:
        raise Malformed("The compressed frame is damaged or cut short.", cause=type(error).__name__) from error
    return pixels
