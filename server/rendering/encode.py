"""Pictures as bytes: JPEG to be quick, PNG to be exact, WebP to be small, GIF for who knows no other."""

import io

from PIL import Image as Pillow

_WIDEST_WEBP = 16_383
_LOSSLESS = 100


def encode(picture: Pillow.Image, media_type: str, quality: int) -> bytes:
    """The picture as JPEG or WebP of that quality (1 to 100), or as PNG or GIF, in which grey loses nothing.

    WebP of quality 100 is lossless, and has 16,383 pixels a side at most: what is larger is scaled down.
    """
    buffer, profile = io.BytesIO(), picture.info.get("icc_profile")
    if media_type == "image/png":
        picture.save(buffer, "PNG", compress_level=1, icc_profile=profile)
    elif media_type == "image/gif":
        picture.save(buffer, "GIF")
    elif media_type == "image/webp":
        small = picture.copy() if max(picture.size) > _WIDEST_WEBP else picture
        small.thumbnail((_WIDEST_WEBP, _WIDEST_WEBP), Pillow.Resampling.BOX)
        lossless = quality == _LOSSLESS
        small.save(buffer, "WEBP", quality=quality, lossless=lossless, method=2, icc_profile=profile)
    else:
        picture.save(buffer, "JPEG", quality=quality, icc_profile=profile)
    return buffer.getvalue()
