"""Values made straight from their bytes are the very values that pydicom makes of them."""

import json
from collections.abc import Iterator
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from server.dicom import dicomjson
from server.dicom.dicomjson import attributes_of, quietly, read_header
from server.dicom.plain_values import encoding_of, plain_value
from server.errors import Malformed
from tests.http.test_pydicom_samples import samples

VRS = "AS CS DA DT TM UI LO SH UC LT ST UT PN IS DS US SS UL SL FL FD".split()
TAG = 0x00091001


def told_by_pydicom(raw: RawDataElement, character_set: bytes) -> Any:
    """What the slow way makes of an element."""
    dataset = Dataset()
    dataset._dict[pydicom.tag.Tag(raw.tag)] = raw
    dataset.SpecificCharacterSet = character_set.decode("ascii") or None
    with quietly():
        return dicomjson._element(dataset, pydicom.tag.Tag(raw.tag), "path", None)


def raw(vr: str, content: bytes, little_endian: bool = True) -> RawDataElement:
    return RawDataElement(pydicom.tag.Tag(TAG), vr, len(content), content, 0, False, little_endian)


def same(left: Any, right: Any) -> bool:
    """Equal down to the kind of number."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def headers() -> Iterator[tuple[str, Dataset]]:
    for name, path in samples().items():
        try:
            yield name, read_header(path)
        except Malformed:
            continue


def test_every_sample_has_the_json_that_pydicom_alone_makes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {name: attributes_of(dataset, "p") for name, dataset in headers()}
    with monkeypatch.context() as slow:
        slow.setattr(dicomjson, "plain_value", lambda *_: None)
        thorough = {name: attributes_of(dataset, "p") for name, dataset in headers()}
    assert len(quick) > 150
    differing = [name for name in thorough if not same(quick[name], thorough[name])]
    assert differing == []


def test_most_of_a_header_is_plain() -> None:
    dataset = read_header(samples()["test_files/CT_small.dcm"])
    elements = [dataset.get_item(key) for key in sorted(dataset.keys())]
    plain = [e for e in elements if isinstance(e, RawDataElement) and plain_value(e, "latin-1")]
    assert len(plain) > 0.8 * len(elements)


@pytest.mark.parametrize("character_set", [b"", b"ISO_IR 100", b"ISO_IR 192"])
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(
    vr=st.sampled_from(VRS), content=st.binary(max_size=24) | st.text(max_size=12).map(str.encode), little=st.booleans()
)
def test_any_bytes_are_either_left_to_pydicom_or_made_the_same(
    character_set: bytes, vr: str, content: bytes, little: bool
) -> None:
    made = plain_value(raw(vr, content, little), encoding_of(character_set))
    if made is not None:
        assert same(made, told_by_pydicom(raw(vr, content, little), character_set))


@pytest.mark.parametrize(
    ("vr", "content", "expected"),
    [
        ("CS", b"ORIGINAL\\PRIMARY ", ["ORIGINAL", "PRIMARY"]),
        ("UI", b"1.2.840\0", ["1.2.840"]),
        ("DS", b"0.5\\-1e3", [0.5, -1000.0]),
        ("IS", b"12", [12]),
        ("PN", b"DOE^Jane", [{"Alphabetic": "DOE^Jane"}]),
        ("US", b"\x00\x02\x01\x00", [512, 1]),
        ("LT", b" two words ", [" two words"]),
    ],
)
def test_ordinary_values_are_plain(vr: str, content: bytes, expected: list[Any]) -> None:
    assert plain_value(raw(vr, content), "ascii") == {"vr": vr, "Value": expected}


@pytest.mark.parametrize(
    ("vr", "content"),
    [
        ("CS", b"A\\\\B"),
        ("IS", b"1.5"),
        ("DS", b"nan"),
        ("PN", b"A=B"),
        ("LO", b"\x1b$B"),
        ("US", b"123"),
        ("UN", b"1"),
    ],
)
def test_anything_else_is_left_to_pydicom(vr: str, content: bytes) -> None:
    assert plain_value(raw(vr, content), "ascii") is None
