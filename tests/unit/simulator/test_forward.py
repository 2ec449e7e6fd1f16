"""The forwarder frees only what the archive was asked for and has; everything else stays."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.studies import Instance
from simulator.workload.archive import TurnedAway, Unreachable
from simulator.workload.forward import Forwarder
from simulator.workload.ledger import Ledger, fates
from simulator.workload.patience import Patience
from simulator.workload.spool import ExamRecord, Spool
from tests.unit.simulator.made_archive import MadeArchive

SERIES = "1.2.3"


class Room:
    """A spool with one series of five, an archive, and a forwarder between them."""

    def __init__(self, folder: Path, *, compare_bytes: bool = True, complete: bool = True) -> None:
        self.archive = MadeArchive()
        self.pauses: list[float] = []
        self.spool = Spool(folder / "spool")
        self.ledger = folder / "ledger.jsonl"
        self.lines = Ledger(self.ledger)
        for number in range(1, 6):
            self.spool.add(Instance("1.2", SERIES, f"1.2.3.{number}", b"image %d" % number, ""), number)
        record = ExamRecord("key", "chest-ct", 1, "small", 0, {}, "1.2", {SERIES: 5} if complete else {})
        self.spool.note(record)
        self.forwarder = Forwarder(
            self.spool,
            lambda: self.archive,
            self.lines,
            Patience(first_pause=1, pause=self.pauses.append),
            instances_per_request=2,
            compare_bytes=compare_bytes,
        )

    def close(self) -> None:
        self.spool.close()
        self.lines.close()

    def left(self) -> dict[str, int]:
        return {state: len(self.spool.held(state)) for state in ("waiting", "acknowledged", "refused")}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with closing(Room(tmp_path)) as made:
        yield made


EMPTY = {"waiting": 0, "acknowledged": 0, "refused": 0}


def test_all_goes_well(room: Room) -> None:
    assert room.forwarder.round()
    assert room.left() == EMPTY
    assert len(room.archive.kept) == room.forwarder.done.freed == 5
    assert [len(request) for request in room.archive.requests] == [2, 2, 1]
    fate = fates(room.ledger)["1.2.3.1"]
    assert list(fate.moments) == ["sent", "acknowledged", "verified", "freed"]
    assert fate.identical is True
    assert not room.forwarder.round()


def test_a_series_that_is_not_complete_is_sent_and_not_freed(tmp_path: Path) -> None:
    with closing(Room(tmp_path, complete=False)) as room:
        room.forwarder.round()
        assert room.left() == EMPTY | {"acknowledged": 5}


def test_an_archive_out_of_reach_keeps_the_spool_full_and_is_asked_later_and_later(room: Room) -> None:
    room.archive.troubles = [Unreachable("no route"), Unreachable("busy", 30), Unreachable("no route")]
    assert not room.forwarder.round()
    assert room.left() == EMPTY | {"waiting": 5}
    assert room.forwarder.done.trouble == "no route"
    room.forwarder.round()
    room.forwarder.round()
    assert 0.5 <= room.pauses[0] <= 1
    assert room.pauses[1] == 30
    assert 2 <= room.pauses[2] <= 4
    assert room.forwarder.round()
    assert room.left() == EMPTY
    assert room.archive.closed == 3, "each failure ends the connection"


def test_what_was_acknowledged_and_is_not_there_is_sent_again(room: Room) -> None:
    room.archive.forgets = {"1.2.3.2"}
    room.forwarder.round()
    assert room.left() == EMPTY | {"waiting": 1, "acknowledged": 4}
    room.archive.forgets = set()
    room.forwarder.round()
    assert room.left() == EMPTY
    assert "missing" in fates(room.ledger)["1.2.3.2"].moments


def test_what_is_never_there_is_kept_for_a_person(room: Room) -> None:
    room.archive.forgets = {"1.2.3.2"}
    for _ in range(6):
        room.forwarder.round()
    assert room.left() == EMPTY | {"refused": 1}
    assert room.forwarder.done.refused == {"1.2.3.2": "acknowledged 4 times and never found"}


def test_other_bytes_in_the_archive_are_never_freed(room: Room) -> None:
    room.forwarder.round()
    room.spool.add(Instance("1.2", SERIES, "1.2.3.1", b"image 1", ""), 1)
    kept = room.archive.kept["1.2.3.1"]
    room.archive.kept["1.2.3.1"] = replace(kept, data=b"other")
    room.archive.forgets = {"1.2.3.1"}  # says stored, keeps what it had
    room.forwarder.round()
    assert room.left() == EMPTY | {"refused": 1}
    assert room.spool.held("refused")[0].read().data == b"image 1"


def test_a_duplicate_with_the_same_bytes_is_as_good_as_stored(room: Room) -> None:
    for held in room.spool.held("waiting"):
        room.archive.kept[held.instance_uid] = held.read()
        room.archive.refuses[held.instance_uid] = 0x0111
    room.forwarder.round()
    assert room.left() == EMPTY


def test_a_duplicate_with_other_bytes_is_kept_for_a_person(room: Room) -> None:
    room.archive.kept["1.2.3.1"] = Instance("1.2", SERIES, "1.2.3.1", b"other", "")
    room.archive.refuses["1.2.3.1"] = 0x0111
    room.forwarder.round()
    assert room.left() == EMPTY | {"refused": 1}
    assert fates(room.ledger)["1.2.3.1"].reason == "another instance with this UID is there (0x0111)"


def test_a_full_archive_is_no_refusal(room: Room) -> None:
    room.archive.refuses = dict.fromkeys(("1.2.3.1", "1.2.3.2"), 0xA700)
    room.forwarder.round()
    assert room.left()["refused"] == 0
    room.archive.refuses = {}
    room.forwarder.round()
    assert room.left() == EMPTY


def test_an_instance_that_spoils_its_request_does_not_hold_up_the_others(room: Room) -> None:
    room.archive.spoils["1.2.3.1"] = TurnedAway("400: cannot be read")
    room.forwarder.round()
    room.forwarder.round()
    assert room.left() == EMPTY | {"waiting": 1, "acknowledged": 4}
    assert room.forwarder.done.trouble == "400: cannot be read"


def test_a_sign_in_that_fails_sends_a_few_and_then_waits(room: Room) -> None:
    room.archive.spoils = {f"1.2.3.{number}": TurnedAway("401") for number in range(1, 6)}
    room.forwarder.round()
    assert room.left() == EMPTY | {"waiting": 5}
    assert len(room.archive.requests) <= 6
    assert len(room.pauses) == 1


def test_an_instance_the_archive_does_not_mention_waits(room: Room) -> None:
    room.archive.unmentioned = {"1.2.3.1"}
    room.forwarder.round()
    assert room.left()["waiting"] == 1
    assert "did not say" in room.forwarder.done.trouble


def test_too_large_is_sent_in_halves(room: Room) -> None:
    room.archive.troubles = [TurnedAway("413", too_large=True)]
    room.forwarder.round()
    assert room.left() == EMPTY
    assert [len(request) for request in room.archive.requests] == [2, 1, 1, 2, 1]


def test_a_series_of_which_the_archive_has_too_few_is_not_freed(tmp_path: Path) -> None:
    with closing(Room(tmp_path, compare_bytes=False)) as room:
        room.spool.note(ExamRecord("key", "chest-ct", 1, "small", 0, {}, "1.2", {SERIES: 6}))
        room.forwarder.round()
        assert room.left() == EMPTY | {"acknowledged": 5}
        assert room.forwarder.done.trouble.startswith("the archive has 5 of 6 instances")


def test_it_gives_up_after_a_while_and_leaves_everything(room: Room) -> None:
    room.archive.troubles = [Unreachable("no route")] * 1000
    acquired, stop = threading.Event(), threading.Event()
    acquired.set()
    room.forwarder.run(acquired, stop, give_up_after=0.0)
    assert room.left() == EMPTY | {"waiting": 5}
