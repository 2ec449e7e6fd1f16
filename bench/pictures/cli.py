"""`python -m bench.pictures`: measures rendering, the peer beside it, prints as it goes and writes the page."""

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from bench.machine import described, disk_folder
from bench.measure import measure
from bench.pictures.alone import frame_alone, planes
from bench.pictures.cases import cases
from bench.pictures.memory import Scrolled, scroll
from bench.pictures.page import Findings, page
from bench.pictures.subjects import Amount, Subjects, Supply
from bench.report import spoken
from bench.requests import Request
from bench.targets import Peer, Target, our_target, stop_ours
from e2e.running import RunningServer

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "performance-pictures.md"
NOTES = Path(__file__).parent / "notes.md"
FULL = Amount(slices=14, copies=50, films=24, long=300)
QUICK = Amount(slices=4, copies=2, films=2, long=12)
_LONG_TIMES = 3
_KEPT = 128 * 2**20


def main(arguments: list[str] | None = None) -> int:
    """Runs the bench; 0 when it came to its end."""
    parser = argparse.ArgumentParser(prog="python -m bench.pictures", description="Measure rendering.")
    parser.add_argument("--quick", action="store_true", help="only see whether everything works; writes no page")
    parser.add_argument("--date", default=date.today().isoformat(), help="the date on the page (today)")  # noqa: DTZ011
    given = parser.parse_args(arguments)
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="lightbox-bench-", dir=disk_folder())))
        findings = _measure_all(folder, ending, given.date, quick=given.quick)
    if not given.quick:
        PAGE.write_text(page(findings, NOTES.read_text()))
        print(f"written: {PAGE}")
    return 0


def _measure_all(folder: Path, ending: ExitStack, taken: str, *, quick: bool) -> Findings:
    amount, seconds, runs = (QUICK, 0.2, 1) if quick else (FULL, 1.5, 3)
    findings = Findings(taken, described(folder), _stored(amount))
    supply = Supply(amount)
    subjects = supply.subjects(_LONG_TIMES)
    server = RunningServer(folder / "ours").start()
    ending.callback(stop_ours, server)
    ours = our_target(server)
    targets = [ours, *_peer(folder, findings, ending)]
    _store(targets, supply.to_both())
    _store([ours], supply.to_ours(_LONG_TIMES))
    for one in cases(subjects):
        row = measure(one.case, targets, runs, seconds)
        findings.rows.append((row, one.aim))
        print(spoken(row, findings.peer), flush=True)
    for alone in (*planes(ours, subjects, 4 if quick else 40), frame_alone(supply.slice, 20 if quick else 200)):
        findings.alone.append(alone)
        print(f"{alone.name:48} {alone.ms:7.2f} ms, CPU {alone.cpu_ms:6.2f} ms", flush=True)
    findings.scrolled = _scrolled(folder, supply, subjects, 1 if quick else 15)
    print(f"scrolled: {findings.scrolled}")
    return findings


def _scrolled(folder: Path, supply: Supply, subjects: Subjects, seconds: float) -> Scrolled:
    """On a server of its own, that may keep little."""
    server = RunningServer(folder / "small", environment={"LIGHTBOX_RENDERING__CACHE_BYTES": str(_KEPT)}).start()
    try:
        _store([our_target(server)], supply.to_both())
        return scroll(our_target(server), subjects, _KEPT / 2**20, seconds)
    finally:
        stop_ours(server)


def _stored(amount: Amount) -> str:
    return (
        f"{amount.copies} chest CTs of {amount.slices} slices of 512 × 512 are stored, and {amount.films} films of "
        "3000 × 2500: more than the server keeps decoded, so that one never asked for before is read and decoded."
    )


def _peer(folder: Path, findings: Findings, ending: ExitStack) -> Sequence[Target]:
    peer = Peer(folder / "peer")
    findings.absent = peer.absent
    if peer.absent:
        print(f"no peer: {peer.absent}")
        return []
    target = peer.start()
    ending.callback(peer.stop)
    findings.peer = target.name
    findings.how = {**findings.how, "peer": f"{peer.version()}, with its DICOMweb plugin"}
    return [target]


def _store(targets: Sequence[Target], requests: Iterable[Request]) -> None:
    for request in requests:
        for target in targets:
            answer = target.ask(request)
            if answer.status != 200:
                raise RuntimeError(f"{target.name} did not take the studies: {answer.status} {answer.body[:300]!r}")
