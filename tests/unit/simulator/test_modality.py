"""One device against a real server: killed at any moment and started again, it loses nothing and changes nothing."""

import hashlib
import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from e2e.running import RunningServer
from simulator.cli import main
from simulator.studies import Instance
from simulator.workload.dicomweb import connection
from simulator.workload.ledger import fates
from simulator.workload.order import begin, made
from simulator.workload.worklist import from_csv
from tests.unit.simulator.live import lightbox, simulator

SEED, SLICES = 11, 8
IMAGES = 3 * SLICES


def worklist(folder: Path, *steps: str) -> Path:
    path = folder / "list.csv"
    rows = [f"{step},MR,,20260302090000,MRI Head,9990001234,BROWN^Ann,19600102,F" for step in steps]
    head = "step_id,modality,accession_number,scheduled,description,patient_id,patient_name,birth_date,sex"
    path.write_text("\n".join([head, *rows, ""]))
    return path


def arguments(items: Path, to: str, spool: Path, *more: str) -> list[str]:
    words = ["modality", "--worklist", str(items), "--to", to, "--spool", str(spool), "--seed", str(SEED)]
    return [
        *words,
        "--profile",
        "mr",
        "--scale",
        "small",
        "--slices",
        str(SLICES),
        "--instances-per-request",
        "4",
        *more,
    ]


def expected(items: Path) -> list[Instance]:
    return [one for item in from_csv(items) for one in made(begin(item, SEED, "small", SLICES)).instances()]


def assert_all_there(server: RunningServer, items: Path, spool: Path) -> None:
    """Every instance once, byte for byte; never sent with other bytes; nothing left in the spool."""
    wanted = expected(items)
    archive = connection(server.dicomweb)
    try:
        for series in {(one.study_uid, one.series_uid) for one in wanted}:
            uids = {one.instance_uid for one in wanted if one.series_uid == series[1]}
            assert archive.held(*series) == uids
        for one in wanted:
            digest = hashlib.sha256(one.data).hexdigest()
            assert archive.digest(one.study_uid, one.series_uid, one.instance_uid) == digest
    finally:
        archive.close()
    told = fates(spool / "ledger.jsonl")
    assert set(told) == {one.instance_uid for one in wanted}
    assert all(fate.digests == {hashlib.sha256(one.data).hexdigest()} for one, fate in zip_fates(wanted, told))
    assert all("freed" in fate.moments for fate in told.values())
    assert not list(spool.glob("*/*/*/*.dcm"))


def zip_fates(wanted: list[Instance], told: dict) -> list[tuple]:  # type: ignore[type-arg]
    return [(one, told[one.instance_uid]) for one in wanted]


def test_a_list_is_worked_through_once(
    server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items, spool = worklist(tmp_path, "L1", "L2"), tmp_path / "spool"
    quick = arguments(items, server.dicomweb, spool, "--speed", "1e6", "--verify", "bytes")
    assert main(quick) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"2 exams; {2 * IMAGES} instances acknowledged, {2 * IMAGES} verified and freed, 0 still")
    assert "acquired to verified: p50" in said
    assert_all_there(server, items, spool)
    worklist(tmp_path, "L1", "L2", "L3")
    assert main(quick) == 0
    assert capsys.readouterr().out.startswith(f"1 exams; {IMAGES} instances acknowledged, {IMAGES} verified and freed")
    assert_all_there(server, items, spool)


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_it_goes_on_where_it_was(server: RunningServer, tmp_path: Path, seed: int) -> None:
    items, spool = worklist(tmp_path, f"K{seed}a", f"K{seed}b", f"K{seed}c"), tmp_path / "spool"
    chance = random.Random(seed)
    # half an hour of MR in half a second, so that there is something to interrupt
    command = arguments(items, server.dicomweb, spool, "--speed", "4000", "--verify", "bytes")
    interrupted = 0
    for _ in range(3):
        process = simulator(command, tmp_path / "said")
        wait_for(lambda running=process: begun(spool, running))
        process.join(chance.uniform(0, 0.5))
        interrupted += process.is_alive()
        process.kill()
        process.join()
    assert interrupted, "nothing was under way: the test has shown nothing"
    process = simulator(command, tmp_path / "said")
    process.join()
    assert process.exitcode == 0, (tmp_path / "said").read_text()
    assert_all_there(server, items, spool)


def begun(spool: Path, process: BaseProcess) -> bool:
    """Whether this run has opened its ledger and works, or has already ended."""
    files = Path(f"/proc/{process.pid}/fd")
    try:
        opened = [str(one.readlink()) for one in files.iterdir()]
    except OSError:
        opened = []
    return not process.is_alive() or str(spool / "ledger.jsonl") in opened


def wait_for(condition: object) -> None:
    deadline = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_an_archive_that_is_killed_and_comes_back_gets_everything(tmp_path: Path) -> None:
    items, spool = worklist(tmp_path, "A1", "A2"), tmp_path / "spool"
    with lightbox(tmp_path) as own:
        command = arguments(items, own.dicomweb, spool, "--speed", "4000", "--give-up-after", "90")
        process = simulator(command, tmp_path / "said")
        wait_for(lambda: list(spool.glob("acknowledged/*/*/*.dcm")))
        own.kill()
        wait_for(lambda: list(spool.glob("waiting/*/*/*.dcm")))
        own.start()
        process.join(120)
        assert process.exitcode == 0, (tmp_path / "said").read_text()
        assert_all_there(own, items, spool)


def test_without_an_archive_everything_stays_in_the_spool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items, spool = worklist(tmp_path, "N1"), tmp_path / "spool"
    nobody = arguments(items, "http://127.0.0.1:1/dicomweb", spool, "--speed", "1e6", "--give-up-after", "0")
    assert main(nobody) == 1
    said = capsys.readouterr()
    assert f"{IMAGES} still in the spool" in said.out
    assert said.err.splitlines()[-1].startswith("lightbox-sim: start again with the same --spool")
    assert len(list(spool.glob("waiting/*/*/*.dcm"))) == IMAGES


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--profile", "toaster"], "nor one of cr, ct, mr"),
        (["--transfer", "dimse"], "needs dicom://"),
        (["--worklist", "http://127.0.0.1:1/ups"], "gave no list of workitems"),
        (["--worklist", "no such file.csv"], "no such file.csv"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    tmp_path: Path, words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = arguments(worklist(tmp_path, "N1"), "http://127.0.0.1:1/dicomweb", tmp_path / "spool", *words)
    assert main(nobody) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert complaint in line
