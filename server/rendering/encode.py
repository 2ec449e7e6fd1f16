"""Pictures as bytes: JPEG to be quick, PNG to be exact, GIF for who knows no other."""

import io
from collections.abc import Sequence

from PIL import Image as Pillow


def encode(picture: Pillow.Image, media_type: str, quality: int) -> bytes:
    """The picture as `image/jpeg` of that quality (1 to 100), or as `image/png` or `image/gif`, grey without loss."""
    buffer, profile = io.BytesIO(), picture.info.get("icc_profile")
    if media_type == "image/png":
        picture.save(buffer, "PNG", compress_level=1, icc_profile=profile)
    elif media_type == "image/gif":
        picture.save(buffer, "GIF")
    else:
        picture.save(buffer, "JPEG", quality=quality, icc_profile=profile)
    return buffer.getvalue()


def animate(pictures: Sequence[bytes], frame_ms: int) -> bytes:
    """Encoded pictures of one size as one animated GIF that begins again at its end."""
    first, *others = (Pillow.open(io.BytesIO(picture)) for picture in pictures)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=frame_ms, loop=0)
    return buffer.getvalue()
