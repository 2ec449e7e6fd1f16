"""Frames one after the other in one picture: animated GIF and WebP at the speed the header asks for (PS3.3 C.7.6.5)."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image as Pillow

from server.dicom.attributes import tag
from server.errors import TooLarge

MOST_FRAMES = 500
MOST_PIXELS = 2**26
"""Frames, and pixels of all frames together, of one animated picture: it is made in memory, at once."""

_DEFAULT_MS = 100
_SHORTEST_MS, _LONGEST_MS = 20, 10_000
"""Browsers slow a frame of less than 20 ms down to 100."""


def durations(header: Mapping[str, Any], frames: int) -> list[int]:
    """How many milliseconds each frame is shown: Frame Time, its vector, or one of the rates."""
    vector = _numbers(header, "FrameTimeVector")
    if len(vector) == frames > 1:
        # PS3.3 C.7.6.5.1.2: each is the time since the frame before, so the last is shown as long as the one before it
        return [_bounded(time) for time in (*vector[1:], vector[-1])]
    for keyword in ("FrameTime", "RecommendedDisplayFrameRate", "CineRate"):
        for number in _numbers(header, keyword)[:1]:
            if number > 0:
                return [_bounded(number if keyword == "FrameTime" else 1000 / number)] * frames
    return [_DEFAULT_MS] * frames


def animate(pictures: Sequence[Pillow.Image], media_type: str, times: Sequence[int], quality: int) -> bytes:
    """Pictures of one size as one `image/gif` or `image/webp` that begins again at its end."""
    first, *others = pictures
    buffer = io.BytesIO()
    if media_type == "image/webp":
        first.save(
            buffer,
            "WEBP",
            save_all=True,
            append_images=others,
            duration=list(times),
            loop=0,
            quality=quality,
            lossless=quality == 100,
            method=0,
        )
    else:
        first.save(buffer, "GIF", save_all=True, append_images=others, duration=list(times), loop=0)
    return buffer.getvalue()


def require_bounded(frames: int, pixels: int) -> None:
    """`TooLarge` when frames of that many pixels are too many to move."""
    if frames > MOST_FRAMES:
        raise TooLarge("An animated picture has too many frames; ask for multipart/related.", limit=MOST_FRAMES)
    if frames * pixels > MOST_PIXELS:
        raise TooLarge(
            "An animated picture has too many pixels; ask for a smaller viewport or for multipart/related.",
            limit=MOST_PIXELS,
        )


def _bounded(milliseconds: float) -> int:
    return round(min(max(milliseconds, _SHORTEST_MS), _LONGEST_MS))


def _numbers(header: Mapping[str, Any], keyword: str) -> list[float]:
    found = header.get(tag(keyword), {}).get("Value", [])
    return [float(number) for number in found if isinstance(number, int | float) and abs(number) < 1e9]
