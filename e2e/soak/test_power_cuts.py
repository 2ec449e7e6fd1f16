"""The power goes while many clients store: a file system shut down without a flush, and nothing acknowledged lost.

Needs root, loop devices and the file system's mkfs; what is missing is skipped.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.running import WITHOUT_SYNC, RunningServer
from e2e.soak.report import report, told
from e2e.storm import Storm

ROUNDS = {"ext4": int(os.environ.get("SOAK_POWER_CUTS", "30")), "xfs": int(os.environ.get("SOAK_POWER_CUTS_XFS", "10"))}
MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}
MIB = 2**20

# include/uapi/linux/fs.h and fs/xfs/libxfs/xfs_fs.h: the same number and argument for both
GOING_DOWN = 0x8004587D
WITHOUT_FLUSH = struct.pack("<I", 2)


@contextmanager
def disk(folder: Path, kind: str) -> Iterator[Path]:
    """A file system of its own on a loop device, mounted at a path that stays."""
    image, mounted = folder / "disk.img", folder / "disk"
    with image.open("wb") as file:
        file.truncate(1024 * MIB)
    mounted.mkdir()
    subprocess.run([*MAKE[kind], str(image)], check=True)
    mount(image, mounted)
    try:
        yield mounted
    finally:
        unmount(mounted)


def mount(image: Path, at: Path) -> None:
    subprocess.run(["mount", "-o", "loop", str(image), str(at)], check=True)


def unmount(mounted: Path) -> None:
    """Waits for what the killed server has started and what ends with it."""
    for _ in range(100):
        if subprocess.run(["umount", str(mounted)], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError(f"{mounted} stays busy")


def cut_power(mounted: Path) -> None:
    """From this moment nothing more reaches the disk, not even what is in the journal's memory."""
    descriptor = os.open(mounted, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, GOING_DOWN, WITHOUT_FLUSH)
    finally:
        os.close(descriptor)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_nothing_acknowledged_is_lost_when_the_power_goes(tmp_path: Path, kind: str) -> None:
    if shutil.which(MAKE[kind][0]) is None:
        pytest.skip(f"there is no {MAKE[kind][0]}")
    storm = Storm(seed=len(kind) * 1000)
    with disk(tmp_path, kind) as mounted:
        server = RunningServer(mounted / "root", "--reserve", "0")
        for _ in range(ROUNDS[kind]):
            lose_power(server, storm, tmp_path)
            storm.check(server)
            assert server.stop() == 0
            storm.verify(mounted / "root")
    report(f"power cut, {kind}", told(ROUNDS[kind], len(storm.acknowledged)))


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_server_that_does_not_wait_for_the_disk_loses_what_it_acknowledged(tmp_path: Path) -> None:
    storm = Storm(seed=77)
    with disk(tmp_path, "ext4") as mounted:
        server = RunningServer(mounted / "root", "--reserve", "0", program=("-c", WITHOUT_SYNC))
        try:
            lose_power(server, storm, tmp_path)
            with pytest.raises(AssertionError) as found:
                storm.check(server)
        finally:
            server.stop()
    lost = str(found.value).splitlines()[0]
    report("power cut, ext4, every fsync switched off: the control", f"found out: {lost}")


def lose_power(server: RunningServer, storm: Storm, folder: Path) -> None:
    """The power goes in the middle of storing, and comes back."""
    server.start()
    ended = threading.Event()
    clients = storm.rage(server, ended)
    storm.middle()
    cut_power(folder / "disk")
    server.kill()
    ended.set()
    for client in clients:
        client.join()
    unmount(folder / "disk")
    mount(folder / "disk.img", folder / "disk")
    server.start()
