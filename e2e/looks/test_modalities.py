"""Makes the small pictures of every modality in the viewer, for the README and the tutorials: `make looks`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.pages.viewer import ViewerPage
from e2e.running import RunningServer, send
from simulator.studies import make_study

NewPage = Callable[..., Page]
IMAGES = Path(__file__).parents[2] / "docs" / "images"
SEED = 7


@dataclass(frozen=True)
class Look:
    """One picture: which series of a study, and how many slices down."""

    study: str
    series: int = 0
    slices: int = 0


LOOKS = {
    "ct-chest": Look("chest-ct", slices=72),
    "ct-abdomen": Look("body-ct", series=2, slices=76),
    "ct-head": Look("head-ct", series=1, slices=14),
    "mr-brain": Look("brain-mr", series=2, slices=18),
    "dx-chest": Look("chest-dx"),
    "dx-pelvis": Look("hip-dx"),
    "cr-wrist": Look("wrist-cr"),
    "us-liver": Look("liver-us", slices=8),
}


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a study of every modality at full size."""
    server = RunningServer(tmp_path_factory.mktemp("modalities") / "root").start()
    send(server, *{look.study for look in LOOKS.values()}, seed=SEED, scale="full")
    yield server
    server.stop()


@pytest.mark.parametrize("name", LOOKS)
def test_a_modality(everybody: RunningServer, new_page: NewPage, name: str) -> None:
    look = LOOKS[name]
    study = make_study(look.study, SEED)
    # Two films hang side by side: each is then as wide as a single one.
    is_film = study.series[0].modality in ("CR", "DX")
    width = 1580 if is_film else 900
    viewer = ViewerPage(new_page(width, 720)).open(f"{everybody.address}/viewer?StudyInstanceUIDs={study.study_uid}")
    viewer.expect_exact()
    if viewer.viewport(1).count() and not is_film:
        viewer.viewport(0).dblclick()
        expect(viewer.viewport(1)).to_be_hidden()
    if look.series:
        viewer.page.get_by_test_id("series").nth(look.series).click()
        expect(viewer.viewport()).to_have_attribute("data-series-uid", study.series[look.series].uid)
    viewer.scroll(look.slices)
    viewer.expect_exact()
    viewer.page.mouse.move(2, 2)
    picture = viewer.viewport().screenshot(path=IMAGES / f"modality-{name}.png", animations="disabled")
    assert len(picture) > 20_000
