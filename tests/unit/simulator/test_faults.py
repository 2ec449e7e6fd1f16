"""Every fault is tried on a real server, alone and among good instances, and judged as it should be."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.running import RunningServer
from simulator.cli import main
from simulator.faults import surgery
from simulator.faults.index import FAULTS
from simulator.faults.run import neighbours, try_faults
from simulator.faults.verdict import MEANINGS, STORED, Got, Verdict, refused
from simulator.studies import make_study
from simulator.workload.archive import Unreachable
from tests.unit.simulator.store_server import Reply, StoreServer, all_stored, store_response


def test_there_are_enough_of_every_group_and_each_is_explained() -> None:
    assert len(FAULTS) >= 100
    assert {fault.group for fault in FAULTS.values()} >= {
        "identity", "encoding", "pixels", "text", "time", "geometry", "order", "framing", "network"
    }  # fmt: skip
    for name, fault in FAULTS.items():
        assert name == fault.name
        assert fault.what
        assert fault.why
        assert fault.wanted
        assert all(one.verdict in MEANINGS for one in fault.wanted)


def test_the_verdicts_on_our_own_server(server: RunningServer) -> None:
    trials = list(try_faults(server.dicomweb, [], seed=3))
    assert len(trials) == len(FAULTS)
    differing = {trial.fault.name: f"{trial.got} {trial.got.detail}" for trial in trials if not trial.agrees}
    assert differing == {}


def test_among_good_instances_none_of_them_is_hurt(
    server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "verdicts.json"
    names = sorted(FAULTS)[::4]
    words = [word for name in names for word in ("--only", name)]
    command = ["faults", "--to", server.dicomweb, "--rate", "0.2", "--seed", "4", "--report", str(report), *words]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == f"{len(names)} of {len(names)} verdicts as wanted"
    told = json.loads(report.read_text())
    assert {row["fault"] for row in told["verdicts"]} == set(names)
    assert told["as_wanted"] == told["tried"] == len(names)


def test_an_archive_that_acknowledges_everything_and_keeps_nothing_fails(
    store_server: StoreServer, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["future-date", "same-bytes-twice", "other-bytes-same-uid", "lost-answer"]
    words = [word for name in names for word in ("--only", name)]
    store_server.otherwise_get = (404, {}, b"")
    assert main(["faults", "--to", store_server.url, *words]) == 1
    said = capsys.readouterr().out
    assert said.count("lost: told stored, not given back") == len(names)
    assert said.splitlines()[-1] == "0 of 4 verdicts as wanted"


WRONGS = [
    ("future-date", all_stored, (200, {}, b"other bytes"), "changed: other bytes given back"),
    ("future-date", all_stored, (404, {}, b""), "lost: told stored, not given back"),
    (
        "future-date",
        lambda uids: (500, {}, b"Traceback"),
        (404, {}, b""),
        "broken: a server error, or no answer in time",
    ),
    ("future-date", lambda uids: (200, {}, b"fine"), (404, {}, b""), "lost: told stored, not given back"),
    ("other-bytes-same-uid", all_stored, (200, {}, b"other bytes"), "changed: other bytes given back"),
    ("other-bytes-in-one-request", all_stored, (404, {}, b""), "lost: told stored, not given back"),
    (
        "concurrent-duplicates",
        lambda uids: (503, {}, b""),
        (404, {}, b""),
        "broken: a server error, or no answer in time",
    ),
    ("accepts-nothing-we-have", all_stored, (404, {}, b""), "lost: told stored, not given back"),
]


@pytest.mark.parametrize(("name", "posted", "got", "verdict"), WRONGS)
def test_an_archive_that_is_wrong_is_found_out(
    store_server: StoreServer, name: str, posted: Callable[[list[str]], Reply], got: Reply, verdict: str
) -> None:
    store_server.otherwise = posted
    store_server.otherwise_get = got
    [trial] = try_faults(store_server.url, [name], seed=1, asks_first=False)
    assert str(trial.got.verdict) == verdict
    assert not trial.agrees


def test_what_is_refused_and_there_all_the_same_is_found_out(store_server: StoreServer) -> None:
    refusal = {"Content-Type": "application/dicom+json"}
    store_server.otherwise = lambda uids: (409, refusal, store_response([], dict.fromkeys(uids, 0xC000)))
    store_server.gives_back = True
    [trial] = try_faults(store_server.url, ["future-date"], seed=1, asks_first=False)
    assert str(trial.got) == "kept although refused 49152"


def test_a_neighbour_that_is_not_stored_is_found_out(store_server: StoreServer) -> None:
    refusal = {"Content-Type": "application/dicom+json"}
    store_server.otherwise = lambda uids: (409, refusal, store_response([], dict.fromkeys(uids, 0xC000)))
    store_server.otherwise_get = (404, {}, b"")
    [trial] = try_faults(store_server.url, ["truncated-pixels"], seed=1, rate=0.5, asks_first=False)
    assert trial.got.verdict is Verdict.NEIGHBOUR_HURT


def test_no_archive_is_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--to", "http://127.0.0.1:1/dicomweb"]) == 1
    assert "ConnectError" in capsys.readouterr().err
    with pytest.raises(Unreachable):
        next(try_faults("http://127.0.0.1:1/dicomweb", [], seed=1))


@pytest.mark.parametrize(("rate", "number"), [(1, 0), (0.5, 1), (0.1, 9), (0.01, 99)])
def test_the_rate_is_the_share_that_is_faulty(rate: float, number: int) -> None:
    assert neighbours(rate) == number


def test_the_same_seed_gives_the_same_order_and_another_seed_another(server: RunningServer) -> None:
    names = ["future-date", "year-1970", "no-rows", "odd-length", "empty-part"]
    first, again, other = (
        [trial.fault.name for trial in try_faults(server.dicomweb, names, seed=seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert sorted(first) == sorted(other)
    assert first != other


def test_verdicts_agree_only_with_their_codes() -> None:
    fault = FAULTS["truncated-pixels"]
    assert fault.agrees(Got(Verdict.REFUSED, 0xC000))
    assert not fault.agrees(Got(Verdict.REFUSED, 0x0110))
    assert not fault.agrees(Got(Verdict.STORED))
    assert str(refused(0xC000)) == "refused C000"
    assert str(STORED) == "stored"


def test_a_file_taken_apart_and_put_together_is_the_same_file() -> None:
    data = next(make_study("brain-mr", 1, scale="small", slices=2).instances()).data
    assert surgery.take_apart(data).whole() == data
