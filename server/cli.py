"""The command line: `lightbox serve | import | demo | settings`."""

import argparse
import logging
import sqlite3
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from server.archive.occupied import Occupied
from server.catalogue.ledger import CatalogueBehind
from server.commands import backing_up, demo, drilling, importing, reindexing, replicating, serving, showing, verifying
from server.commands.failure import CommandFailed
from server.database.migrations import DatabaseTooNew
from server.errors import ServerError
from server.settings import Settings, knobs, read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; answers the exit status: 0 done, 1 not all of it, 2 wrongly asked."""
    asked = _parser().parse_args(arguments)
    logging.getLogger("pydicom").disabled = True  # its warnings quote values, which no log may hold
    warnings.simplefilter("ignore")
    try:
        settings = _settings(asked)
    except ValueError as error:
        print(_plain(error), file=sys.stderr)  # noqa: T201 - a command speaks on its terminal
        return 2
    try:
        return int(asked.run(asked, settings))
    except (CatalogueBehind, CommandFailed, DatabaseTooNew, Occupied, ServerError) as error:
        print(f"lightbox: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except (OSError, sqlite3.DatabaseError) as error:
        print(f"lightbox: cannot use {settings.archive.root}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("lightbox", description="A DICOMweb archive and viewer for looking together.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the server", description="Starts the server.")
    serve.set_defaults(run=lambda _asked, settings: serving.serve(settings))
    take_in = commands.add_parser(
        "import",
        help="store DICOM files and folders",
        description="Stores DICOM Part 10 files, also while the server runs. Exit status 1 when any was refused.",
    )
    take_in.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder to go through")
    take_in.set_defaults(run=lambda asked, settings: importing.import_paths(settings, asked.paths))
    check = commands.add_parser(
        "verify",
        help="read every archived file against its digest",
        description="Reads every archived file, also while the server runs, and mends what is not as it was received "
        "from the replica. Prints a line for each fault: damaged, missing, uncatalogued or repaired, the SOP Instance "
        "UID, the SHA-256. A run that is cut off goes on the next time. Exit status 0 when all is sound or repaired, 1 "
        "when faults remain.",
    )
    check.add_argument("--throttle-mib", type=int, default=0, metavar="N", help="read N MiB a second at most")
    check.add_argument("--anew", action="store_true", help="begin anew, not where the last run was cut off")
    check.set_defaults(
        run=lambda asked, settings: verifying.verify(settings, throttle_mib=asked.throttle_mib, anew=asked.anew)
    )
    again = commands.add_parser(
        "reindex",
        help="make the catalogue anew from the files",
        description="Makes the catalogue anew from the archived files and the ledger, and swaps it in at the end. "
        "Refuses while a server or another command is at work on the root. Prints a line for each instance whose file "
        "is missing, damaged, unreadable or contradicts another; exit status 1 when there is any.",
    )
    again.set_defaults(run=lambda _asked, settings: reindexing.reindex(settings))
    second = commands.add_parser(
        "replica",
        help="the second copy: how far behind, bring up to date, begin anew",
        description="status: how far the replica is behind; exit status 1 when it is away or more than 5 minutes late. "
        "sync: bring it up to date now, as a running server does by itself. renew: after its disk was replaced, let "
        "the next start begin a replica in an empty folder.",
    )
    second.add_argument("what", choices=["status", "sync", "renew"], help="what to do")
    second.set_defaults(run=lambda asked, settings: replicating.replica(settings, asked.what))
    test = commands.add_parser(
        "drill",
        help="restore from the replica into an empty root, and time it",
        description="Makes a root from nothing but the replica, and prints what of the newest would be lost now (RPO) "
        "and how long it took (RTO). Exit status 1 when a file of the replica is damaged or missing.",
    )
    test.add_argument("--into", type=Path, metavar="DIR", help="an empty folder to restore into and keep")
    test.set_defaults(run=lambda asked, settings: drilling.drill(settings, asked.into))
    save = commands.add_parser(
        "backup",
        help="copy the databases while the server runs",
        description="Copies records and catalogue, each as it is at one moment, and checks the copies. The archived "
        "files never change, so any tool may copy them, afterwards.",
    )
    save.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder for the copies")
    save.set_defaults(run=lambda asked, settings: backing_up.backup(settings, asked.to))
    show = commands.add_parser(
        "demo",
        help="import studies, start the server, and print a session to share",
        description="Imports studies, starts the server, and prints the address of the worklist and of a session.",
    )
    show.add_argument("--studies", type=Path, required=True, help="folder of DICOM files to show")
    show.set_defaults(run=lambda asked, settings: demo.show(settings, asked.studies))
    tell = commands.add_parser("settings", help="print every setting, its value and where it came from")
    tell.set_defaults(run=lambda asked, settings: showing.show_settings(settings, asked.config, _flags(asked)))
    for command in (serve, take_in, check, again, second, test, save, show, tell):
        _add_flags(command)
    return parser


def _add_flags(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("settings", "see `lightbox settings` and docs/reference/settings.md")
    group.add_argument("--config", type=Path, help="a TOML file with settings")
    for knob in knobs():
        group.add_argument(knob.flag, dest=f"setting {knob.key}", metavar=knob.name.upper(), help=knob.reason)


def _flags(asked: argparse.Namespace) -> dict[str, dict[str, str]]:
    flags: dict[str, dict[str, str]] = {}
    for knob in knobs():
        text = getattr(asked, f"setting {knob.key}", None)
        if text is not None:
            flags.setdefault(knob.section, {})[knob.name] = text
    return flags


def _settings(asked: argparse.Namespace) -> Settings:
    return read_settings(asked.config, _flags(asked))


def _plain(error: ValueError) -> str:
    """A bad setting in one line a fault: its key and what is wrong with it."""
    faults = getattr(error, "errors", None)
    if faults is None:
        return f"lightbox: {error}"
    return "\n".join(f"lightbox: setting {'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults())


if __name__ == "__main__":
    sys.exit(main())
