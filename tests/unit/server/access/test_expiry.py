"""The time by which what expires is judged, whatever is done to the system's clock."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from server.access.expiry import Expiry

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_795_000_000_000


@dataclass
class Machine:
    """A machine with a clock that can be put; times in ms."""

    path: Path
    wall: int = START
    running: int = 5000
    boot: str = "first"

    def goes_on(self, ms: int) -> None:
        self.wall += ms
        self.running += ms

    def starts_anew(self, wall: int) -> None:
        self.wall, self.running, self.boot = wall, 3000, f"{self.boot} again"

    def process(self) -> Expiry:
        return Expiry(self.path)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path / "expiry.json")
    monkeypatch.setattr("time.time_ns", lambda: machine.wall * 1_000_000)
    monkeypatch.setattr("server.access.expiry._running", lambda: machine.running * 1_000_000)
    monkeypatch.setattr("server.access.expiry._boot", lambda: machine.boot)
    return machine


def test_it_is_the_clocks_time_as_long_as_nobody_puts_that(machine: Machine) -> None:
    expiry = machine.process()
    for ms in (0, 1, HOUR, DAY):
        machine.goes_on(ms)
        assert expiry.now() == machine.wall == machine.process().now()


def test_a_clock_that_is_put_back_makes_nothing_last_longer(machine: Machine) -> None:
    before = machine.process().now()
    machine.goes_on(HOUR)
    machine.wall -= DAY
    assert machine.process().now() == before + HOUR
    machine.goes_on(2 * HOUR)
    assert machine.process().now() == before + 3 * HOUR


def test_a_clock_that_is_put_forward_ends_things_early_and_for_good(machine: Machine) -> None:
    one, other = machine.process(), machine.process()
    before = one.now()
    machine.wall += DAY
    assert one.now() == before + DAY
    machine.wall -= DAY
    machine.goes_on(HOUR)
    assert one.now() == other.now() == before + DAY + HOUR


def test_what_is_slewed_is_no_step(machine: Machine) -> None:
    expiry = machine.process()
    before = expiry.now()
    machine.goes_on(HOUR)
    machine.wall -= 500
    assert expiry.now() == before + HOUR


def test_a_machine_that_starts_with_a_clock_in_the_past_goes_on_from_what_was_told(machine: Machine) -> None:
    machine.process().now()
    machine.goes_on(HOUR)
    told = machine.process().now()
    machine.starts_anew(wall=START - 30 * DAY)
    assert machine.process().now() == told
    machine.goes_on(DAY)
    assert machine.process().now() == told + DAY


def test_a_machine_that_was_off_for_days_knows_it_by_its_clock(machine: Machine) -> None:
    machine.process().now()
    machine.starts_anew(wall=START + 3 * DAY)
    assert machine.process().now() == START + 3 * DAY


@pytest.mark.parametrize("content", [b"", b"[]", b'["first", "x", 0]', b"\xff"])
def test_a_file_that_makes_no_sense_is_made_anew(machine: Machine, content: bytes) -> None:
    machine.path.write_bytes(content)
    assert machine.process().now() == START
    machine.goes_on(HOUR)
    machine.wall -= DAY
    assert machine.process().now() == START + HOUR
