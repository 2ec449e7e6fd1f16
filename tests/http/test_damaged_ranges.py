"""A bit that a disk turns under a file after it was looked at, however large that is: no range with it is served."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from server.app import open_parts
from server.catalogue import damage
from tests.factories import part10
from tests.http.conftest import Client, settings_for

SIDE, FRAMES = 256, 4
FRAME = SIDE * SIDE * 2
INSTANCE = "/dicomweb/studies/1.2.3.1/series/1.2.3.2/instances/1.2.3.3"
OCTETS = 'multipart/related; type="application/octet-stream"'
ALONE = "application/octet-stream"
WITH_THE_THIRD = {
    "frame": ("/frames/3", OCTETS, {}),
    "frames": ("/frames/1,3", OCTETS, {}),
    "rendered": ("/frames/3/rendered", "image/png", {}),
    "range": ("/bulkdata/7FE00010", ALONE, {"Range": f"bytes={5 * FRAME // 2 - 9}-{5 * FRAME // 2 + 9}"}),
}
WITHOUT_IT = {
    "frame": ("/frames/1", OCTETS, {}),
    "rendered": ("/frames/1/rendered", "image/png", {}),
    "range": ("/bulkdata/7FE00010", ALONE, {"Range": "bytes=10-99"}),
}


@pytest.fixture(autouse=True)
def never_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files look as they did, as those do that a disk turns; and all are so large that they are not hashed anew."""
    monkeypatch.setattr("server.studies.sound._seal", lambda path: (1, path.stat().st_size, 2, 3))
    monkeypatch.setattr("server.studies.sound.LARGE", 0)


def store(client: Client) -> bytes:
    """An instance of four frames, each of two chunks."""
    pixels = np.random.default_rng(1).integers(0, 4096, FRAMES * SIDE * SIDE, np.uint16)
    content = part10(
        StudyInstanceUID="1.2.3.1",
        SeriesInstanceUID="1.2.3.2",
        SOPInstanceUID="1.2.3.3",
        NumberOfFrames=FRAMES,
        Rows=SIDE,
        Columns=SIDE,
        PixelData=pixels.tobytes(),
    )
    assert client.stow(content).status_code == 200
    return content


def rot(root: Path, content: bytes) -> Path:
    """Turns a bit in the middle of the third frame, and puts the times back."""
    [path] = (root / "archive" / "objects").rglob("*.dcm")
    before = path.stat()
    turned = bytearray(content)
    turned[-FRAME - FRAME // 2] ^= 4
    path.write_bytes(turned)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return path


def get(client: Client, asked: tuple[str, str, dict[str, str]]) -> tuple[int, bytes]:
    resource, accept, headers = asked
    answer = client.get(INSTANCE + resource, headers={"Accept": accept, **headers})
    return answer.status_code, answer.content


def touch(client: Client) -> None:
    """Has every range of the file served, and the file looked at as a whole."""
    assert get(client, ("/frames/1,2,3,4", OCTETS, {}))[0] == 200
    assert get(client, ("/bulkdata/7FE00010", ALONE, {}))[0] == 200
    for asked in WITHOUT_IT.values():
        assert get(client, asked)[0] in {200, 206}


@pytest.mark.parametrize("reader", WITH_THE_THIRD)
def test_no_range_with_the_bit_is_served_and_the_instance_is_flagged(client: Client, root: Path, reader: str) -> None:
    content = store(client)
    touch(client)
    rot(root, content)
    for asked in WITHOUT_IT.values():
        assert get(client, asked)[0] in {200, 206}, "what is right is served"
    status, body = get(client, WITH_THE_THIRD[reader])
    assert (status, b'"damaged"' in body) == (500, True)
    with closing(open_parts(settings_for(root))) as parts:
        [flagged] = damage.flagged(parts.catalogue)
    assert (flagged.fault, flagged.instance_uids) == ("damaged", ("1.2.3.3",))


def test_with_a_replica_it_is_mended_for_whoever_asks(
    client_with: Callable[..., Client], root: Path, tmp_path: Path
) -> None:
    client = client_with(archive={"replica": str(tmp_path / "replica")})
    content = store(client)
    touch(client)
    wanted = {reader: get(client, asked) for reader, asked in WITH_THE_THIRD.items() if reader != "rendered"}
    deadline = time.monotonic() + 60
    while not list((tmp_path / "replica").rglob("archive/objects/*/*.dcm")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for reader, asked in WITH_THE_THIRD.items():
        path = rot(root, content)
        answer = get(client, asked)
        assert answer[0] in {200, 206}
        assert answer == wanted.get(reader, answer)
        assert path.read_bytes() == content


def test_a_header_that_is_walked_over_is_right(client: Client, root: Path) -> None:
    content = store(client)
    touch(client)
    [path] = (root / "archive" / "objects").rglob("*.dcm")
    at = content.index(b"SYNTHETIC^Person")
    path.write_bytes(content[:at] + b"X" + content[at + 1 :])
    assert get(client, WITHOUT_IT["range"])[0] == 500
    assert get(client, WITHOUT_IT["frame"])[0] == 500, "which begins in the chunk that is wrong"
    assert get(client, ("/frames/3", OCTETS, {}))[0] == 200


def test_what_an_older_release_has_kept_is_hashed_once_and_then_known_as_well(
    client: Client, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = store(client)
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE instance SET sums = NULL")
    monkeypatch.setattr("server.studies.sound._DEAR", 0)
    assert get(client, WITHOUT_IT["frame"])[0] == 200
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue:
        [(sums,)] = catalogue.execute("SELECT sums FROM instance").fetchall()
    assert len(sums) == 4 * (len(content) // 2**16 + 1)
    rot(root, content)
    assert get(client, WITHOUT_IT["frame"])[0] == 200
    assert get(client, WITH_THE_THIRD["frame"])[0] == 500


def test_sums_that_are_wrong_themselves_keep_nobody_from_a_file_that_is_right(client: Client, root: Path) -> None:
    store(client)
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE instance SET sums = zeroblob(length(sums))")
    for asked in (*WITH_THE_THIRD.values(), *WITHOUT_IT.values()):
        assert get(client, asked)[0] in {200, 206}
    with closing(open_parts(settings_for(root))) as parts:
        assert not damage.flagged(parts.catalogue)
