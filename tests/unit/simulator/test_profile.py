"""A device is occupied for as long as its profile says, and waits out its times at its speed."""

import random
from contextlib import closing
from pathlib import Path

import pytest

from simulator.workload import profile
from simulator.workload.device import Device
from simulator.workload.ledger import Ledger
from simulator.workload.order import begin
from simulator.workload.spool import Spool
from simulator.workload.worklist import Item

RANGES = {"ct": (10, 15), "mr": (20, 45), "cr": (4, 6)}


@pytest.mark.parametrize("name", profile.names())
def test_an_exam_occupies_the_device_for_its_minutes(name: str) -> None:
    least, most = RANGES[name]
    kind = profile.load(name)
    for seed in range(20):
        sizes = [5, 3]
        times = kind.times(sizes, random.Random(seed))
        images = sum(one.an_image * size for one, size in zip(times.series, sizes, strict=True))
        whole = times.before + sum(one.scan for one in times.series) + images + times.after
        assert least * 60 <= whole + 1e-6
        assert whole - 1e-6 <= most * 60 + images
        assert times.before > 0
        assert times.after > 0


def test_two_thousand_images_take_longer_than_the_patient() -> None:
    times = profile.load("ct").times([60_000], random.Random(1))
    assert times.series[0].scan == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("modality = 'CT'", "'images_a_second' is missing"),
        ("colour = 1", "'colour' is unknown"),
        ("modality = ", "Invalid value"),
        ("modality='CT'\noccupied_minutes=[3]\nshare_before_first_series=0.5\nimages_a_second=1", "two numbers"),
        ("modality='CT'\noccupied_minutes=[3,4]\nshare_before_first_series=5\nimages_a_second=1", "from 0 to 0.8"),
        ("modality='CT'\noccupied_minutes=[3,4]\nshare_before_first_series=0\nimages_a_second=0", "above 0"),
    ],
)
def test_a_profile_that_is_wrong_names_its_fault(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint):
        profile.load(str(path))


def test_a_profile_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ValueError, match="nor one of cr, ct, mr"):
        profile.load("toaster")


def test_speed_makes_the_hours_pass_and_an_interrupted_exam_goes_on_where_it_was(tmp_path: Path) -> None:
    pauses: list[float] = []
    with closing(Spool(tmp_path / "spool")) as spool, closing(Ledger(None)) as ledger:
        record = begin(Item("S1", "CT"), 5, "small", 3)
        kind = profile.load("ct")
        Device(spool, ledger, kind, 60, pause=pauses.append).acquire(record)
        assert 10 <= sum(pauses) <= 15 + 1
        assert len(spool.held("waiting")) == 3
        assert list(record.complete.values()) == [3]
        first = [held.path.stat().st_mtime_ns for held in spool.held("waiting")]
        spool.free(spool.held("waiting")[1])
        record.complete.clear()
        record.is_acquired = False
        Device(spool, ledger, kind, 60, pause=pauses.append).acquire(record)
        again = [held.path.stat().st_mtime_ns for held in spool.held("waiting")]
        assert (again[0], again[2]) == (first[0], first[2]), "what was there is not written again"
        assert len(again) == 3
