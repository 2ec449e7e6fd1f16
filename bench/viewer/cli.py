"""`python -m bench.viewer`: measures our viewer and OHIF in one run, prints as it goes and writes the page."""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.machine import described, disk_folder
from bench.requests import DICOM_JSON, Request
from bench.samples import Sample, make_chest
from bench.targets import our_target, stop_ours
from bench.viewer.measured import Amount, measure
from bench.viewer.page import Round, kept_rounds, measured_round, page
from bench.viewer.subjects import Reach
from e2e.conftest import CHROMIUM, FLAGS
from e2e.interop.ohif import Ohif
from e2e.line import Quality
from e2e.running import RunningServer

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "performance-viewer.md"
NOTES = Path(__file__).parent / "notes.md"
LINES = (Quality(), Quality(40, 20), Quality(100, 10))
ROUNDS = [*((200, quality) for quality in LINES), *((1000, quality) for quality in LINES)]
_INSTANCES_A_REQUEST = 50


def main(arguments: list[str] | None = None) -> int:
    """Runs the bench; 0 when it came to its end."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.viewer", description="Measure the viewer, and OHIF beside it."
    )
    parser.add_argument("--quick", action="store_true", help="only see whether everything works; writes no page")
    parser.add_argument("--date", default=date.today().isoformat(), help="the date of the rounds (today)")  # noqa: DTZ011
    parser.add_argument(
        "--round",
        action="append",
        dest="rounds",
        metavar="SLICES-MS",
        choices=[_name(*one) for one in ROUNDS],
        help="only this round, again for several: " + ", ".join(_name(*one) for one in ROUNDS),
    )
    parser.add_argument("--page", action="store_true", help="only put the page together from the rounds that are there")
    given = parser.parse_args(arguments)
    amount = Amount(1, 4, 10, 0.5) if given.quick else Amount(2, 30, 60, 2)
    wanted = [(20, quality) for quality in LINES] if given.quick else ROUNDS
    wanted = [one for one in wanted if not given.rounds or _name(*one) in given.rounds]
    if not given.page:
        with ExitStack() as ending:
            for one in _measured(wanted, amount, given.date, ending):
                print(page([one], ""), flush=True)
                if not given.quick:
                    one.keep()
    if not given.quick:
        kept = kept_rounds()
        there = {(one.slices, one.quality) for one in kept}
        missing = [f"{slices} slices, {quality}" for slices, quality in ROUNDS if (slices, quality) not in there]
        PAGE.write_text(page(kept, NOTES.read_text(), missing))
        print(f"written: {PAGE}")
    return 0


def _name(slices: int, quality: Quality) -> str:
    return f"{slices}-{quality.round_trip_ms:g}"


def _measured(wanted: Sequence[tuple[int, Quality]], amount: Amount, day: str, ending: ExitStack) -> Iterator[Round]:
    folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="lightbox-bench-", dir=disk_folder())))
    ohif = Ohif()
    ending.callback(ohif.stop)
    reaches = {quality: Reach(quality, ohif) for quality in dict.fromkeys(quality for _, quality in wanted)}
    origins = ",".join(reach.ohif_origin for reach in reaches.values())
    server = RunningServer(folder / "root", environment={"LIGHTBOX_WEB__CORS_ORIGINS": origins}).start()
    ending.callback(stop_ours, server)
    for reach in reaches.values():
        ending.callback(reach.stop)
    chromium = ending.enter_context(sync_playwright()).chromium
    for number, count in enumerate(dict.fromkeys(count for count, _ in wanted)):
        study = make_chest(count, number)
        _store(server, study)
        for quality in (quality for slices, quality in wanted if slices == count):
            figures = measure(
                lambda: chromium.launch(executable_path=CHROMIUM, args=FLAGS),
                reaches[quality].subjects(server),
                study,
                amount,
            )
            yield measured_round(day, count, quality, described(folder), figures)


def _store(server: RunningServer, study: Sample) -> None:
    target = our_target(server)
    for start in range(0, len(study.instances), _INSTANCES_A_REQUEST):
        instances = [[one.data] for one in study.instances[start : start + _INSTANCES_A_REQUEST]]
        answer = target.ask(Request("/studies", DICOM_JSON, instances))
        if answer.status != 200:
            raise RuntimeError(f"the study was not taken: {answer.status} {answer.body[:300]!r}")
