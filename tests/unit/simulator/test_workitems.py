"""A device and a UPS-RS server: an item is claimed once, and completed with what was made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.running import RunningServer
from simulator.cli import main
from simulator.workload.archive import TurnedAway
from simulator.workload.order import begin, made
from simulator.workload.spool import ExamRecord
from simulator.workload.workitems import UpsWorkitems
from simulator.workload.worklist_servers import from_ups
from tests.unit.simulator.test_worklist_servers import workitem
from tests.unit.simulator.ups_server import Ups, serve

UID = "1.2.826.1"


@pytest.fixture
def ups() -> Iterator[Ups]:
    with serve() as server:
        server.items = [workitem(1, "MR")]
        yield server


def record_of(ups: Ups, seed: int = 5) -> ExamRecord:
    [item] = from_ups(ups.root, "MR")
    return begin(item, seed, "small", 2)


def test_one_device_has_an_item_and_nobody_else(ups: Ups) -> None:
    ours, theirs = record_of(ups), record_of(ups, seed=6)
    workitems = UpsWorkitems(ups.root, "", "MR1")
    assert workitems.claim(ours)
    assert ups.states == {UID: ["IN PROGRESS"]}
    assert not workitems.claim(theirs)
    with pytest.raises(TurnedAway):
        workitems.complete(theirs)
    assert workitems.claim(ours), "a device that was killed after claiming knows its own again"
    workitems.complete(ours)
    assert ups.states == {UID: ["IN PROGRESS", "COMPLETED"]}
    assert not workitems.claim(ours)


def arguments(ups: Ups, server: RunningServer, spool: Path) -> list[str]:
    words = ["modality", "--worklist", ups.root, "--to", server.dicomweb, "--spool", str(spool), "--seed", "5"]
    return [*words, "--profile", "mr", "--scale", "small", "--slices", "2", "--speed", "1e6"]


def test_a_device_completes_what_it_has_acquired_and_says_where_it_is(
    ups: Ups, server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = {one.uid: one.size for one in made(record_of(ups)).series}
    assert main(arguments(ups, server, tmp_path / "spool")) == 0
    assert ups.states == {UID: ["IN PROGRESS", "COMPLETED"]}
    series = ups.performed[UID]["00404033"]["Value"]
    assert {one["0020000E"]["Value"][0]: len(one["00081199"]["Value"]) for one in series} == expected
    assert series[0]["0040E025"]["Value"][0]["00081190"]["Value"] == [f"{server.dicomweb}/studies/1.2.1"]
    assert ups.performed[UID]["00404050"]["Value"] <= ups.performed[UID]["00404051"]["Value"]
    assert main(arguments(ups, server, tmp_path / "spool")) == 0
    assert capsys.readouterr().out.count("0 exams;") == 1


def test_what_another_device_takes_first_is_not_acquired(
    ups: Ups, server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ups.rival = "1.2.3"
    assert main(arguments(ups, server, tmp_path / "spool")) == 1
    assert "somebody else has taken it" in capsys.readouterr().err
    assert ups.holders == {UID: "1.2.3"}
    assert not list((tmp_path / "spool").glob("*/*/*/*.dcm"))
