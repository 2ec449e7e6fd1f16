"""What the simulator's tests share: a real server to send to, and each study of the catalogue made once, small."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from e2e.running import RunningServer
from simulator.studies import Instance, make_study
from tests.unit.simulator.live import lightbox
from tests.unit.simulator.store_server import StoreServer, serve

Made = Callable[[str], list[Instance]]


@pytest.fixture
def store_server() -> Iterator[StoreServer]:
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A real Lightbox that many tests send their own studies to."""
    with lightbox(tmp_path_factory.mktemp("lightbox")) as running:
        yield running


@pytest.fixture(scope="session")
def made() -> Made:
    """Return the instances of a study of the catalogue, seed 7, small."""

    @cache
    def instances(name: str) -> list[Instance]:
        return list(make_study(name, 7, scale="small").instances())

    return instances
