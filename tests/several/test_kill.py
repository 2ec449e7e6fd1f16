"""A server killed in the middle of a session: back after little work, and nothing acknowledged is lost."""

import json
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from e2e.running import RunningServer
from tests.factories import image, multipart, part10
from tests.http.test_live import event, heard, send

WORK_SECONDS = 5
"""Processor time from a start until somebody is back in the room."""


def test_no_acknowledged_annotation_is_lost_to_a_kill(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "root").start()
    dataset = image()
    content, headers = multipart(part10(dataset))
    httpx.post(f"{server.dicomweb}/studies", content=content, headers=headers).raise_for_status()
    body = json.dumps({"StudyInstanceUIDs": [dataset.StudyInstanceUID]})
    session_id = httpx.post(f"{server.address}/api/sessions", content=body).json()["session_id"]
    shown = {"study_uid": str(dataset.StudyInstanceUID), "series_uid": "1.2", "instance_uid": "1.3", "frame_number": 1}
    acknowledged: set[str] = set()
    with ExitStack() as ending:
        for life in range(3):
            url = f"ws://127.0.0.1:{server.port}/api/sessions/{session_id}/live"
            wire = ending.enter_context(connect(url, origin=server.address))  # type: ignore[arg-type]
            send(wire, type="hello", key="k" * 30, name="Anna")
            room = heard(wire, "welcome")["room"]
            assert server.cpu_seconds() < WORK_SECONDS
            assert acknowledged <= set(room["annotations"])
            for number in range(100):
                put = {"annotation_id": f"{life:08x}{number:08x}", "image": shown, "content": {"kind": "arrow"}}
                event(wire, number, type="annotation/put", **put)
            with suppress(ConnectionClosed):
                for _ in range(30 + 20 * life):
                    told = heard(wire, "event")["event"]
                    if told["type"] == "annotation/put":
                        acknowledged.add(told["annotation_id"])
            server.kill()
            server.start()
    kept = httpx.get(f"{server.address}/api/sessions/{session_id}").json()["annotations"]
    server.stop()
    assert len(acknowledged) >= 100
    assert acknowledged <= set(kept)
