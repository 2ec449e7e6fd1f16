"""Many clients storing at once, and afterwards the question whether anything acknowledged was lost or changed."""

import itertools
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from e2e.running import RunningServer
from tests.factories import multipart, part10

STUDIES = 5
TOGETHER = 4


@dataclass
class Storm:
    """What was sent and what was acknowledged, by SOP Instance UID, over any number of crashes."""

    seed: int
    clients: int = 6
    patient: bool = False
    sent: dict[str, bytes] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._serial = itertools.count(1)
        self._lock = threading.Lock()
        self._random = random.Random(self.seed)

    def rage(self, server: RunningServer, ended: threading.Event) -> list[threading.Thread]:
        """Starts the clients; each stores until `ended` is set, or the server gone unless they are patient."""
        threads = [threading.Thread(target=self._store, args=(server, ended)) for _ in range(self.clients)]
        for thread in threads:
            thread.start()
        return threads

    def middle(self, more: int = 12) -> None:
        """Waits until so many more are acknowledged, on however slow a machine, and then for a random moment."""
        before, deadline = len(self.acknowledged), time.monotonic() + 60
        while len(self.acknowledged) < before + more and time.monotonic() < deadline:
            time.sleep(0.001)
        assert len(self.acknowledged) > before, "a crash while nothing is stored would show nothing"
        time.sleep(self._random.random() * 0.3)

    def crash(self, server: RunningServer, more: int = 12) -> None:
        """Kills a server in the middle of what the clients store."""
        ended = threading.Event()
        clients = self.rage(server, ended)
        self.middle(more)
        server.kill()
        ended.set()
        for client in clients:
            client.join()

    def _store(self, server: RunningServer, ended: threading.Event) -> None:
        with httpx.Client(timeout=30) as client:
            while not ended.is_set():
                batch = [self._made() for _ in range(TOGETHER)]
                content, headers = multipart(*batch)
                try:
                    answer = client.post(f"{server.dicomweb}/studies", content=content, headers=headers)
                except httpx.TransportError:
                    if not self.patient:
                        return
                    continue
                if answer.status_code in {200, 202}:
                    kept = {item["00081155"]["Value"][0] for item in answer.json()["00081199"]["Value"]}
                    with self._lock:
                        self.acknowledged |= kept

    def _made(self) -> bytes:
        with self._lock:
            number = next(self._serial)
            side = self._random.choice((16, 64, 160))
        study = number % STUDIES
        uid = f"1.2.826.0.1.3680043.10.2.{self.seed}.{number}"
        content = part10(
            StudyInstanceUID=f"1.2.826.0.1.3680043.10.3.{self.seed}.{study}",
            SeriesInstanceUID=f"1.2.826.0.1.3680043.10.4.{self.seed}.{study}.{number % 3}",
            SOPInstanceUID=uid,
            InstanceNumber=number,
            Rows=side,
            Columns=side,
        )
        with self._lock:
            self.sent[uid] = content
        return content

    def check(self, server: RunningServer, newest: int = 60) -> None:
        """That all acknowledged is found, what is found is whole, and all counts agree.

        Of those that were there at earlier checks only a random sample is read again: `verify` reads them all.
        """
        with httpx.Client(base_url=server.dicomweb, timeout=60) as client:
            found = _all(client, "/instances")
            uids = {one["00080018"]["Value"][0]: one for one in found}
            lost = self.acknowledged - uids.keys()
            assert not lost, f"{len(lost)} of {len(self.acknowledged)} acknowledged instances are lost"
            assert len(uids) == len(found), "and each is there once"
            read = list(uids)[-newest:] + self._random.sample(list(uids), min(newest, len(uids)))
            for uid in read:
                one = uids[uid]
                path = f"/studies/{one['0020000D']['Value'][0]}/series/{one['0020000E']['Value'][0]}/instances/{uid}"
                answer = client.get(path, headers={"Accept": "application/dicom; transfer-syntax=*"})
                assert answer.content == self.sent[uid], "and byte for byte what was sent"
            for level, count in (("/studies", "00201208"), ("/series", "00201209")):
                told = sum(one[count]["Value"][0] for one in _all(client, level))
                assert told == len(uids), f"the counts of {level} agree with the instances"

    def verify(self, root: Path) -> None:
        """That every file is as it was received, and none is unknown."""
        done = subprocess.run(
            [sys.executable, "-m", "server", "verify", "--anew", "--root", str(root)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def _all(client: httpx.Client, path: str) -> list[dict[str, dict[str, list[Any]]]]:
    """Every match, read until two readings are of one length: what a client no longer waits for may still be stored."""
    before = _pages(client, path)
    while len(found := _pages(client, path)) != len(before):
        before = found
    return found


def _pages(client: httpx.Client, path: str) -> list[dict[str, dict[str, list[Any]]]]:
    found: list[dict[str, dict[str, list[Any]]]] = []
    while True:
        answer = client.get(path, params={"limit": 5000, "offset": len(found)})
        if answer.status_code == 204:
            return found
        assert answer.status_code == 200, answer.text
        found += answer.json()
