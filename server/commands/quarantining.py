"""`lightbox quarantine`: what was refused and kept aside, to be taken in after all or let go of."""

from contextlib import closing
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from server.access.policy import Action
from server.app import Parts, open_parts
from server.archive.quarantine import Held, Quarantine
from server.commands.failure import CommandFailed, need_archive
from server.settings import Settings
from server.studies.store import Refused

_PIECE = 2**20
_SHORTEST = 8


def show(settings: Settings) -> int:
    """Lists what is held, the oldest first, by UIDs and digest: for people as a table, for scripts with tabs."""
    need_archive(settings.archive.root)
    held = list(Quarantine(settings.archive.root / "quarantine").held())
    if not held:
        Console(stderr=True).print("nothing is in quarantine", markup=False)
        return 0
    console = Console(highlight=False)
    if not console.is_terminal:
        for one in held:
            print(*_columns(one), sep="\t")  # noqa: T201 - for scripts
        return 0
    table = Table("digest", "since (UTC)", "from", "instance", "reason", box=None)
    for column in table.columns:
        column.overflow = "fold"
    for one in held:
        digest, *more = _columns(one)
        table.add_row(digest[:16], *more)
    console.print(table)
    return 0


def _columns(held: Held) -> tuple[str, ...]:
    since = datetime.fromtimestamp(held.at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    return held.digest, since, f"{held.person_id} ({held.organisation})", held.instance_uid, held.reason


def release(settings: Settings, name: str) -> int:
    """Stores a file that was held; answers 1, and holds it further, when it still contradicts what is kept."""
    quarantine, held = _held(settings, name)
    with closing(open_parts(settings)) as parts:
        incoming = parts.store.receive()
        with quarantine.path(held.digest).open("rb") as file:
            while piece := file.read(_PIECE):
                incoming.write(piece)
        if incoming.digest != held.digest:
            incoming.discard()
            raise CommandFailed(
                "it is damaged: these are not the bytes that were received, and they are not stored. "
                "`lightbox quarantine discard` lets go of them."
            )
        [outcome] = parts.store.store(parts.local_person, [incoming])
        if isinstance(outcome, Refused):
            raise CommandFailed(
                f"still refused: {outcome.message} To let this one take its place, delete the instance first "
                "(docs/how-to/delete-and-restore.md)."
            )
        _let_go(parts, quarantine, held, "released")
    return 0


def discard(settings: Settings, name: str) -> int:
    """Lets go of a file that was held; who did so stays in the audit."""
    quarantine, held = _held(settings, name)
    with closing(open_parts(settings)) as parts:
        _let_go(parts, quarantine, held, "discarded")
    return 0


def _held(settings: Settings, name: str) -> tuple[Quarantine, Held]:
    """The one file whose digest begins so."""
    quarantine = Quarantine(settings.archive.root / "quarantine")
    found = [held for held in quarantine.held() if held.digest.startswith(name.lower())]
    if len(name) < _SHORTEST or len(found) != 1:
        raise CommandFailed(
            f"{name} names {len(found)} files in quarantine; give the first {_SHORTEST} characters of one digest "
            "or more, as `lightbox quarantine list` shows them"
        )
    return quarantine, found[0]


def _let_go(parts: Parts, quarantine: Quarantine, held: Held, how: str) -> None:
    parts.audit.record(
        parts.local_person,
        Action.DELETE if how == "discarded" else Action.RESTORE,
        [held.study_uid],
        "success",
        quarantine=how,
        digest=held.digest,
    )
    quarantine.forget(held.digest)
