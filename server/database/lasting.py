"""Folders and small files that are on the disk for good when these return: a power cut takes nothing of them back.

Each raises `OSError` when the disk does not take it.
"""

import os
import threading
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Sees that the folder is there to stay: made when missing, with every new parent, and its entry synced."""
    if not folder.parent.exists():
        make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Waits until the entries of a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, content: bytes) -> None:
    """Puts a file in the place of what was there; also after a crash, one of them is there, and whole."""
    new = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
