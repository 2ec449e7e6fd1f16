"""Memory stays within its bound while many CTs and films are scrolled; `bench.pictures` asks it of a process."""

import random
import tracemalloc
from pathlib import Path

import numpy as np

from tests.factories import image, part10
from tests.http.conftest import running, settings_for
from tests.http.test_wado import address

BOUND = 4 * 2**20
CTS, CRS = 50, 20
_PICTURES = 80


def test_scrolling_through_more_than_may_be_kept_stays_within_the_bound(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    sizes = [(128, 128)] * CTS + [(500, 400)] * CRS
    images = [
        image(Rows=rows, Columns=columns, PixelData=noise.integers(0, 4096, rows * columns).astype("<u2").tobytes())
        for rows, columns in sizes
    ]
    assert sum(len(one.PixelData) for one in images) > 2 * BOUND
    choice = random.Random(2)
    with running(settings_for(tmp_path, rendering={"cache_bytes": BOUND})) as client:
        for start in range(0, len(images), 35):
            client.stow(*(part10(one) for one in images[start : start + 35]))

        def look(path: str) -> None:
            window = f"{choice.randrange(4000)},{choice.randrange(50, 4000)},linear"
            assert client.get(f"{path}/rendered", params={"window": window, "viewport": "128,128"}).status_code == 200

        paths = [address(one) for one in images]
        images.clear()
        look(paths[0])
        look(paths[-1])
        tracemalloc.start()
        for _ in range(_PICTURES):
            look(choice.choice(paths))
        kept, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert BOUND / 4 < kept < BOUND
    assert highest < 2 * BOUND  # what is being drawn comes on top
