"""Bits turned on the disk itself, under files that the file system calls unchanged: never served, and all found.

Needs root and loop devices.
"""

import mmap
import os
import random
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from e2e.running import RunningServer
from e2e.soak.report import report
from e2e.soak.test_power_cuts import disk
from tests.factories import image, multipart, part10

FILES = 60
TURNED = 20
SIDE = 256


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_what_the_disk_turns_is_never_served(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    pixels = [rng.integers(0, 2**12, SIDE * SIDE, dtype="<u2").tobytes() for _ in range(FILES)]
    with disk(tmp_path, "ext4") as mounted:
        server = RunningServer(mounted / "root", "--reserve", "0").start()
        try:
            for number, frame in enumerate(pixels):
                uids = {"StudyInstanceUID": "1.2.1", "SeriesInstanceUID": "1.2.2", "SOPInstanceUID": f"1.2.3.{number}"}
                content, headers = multipart(part10(image(**uids, Rows=SIDE, Columns=SIDE, PixelData=frame)))
                answer = httpx.post(f"{server.dicomweb}/studies", content=content, headers=headers, timeout=30)
                assert answer.status_code == 200
            assert [_frame(server, number)[0] for number in range(FILES)] == [200] * FILES
            os.sync()
            turned = set(random.Random(2).sample(range(FILES), TURNED))
            for number in turned:
                _turn_a_bit(tmp_path / "disk.img", pixels[number])
            for file in (mounted / "root" / "archive" / "objects").rglob("*.dcm"):
                _leaves_the_memory(file)
            for number, frame in enumerate(pixels):
                status, content = _frame(server, number)
                assert status == (500 if number in turned else 200), number
                assert number in turned or frame in content
        finally:
            assert server.stop() == 0
        command = [sys.executable, "-m", "server", "verify", "--anew", "--root", str(mounted / "root")]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert told.returncode == 1
        named = {line.split("\t")[1] for line in told.stdout.splitlines()}
        assert named == {f"1.2.3.{number}" for number in turned}
    report(
        "a bit turned on the disk under files that were read before",
        f"{TURNED} of {FILES} files: 0 served, all {TURNED} found and no other",
    )


def _frame(server: RunningServer, number: int) -> tuple[int, bytes]:
    path = f"studies/1.2.1/series/1.2.2/instances/1.2.3.{number}/frames/1"
    answer = httpx.get(f"{server.dicomweb}/{path}", timeout=30)
    return answer.status_code, answer.content


def _turn_a_bit(image: Path, content: bytes) -> None:
    """In the middle of where the disk has these bytes."""
    with image.open("r+b") as file, mmap.mmap(file.fileno(), 0) as whole:
        at = whole.find(content[8192 : 8192 + 512])
        assert at >= 0
        whole[at + 100] ^= 4


def _leaves_the_memory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
