"""Sending to a real server: seen, drawn, verified byte by byte, at a pace that forgives nothing, without the memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.running import RunningServer
from simulator.cli import main
from simulator.studies import Instance
from simulator.workload.ledger import fates
from simulator.workload.patience import Patience
from simulator.workload.send import Sender
from tests.unit.simulator.made_archive import MadeArchive

QUICK = ["--seed", "3", "--scale", "small", "--study", "brain-mr", "--slices", "5"]


def test_the_ledger_knows_when_each_was_sent_seen_and_found_the_same(
    server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    words = ["--ledger", str(ledger), "--watch", "--verify", "bytes", "--connections", "3"]
    assert main(["send", "--to", server.dicomweb, *QUICK, *words, "--instances-per-request", "2"]) == 0
    said = capsys.readouterr().out
    assert "15 stored" in said
    assert "verified byte for byte: 15; missing 0, other bytes 0" in said
    told = fates(ledger)
    assert len(told) == 15
    assert all({"sent", "acknowledged", "visible", "verified"} <= set(fate.moments) for fate in told.values())
    assert sum("drawn" in fate.moments for fate in told.values()) == 3, "one picture a series"
    assert all(fate.identical for fate in told.values())


def test_sending_again_changes_nothing(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["send", "--to", server.dicomweb, *QUICK, "--verify", "bytes"]) == 0
    assert "verified byte for byte: 15" in capsys.readouterr().out


def test_however_many_there_are_only_a_few_are_in_memory() -> None:
    made, answered, most = 0, 0, 0

    def instances() -> Iterator[Instance]:
        nonlocal made, most
        for number in range(2000):
            made += 1
            most = max(most, made - answered)
            yield one(number)

    def progress(count: int, size: int) -> None:
        nonlocal answered
        answered += count

    sender = Sender(MadeArchive, instances_per_request=20, connections=3)
    assert len(sender.send(instances(), progress).stored) == 2000
    assert most <= 20 * (3 + 1)


class Clock:
    """Time that passes only when somebody waits or works."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


class Stalling(MadeArchive):
    """Needs 10 ms for a request, and five seconds for the tenth."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def store(self, instances):  # type: ignore[no-untyped-def]
        self.clock.now += 5.0 if len(self.requests) == 9 else 0.01
        return super().store(instances)


def one(number: int) -> Instance:
    return Instance("1.2", "1.2.3", f"1.2.3.{number}", b"image", "")


def test_at_a_pace_everybody_who_had_to_wait_is_counted() -> None:
    clock = Clock()
    sender = Sender(lambda: Stalling(clock), Patience(pause=clock.pause), instances_per_request=1, pace=10, clock=clock)
    tally = sender.send([one(number) for number in range(60)], lambda instances, size: None)
    slow = [value for value in tally.store_latency.values if value > 0.05]
    assert len(slow) > 40, "the stall of five seconds is felt by the fifty after it"
    assert max(slow) == pytest.approx(5.0, abs=0.02)


def test_without_a_stall_the_pace_is_kept() -> None:
    clock = Clock()
    archive = MadeArchive()
    sender = Sender(lambda: archive, Patience(pause=clock.pause), instances_per_request=5, pace=10, clock=clock)
    tally = sender.send([one(number) for number in range(50)], lambda instances, size: None)
    assert clock.now - 100 == pytest.approx(4.5)
    assert max(tally.lateness.values) == 0
