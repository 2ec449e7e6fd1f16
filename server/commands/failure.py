"""How a command says that it cannot go on."""

from pathlib import Path

from server.settings import Settings


class CommandFailed(Exception):
    """A command cannot be carried out; the message is one sentence for the person at the terminal."""


def need_archive(root: Path) -> None:
    """`CommandFailed` where nothing is kept yet: a mistyped root is not to be made, and found in good order."""
    if not (root / "archive" / "objects").is_dir():
        raise CommandFailed(f"there is no archive under {root}: it is elsewhere, or its disk is not mounted")


def need_elsewhere(settings: Settings, folder: Path) -> None:
    """`CommandFailed` for a folder in the root or in the replica: what is written there would be mixed with theirs."""
    kept = settings.archive
    for name, place in (("root", kept.root), ("replica", Path(kept.replica) if kept.replica else None)):
        if place is not None and folder.resolve().is_relative_to(place.resolve()):
            raise CommandFailed(f"{folder} lies in the {name} {place}: choose a folder elsewhere")
