"""Moving pictures: how long each frame is shown, and what is too much (PS3.3 C.7.6.5)."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from server.errors import TooLarge
from server.rendering.cine import MOST_FRAMES, MOST_PIXELS, animate, durations, require_bounded
from tests.factories import image


@pytest.mark.parametrize(
    ("keywords", "times"),
    [
        ({}, [100, 100, 100]),
        ({"FrameTime": "40"}, [40, 40, 40]),
        ({"FrameTime": "0"}, [100, 100, 100]),
        ({"FrameTimeVector": ["0", "30", "50"]}, [30, 50, 50]),
        ({"RecommendedDisplayFrameRate": "25"}, [40, 40, 40]),
        ({"CineRate": "1000"}, [20, 20, 20]),
        ({"FrameTime": "1000000"}, [10_000, 10_000, 10_000]),
    ],
)
def test_each_frame_is_shown_as_long_as_the_header_says(keywords: dict[str, Any], times: list[int]) -> None:
    assert durations(image(**keywords).to_json_dict(), 3) == times


def test_grey_moves_without_loss() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    frames = [ramp, ramp[::-1], ramp.T]
    made = Pillow.open(
        io.BytesIO(animate([Pillow.fromarray(np.ascontiguousarray(one)) for one in frames], "image/gif", [40] * 3, 90))
    )
    for number, frame in enumerate(frames):
        made.seek(number)
        assert (np.asarray(made.convert("L")) == frame).all()
        assert made.info["duration"] == 40


def test_what_is_too_much_to_move_is_refused() -> None:
    require_bounded(MOST_FRAMES, MOST_PIXELS // MOST_FRAMES)
    with pytest.raises(TooLarge):
        require_bounded(MOST_FRAMES + 1, 1)
    with pytest.raises(TooLarge):
        require_bounded(2, MOST_PIXELS // 2 + 1)
