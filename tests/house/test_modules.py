"""The shape of the Python house: empty package files, a sentence at the top of each module, none too long."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
MODULES = sorted(path for part in ("server", "simulator") for path in (HOUSE / part).rglob("*.py"))
PACKAGES = [path for path in MODULES if path.name == "__init__.py"]
WRITTEN = [path for path in MODULES if path.name != "__init__.py"]


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


@pytest.mark.parametrize("path", PACKAGES, ids=name)
def test_a_package_file_is_empty(path: Path) -> None:
    assert path.read_text() == ""


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_a_module_says_what_it_is_for_and_is_short_enough_to_read(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 400
