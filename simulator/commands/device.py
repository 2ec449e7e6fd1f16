"""`lightbox-sim modality`: one device works through a worklist and never loses an image."""

import argparse
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from simulator.commands.arguments import add_destination, archive_address, check_destination, is_loopback, number, whole
from simulator.commands.selection import study_list
from simulator.commands.sending import add_transfer
from simulator.commands.telling import Bar, complain, progress_bars, say
from simulator.report.samples import in_words
from simulator.workload import profile, worklist
from simulator.workload.archive import TurnedAway, Unreachable
from simulator.workload.device import Device
from simulator.workload.forward import Forwarded, Forwarder
from simulator.workload.ledger import Ledger
from simulator.workload.order import begin, made
from simulator.workload.patience import Patience
from simulator.workload.peers import connector, transfer_of
from simulator.workload.spool import ExamRecord, Spool
from simulator.workload.workitems import NoWorkitems, UpsWorkitems, Workitems
from simulator.workload.worklist_servers import from_scp, from_ups

NAME = "modality"

_SOURCES = {"http": from_ups, "https": from_ups, "dicom": from_scp}
_HELP = f"""\
worklists:
  FILE.csv             columns {", ".join(worklist.COLUMNS)}
  http://host/dicomweb  workitems that are SCHEDULED, by UPS-RS; claimed, and completed with what was made
  dicom://AE@host:104  scheduled procedure steps, by C-FIND

An instance is written to the spool (on disk before it counts), sent in the background, acknowledged, looked for in
the archive, and only then freed. Kill the device at any moment and start it again with the same --spool: it goes on
where it was. What the archive refuses stays in SPOOL/refused; SPOOL/ledger.jsonl has a line for everything.

examples:
  an hour of a CT scanner in a minute:
    lightbox-sim modality --worklist list.csv --profile ct --to http://127.0.0.1:8080/dicomweb --spool ct1 --speed 60
  compare every byte before anything is freed:
    lightbox-sim modality --worklist list.csv --to http://127.0.0.1:8080/dicomweb --spool ct1 --verify bytes"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        NAME,
        help="one device working through a worklist",
        description="Acquire what a worklist asks for at a device's pace, and forward it until the archive has it.",
        epilog=f"studies:\n{study_list()}\n\n{_HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--worklist", metavar="FILE|URL", required=True, help="where the work comes from, see below")
    add_destination(parser, archive_address, "the DICOMweb root to store below, or dicom://AE_TITLE@host:port")
    parser.add_argument("--spool", metavar="DIR", type=Path, required=True, help="what is not yet safe at the archive")
    named = ", ".join(profile.names())
    parser.add_argument("--profile", metavar="NAME|FILE", default="ct", help=f"{named}, or a TOML file (ct)")
    parser.add_argument("--speed", metavar="N", type=number(0.01, 1e9), default=1.0, help="times faster than life (1)")
    parser.add_argument("--seed", metavar="N", type=whole(0, 2**63), default=1, help="same seed, same bytes (1)")
    parser.add_argument("--slices", metavar="N", type=whole(2, 2000), default=0, help="of each CT and MR series")
    parser.add_argument("--scale", choices=("small", "full"), default="full", help="small is quick, for tests")
    parser.add_argument(
        "--verify", choices=("uids", "bytes"), default="uids", help="what must agree before the spool is freed (uids)"
    )
    parser.add_argument(
        "--give-up-after", metavar="S", type=number(0, 1e6), default=300.0, help="seconds without progress (300)"
    )
    add_transfer(parser)
    parser.set_defaults(run=lambda options: run(parser, options))


def run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Work through the list; return 0 when the archive has everything. Raises OSError, ValueError."""
    check_destination(parser, options)
    if "://" in options.worklist and not options.allow_remote and not is_loopback(options.worklist):
        parser.error("--worklist: this is another machine; add --allow-remote if you mean it")
    if options.verify == "bytes" and transfer_of(options.to) == "dimse":
        parser.error("--verify bytes needs a DICOMweb address")
    kind = profile.load(options.profile)
    connect = connector(options.to, options.transfer)
    with ExitStack() as stack:
        spool = Spool(options.spool)
        stack.callback(spool.close)
        ledger = Ledger(options.spool / "ledger.jsonl", durable=True)
        stack.callback(ledger.close)
        records = _to_do(options, kind.modality, spool)
        stop = threading.Event()
        chance = random.Random(options.seed)  # noqa: S311 - spreads load, no secret
        forwarder = Forwarder(
            spool,
            connect,
            ledger,
            Patience(first_pause=0.2, chance=chance, pause=stop.wait),
            instances_per_request=options.instances_per_request,
            compare_bytes=options.verify == "bytes",
        )
        device = Device(spool, ledger, kind, options.speed, _workitems(options, kind.modality))
        troubles = _work(options, records, device, forwarder, stop)
        return _report(options, spool, forwarder.done, len(records)) or int(troubles)


def _to_do(options: argparse.Namespace, modality: str, spool: Spool) -> list[ExamRecord]:
    """What a crash interrupted, on the worklist or not, and then what was never begun."""
    begun = list(spool.exams())
    known = {record.key for record in begun}
    items = [item for item in worklist.read(options.worklist, modality, _SOURCES) if item.key not in known]
    fresh = [begin(item, options.seed, options.scale, options.slices) for item in items]
    return [record for record in begun if not (record.is_acquired and record.is_reported)] + fresh


def _workitems(options: argparse.Namespace, modality: str) -> Workitems:
    if not options.worklist.startswith(("http://", "https://")):
        return NoWorkitems()
    retrieve_root = options.to if transfer_of(options.to) == "dicomweb" else ""
    return UpsWorkitems(options.worklist, retrieve_root, f"SIM-{modality}")


def _work(
    options: argparse.Namespace,
    records: list[ExamRecord],
    device: Device,
    forwarder: Forwarder,
    stop: threading.Event,
) -> bool:
    """Whether the worklist's keeper would not have an item taken or completed."""
    troubles = False
    all_acquired = threading.Event()
    total = sum(made(record).size for record in records)
    with ThreadPoolExecutor(1, "forward") as pool, progress_bars() as bars:
        device = replace(device, progress=Bar(bars, "acquiring", total).advance)
        forwarding = pool.submit(forwarder.run, all_acquired, stop, options.give_up_after)
        try:
            for record in records:
                if forwarding.done():
                    break
                try:
                    device.acquire(record)
                except (Unreachable, TurnedAway) as trouble:
                    complain(f"item {record.item['step_id']}: {trouble}")
                    troubles = True
            all_acquired.set()
            forwarding.result()
        finally:
            stop.set()
    return troubles


def _report(options: argparse.Namespace, spool: Spool, done: Forwarded, exams: int) -> int:
    left = {state: len(spool.held(state)) for state in ("waiting", "acknowledged", "refused")}
    say(
        f"{exams} exams; {done.acknowledged} instances acknowledged, {done.freed} verified and freed,"
        f" {left['waiting'] + left['acknowledged']} still in the spool, {left['refused']} refused"
    )
    say(f"  {in_words('acquired to acknowledged', done.to_acknowledged)}")
    say(f"  {in_words('acquired to verified', done.to_verified)}")
    for uid, reason in list(done.refused.items())[:5]:
        say(f"  refused {uid}: {reason}")
    if done.trouble:
        complain(f"{options.to}: {done.trouble}")
    if left["waiting"] or left["acknowledged"]:
        complain(f"start again with the same --spool {options.spool}: nothing in it is lost")
    return 1 if any(left.values()) else 0
