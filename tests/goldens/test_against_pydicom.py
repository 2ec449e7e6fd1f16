"""Every image of the installed packages that is rendered: our PNG against pydicom's own chain, within a grey level."""

from pathlib import Path

import pytest

from tests.goldens.samples import SAMPLES, difference


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_a_sample_looks_as_pydicom_would_show_it(file: Path) -> None:
    found = difference(file)
    print(f"{file.name}: at most {found:.2f} grey levels")  # noqa: T201 - `pytest -rA` shows the figures
    assert found <= 1
