"""Colours as they are meant: an ICC profile goes along with the picture, or its pixels into another space.

PS3.18 8.3.5.1.5, PS3.3 C.11.15. What has no profile of its own, grey too, is taken for sRGB.
"""

import io
from functools import lru_cache

from PIL import Image as Pillow
from PIL import ImageCms

from server.rendering.profiles import profile

_LARGEST = 4 * 2**20
_SMALLEST = 132


def in_profile(picture: Pillow.Image, stored: bytes, wish: str | None) -> Pillow.Image:
    """The picture with the profile that is wished in its `info`.

    Without a wish it keeps its own profile, if it has one, and its pixels; so it does for 'yes', and has sRGB when
    it has none of its own. 'no' leaves the profile out; any other word names the space that the pixels go into.
    """
    own = usable(stored) if picture.mode == "RGB" else b""
    if wish == "no" or (wish is None and not own):
        return picture
    if wish is None or wish == "yes":
        return _with(picture, own or profile("srgb"))
    if own or wish != "srgb":
        change = _transform(own or profile("srgb"), wish)
        if change is not None:
            return _with(ImageCms.applyTransform(picture.convert("RGB"), change) or picture, profile(wish))
    return _with(picture, profile(wish))


def usable(stored: bytes) -> bytes:
    """The profile without padding, or nothing when it is none for RGB (PS3.3 C.11.15.1.1)."""
    size = int.from_bytes(stored[:4], "big")
    if not _SMALLEST <= size <= min(len(stored), _LARGEST):
        return b""
    return stored[:size] if stored[16:20] == b"RGB " and stored[36:40] == b"acsp" else b""


def _with(picture: Pillow.Image, icc: bytes) -> Pillow.Image:
    made = picture.convert("RGB")  # a profile of RGB may not go with a grey picture
    made.info["icc_profile"] = icc
    return made


@lru_cache(maxsize=16)
def _transform(source: bytes, target: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to a well-known space by the intent that the profile names; None when it is broken."""
    try:
        given = ImageCms.getOpenProfile(io.BytesIO(source))
        wanted = ImageCms.getOpenProfile(io.BytesIO(profile(target)))
        intent = ImageCms.Intent(ImageCms.getDefaultIntent(given))
        return ImageCms.buildTransform(given, wanted, "RGB", "RGB", intent)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
