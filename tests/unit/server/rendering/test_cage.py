"""Decoders in processes of their own: the same pixels, and nobody harmed by one that crashes, hangs or swells."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file

from server.errors import Malformed
from server.rendering.cage import Cage
from server.rendering.codecs.index import in_process
from server.rendering.image import Image
from tests.goldens.drawing import first_frame

FILE = Path(str(get_testdata_file("JPEG2000.dcm"))).read_bytes()


@pytest.fixture(scope="module")
def cage() -> Iterator[Cage]:
    cage = Cage(2, seconds=120)
    yield cage
    cage.close()


@pytest.fixture(scope="module")
def frame() -> tuple[bytes, Image]:
    return first_frame(FILE)


def test_a_frame_is_decoded_as_it_is_without_a_cage(cage: Cage, frame: tuple[bytes, Image]) -> None:
    assert np.array_equal(cage.decode(*frame), in_process(*frame, 0))


def test_many_ask_at_the_same_time(cage: Cage, frame: tuple[bytes, Image]) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(int(cage.decode(*frame).sum()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [int(in_process(*frame, 0).sum())] * 8


def test_a_damaged_frame_is_refused_and_the_worker_lives(cage: Cage, frame: tuple[bytes, Image]) -> None:
    data, image = frame
    cage.warm()
    before = {worker.pid for worker in cage.workers}
    with pytest.raises(Malformed, match=r"damaged|cut short"):
        cage.decode(data[:200], image)
    assert {worker.pid for worker in cage.workers} == before
    assert cage.decode(data, image).shape == (image.rows, image.columns)


def test_a_worker_that_dies_is_replaced(frame: tuple[bytes, Image]) -> None:
    cage = Cage(1)
    try:
        cage.decode(*frame)
        [worker] = cage.workers
        worker.kill()
        with pytest.raises(Malformed, match="crashed"):
            cage.decode(*frame)
        assert cage.decode(*frame).size == frame[1].rows * frame[1].columns
        assert [one.pid for one in cage.workers] != [worker.pid]
    finally:
        cage.close()


def test_a_worker_that_hangs_is_killed(frame: tuple[bytes, Image]) -> None:
    cage = Cage(1, seconds=0.5)
    try:
        cage.warm()
        [worker] = cage.workers
        os.kill(worker.pid or 0, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(Malformed, match=r"within 0\.5 seconds"):
            cage.decode(*frame)
        assert time.monotonic() - started < 30
        assert not list(cage.workers)
    finally:
        cage.close()


def test_uncompressed_pixels_need_no_worker() -> None:
    data, image = first_frame(Path(str(get_testdata_file("CT_small.dcm"))).read_bytes())
    cage = Cage(1)
    assert cage.decode(data, image).shape == (image.rows, image.columns)
    assert not list(cage.workers)
    cage.close()
