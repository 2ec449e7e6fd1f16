"""The command line: every command of `lightbox`, what it takes, and its exit status."""

import argparse
import logging
import sqlite3
import sys
import warnings
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from server.archive.occupied import Occupied
from server.archive.store import FilesAway
from server.catalogue.leaving import Wanted
from server.catalogue.ledger import CatalogueBehind
from server.commands import (
    backing_up,
    demo,
    drilling,
    exporting,
    importing,
    linking,
    quarantining,
    reindexing,
    replicating,
    serving,
    showing,
    verifying,
)
from server.commands.failure import CommandFailed, damaged_databases
from server.database.migrations import DatabaseTooNew
from server.errors import ServerError
from server.settings import Settings, knobs, read_settings

Run = Callable[[argparse.Namespace, Settings], int]


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
    except (CatalogueBehind, CommandFailed, DatabaseTooNew, FilesAway, Occupied, ServerError) as error:
        cause = error.facts.get("cause") if isinstance(error, ServerError) else None
        print(f"lightbox: {error}" + (f" ({cause})" if cause else ""), file=sys.stderr)  # noqa: T201
        return 1
    except (OSError, sqlite3.DatabaseError) as error:
        root = settings.archive.root
        told = damaged_databases(root) if isinstance(error, sqlite3.DatabaseError) else []
        for one in told or [f"cannot use {_place(error, root)}: {_why(error)}"]:
            print(f"lightbox: {one}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("lightbox", description="A DICOMweb archive and viewer for looking together.")
    commands = _Commands(parser.add_subparsers(title="commands", required=True, metavar="COMMAND"))
    _add_serving(commands)
    _add_keeping(commands)
    _add_second_copies(commands)
    _add_leaving(commands)
    return parser


_SHOWN = frozenset({"archive.root", "archive.replica", "access.organisation"})
"""Settings that the help of a command tells of, when it does not serve: it takes the others too."""


class _Commands:
    """Adds commands, each with the flags of all settings; the help of those that serve tells of all of them."""

    def __init__(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        self._commands = commands

    def add(
        self, name: str, run: Run, summary: str, description: str, *, serves: bool = False
    ) -> argparse.ArgumentParser:
        command = self._commands.add_parser(name, help=summary, description=description)
        command.set_defaults(run=run)
        _add_flags(command, None if serves else _SHOWN)
        return command


def _add_serving(commands: _Commands) -> None:
    commands.add(
        "serve",
        lambda _asked, settings: serving.serve(settings),
        "start the server",
        "Serves until SIGTERM or SIGINT, then finishes what it acknowledged. Says on standard output when it is ready.",
        serves=True,
    )
    take_in = commands.add(
        "import",
        lambda asked, settings: importing.import_paths(settings, asked.paths),
        "store DICOM files and folders",
        "Stores DICOM Part 10 files, also while the server runs. Exit status 1 when any was refused.",
    )
    take_in.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder to go through")
    show = commands.add(
        "demo",
        lambda asked, settings: demo.show(settings, asked.studies),
        "import studies, start the server, and print a session to share",
        "Imports studies, starts the server, and prints the address of the worklist and of a session.",
        serves=True,
    )
    show.add_argument("--studies", type=Path, required=True, help="folder of DICOM files to show")
    link = commands.add(
        "link",
        lambda asked, settings: linking.link(settings, asked.studies, asked.days),
        "make an address that opens studies until it expires",
        "Prints a signed address that opens studies until it expires. It cannot be taken back.",
    )
    link.add_argument("studies", nargs="+", metavar="STUDY", help="Study Instance UID")
    link.add_argument("--days", type=float, default=7, metavar="N", help="days for which it is good: 7, 90 at most")
    commands.add(
        "settings",
        lambda asked, settings: showing.show_settings(settings, asked.config, _flags(asked)),
        "print every setting, its value and where it came from",
        "Prints every setting, its value and where it came from, as a file for --config.",
        serves=True,
    )


def _add_keeping(commands: _Commands) -> None:
    verify = commands.add(
        "verify",
        lambda asked, settings: verifying.verify(settings, throttle_mib=asked.throttle_mib, anew=asked.anew),
        "read every archived file against its digest",
        "Reads every archived file, also while the server runs, and mends what is not as it was received from the "
        "replica. Prints a line for each fault: damaged, missing, uncatalogued or repaired, the SOP Instance UID, the "
        "SHA-256. A run that is cut off goes on the next time. Exit status 0 when all is sound or repaired, 1 when "
        "faults remain.",
    )
    verify.add_argument("--throttle-mib", type=_mib, default=0, metavar="N", help="read N MiB a second at most")
    verify.add_argument("--anew", action="store_true", help="begin anew, not where the last run was cut off")
    commands.add(
        "reindex",
        lambda _asked, settings: reindexing.reindex(settings),
        "make the catalogue anew from the files",
        "Makes the catalogue anew from the archived files and the ledger, and swaps it in at the end. Refuses while a "
        "server or another command is at work on the root. Prints a line for each instance whose file is missing, "
        "damaged, unreadable or contradicts another; exit status 1 when there is any.",
    )
    quarantine = commands.add(
        "quarantine",
        _quarantine,
        "list, release or discard what was refused and kept aside",
        "list: what is held, since when, from whom and why. release: store it after all; exit status 1 while it "
        "contradicts an instance that is kept. discard: let go of it for good.",
    )
    acts = quarantine.add_subparsers(dest="what", required=True, metavar="list | release | discard")
    _add_flags(acts.add_parser("list"), _SHOWN, within=True)
    for name in ("release", "discard"):
        act = acts.add_parser(name)
        act.add_argument("digest", metavar="DIGEST", help="the first 8 characters or more of its SHA-256")
        _add_flags(act, _SHOWN, within=True)


def _add_second_copies(commands: _Commands) -> None:
    replica = commands.add(
        "replica",
        lambda asked, settings: replicating.replica(settings, asked.what, asked.throttle_mib),
        "the second copy: how far behind, bring up to date, read against its digests, begin anew",
        "status: how far the replica is behind; exit status 1 when it is away or more than 5 minutes late. sync: bring "
        "it up to date now, as a running server does by itself. verify: read every file of it, and make what is not "
        "whole anew from the archive; lines and exit status as of `lightbox verify`. renew: after its disk was "
        "replaced, let the next start begin a replica in an empty folder.",
    )
    ways = ["status", "sync", "verify", "renew"]
    replica.add_argument("what", choices=ways, metavar=" | ".join(ways), help="what to do")
    replica.add_argument("--throttle-mib", type=_mib, default=0, metavar="N", help="verify: N MiB a second at most")
    drill = commands.add(
        "drill",
        lambda asked, settings: drilling.drill(settings, asked.into),
        "restore from the replica into an empty root, and time it",
        "Makes a root from nothing but the replica, and prints what of the newest would be lost now (RPO) and how long "
        "it took (RTO). Exit status 1 when a file of the replica is damaged or missing.",
    )
    drill.add_argument("--into", type=Path, metavar="DIR", help="an empty folder to restore into and keep")
    backup = commands.add(
        "backup",
        lambda asked, settings: backing_up.backup(settings, asked.to),
        "copy the databases while the server runs",
        "Copies records and catalogue, each as it is at one moment, and checks the copies. The archived files never "
        "change, so any tool may copy them, afterwards.",
    )
    backup.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder for the copies")


def _add_leaving(commands: _Commands) -> None:
    export = commands.add(
        "export",
        _export,
        "leave with everything, or a part, as plain DICOM files",
        "Writes Part 10 files in folders of their UIDs, a manifest with digests, and the records as JSON. Exit status "
        "1 when damaged instances, which are named, had to stay behind; with --verify, when anything is wrong with an "
        "export. `lightbox import` of the folder gives the same answers.",
    )
    ways = export.add_mutually_exclusive_group(required=True)
    ways.add_argument("--to", type=Path, metavar="DIR", help="an empty folder to write the export into")
    ways.add_argument("--verify", type=Path, metavar="DIR", help="check the export in this folder instead")
    export.add_argument("--patient", metavar="ID", help="only of the patient with this Patient ID")
    export.add_argument("--study", metavar="UID", help="only this study")
    export.add_argument("--of", metavar="ODS", help="only what this organisation stored")


def _mib(text: str) -> int:
    """How many MiB a second; `ArgumentTypeError` for what is no rate."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is no whole number of MiB; 0 is as fast as can be")
    return int(text)


def _export(asked: argparse.Namespace, settings: Settings) -> int:
    if asked.verify:
        return exporting.check(asked.verify)
    return exporting.export(settings, asked.to, Wanted(asked.patient, asked.study, asked.of))


def _quarantine(asked: argparse.Namespace, settings: Settings) -> int:
    if asked.what == "list":
        return quarantining.show(settings)
    act = quarantining.release if asked.what == "release" else quarantining.discard
    return act(settings, asked.digest)


def _add_flags(command: argparse.ArgumentParser, shown: Collection[str] | None, *, within: bool = False) -> None:
    """A flag for every setting; the help tells of those that are `shown`, or of all.

    `within` a command that has taken the same flags before, only what is said counts.
    """
    more = "" if shown is None else "and every other one: "
    group = command.add_argument_group("settings", f"{more}see `lightbox settings` and docs/reference/settings.md")
    unsaid = argparse.SUPPRESS if within else None
    group.add_argument("--config", type=Path, metavar="FILE", default=unsaid, help="a TOML file with settings")
    for knob in knobs():
        told = knob.reason if shown is None or knob.key in shown else argparse.SUPPRESS
        group.add_argument(knob.flag, dest=f"setting {knob.key}", metavar=knob.name.upper(), default=unsaid, help=told)


def _flags(asked: argparse.Namespace) -> dict[str, dict[str, str]]:
    flags: dict[str, dict[str, str]] = {}
    for knob in knobs():
        text = getattr(asked, f"setting {knob.key}", None)
        if text is not None:
            flags.setdefault(knob.section, {})[knob.name] = text
    return flags


def _settings(asked: argparse.Namespace) -> Settings:
    return read_settings(asked.config, _flags(asked))


def _place(error: OSError | sqlite3.DatabaseError, root: Path) -> object:
    """What cannot be used: the file or folder that the system names, else the root."""
    return root if isinstance(error, sqlite3.DatabaseError) or error.filename is None else error.filename


def _why(error: OSError | sqlite3.DatabaseError) -> str:
    """What the system says, in words."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "it is not a folder"
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _plain(error: ValueError) -> str:
    """A bad setting in one line a fault: its key and what is wrong with it."""
    faults = getattr(error, "errors", None)
    if faults is None:
        return f"lightbox: {error}"
    return "\n".join(f"lightbox: setting {'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults())


if __name__ == "__main__":
    sys.exit(main())
