"""Writing a data set: every VR as pydicom reads it back, and what no VR can hold refused by its tag."""

import io
import math
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from server.dicom.encoding import Bulk, encode
from server.dicom.file_meta import file_head
from server.errors import Malformed

UIDS = ("1.2.840.10008.5.1.4.1.1.2", "1.2.3")


def no_bulk(uri: str) -> Bulk:
    raise Malformed("There is no bulk data.", uri=uri)


def read(attributes: dict[str, Any]) -> Dataset:
    file = file_head(*UIDS, "1.2.840.10008.1.2.1") + b"".join(encode(attributes, no_bulk))
    return pydicom.dcmread(io.BytesIO(file))


@pytest.mark.parametrize(
    ("name", "vr", "values", "wanted"),
    [
        ("00080054", "AE", ["ONE", "TWO"], ["ONE", "TWO"]),
        ("00101010", "AS", ["066Y"], "066Y"),
        ("00280009", "AT", ["00181063", "00181065"], [0x00181063, 0x00181065]),
        ("00080008", "CS", ["DERIVED", None, "AXIAL"], ["DERIVED", "", "AXIAL"]),
        ("00180050", "DS", [1.5, 2, "3.250"], [1.5, 2, 3.25]),
        ("00281050", "DS", [math.pi * 1e-7], 3.1415926536e-07),
        ("00189073", "FD", [0.1], 0.1),
        ("00200013", "IS", [-3], -3),
        ("00104000", "LT", ["a\\b"], "a\\b"),
        ("00100010", "PN", [{"Alphabetic": "A^B", "Phonetic": "c"}], "A^B==c"),
        ("00281050", "DS", [], None),
        ("00280106", "SS", [-5], -5),
        ("00080018", "UI", ["1.2.3"], "1.2.3"),
        ("00280010", "US", [65535], 65535),
        ("00720083", "UV", [2**64 - 1], 2**64 - 1),
        ("00720082", "SV", ["-9223372036854775808"], -(2**63)),
        ("00081190", "UR", ["http://127.0.0.1/"], "http://127.0.0.1/"),
        ("00189074", "DT", ["20261121101500+0000"], "20261121101500+0000"),
    ],
)
def test_a_value_is_read_back(name: str, vr: str, values: list[Any], wanted: Any) -> None:
    element = read({name: {"vr": vr, "Value": values}})[int(name, 16)]
    assert vr == element.VR
    assert element.value == wanted


def test_binary_values_are_padded_to_even_length() -> None:
    dataset = read({"00091001": {"vr": "OB", "InlineBinary": "AQID"}, "00091002": {"vr": "UN"}})
    assert dataset[0x00091001].value == b"\1\2\3\0"
    assert dataset[0x00091002].value in {b"", None}


def test_sequences_nest_and_elements_come_in_the_order_of_their_tags() -> None:
    attributes = {
        "00400275": {"vr": "SQ", "Value": [{"00400009": {"vr": "SH", "Value": ["S"]}, "00400007": {"vr": "LO"}}, {}]},
        "00080060": {"vr": "CS", "Value": ["CT"]},
    }
    dataset = read(attributes)
    assert [int(element.tag) for element in dataset] == [0x00080060, 0x00400275]
    assert [int(element.tag) for element in dataset.RequestAttributesSequence[0]] == [0x00400007, 0x00400009]
    assert len(dataset.RequestAttributesSequence) == 2


def test_an_element_longer_than_its_length_field_is_refused() -> None:
    with pytest.raises(Malformed, match="too long"):
        read({"00081030": {"vr": "LO", "Value": ["x" * 70_000]}})
    huge = Bulk(2**32 - 1, lambda: iter(()))
    with pytest.raises(Malformed, match="longer than an element"):
        b"".join(encode({"00091001": {"vr": "OB", "BulkDataURI": "x"}}, lambda _: huge))


def test_frames_get_an_offset_table() -> None:
    frames = tuple(Bulk(len(one), lambda one=one: iter([one])) for one in (b"abc", b"defg"))
    made = b"".join(encode({"7FE00010": {"vr": "OB", "BulkDataURI": "x"}}, lambda _: Bulk(0, lambda: iter(()), frames)))
    assert made == (
        b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff"
        b"\xfe\xff\x00\xe0\x08\0\0\0" + b"\0\0\0\0\x0c\0\0\0"
        b"\xfe\xff\x00\xe0\x04\0\0\0abc\0"
        b"\xfe\xff\x00\xe0\x04\0\0\0defg"
        b"\xfe\xff\xdd\xe0\0\0\0\0"
    )


def test_what_is_nested_without_end_is_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(200):
        nested = {"00081140": {"vr": "SQ", "Value": [nested]}}
    with pytest.raises(Malformed, match="nested"):
        b"".join(encode(nested, no_bulk))


@given(st.floats(-1e300, 1e300))
@settings(deadline=None, derandomize=True, database=None)
def test_a_decimal_string_holds_sixteen_characters_and_is_as_near_as_they_can_say(number: float) -> None:
    content = b"".join(encode({"00281050": {"vr": "DS", "Value": [number]}}, no_bulk))[8:]
    assert len(content) <= 16
    assert float(content) == pytest.approx(number, rel=1e-7, abs=0)
