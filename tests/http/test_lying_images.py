"""Images whose headers lie, stored and asked for over HTTP: a clear problem within a second, and no memory for it."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from pydicom.encaps import encapsulate

from tests.factories import part10
from tests.goldens.encodings import encodings, made
from tests.goldens.images import grey
from tests.goldens.test_lying_headers import IMPOSSIBLE, NOISE, lying
from tests.http.conftest import Client, running, settings_for
from tests.http.test_wado import address
from tests.work import little_work

_MEMORY = 64 * 2**20
_ASKED = ("/rendered", "/thumbnail", "/frames/1/rendered", "/frames/1", "/pixeldata", "/renderedMPR")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One server for all of them: nothing that one lie does may trouble the next."""
    with running(settings_for(tmp_path_factory.mktemp("lies"))) as client:
        yield client


def statuses(client: Client, file: bytes, path: str) -> set[int]:
    """Stores a file, asks for everything that is made of its pixels, each a second's work, and answers the statuses."""
    tracemalloc.start()
    found = set()
    with little_work(seconds=len(_ASKED)):
        assert client.stow(file).status_code in {200, 409}
        for asked in _ASKED:
            answer = client.get(path + asked)
            if answer.status_code != 200:
                assert answer.headers["content-type"] == "application/problem+json"
                assert len(answer.json()["title"]) > 10
            found.add(answer.status_code)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < _MEMORY
    return found


@pytest.mark.parametrize("lie", [one for one in IMPOSSIBLE if len(one) > 1 or "NumberOfFrames" in one], ids=str)
def test_sizes_beyond_the_data_are_a_clear_problem(client: Client, lie: dict[str, Any]) -> None:
    dataset = lying(**lie)
    assert statuses(client, part10(dataset), address(dataset)) <= {200, 404, 406}
    answer = client.get(address(dataset) + "/rendered")
    assert answer.status_code == 406
    assert "not renderable here" in answer.json()["title"]


@pytest.mark.parametrize("name", ["htj2k grey 16", "jpeg lossless 16 predictor 7", "jpeg extended 12"])
def test_a_stream_that_is_cut_short_is_a_clear_problem(client: Client, name: str) -> None:
    frame = made()[name]
    [one, *_] = [one for one in encodings() if frame in one.file]
    for part in (0.02, 0.9):
        dataset = grey(one.values)
        dataset.PixelData = encapsulate([frame[: int(len(frame) * part)]])
        assert statuses(client, part10(dataset, one.syntax), address(dataset)) <= {200, 406}
        assert client.get(address(dataset) + "/rendered").status_code == 406


@pytest.mark.parametrize("lie", [*NOISE["window width"], *NOISE["window center"], *NOISE["slope"]], ids=str)
def test_windows_that_make_no_sense_spoil_no_picture(client: Client, lie: dict[str, Any]) -> None:
    dataset = lying(**lie)
    assert statuses(client, part10(dataset), address(dataset)) <= {200, 406}
    answer = client.get(address(dataset) + "/rendered")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
