"""The ledger tells what became of every instance, also after a crash in the middle of a line."""

from pathlib import Path

from simulator.studies import Instance
from simulator.workload.ledger import Ledger, fates, read
from simulator.workload.verification import acknowledged

ONE = Instance("1.2", "1.2.3", "1.2.3.4", b"bytes", "0001.dcm")


def write(path: Path, *events: tuple[str, dict[str, object]], at: float = 5.0, durable: bool = False) -> None:
    ledger = Ledger(path, clock=lambda: at, durable=durable)
    for event, facts in events:
        ledger.of(event, ONE, **facts)
    ledger.close()


def test_the_fate_of_an_instance(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    write(path, ("sent", {"sha256": "aa"}), at=1)
    write(path, ("sent", {"sha256": "aa"}), ("acknowledged", {}), at=2, durable=True)
    write(path, ("verified", {"identical": True}), at=3)
    [(uid, fate)] = fates(path).items()
    assert uid == ONE.instance_uid
    assert fate.moments == {"sent": 1, "acknowledged": 2, "verified": 3}
    assert fate.digests == {"aa"}
    assert fate.identical is True


def test_a_line_cut_off_by_a_crash_is_left_out_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    write(path, ("sent", {"sha256": "aa"}))
    path.write_bytes(path.read_bytes() + b'{"event": "ackn')
    assert [line["event"] for line in read(path)] == ["sent"]
    write(path, ("acknowledged", {}))
    assert [line["event"] for line in read(path)] == ["sent", "acknowledged"]


def test_what_was_acknowledged_since_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    write(path, ("sent", {"sha256": "aa"}), ("acknowledged", {}), ("acknowledged", {}))
    assert [(one.instance_uid, one.sha256) for one in acknowledged(path)] == [(ONE.instance_uid, "aa")]
    assert list(acknowledged(path, path.stat().st_size)) == []


def test_a_ledger_that_nobody_wants_is_written_nowhere(tmp_path: Path) -> None:
    Ledger(None).of("sent", ONE)
    assert list(tmp_path.iterdir()) == []
