"""Real input: every file that pydicom carries keeps attributes and pixels in whatever transfer syntax it is sent."""

import io
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from server.archive.part10 import examine
from server.errors import NotAcceptable, ServerError
from server.rendering.encoders.index import ENCODERS
from server.studies.transcode import transcoded, why_not
from tests.http.test_pydicom_samples import samples
from tests.unit.server.studies.test_transcode import folder, kept

__all__ = ["folder"]

MAY_CHANGE = {"00280004", "00280006", "7FE00010"}
UNDECODABLE = ("the header says", "end inside a 16-bit word", "damaged or cut short")


@pytest.mark.parametrize("name", samples())
def test_a_sample_survives_every_transfer_syntax(folder: Path, name: str) -> None:
    try:
        file = kept(folder, samples()[name].read_bytes())
    except ServerError:
        return  # what becomes of it is in the table of tests/http
    refused = []
    for target in ENCODERS:
        if target == file.transfer_syntax_uid or why_not(file.located, target) is not None:
            continue
        try:
            stream = transcoded(file, target)
            content = b"".join(stream.pieces)
        except NotAcceptable as error:
            refused.append(error.message)
            continue
        assert stream.length in {None, len(content)}
        before, after = (examine(one).attributes for one in (file.path.read_bytes(), content))
        assert {tag: one for tag, one in before.items() if tag not in MAY_CHANGE} == {
            tag: one for tag, one in after.items() if tag not in MAY_CHANGE
        }
        expected = pixels(pydicom.dcmread(file.path))
        if expected is not None:
            assert np.array_equal(pixels(pydicom.dcmread(io.BytesIO(content))), expected)
    assert all(any(reason in one for reason in UNDECODABLE) for one in refused), refused


def pixels(dataset: Dataset) -> np.ndarray | None:
    """What pydicom decodes; None when it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dataset.pixel_array
    except Exception:  # noqa: BLE001 - pydicom raises whatever a bad value happens to trip
        return None
