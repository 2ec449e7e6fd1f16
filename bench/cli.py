"""`python -m bench`: makes the studies, measures server and browser, prints as it goes and writes the page."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.cases import Case, listed_studies, many_studies, readings, searches_among_many, stores
from bench.drive import CONNECTIONS
from bench.first_image import click_to_picture, first_pictures, viewer_address, wheel_steps
from bench.from_memory import FromMemory
from bench.limits import limits
from bench.machine import described, disk_folder
from bench.measure import measure
from bench.options import Options, read_options
from bench.page import page
from bench.processes import memory_mb
from bench.report import Report, spoken
from bench.requests import Request
from bench.samples import Samples, make_samples
from bench.targets import OURS, Peer, Target, our_target, stop_ours
from bench.together import followed_steps
from e2e.conftest import CHROMIUM, FLAGS
from e2e.running import RunningServer

_LOADING = 8


def main(arguments: list[str] | None = None) -> int:
    """Runs the bench; 0 when every case of our own could be measured."""
    options = read_options(arguments)
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="lightbox-bench-", dir=disk_folder())))
        report = _measure_all(options, folder, ending)
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(page(report))
        print(f"written: {options.out}")
    return 0 if all(OURS in row.figures for row in report.rows) else 1


def _measure_all(options: Options, folder: Path, ending: ExitStack) -> Report:
    report = Report(options.taken, described(folder), _how(options))
    print("making the studies")
    samples = make_samples(
        options.slices, options.plain_film, options.patients, options.listed_studies, options.many_studies
    )
    server = RunningServer(folder / "ours").start()
    ending.callback(stop_ours, server)
    targets = [our_target(server), *_peer(options, folder, report, ending)]
    report.archive = _load(targets, samples)
    memory = FromMemory()
    ending.callback(memory.stop)
    if not options.only:
        _look(options, server, samples, report)
        report.limits = limits(folder / "limits", options.seconds)
        for limit in report.limits:
            print(f"{limit.name:56} {limit.rate:10.0f} {limit.unit}")
    for case, connections in product(
        _wanted((*readings(samples), *stores(samples)), options), (CONNECTIONS, options.many_connections)
    ):
        _take(case, options, connections, targets, memory, report)
    if among_many := _wanted(searches_among_many(samples), options):
        _load_many(targets, many_studies(samples))
        for case in among_many:  # of which the peer answers some in half a minute
            _take(case, options, CONNECTIONS, targets, memory, report)
    report.memory_mb = {target.name: memory_mb(target.pid) for target in targets}
    return report


def _wanted(cases: Iterable[Case], options: Options) -> list[Case]:
    return [case for case in cases if options.only in case.name]


def _take(
    case: Case, options: Options, connections: int, targets: Sequence[Target], memory: FromMemory, report: Report
) -> None:
    row = measure(case, targets, options.repetitions, options.seconds, connections, memory)
    report.rows.append(row)
    print(spoken(row, report.peer), flush=True)


def _load_many(targets: Sequence[Target], requests: Iterator[Request]) -> None:
    """Stores what makes the archive a large one, several at a time; it takes the peer minutes."""
    with ThreadPoolExecutor(_LOADING) as pool:
        for target, answer in pool.map(lambda one: (one[0], one[0].ask(one[1])), product(targets, requests)):
            if answer.status != 200:
                raise RuntimeError(f"{target.name} did not take the studies: {answer.status} {answer.body[:300]!r}")


def _how(options: Options) -> dict[str, str]:
    runs = "one run" if options.repetitions == 1 else f"the median of {options.repetitions} runs"
    return {"each figure": f"{runs} of {options.seconds:g} s"}


def _peer(options: Options, folder: Path, report: Report, ending: ExitStack) -> Sequence[Target]:
    peer = Peer(folder / "peer")
    report.absent = peer.absent if options.with_peer else "It was not asked for."
    if report.absent:
        print(f"no peer: {report.absent}")
        return []
    target = peer.start()
    ending.callback(peer.stop)
    report.peer = target.name
    report.how["peer"] = f"{peer.version()}, with its DICOMweb plugin"
    return [target]


def _load(targets: Sequence[Target], samples: Samples) -> str:
    """Stores what must be there before the first case; answers what that is in a sentence."""
    instances = 0
    for request in listed_studies(samples):
        instances += len(request.instances)
        for target in targets:
            answer = target.ask(request)
            if answer.status != 200:
                raise RuntimeError(f"{target.name} did not take the studies: {answer.status} {answer.body[:300]!r}")
    print(f"loaded {instances} instances")
    return (
        f"The archive holds {samples.listed_studies + 3} studies of {instances} instances: a chest CT of "
        f"{len(samples.ct.instances)} slices of 512 × 512, a knee in two views, a brain MR of "
        f"{len(samples.mr.instances)} slices, and small studies to search among."
    )


def _look(options: Options, server: RunningServer, samples: Samples, report: Report) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        report.how["browser"] = f"Chromium {browser.version}"
        address = viewer_address(server, samples.ct)
        report.timings, report.loaded = first_pictures(browser, address, options.visits)
        report.timings.append(click_to_picture(browser, server, samples.ct, options.visits))
        report.timings.append(wheel_steps(browser, address, options.wheel_steps))
        report.timings += followed_steps(browser, address, options.followed_steps)
        browser.close()
    for timing in report.timings:
        print(f"{timing.name:72} p50 {timing.share(0.5):7.0f} ms, p95 {timing.share(0.95):7.0f} ms")
