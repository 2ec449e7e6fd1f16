"""The `lightbox-sim` command: make synthetic studies, or send them as a modality does."""

import argparse
import ipaddress
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import httpx
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from simulator.studies import TODAY, Instance, Study, catalogue, make_study
from simulator.workload import files
from simulator.workload.send import Ledger, Sender, SendError

_TIMEOUT_SECONDS = 120.0
_MOST_SLICES = 2000
_EARLIEST, _LATEST = date(1990, 1, 1), date(2099, 12, 31)
_EXAMPLES = """\
  lightbox-sim make --out studies --seed 7
  lightbox-sim make --out studies --seed 7 --study chest-ct --slices 300
  lightbox-sim send --to http://127.0.0.1:8080/dicomweb --seed 7
  lightbox-sim send --to http://127.0.0.1:8080/dicomweb --from studies"""


class _Parser(argparse.ArgumentParser):
    """Says in one line what was wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when all is done, 1 when something was not stored, 2 for a wrong argument."""
    parser = _parser()
    options = parser.parse_args(arguments)
    _check(parser, options)
    try:
        return _make(options) if options.command == "make" else _send(options)
    except SendError as error:
        if error.ledger.sent_bytes:
            _report(error.ledger)
        _complain(str(error))
    except (OSError, ValueError) as error:
        _complain(str(error))
    except KeyboardInterrupt:
        _complain("interrupted")
    return 1


def _make(options: argparse.Namespace) -> int:
    studies = list(_studies(options))
    with _progress() as progress:
        for study in studies:
            bar = _Bar(progress, study.name, study.size)
            files.write(study, options.out, bar.advance)
    for study in studies:
        _say(f"{options.out / study.name}: {study.size} instances")
    return 0


def _send(options: argparse.Namespace) -> int:
    total, instances = _what_to_send(options)
    with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False) as client, _progress() as progress:
        bar = _Bar(progress, "sending", total)
        sender = Sender(client, options.to, options.instances_per_request)
        ledger = sender.send(instances, bar.advance)
    _report(ledger)
    return 0 if ledger.is_complete else 1


def _what_to_send(options: argparse.Namespace) -> tuple[int, Iterator[Instance]]:
    if options.folder is not None:
        paths = files.find(options.folder)
        if not paths:
            raise ValueError(f"{options.folder} holds no .dcm files.")
        return len(paths), files.read(paths)
    studies = list(_studies(options))
    return sum(study.size for study in studies), (one for study in studies for one in study.instances())


def _studies(options: argparse.Namespace) -> Iterator[Study]:
    for name in options.study or catalogue():
        yield make_study(name, options.seed, scale=options.scale, slices=options.slices, today=options.today)


def _report(ledger: Ledger) -> None:
    _say(
        f"{len(ledger.stored)} stored, {len(ledger.already_there)} already there, {len(ledger.refused)} refused,"
        f" {len(ledger.unanswered)} not acknowledged; {ledger.sent_bytes / 1e6:.1f} MB sent"
    )
    for reason, count in Counter(ledger.refused.values()).most_common():
        first = next(uid for uid, why in ledger.refused.items() if why == reason)
        _say(f"  refused {count}: {reason}, first {first}")


class _Bar:
    """One line of progress."""

    def __init__(self, progress: Progress, title: str, total: int) -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task(title, total=total, megabytes=0.0)
        self._bytes = 0

    def advance(self, instances: int, size: int) -> None:
        """Count some more instances, and bytes."""
        self._bytes += size
        self._progress.update(self._task, advance=instances, megabytes=self._bytes / 1e6)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:15}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("instances, {task.fields[megabytes]:.0f} MB"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _parser() -> argparse.ArgumentParser:
    names = "\n".join(f"  {name:16} {summary}" for name, summary in catalogue().items())
    parser = _Parser(
        prog="lightbox-sim",
        description="Make synthetic CT, CR and MR studies of people who do not exist, and send them by STOW-RS.",
        epilog=f"studies:\n{names}\n\nexamples:\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="make | send")
    make = commands.add_parser(
        "make",
        help="write studies as files",
        description="Write DIR/<study>/<series>/<NNNN>.dcm and DIR/<study>/truth.json.",
        epilog=f"studies:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    make.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to write below")
    _add_selection(make, seed_required=True)
    send = commands.add_parser(
        "send",
        help="send studies to a DICOMweb server",
        description="Send studies while they are made, or files that exist; exit 1 unless all are stored.",
        epilog=f"studies:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    send.add_argument("--to", metavar="URL", type=_url, required=True, help="the DICOMweb root to store below")
    send.add_argument("--from", dest="folder", metavar="DIR", type=Path, help="send the .dcm files found here")
    send.add_argument("--instances-per-request", metavar="N", type=_whole(1, 1000), default=20)
    send.add_argument("--allow-remote", action="store_true", help="let --to be another machine")
    _add_selection(send, seed_required=False)
    return parser


def _add_selection(parser: argparse.ArgumentParser, *, seed_required: bool) -> None:
    parser.add_argument(
        "--seed",
        metavar="N",
        type=_whole(0, 2**63),
        required=seed_required,
        help="same seed, same bytes; another seed, other people and no UID in common",
    )
    parser.add_argument(
        "--study",
        metavar="NAME",
        action="append",
        choices=list(catalogue()),
        help="one of the studies below; again for more; without it, all of them",
    )
    parser.add_argument(
        "--slices", metavar="N", type=_whole(2, _MOST_SLICES), default=0, help="slices of each CT and MR series"
    )
    parser.add_argument("--scale", choices=("small", "full"), default="full", help="small is quick, for tests")
    parser.add_argument(
        "--today",
        metavar="YYYY-MM-DD",
        type=_day,
        default=TODAY,
        help=f"the day the studies are dated from ({TODAY}); never the clock's",
    )


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.command != "send":
        return
    if (options.folder is None) == (options.seed is None):
        parser.error("send needs either --seed N (make and send) or --from DIR (send files)")
    if options.folder is not None and not options.folder.is_dir():
        parser.error(f"--from: {options.folder} is no folder")
    host = urlsplit(options.to).hostname or ""
    if not options.allow_remote and not _is_loopback(host):
        parser.error(f"--to: {host} is not this machine; add --allow-remote if you mean it")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _whole(least: int, most: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return whole


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-03-02") from error
    if not _EARLIEST <= day <= _LATEST:
        raise argparse.ArgumentTypeError(f"{text} is not between {_EARLIEST} and {_LATEST}")
    return day


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise argparse.ArgumentTypeError(f"{text!r} is no URL like http://127.0.0.1:8080/dicomweb")
    return text


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"lightbox-sim: {text}\n")
