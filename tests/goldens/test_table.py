"""The table of photometrics, depths and LUTs: every picture within a grey level of the reference."""

import pytest

from server.rendering.codecs.index import CODECS
from server.rendering.image import PHOTOMETRICS
from tests.goldens.table import DEPTHS, decoded, luts, photometrics

CELLS, LUTS = list(photometrics()), list(luts())


@pytest.mark.parametrize(("photometric", "depth", "difference"), CELLS)
def test_a_picture_is_as_the_reference_shows_it(photometric: str, depth: str, difference: float | None) -> None:
    assert difference is None or difference <= 1


@pytest.mark.parametrize(("modality", "voi", "difference"), LUTS)
def test_luts_are_applied_as_the_reference_applies_them(modality: str, voi: str, difference: float) -> None:
    assert difference <= 1


def test_every_photometric_and_every_depth_is_there() -> None:
    drawn = {(photometric, depth) for photometric, depth, difference in CELLS if difference is not None}
    assert {photometric for photometric, _ in drawn} == set(PHOTOMETRICS)
    assert {depth for _, depth in drawn} == set(DEPTHS)


def test_lossless_syntaxes_lose_nothing() -> None:
    assert set(decoded()) == set(CODECS)
    assert all(one.farthest == 0 for one in decoded().values() if not one.is_lossy)
