"""Pictures as bytes: JPEG to be quick, PNG to be exact."""

import io

from PIL import Image as Pillow


def encode(picture: Pillow.Image, media_type: str, quality: int) -> bytes:
    """The picture as `image/jpeg` of that quality (1 to 100), or as a lossless `image/png`."""
    buffer = io.BytesIO()
    if media_type == "image/png":
        picture.save(buffer, "PNG", compress_level=1)
    else:
        picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
