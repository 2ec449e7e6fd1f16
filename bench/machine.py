"""Where and with what the figures were measured: processor, kernel, disk and versions."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("lightbox", "uvicorn", "starlette", "uvloop", "httptools", "numpy", "pillow", "pydicom", "orjson")


def described(folder: Path) -> dict[str, str]:
    """The machine, in words for a page; `folder` is where the servers keep their files."""
    return {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": file_system(folder),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "packages": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
    }


def disk_folder() -> Path:
    """A place for temporary files that is on a disk where there is one: /var/tmp before the usual place."""
    usual = Path("/var/tmp")
    return usual if os.access(usual, os.W_OK) and file_system(usual) != "tmpfs" else Path.cwd()


def file_system(folder: Path) -> str:
    """The kind of file system a folder is on."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    above = [place for place in mounts if folder.resolve().is_relative_to(place[0])]
    return max(above, key=lambda place: len(place[0]))[1] if above else "unknown"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
