"""Pages that the code itself knows are as the code is now: settings, problems, and the drawn house."""

from pathlib import Path

import pytest

from docs.generate import pages
from docs.house import draw
from server.settings import knobs
from server.web.problems import EXPLANATIONS, STATUSES


@pytest.mark.parametrize(("path", "content"), list(pages()), ids=lambda value: getattr(value, "name", ""))
def test_a_generated_page_is_up_to_date(path: Path, content: str) -> None:
    assert path.read_text() == content, "run `make docs`"


def test_every_problem_is_explained() -> None:
    assert set(EXPLANATIONS) == set(STATUSES)


def test_every_setting_has_a_reason_and_a_flag_of_its_own() -> None:
    assert all(knob.reason for knob in knobs())
    flags = [knob.flag for knob in knobs()]
    assert len(set(flags)) == len(flags)


@pytest.mark.parametrize("package", ["server", "simulator"])
def test_the_house_can_be_drawn_with_every_arrow_pointing_down(package: str) -> None:
    assert draw(package).count("<rect") > 5
