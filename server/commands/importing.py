"""`lightbox import`: storing files and folders from this machine, with a progress bar and a summary."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import orjson
from rich.console import Console

from server.app import Parts, open_parts
from server.archive.store import Incoming
from server.commands.failure import CommandFailed
from server.commands.progress import bar
from server.errors import ArchiveFull
from server.settings import Settings
from server.studies.export import MANIFEST, UNFINISHED
from server.studies.store import Stored

_TOGETHER = 64
_PIECE = 2**20
_MOST_SHOWN = 20
_DICOM_SUFFIXES = {".dcm", ".dicom", ".ima"}


@dataclass
class Summary:
    """What became of the files."""

    stored: int = 0
    already_there: int = 0
    passed_over: int = 0
    refused: list[tuple[Path, str]] = field(default_factory=list)


def import_paths(settings: Settings, paths: Sequence[Path]) -> int:
    """Stores every file below `paths`; answers 0 when all are kept, 1 when any was refused.

    What comes in between is raised after it was said how far it came.
    """
    summary = Summary()
    with closing(open_parts(settings)) as parts:
        try:
            take_in(parts, paths, summary)
        except (KeyboardInterrupt, ArchiveFull):
            _tell(summary)
            print("cut off: what is stored stays; import the same again to go on", file=sys.stderr)  # noqa: T201
            raise
    _tell(summary)
    return 1 if summary.refused else 0


def take_in(parts: Parts, paths: Sequence[Path], summary: Summary) -> None:
    """Stores the files in batches, each acknowledged and counted as a whole before the next."""
    for path in paths:
        if not path.exists():
            raise CommandFailed(f"there is no {path}")
    files = [file for path in paths for file in _files(path, summary)]
    with bar("importing", len(files)) as advance:
        remaining = iter(files)
        while batch := list(islice(remaining, _TOGETHER)):
            _store(parts, batch, summary)
            advance(len(batch))


def _files(path: Path, summary: Summary) -> Iterator[Path]:
    """The file, or those of the folder that are meant to be DICOM: by their content, or by their name."""
    if path.is_file():
        yield path
        return
    if (path / UNFINISHED).is_file():
        raise CommandFailed(f"the export in {path} was cut off: the same `lightbox export --to` again completes it")
    if (path / MANIFEST).is_file():
        yield from _exported(path)
        return
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        if file.suffix.lower() in _DICOM_SUFFIXES or _is_part10(file):
            yield file
        else:
            summary.passed_over += 1


def _exported(folder: Path) -> Iterator[Path]:
    """The files of an export, in the order in which they first came, on which some answers depend."""
    inside = folder.resolve()
    with (folder / MANIFEST).open("rb") as manifest:
        for number, line in enumerate(manifest, 1):
            try:
                file = (folder / str(orjson.loads(line)["path"])).resolve()
            except (ValueError, KeyError, TypeError) as error:
                raise CommandFailed(f"line {number} of {folder / MANIFEST} names no file: it is damaged") from error
            if not file.is_relative_to(inside):
                raise CommandFailed(f"the manifest of {folder} names a file outside of it")
            if not file.exists():
                raise CommandFailed(f"{file} is missing: `lightbox export --verify {folder}` tells what else is")
            yield file


def _is_part10(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(132)[128:] == b"DICM"
    except OSError:
        return True  # so that the summary says why it cannot be read


def _store(parts: Parts, batch: Sequence[Path], summary: Summary) -> None:
    arrived: list[Incoming] = []
    copied: list[Path] = []
    for file in batch:
        incoming = parts.store.receive()
        try:
            with file.open("rb") as source:
                while piece := source.read(_PIECE):
                    incoming.write(piece)
        except OSError as error:
            incoming.discard()
            summary.refused.append((file, f"cannot be read: {error.strerror}"))
            continue
        arrived.append(incoming)
        copied.append(file)
    for file, outcome in zip(copied, parts.store.store(parts.local_person, arrived), strict=True):
        if not isinstance(outcome, Stored):
            summary.refused.append((file, outcome.message))
        elif outcome.again:
            summary.already_there += 1
        else:
            summary.stored += 1


def _tell(summary: Summary) -> None:
    console = Console(highlight=False)
    console.print(
        f"stored {summary.stored}, already there {summary.already_there}, refused {len(summary.refused)}"
        + (f" (passed over {summary.passed_over} files that are not DICOM)" if summary.passed_over else ""),
        soft_wrap=True,
    )
    for file, reason in summary.refused[:_MOST_SHOWN]:
        console.print(f"  refused {file}: {reason}", soft_wrap=True, markup=False)
    if len(summary.refused) > _MOST_SHOWN:
        reasons = Counter(reason for _, reason in summary.refused[_MOST_SHOWN:])
        for reason, count in reasons.most_common():
            console.print(f"  and {count} more: {reason}", soft_wrap=True, markup=False)
