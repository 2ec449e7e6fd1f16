"""What this machine allows in the same minutes: safe file writes, hashing and copying."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

_FILE_BYTES = 512 * 1024
_TOGETHER = 8
_MOST_TIMES = 20_000


@dataclass(frozen=True)
class Limit:
    """One thing the machine was asked to do as often as it could."""

    name: str
    rate: float
    unit: str


def limits(folder: Path, seconds: float) -> Sequence[Limit]:
    """Measures each limit for that long; files are written below `folder`."""
    folder.mkdir()
    content = os.urandom(_FILE_BYTES)
    block = os.urandom(64 * 2**20)
    alone = _rate(lambda: _write_safely(folder / "alone", content), seconds)
    together = _together(folder, content, seconds)
    hashed = _rate(lambda: hashlib.sha256(content).digest(), seconds)
    copied = _rate(lambda: bytearray(block), seconds)
    return [
        Limit("512 KB files written and fdatasync'ed, one at a time", alone, "files/s"),
        Limit("512 KB files written and fdatasync'ed, eight at a time", together, "files/s"),
        Limit("SHA-256, one thread", hashed * _FILE_BYTES / 1e6, "MB/s"),
        Limit("memory copied, one thread", copied * len(block) / 1e6, "MB/s"),
    ]


def _together(folder: Path, content: bytes, seconds: float) -> float:
    works = [partial(_write_safely, folder / str(number), content) for number in range(_TOGETHER)]
    with ThreadPoolExecutor(_TOGETHER) as pool:
        return sum(pool.map(_rate, works, [seconds] * _TOGETHER))


def _write_safely(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, content)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
    path.unlink()


def _rate(work: Callable[[], object], seconds: float) -> float:
    work()
    start = time.perf_counter()
    done = 0
    while time.perf_counter() - start < seconds and done < _MOST_TIMES:
        work()
        done += 1
    return done / (time.perf_counter() - start)
