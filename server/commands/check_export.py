"""Checks an export of Lightbox: every file is there, is what was received, and is the instance it is said to be.

It needs Python (3.8 or later) and pydicom, not Lightbox: an export carries a copy of this file as `verify.py`.
Run it as `python verify.py`, or with the folder of the export; exit status 1 when anything is wrong.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pydicom

_PIECE = 2**20
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def faults_of(folder: Path, advance: Callable[[int], None] | None = None) -> Iterator[tuple[str, str]]:
    """Each fault and the SOP Instance UID or file that it is about."""
    told = set()
    with (folder / "manifest.jsonl").open(encoding="utf-8", errors="replace") as manifest:
        for number, text in enumerate(manifest, 1):
            line = _line(text)
            if line is None:
                yield "unreadable", f"line {number} of manifest.jsonl"
                continue
            told.add(line["path"])
            fault = _fault(folder / line["path"], line)
            if fault:
                yield fault, line["SOPInstanceUID"]
            if advance is not None:
                advance(1)
    for path in sorted((folder / "studies").rglob("*.dcm")):
        if path.relative_to(folder).as_posix() not in told:
            yield "not in the manifest", path.name


def _line(text: str) -> dict[str, str] | None:
    """What a line of the manifest says; None when it does not say what is to be checked."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and all(name in line for name in ("path", "sha256", *_UIDS)) else None


def _fault(path: Path, line: dict[str, str]) -> str:
    if not path.is_file():
        return "missing"
    if _digest(path) != line["sha256"]:
        return "damaged"
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_UIDS))
    except Exception:  # noqa: BLE001 - pydicom raises whatever a damaged header trips
        return "unreadable"
    if any(str(dataset.get(keyword, "")) != line[keyword] for keyword in _UIDS):
        return "another instance"
    return ""


def _digest(path: Path) -> str:
    """SHA-256, in the words of the oldest Python that this is to run on."""
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            seen.update(piece)
    return seen.hexdigest()


def main() -> int:
    """Checks the folder that is named, or the one this file lies in."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    if not (folder / "manifest.jsonl").is_file():
        print("there is no whole export here: it has no manifest.jsonl", file=sys.stderr)  # noqa: T201
        return 1
    found = list(faults_of(folder))
    for fault, name in found:
        print(f"{fault}\t{name}")  # noqa: T201 - it is a command
    print("faults found" if found else "all files are as they were received", file=sys.stderr)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
