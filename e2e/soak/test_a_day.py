"""A hospital's day, quicker: rooms that send what a day brings, people who look at it, and nothing that grows or fails.

The simulator's modalities work through a day of patients, many times faster than life (`SOAK_DAY_MINUTES`, 30), and
readers open as many studies as in a day. Images are small; the server's memory, descriptors and answers are watched.
"""

import csv
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np

from e2e.running import RunningServer
from e2e.soak.report import report
from simulator.workload.worklist import COLUMNS

MINUTES = float(os.environ.get("SOAK_DAY_MINUTES", "30"))
SPEED = 24 * 60 / MINUTES
ROOMS = {"ct": (1, 12.5), "mr": (1, 32.5), "cr": (2, 5.0)}
"""How many there are of each, and minutes a patient."""

OPENED = 1000
"""Studies that are looked at in a day."""

READERS = 4
MIB = 2**20
CACHES = {
    "LIGHTBOX_RENDERING__CACHE_BYTES": str(16 * MIB),
    "LIGHTBOX_RENDERING__VOLUME_BYTES": str(16 * MIB),
    "LIGHTBOX_ARCHIVE__DATABASE_BYTES": str(8 * MIB),
}
"""Small ones, which are full soon: what grows afterwards is nothing that was set."""


def test_a_day_leaves_memory_and_descriptors_as_they_were(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "root", environment=CACHES).start()
    watched, ended, said = Watched(server), threading.Event(), Counter[int]()
    threads = [threading.Thread(target=watched.watch, args=(ended,))]
    threads += [threading.Thread(target=reads, args=(server, random.Random(n), ended, said)) for n in range(READERS)]
    rooms = [room(server, tmp_path, kind, number) for kind in ROOMS for number in range(ROOMS[kind][0])]
    for thread in threads:
        thread.start()
    assert [one.wait() for one in rooms] == [0] * len(rooms), "every image arrived"
    ended.set()
    for thread in threads:
        thread.join()
    stored = httpx.get(f"{server.dicomweb}/instances", params={"limit": 1}).status_code
    assert (stored, server.stop()) == (200, 0)
    faster = 24 * 3600 / watched.seconds()  # rooms that a busy machine keeps waiting are not as fast as they shall be
    slope, grown, descriptors = watched.slope() / faster, watched.grown(), watched.descriptors()
    failed = sum(number for status, number in said.items() if status >= 500)
    images = len(list((tmp_path / "root" / "archive" / "objects").rglob("*.dcm")))
    report(
        "a hospital's day by the simulator, accelerated",
        f"{faster:.0f} times as fast as life, small images, caches of 16 MiB and 8 of database pages: "
        f"{images} instances, {sum(said.values())} requests of readers: {failed} failed; "
        f"memory {grown:+.1f} MiB over the second half ({slope:+.2f} MiB in an hour of the hospital's), "
        f"descriptors {descriptors[0]} to {descriptors[1]}",
    )
    assert failed == 0
    assert slope <= 1
    assert descriptors[1] <= descriptors[0] + 8


class Watched:
    """Memory and descriptors of a server and the processes it has started, every few seconds."""

    def __init__(self, server: RunningServer) -> None:
        assert server.process is not None
        self._pid = server.process.pid
        self._samples: list[tuple[float, float, int]] = []

    def watch(self, ended: threading.Event) -> None:
        """Takes samples until it is over."""
        while not ended.wait(MINUTES / 10):
            pids = [self._pid, *map(int, Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split())]
            memory = sum(_resident(pid) for pid in pids)
            descriptors = len(list(Path(f"/proc/{self._pid}/fd").iterdir()))
            self._samples.append((time.monotonic(), memory, descriptors))

    def seconds(self) -> float:
        """How long it was watched."""
        return self._samples[-1][0] - self._samples[0][0]

    def slope(self) -> float:
        """MiB that memory grows in an hour by the clock, over the second half of the day."""
        seconds, memory, _ = zip(*self._second_half(), strict=True)
        return float(np.polyfit(np.array(seconds) / 3600, np.array(memory), 1)[0])

    def grown(self) -> float:
        """MiB between the first and the last quarter of that half, in the median."""
        memory = [sample[1] for sample in self._second_half()]
        quarter = max(1, len(memory) // 4)
        return float(np.median(memory[-quarter:]) - np.median(memory[:quarter]))

    def descriptors(self) -> tuple[int, int]:
        """The most there were in the first half of that half, and in the second."""
        open_ones = [sample[2] for sample in self._second_half()]
        return max(open_ones[: len(open_ones) // 2]), max(open_ones[len(open_ones) // 2 :])

    def _second_half(self) -> list[tuple[float, float, int]]:
        return self._samples[len(self._samples) // 2 :]


def room(server: RunningServer, folder: Path, kind: str, number: int) -> subprocess.Popen[bytes]:
    """A modality with a day's patients."""
    name = f"{kind}{number}"
    patients = int(24 * 60 / ROOMS[kind][1])
    with (folder / f"{name}.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS)
        rows.writeheader()
        for patient in range(patients):
            rows.writerow(
                {
                    "step_id": f"{name}-{patient}",
                    "modality": kind.upper(),
                    "accession_number": f"{name.upper()}{patient:05}",
                    "scheduled": "20260302",
                    "patient_id": f"{name}{patient}",
                    "patient_name": f"{'SMITH JONES KHAN PATEL BROWN'.split()[patient % 5]}^{name}",
                }
            )
    command = [sys.executable, "-m", "simulator", "modality", "--worklist", str(folder / f"{name}.csv"), "--profile"]
    command += [kind, "--to", server.dicomweb, "--spool", str(folder / name), "--speed", str(SPEED), "--seed"]
    command += [str(number), "--scale", "small", "--slices", "40"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reads(server: RunningServer, chance: random.Random, ended: threading.Event, said: Counter[int]) -> None:
    """Somebody who searches, opens a study, looks through it, and comes back after a while."""
    pause = MINUTES * 60 / OPENED * READERS
    with httpx.Client(base_url=server.address, timeout=60) as client:

        def ask(path: str, accept: str = "*/*", **parameters: str) -> httpx.Response:
            answer = client.get(path, params=parameters, headers={"Accept": accept})
            said[answer.status_code] += 1
            return answer

        while not ended.wait(chance.expovariate(1 / pause)):
            look(ask, chance)


def look(ask: Callable[..., httpx.Response], chance: random.Random) -> None:
    """One study from the worklist to its images."""
    ask("/")
    ask("/dicomweb/studies", PatientName=f"{chance.choice('SJKPB')}*", limit="25")
    newest = ask("/dicomweb/studies", limit="50")
    if newest.status_code != 200:
        return
    study = f"/dicomweb/studies/{chance.choice(newest.json())['0020000D']['Value'][0]}"
    ask(f"{study}/series")
    ask(f"{study}/metadata", accept="application/dicom+json")
    instances = ask(f"{study}/instances").json()
    for one in chance.sample(instances, min(8, len(instances))):
        path = f"{study}/series/{one['0020000E']['Value'][0]}/instances/{one['00080018']['Value'][0]}"
        center = chance.randrange(20, 60)
        ask(f"{path}/frames/1/rendered", accept="image/jpeg", window=f"{center},400,linear", viewport="512,512")
        ask(f"{path}/frames/1", accept='multipart/related; type="application/octet-stream"')
    ask(f"{study}/thumbnail", accept="image/jpeg")
    if chance.random() < 0.1:
        ask(study, accept='multipart/related; type="application/dicom"; transfer-syntax=*')


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = [line for line in lines if line.startswith("RssAnon")]
    return sum(int(line.split()[1]) for line in found) / 1024
