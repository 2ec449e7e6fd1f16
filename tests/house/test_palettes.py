"""The browser's colours are those of the standard, grey value by grey value."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydicom.pixels.processing import apply_color_lut

PALETTES = Path(__file__).parents[2] / "static" / "js" / "viewport" / "palettes.js"
UIDS = {"Hot Iron": "1.2.840.10008.1.5.1", "PET": "1.2.840.10008.1.5.2", "Hot Metal Blue": "1.2.840.10008.1.5.3"}


@pytest.fixture(scope="module")
def drawn() -> dict[str, list[int]]:
    script = f"""import('{PALETTES.as_uri()}').then(({{ PALETTE_NAMES, paletteTable }}) => console.log(JSON.stringify(
        Object.fromEntries(PALETTE_NAMES.filter(Boolean).map((name) => [name, [...paletteTable(name)]])))))"""
    said = subprocess.run(["node", "--eval", script], capture_output=True, text=True, check=True)
    return json.loads(said.stdout)  # type: ignore[no-any-return]


def test_every_colour_is_the_one_of_ps3_6_annex_b(drawn: dict[str, list[int]]) -> None:
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert drawn.keys() == UIDS.keys()
    for name, uid in UIDS.items():
        assert drawn[name] == apply_color_lut(greys, palette=uid).ravel().tolist(), name
