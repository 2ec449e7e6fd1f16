"""How a command says that it cannot go on."""

from pathlib import Path


class CommandFailed(Exception):
    """A command cannot be carried out; the message is one sentence for the person at the terminal."""


def need_archive(root: Path) -> None:
    """`CommandFailed` where nothing is kept yet: a mistyped root is not to be made, and found in good order."""
    if not (root / "archive").is_dir():
        raise CommandFailed(f"there is no archive under {root}")
