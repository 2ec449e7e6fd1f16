"""What is in the spool is whole, in one state, and there after a crash."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from simulator.studies import Instance
from simulator.workload.spool import ExamRecord, Spool, is_uid


def instance(number: int, data: bytes = b"image") -> Instance:
    return Instance("1.2", "1.2.3", f"1.2.3.{number}", data, "x.dcm")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path)) as made:
        yield made


def test_instances_come_out_as_they_went_in_in_order(spool: Spool) -> None:
    for number in (1, 2, 10):
        assert spool.add(instance(number, b"image %d" % number), number)
    held = spool.held("waiting")
    assert [one.instance_uid for one in held] == ["1.2.3.1", "1.2.3.2", "1.2.3.10"]
    assert held[2].read().data == b"image 10"


def test_an_instance_is_in_one_state_at_a_time_and_added_once(spool: Spool) -> None:
    spool.add(instance(1), 1)
    for state in ("acknowledged", "waiting", "refused"):
        spool.move(spool.held("waiting")[0] if spool.held("waiting") else spool.held("acknowledged")[0], state)
        assert [len(spool.held(name)) for name in ("waiting", "acknowledged", "refused")].count(1) == 1
        assert not spool.add(instance(1, b"other"), 1)
    assert spool.held("refused")[0].read().data == b"image"


def test_freed_is_gone(spool: Spool) -> None:
    spool.add(instance(1), 1)
    spool.free(spool.held("waiting")[0])
    assert spool.held("waiting") == []


def test_what_was_half_written_does_not_count(tmp_path: Path, spool: Spool) -> None:
    spool.add(instance(1), 1)
    (tmp_path / "partial" / "1.2.3.2.dcm").write_bytes(b"ima")
    spool.close()
    with closing(Spool(tmp_path)) as again:
        assert [one.instance_uid for one in again.held("waiting")] == ["1.2.3.1"]
    assert list((tmp_path / "partial").iterdir()) == []


def test_two_devices_do_not_share_a_spool(tmp_path: Path, spool: Spool) -> None:
    with pytest.raises(ValueError, match="in use by another device"):
        Spool(tmp_path)
    spool.close()
    Spool(tmp_path).close()


def test_exams_are_remembered(tmp_path: Path, spool: Spool) -> None:
    record = ExamRecord("../../key", "chest-ct", 5, "small", 3, {"step_id": "../../key"}, "1.2", {"1.2.3": 4})
    spool.note(record)
    record.is_acquired = True
    spool.note(record)
    assert list(spool.exams()) == [record]
    assert len(list((tmp_path / "exams").iterdir())) == 1


@pytest.mark.parametrize("text", ["1.2.3", "2.25.7", "0.1", "1." + "1" * 62])
def test_uids(text: str) -> None:
    assert is_uid(text)


@pytest.mark.parametrize("text", ["", ".", "..", "1..2", "1.02", "1.2.", "1.a", "../1", "1" * 65, "1.2\n"])
def test_no_uids(text: str) -> None:
    assert not is_uid(text)
