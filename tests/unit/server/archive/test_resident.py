"""Whether a file is in memory: after it was read, until it is let go of."""

import os
import subprocess
from pathlib import Path

import pytest

from server.archive.resident import is_in_memory

LIVES_IN_MEMORY = {"tmpfs", "ramfs"}


@pytest.mark.parametrize("size", [1, 4096, 300_001])
def test_a_file_is_in_memory_until_it_is_let_go_of(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    assert is_in_memory(path, size)
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
    kind = subprocess.run(["stat", "-f", "-c", "%T", tmp_path], capture_output=True, text=True, check=True)
    assert is_in_memory(path, size) == (kind.stdout.strip() in LIVES_IN_MEMORY)
    assert path.read_bytes() == b"x" * size
    assert is_in_memory(path, size)


def test_an_empty_file_is_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert is_in_memory(tmp_path / "empty", 0)
    with pytest.raises(FileNotFoundError):
        is_in_memory(tmp_path / "none", 1)
