"""`python -m bench.viewer`: measures our viewer and OHIF in one run, prints as it goes and writes the page."""

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.machine import described, disk_folder
from bench.requests import DICOM_JSON, Request
from bench.samples import Sample, make_chest
from bench.targets import our_target, stop_ours
from bench.viewer.line import Quality
from bench.viewer.measured import Amount, measure
from bench.viewer.page import Round, page
from bench.viewer.subjects import Reach
from e2e.conftest import CHROMIUM, FLAGS
from e2e.interop.ohif import Ohif
from e2e.running import RunningServer

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "performance-viewer.md"
NOTES = Path(__file__).parent / "notes.md"
LINES = (Quality(), Quality(40, 20), Quality(100, 10))
_INSTANCES_A_REQUEST = 50


def main(arguments: list[str] | None = None) -> int:
    """Runs the bench; 0 when it came to its end."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.viewer", description="Measure the viewer, and OHIF beside it."
    )
    parser.add_argument("--quick", action="store_true", help="only see whether everything works; writes no page")
    parser.add_argument("--date", default=date.today().isoformat(), help="the date on the page (today)")  # noqa: DTZ011
    given = parser.parse_args(arguments)
    amount = Amount(1, 4, 10, 0.5) if given.quick else Amount(2, 30, 60, 2)
    slices = (20,) if given.quick else (200, 1000)
    with ExitStack() as ending:
        rounds, machine = _measure_all(slices, amount, ending)
    if not given.quick:
        PAGE.write_text(page(given.date, machine, rounds, NOTES.read_text()))
        print(f"written: {PAGE}")
    return 0


def _measure_all(slices: Sequence[int], amount: Amount, ending: ExitStack) -> tuple[list[Round], dict[str, str]]:
    folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="lightbox-bench-", dir=disk_folder())))
    ohif = Ohif()
    ending.callback(ohif.stop)
    reaches = [Reach(quality, ohif) for quality in LINES]
    origins = ",".join(reach.ohif_origin for reach in reaches)
    server = RunningServer(folder / "root", environment={"LIGHTBOX_WEB__CORS_ORIGINS": origins}).start()
    ending.callback(stop_ours, server)
    for reach in reaches:
        ending.callback(reach.stop)
    chromium = ending.enter_context(sync_playwright()).chromium
    rounds = []
    for number, count in enumerate(slices):
        study = make_chest(count, number)
        _store(server, study)
        for reach in reaches if number == 0 else reaches[:1]:
            figures = measure(
                lambda: chromium.launch(executable_path=CHROMIUM, args=FLAGS), reach.subjects(server), study, amount
            )
            rounds.append(Round(count, reach.quality, figures))
            print(page("", {}, rounds[-1:], ""), flush=True)
    return rounds, described(folder)


def _store(server: RunningServer, study: Sample) -> None:
    target = our_target(server)
    for start in range(0, len(study.instances), _INSTANCES_A_REQUEST):
        instances = [[one.data] for one in study.instances[start : start + _INSTANCES_A_REQUEST]]
        answer = target.ask(Request("/studies", DICOM_JSON, instances))
        if answer.status != 200:
            raise RuntimeError(f"the study was not taken: {answer.status} {answer.body[:300]!r}")
