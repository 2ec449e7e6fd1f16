"""How soon a server of ten thousand instances is back, and the same: after a kill, from files, backup, replica."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.running import RunningServer
from e2e.soak.report import report
from e2e.storm import Storm
from tests.factories import image, multipart, part10

INSTANCES = int(os.environ.get("SOAK_INSTANCES", "10000"))
A_STUDY = 100
TOGETHER = 50


def made(numbers: range) -> list[bytes]:
    """Small CT images, a hundred to a study."""
    uids = {"StudyInstanceUID": "1.2.999999.1", "SeriesInstanceUID": "1.2.999999.2", "SOPInstanceUID": "1.2.888888.3"}
    template = part10(image(**uids, Rows=64, Columns=64))
    files = []
    for number in numbers:
        study = f"{100000 + number // A_STUDY}".encode()
        files.append(template.replace(b"999999", study).replace(b"888888", f"{100000 + number}".encode()))
    return files


def store(client: httpx.Client, files: list[bytes]) -> None:
    content, headers = multipart(*files)
    answer = client.post("/studies", content=content, headers=headers)
    assert answer.status_code == 200, answer.text


def answers(server: RunningServer) -> dict[str, list[Any]]:
    """Every match at all three levels, with the addresses that hold a port taken out."""
    found: dict[str, list[Any]] = {}
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        for level in ("studies", "series", "instances"):
            found[level] = []
            while True:
                page = client.get(f"/{level}", params={"limit": 5000, "offset": len(found[level])})
                if page.status_code == 204:
                    break
                found[level] += [{tag: told for tag, told in one.items() if tag != "00081190"} for one in page.json()]
    return found


def settled(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What is found of the studies that nobody adds to any more."""
    return {
        level: [one for one in matches if one["0020000D"]["Value"][0].startswith("1.2.1")]
        for level, matches in found.items()
    }


def lightbox(*arguments: object) -> tuple[float, str]:
    """Runs a command that must succeed; answers the seconds and what it said."""
    began = time.monotonic()
    command = [sys.executable, "-m", "server", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - began, done.stdout + done.stderr


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("full")
    server = RunningServer(folder / "root", "--workers", "2").start()
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        for start in range(0, INSTANCES, TOGETHER):
            store(client, made(range(start, start + TOGETHER)))
    yield server
    server.stop()


def test_after_a_kill_it_is_ready_within_five_seconds(full: RunningServer) -> None:
    full.kill()
    began = time.monotonic()
    full.start()
    seconds = time.monotonic() - began
    report("kill -9 of all, until ready again", f"{INSTANCES} instances: {seconds:.1f} s")
    assert seconds < 5


def test_the_catalogue_is_made_anew_from_the_files_to_the_same_answers(full: RunningServer) -> None:
    before = answers(full)
    assert len(before["instances"]) >= INSTANCES
    assert full.stop() == 0
    for file in full.root.glob("catalogue.sqlite*"):
        file.unlink()
    seconds, _ = lightbox("reindex", "--root", full.root)
    full.start()
    assert answers(full) == before
    rate = len(before["instances"]) / seconds
    report("reindex, same answers at three levels", f"{INSTANCES} instances: {rate:.0f} a second")
    assert rate >= 500


def test_every_file_is_verified(full: RunningServer) -> None:
    seconds, _ = lightbox("verify", "--anew", "--root", full.root)
    size = sum(path.stat().st_size for path in (full.root / "archive" / "objects").rglob("*.dcm"))
    rates = f"{INSTANCES / seconds:.0f} files/s, {size / seconds / 2**20:.0f} MiB/s"
    report("verify, while serving", f"{INSTANCES} small files: {rates}")


def test_a_backup_taken_under_load_is_whole_elsewhere(full: RunningServer, tmp_path: Path) -> None:
    storm, ended = Storm(seed=21), threading.Event()
    clients = storm.rage(full, ended)
    storm.middle()
    new, acknowledged = tmp_path / "new", set(storm.acknowledged)
    seconds, _ = lightbox("backup", "--root", full.root, "--to", new)
    shutil.copytree(full.root / "archive" / "objects", new / "archive" / "objects")
    ended.set()
    for client in clients:
        client.join()
    restored = RunningServer(new).start()
    found = answers(restored)
    assert restored.stop() == 0
    uids = {one["00080018"]["Value"][0] for one in found["instances"]}
    assert acknowledged <= uids, "what was acknowledged before is in it"
    assert settled(found) == settled(answers(full))
    assert len(settled(found)["instances"]) >= INSTANCES
    command = [sys.executable, "-m", "server", "verify", "--anew", "--root", str(new)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    assert all(line.startswith("uncatalogued") for line in told), "files that came after the databases were copied"
    report(
        "backup under load, restored elsewhere",
        f"{len(uids)} instances: {seconds:.1f} s for the databases, same answers",
    )


def test_a_drill_restores_ten_thousand_within_ten_minutes(full: RunningServer, tmp_path: Path) -> None:
    lightbox("replica", "sync", "--root", full.root, "--replica", tmp_path / "replica")
    _, said = lightbox("drill", "--root", full.root, "--replica", tmp_path / "replica")
    seconds = float(re.findall(r"RTO +([0-9.]+) s", said)[0])
    lost = float(re.findall(r"RPO +([0-9.]+) s", said)[0])
    report("drill from the replica", f"{INSTANCES} instances: RTO {seconds:.0f} s, RPO {lost:.1f} s")
    assert seconds < 600
    assert lost < 60


def test_every_store_is_found_by_the_next_search_of_either_process(full: RunningServer) -> None:
    threads = 4

    def pairs(number: int) -> int:
        missed = 0
        one, other = (httpx.Client(base_url=full.dicomweb, timeout=60) for _ in range(2))
        with one, other:
            for file in range(INSTANCES // threads):
                uid = f"1.2.777.{number}.{file}"
                store(one, [part10(SOPInstanceUID=uid)])
                missed += other.get("/instances", params={"SOPInstanceUID": uid}).status_code != 200
        return missed

    with ThreadPoolExecutor(threads) as pool:
        missed = sum(pool.map(pairs, range(threads)))
    report("stored, then searched at another process", f"{INSTANCES // threads * threads} pairs: {missed} missed")
    assert missed == 0
