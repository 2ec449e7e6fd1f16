"""How a command talks: results on standard output, trouble in one line and progress on standard error."""

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


def say(text: str) -> None:
    """One line of result."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """One line about what went wrong."""
    sys.stderr.write(f"lightbox-sim: {text}\n")


class Bar:
    """One line of progress; `advance` may be called from any thread."""

    def __init__(self, progress: Progress, title: str, total: int) -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task(title, total=total, megabytes=0.0)
        self._bytes = 0

    def advance(self, instances: int, size: int) -> None:
        """Count some more instances, and bytes."""
        self._bytes += size
        self._progress.update(self._task, advance=instances, megabytes=self._bytes / 1e6)


def progress_bars() -> Progress:
    """Bars on standard error, to be entered as a context."""
    return Progress(
        TextColumn("{task.description:15}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("instances, {task.fields[megabytes]:.0f} MB"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
