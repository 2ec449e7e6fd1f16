"""How fast `lightbox verify` reads CT images of the usual size, beside reading and hashing them and nothing else.

CPU time is what is compared, since a machine that others use as well gives no two runs the same time.
"""

import hashlib
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np

from e2e.running import RunningServer
from e2e.soak.report import report
from tests.factories import multipart, part10

IMAGES = int(os.environ.get("SOAK_IMAGES", "3000"))
TOGETHER = 50
SIDE = 512


def test_a_scrub_costs_little_more_than_to_read_and_hash(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "root").start()
    rng = np.random.default_rng(9)
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        for start in range(0, IMAGES, TOGETHER):
            pixels = [rng.integers(0, 2**12, SIDE * SIDE, dtype="<u2").tobytes() for _ in range(TOGETHER)]
            files = [
                part10(SOPInstanceUID=f"1.2.9.{start + n}", StudyInstanceUID=f"1.2.8.{start}", Rows=SIDE, Columns=SIDE,
                       PixelData=frame)
                for n, frame in enumerate(pixels)
            ]  # fmt: skip
            content, headers = multipart(*files)
            assert client.post("/studies", content=content, headers=headers).status_code == 200
    assert server.stop() == 0
    paths = list((tmp_path / "root" / "archive" / "objects").rglob("*.dcm"))
    size = sum(path.stat().st_size for path in paths)
    scrub, seconds = verified(tmp_path / "root")
    assert RunningServer(tmp_path / "empty").start().stop() == 0
    scrub -= verified(tmp_path / "empty")[0]  # to start Python and open a root
    began = time.process_time()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        assert sorted(pool.map(digest, paths)) == sorted(path.stem for path in paths)
    least = time.process_time() - began
    report(
        "verify of CT images of 526 kB, beside reading and hashing alone",
        f"{len(paths)} files: {size / seconds / 2**20:.0f} MiB/s; {size / scrub / 2**20:.0f} MiB in a second of CPU, "
        f"reading and hashing alone {size / least / 2**20:.0f}: {least / scrub:.0%}",
    )
    assert least / scrub >= 0.8


def verified(root: Path) -> tuple[float, float]:
    """Seconds of CPU and seconds that `lightbox verify` takes."""
    before, began = _cpu_of_children(), time.monotonic()
    command = [sys.executable, "-m", "server", "verify", "--anew", "--root", str(root)]
    subprocess.run(command, check=True, capture_output=True)
    return _cpu_of_children() - before, time.monotonic() - began


def digest(path: Path) -> str:
    """SHA-256 of what the disk has of a file, and not memory."""
    seen, piece = hashlib.sha256(), memoryview(bytearray(2**20))
    with path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while size := file.readinto(piece):
            seen.update(piece[:size])
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return seen.hexdigest()


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
