"""A clock that is put forward and back by a day under a server at work: order is by numbers, and nothing lasts longer.

Needs Debian's libfaketime.
"""

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from e2e.running import RunningServer
from e2e.soak.report import report
from e2e.storm import Storm
from tests.factories import multipart, part10
from tests.http.test_live import event, heard, send

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
JUMPS = ["+0", "-1d", "+1d", "-1d", "+0", "+1d", "-1d", "+0"]
LASTS = 2


class Clock:
    """The clock of a server: the system's, so far put forward or back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.put("+0")

    def put(self, by: str) -> None:
        self._file.write_text(by)

    def environment(self) -> dict[str, str]:
        faked = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1"}
        return faked | {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.skipif(not FAKETIME.exists(), reason="needs Debian's libfaketime")
def test_a_clock_that_jumps(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    server = RunningServer(tmp_path / "root", environment=clock.environment()).start()
    storm, ended = Storm(seed=13, clients=2, patient=True), threading.Event()
    clients = storm.rage(server, ended)
    study_uid, probes, marks = "1.2.13", [], []
    _store(server, storm, study_uid, "1.2.13.0")
    body = json.dumps({"StudyInstanceUIDs": [study_uid]})
    session_id = httpx.post(f"{server.address}/api/sessions", content=body).json()["session_id"]
    beyond = 0.0
    for number, jump in enumerate(JUMPS, 1):
        secret = _token(server, session_id)
        made = time.monotonic()
        clock.put(jump)
        probes.append(f"1.2.13.{number}")
        _store(server, storm, study_uid, probes[-1])
        marks.append(_mark(server, session_id, number))
        if random.Random(number).random() < 0.5:
            server.kill()
            server.start()
        asked = time.monotonic()
        while _is_good(server, session_id, secret):
            beyond = max(beyond, asked - made - LASTS)
            assert beyond < 60, "valid for more than a minute too long"
            asked = time.monotonic()
    clock.put("+0")
    pass_address = _pass(server, session_id)
    assert httpx.get(pass_address).status_code == 200
    clock.put("+2910m")  # a day and a half hour beyond the farthest that it was put before
    assert httpx.get(pass_address).status_code == 404
    clock.put("-1d")
    assert httpx.get(pass_address).status_code == 404, "and no more when the clock is put back"
    ended.set()
    for client in clients:
        client.join()
    storm.check(server)
    assert [uid for uid, _ in _fed(server) if uid in probes] == probes
    assert list(httpx.get(f"{server.address}/api/sessions/{session_id}").json()["annotations"]) == marks
    before = _answers(server)
    assert server.stop() == 0
    backwards = _audited(tmp_path / "root", probes)
    again = [sys.executable, "-m", "server", "reindex", "--root", str(tmp_path / "root")]
    subprocess.run(again, check=True, capture_output=True)
    server.start()
    assert _answers(server) == before
    assert server.stop() == 0
    report(
        "a clock put forward and back by a day, nine times, and kill -9 in between",
        f"{len(storm.acknowledged)} acknowledged: 0 lost; feed, audit and session in the order of events, though "
        f"times go back {backwards} times; tokens good for {beyond:.1f} s too long at the most",
    )


def _store(server: RunningServer, storm: Storm, study_uid: str, uid: str) -> None:
    """Stores one instance more than the storm does, which it looks for as well."""
    made = part10(StudyInstanceUID=study_uid, SeriesInstanceUID=f"{study_uid}.9", SOPInstanceUID=uid)
    content, headers = multipart(made)
    httpx.post(f"{server.dicomweb}/studies", content=content, headers=headers, timeout=30).raise_for_status()
    storm.sent[uid] = made
    storm.acknowledged.add(uid)


def _token(server: RunningServer, session_id: str) -> str:
    asked = {"scope": "fhircast/*.*", "expires_in": LASTS}
    made = httpx.post(f"{server.address}/api/sessions/{session_id}/fhircast-tokens", json=asked)
    return str(made.raise_for_status().json()["access_token"])


def _is_good(server: RunningServer, session_id: str, secret: str) -> bool:
    address = f"{server.address}/api/fhircast/{session_id}"
    answer = httpx.get(address, headers={"Authorization": f"Bearer {secret}"}, timeout=30)
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


def _pass(server: RunningServer, session_id: str) -> str:
    made = httpx.post(f"{server.address}/api/sessions/{session_id}/passes", json={"guest": True}).raise_for_status()
    secret = made.json()["address"].partition("anonymous=")[2]
    return f"{server.address}/anonymous/{secret}/api/sessions/current"


def _mark(server: RunningServer, session_id: str, number: int) -> str:
    """Puts a mark into the session, and waits until that is acknowledged."""
    mark = f"{number:016x}"
    shown = {"study_uid": "1.2.13", "series_uid": "1.2.13.9", "instance_uid": "1.2.13.0", "frame_number": 1}
    with connect(f"ws://127.0.0.1:{server.port}/api/sessions/{session_id}/live", origin=Origin(server.address)) as wire:
        send(wire, type="hello", key="k" * 30, name="Anna")
        heard(wire, "welcome")
        put = {"annotation_id": mark, "image": shown, "content": {"kind": "arrow"}}
        event(wire, number, type="annotation/put", **put)
        heard(wire, "event")
    return mark


def _fed(server: RunningServer) -> list[tuple[str, str]]:
    """The instances of the change feed, in its order, with the times they have there."""
    fed: list[tuple[str, str]] = []
    number = 0
    while True:
        told: dict[str, Any] = httpx.get(f"{server.dicomweb}/changes", params={"since": number, "limit": 1000}).json()
        if not told["changes"]:
            return fed
        for change in told["changes"]:
            assert change["number"] > number
            number = change["number"]
            fed += [(uid, change["at"]) for uid in change["SOPInstanceUID"]]


def _audited(root: Path, probes: list[str]) -> int:
    """How often times go back in the audit, whose numbers go on."""
    with closing(sqlite3.connect(root / "records.sqlite")) as records:
        rows = records.execute(
            "SELECT number, at FROM audit_record WHERE action = 'store' AND study_uids = '[\"1.2.13\"]' ORDER BY number"
        ).fetchall()
    assert len(rows) == len(probes) + 1
    back = sum(int(later < earlier) for (_, earlier), (_, later) in pairwise(rows))
    assert back >= 3, "else the clock did not jump"
    return back


def _answers(server: RunningServer) -> list[object]:
    with httpx.Client(base_url=server.dicomweb, timeout=60) as client:
        asked = ("/studies", "/series", "/instances?limit=5000", "/changes?limit=1000")
        return [client.get(path).json() for path in asked]
