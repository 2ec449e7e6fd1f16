"""`lightbox-sim send`: studies as they are made, or files that exist, until each instance has an answer."""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from simulator.commands.arguments import add_destination, archive_address, check_destination, number, whole
from simulator.commands.selection import add_selection, selected, study_list
from simulator.commands.telling import Bar, complain, progress_bars, say
from simulator.report.samples import in_words
from simulator.studies import Instance
from simulator.workload import files
from simulator.workload.archive import TurnedAway, Unreachable
from simulator.workload.dicomweb import connection
from simulator.workload.ledger import Ledger
from simulator.workload.patience import Patience
from simulator.workload.peers import connector, transfer_of
from simulator.workload.send import Sender, SendError, Tally, nobody_looks
from simulator.workload.verification import acknowledged, verify
from simulator.workload.viewing import Viewable, Watcher

NAME = "send"

_EXAMPLES = """\
examples:
  make a chest CT of 2,000 slices and send it as it is made, over four connections:
    lightbox-sim send --to http://127.0.0.1:8080/dicomweb --seed 7 --study chest-ct --slices 2000 --connections 4
  send files at a hospital's pace, watch when they can be viewed, compare every byte afterwards:
    lightbox-sim send --to http://127.0.0.1:8080/dicomweb --from studies --pace 20 --watch --verify bytes \\
        --ledger ledger.jsonl
  send by C-STORE:
    lightbox-sim send --to dicom://ARCHIVE@127.0.0.1:11112 --seed 7"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        NAME,
        help="send studies to an archive",
        description=(
            "Send studies while they are made, or files that exist; exit 1 unless all are stored. A busy or absent\n"
            "archive is asked again, later and later, and never sooner than its Retry-After says."
        ),
        epilog=f"studies:\n{study_list()}\n\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_destination(parser, archive_address, "the DICOMweb root to store below, or dicom://AE_TITLE@host:port")
    parser.add_argument("--from", dest="folder", metavar="DIR", type=Path, help="send the .dcm files found here")
    add_transfer(parser)
    parser.add_argument("--connections", metavar="N", type=whole(1, 64), default=1, help="side by side (1)")
    parser.add_argument("--retries", metavar="N", type=whole(0, 100), default=5, help="attempts after the first (5)")
    parser.add_argument(
        "--pace", metavar="N", type=number(0, 100_000), default=0, help="instances a second (0: as fast as it goes)"
    )
    parser.add_argument("--watch", action="store_true", help="measure until a search finds them and a picture is drawn")
    parser.add_argument(
        "--verify", choices=("no", "uids", "bytes"), default="no", help="afterwards, ask the archive what it has"
    )
    parser.add_argument("--ledger", metavar="FILE", type=Path, help="append a line of JSON for everything that happens")
    add_selection(parser, seed_required=False)
    parser.set_defaults(run=lambda options: run(parser, options))


def add_transfer(parser: argparse.ArgumentParser) -> None:
    """Add --transfer and --instances-per-request."""
    parser.add_argument("--transfer", choices=("dicomweb", "dimse"), help="follows from the address when left out")
    parser.add_argument(
        "--instances-per-request", metavar="N", type=whole(1, 1000), default=20, help="in one STOW-RS request (20)"
    )


def run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Send, report; return 0 when all is at the archive. Raises OSError, ValueError."""
    if (options.folder is None) == (options.seed is None):
        parser.error("send needs either --seed N (make and send) or --from DIR (send files)")
    if options.folder is not None and not options.folder.is_dir():
        parser.error(f"--from: {options.folder} is no folder")
    check_destination(parser, options)
    by_web = transfer_of(options.to) == "dicomweb"
    if not by_web and (options.watch or options.verify == "bytes"):
        parser.error("--watch and --verify bytes need a DICOMweb address")
    with ExitStack() as stack:
        path = options.ledger or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "ledger.jsonl"
        begin = path.stat().st_size if path.exists() else 0
        ledger = Ledger(path)
        stack.callback(ledger.close)
        try:
            tally, seen = _send(options, ledger)
        except SendError as error:
            if error.tally.sent_bytes:
                report(error.tally)
            complain(f"{options.to}: {error}")
            return 1
        report(tally)
        all_seen = _report_viewable(seen) if seen else True
        is_verified = options.verify == "no" or _verify(options, path, begin, ledger)
    return 0 if tally.is_complete and all_seen and is_verified else 1


def _send(options: argparse.Namespace, ledger: Ledger) -> tuple[Tally, Viewable | None]:
    total, instances = _what_to_send(options)
    connect = connector(options.to, options.transfer)
    watcher = Watcher(connection(options.to), ledger) if options.watch else None
    chance = random.Random(options.seed or 0)  # noqa: S311 - spreads load, no secret
    sender = Sender(
        connect,
        Patience(attempts=options.retries + 1, chance=chance),
        instances_per_request=options.instances_per_request,
        connections=options.connections,
        pace=options.pace,
        ledger=ledger,
        acknowledged=watcher.acknowledged if watcher else nobody_looks,
    )
    try:
        with progress_bars() as progress:
            tally = sender.send(instances, Bar(progress, "sending", total).advance)
    finally:
        seen = watcher.finish() if watcher else None
    return tally, seen


def _what_to_send(options: argparse.Namespace) -> tuple[int, Iterator[Instance]]:
    if options.folder is not None:
        paths = files.find(options.folder)
        if not paths:
            raise ValueError(f"{options.folder} holds no .dcm files.")
        return len(paths), files.read(paths)
    studies = list(selected(options))
    return sum(study.size for study in studies), (one for study in studies for one in study.instances())


def report(tally: Tally) -> None:
    """Say what became of everything, and how long it took."""
    say(
        f"{len(tally.stored)} stored, {len(tally.already_there)} already there, {len(tally.refused)} refused,"
        f" {len(tally.unanswered)} not acknowledged; {tally.sent_bytes / 1e6:.1f} MB sent"
    )
    for reason, count in Counter(tally.refused.values()).most_common():
        first = next(uid for uid, why in tally.refused.items() if why == reason)
        say(f"  refused {count}: {reason}, first {first}")
    if tally.store_latency.values:
        say(f"  {in_words('stored after', tally.store_latency)}")


def _report_viewable(seen: Viewable) -> bool:
    say(f"  {in_words('found by a search after', seen.visible)}")
    say(f"  {in_words('first picture of a series after', seen.drawn)}")
    for what, uids in (("found by no search", seen.never_visible), ("without a picture", seen.never_drawn)):
        if uids:
            say(f"  {what}: {len(uids)}, first {uids[0]}")
    return not seen.never_visible


def _verify(options: argparse.Namespace, path: Path, begin: int, ledger: Ledger) -> bool:
    sent = list(acknowledged(path, begin))
    archive = connector(options.to, options.transfer)()
    try:
        verdict = verify(archive, sent, ledger, compare_bytes=options.verify == "bytes")
    except (Unreachable, TurnedAway) as error:
        complain(f"{options.to} could not be asked what it has: {error}")
        return False
    finally:
        archive.close()
    how = "byte for byte" if options.verify == "bytes" else "by UID"
    say(f"  verified {how}: {verdict.verified}; missing {len(verdict.missing)}, other bytes {len(verdict.changed)}")
    return verdict.is_good
