"""JPEG with 12 bits a sample: pydicom's samples, of which it documents some pixels, and damaged ones."""

from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from server.errors import Malformed
from server.rendering.codecs.jpeg import decode
from tests.goldens.drawing import stored_values

KNOWN = {(420, 140): 244, (230, 120): 95}


@pytest.mark.parametrize("name", ["JPEG-lossy.dcm", "JPGExtended.dcm"])
def test_a_frame_has_the_pixels_that_are_known_of_it(name: str) -> None:
    values, image = stored_values(Path(str(get_testdata_file(name))).read_bytes())
    assert values.shape == (image.rows, image.columns)
    assert {place: int(values[place]) for place in KNOWN} == KNOWN


@pytest.mark.parametrize("end", [60, 1000, 3000])
def test_a_frame_that_is_cut_short_is_refused(end: int) -> None:
    file = Path(str(get_testdata_file("JPEG-lossy.dcm"))).read_bytes()
    _, image = stored_values(file)
    start = file.index(b"\xff\xd8\xff")
    with pytest.raises(Malformed):
        decode(file[start : start + end], image, 0)
