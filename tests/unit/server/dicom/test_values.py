"""The values of each VR in the DICOM JSON model (PS3.18 F.2), from their bytes."""

import base64
import struct
from typing import Any

import pytest

from server.archive.part10 import examine, find_value
from server.dicom.telling import LARGEST_INLINE, LARGEST_TEXT
from tests.factories import element, raw_part10

TAG = 0x00091001
BIG_ENDIAN = "1.2.840.10008.1.2.2"


def told(vr: str, content: bytes, *before: bytes) -> Any:
    """The JSON of a private element of that VR, so that no dictionary has a say."""
    return examine(raw_part10(*before, element(TAG, vr, content))).attributes["00091001"]


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("vr", "content", "expected"),
    [
        ("AE", b" STORE ", ["STORE"]),
        ("AS", b"064Y", ["064Y"]),
        ("AT", b"\x10\x00\x0a\xbc\x28\x00\x09\x00", ["0010BC0A", "00280009"]),
        ("CS", b"ORIGINAL\\ PRIMARY ", ["ORIGINAL", "PRIMARY"]),
        ("DA", b"20261121", ["20261121"]),
        ("DS", b"0.5\\-1e3\\ +2 \\.5\\3.", [0.5, -1000.0, 2.0, 0.5, 3.0]),
        ("DT", b"20261121101500+0100 ", ["20261121101500+0100"]),
        ("FD", struct.pack("<2d", 0.1, -2.0), [0.1, -2.0]),
        ("FL", struct.pack("<f", 0.5), [0.5]),
        ("IS", b"12\\-3\\+4 \\ 5", [12, -3, 4, 5]),
        ("LO", b" led\\by blanks ", [" led", "by blanks"]),
        ("LT", b" one \\ two  ", [" one \\ two"]),
        ("PN", b"Doe^Jane", [{"Alphabetic": "Doe^Jane"}]),
        ("SH", b"a\\b", ["a", "b"]),
        ("SL", struct.pack("<2l", -1, 2), [-1, 2]),
        ("SS", struct.pack("<h", -2), [-2]),
        ("ST", b"a\\b\r\nc ", ["a\\b\r\nc"]),
        ("SV", struct.pack("<2q", -(2**53) + 1, 5), [-(2**53) + 1, 5]),
        ("TM", b"101500.5 ", ["101500.5"]),
        ("UC", b"long\\er ", ["long", "er"]),
        ("UI", b"1.2.840\\1.2\0", ["1.2.840", "1.2"]),
        ("UL", b"\xff\xff\xff\xff", [2**32 - 1]),
        ("UR", b"http://host/a\\b ", ["http://host/a\\b"]),
        ("US", b"\x00\x02\x01\x00", [512, 1]),
        ("UT", b"one\\value ", ["one\\value"]),
        ("UV", struct.pack("<Q", 2**53 - 1), [2**53 - 1]),
    ],
)
def test_a_value_of_each_vr(vr: str, content: bytes, expected: list[Any]) -> None:
    found = told(vr, content)
    assert found == {"vr": vr, "Value": expected}
    assert [type(value) for value in found["Value"]] == [type(value) for value in expected]


@pytest.mark.parametrize("vr", ["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
def test_binary_values_are_inline_as_base64(vr: str) -> None:  # PS3.18 F.2.7
    assert told(vr, b"12345678") == {"vr": vr, "InlineBinary": base64_of(b"12345678")}


@pytest.mark.parametrize(
    "vr", "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split()
)
def test_an_empty_attribute_has_no_value(vr: str) -> None:  # PS3.18 F.2.5
    assert told(vr, b"") == {"vr": vr}


@pytest.mark.parametrize("vr", "AE CS DS IS LO LT PN SH ST UC UI UR UT".split())
def test_padding_alone_is_no_value(vr: str) -> None:
    assert told(vr, b"  ") == {"vr": vr}


@pytest.mark.parametrize(
    ("vr", "content", "expected"),
    [
        ("CS", b"A\\\\B ", ["A", None, "B"]),
        ("LO", b"A\\ ", ["A", None]),
        ("IS", b"\\1", [None, 1]),
        ("DS", b"1.5\\", [1.5, None]),
        ("PN", b"\\Doe^Jane", [None, {"Alphabetic": "Doe^Jane"}]),
    ],
)
def test_an_empty_value_among_others_is_null(vr: str, content: bytes, expected: list[Any]) -> None:  # PS3.18 F.2.5
    assert told(vr, content) == {"vr": vr, "Value": expected}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"Doe^Jane=I=P", {"Alphabetic": "Doe^Jane", "Ideographic": "I", "Phonetic": "P"}),
        (b"=I", {"Ideographic": "I"}),
        (b"Doe^Jane==P ", {"Alphabetic": "Doe^Jane", "Phonetic": "P"}),
        (b"Doe ^Jane =I", {"Alphabetic": "Doe ^Jane", "Ideographic": "I"}),
        (b"A=I=P=more", {"Alphabetic": "A", "Ideographic": "I", "Phonetic": "P"}),
    ],
)
def test_a_name_has_the_groups_that_are_not_empty(content: bytes, expected: dict[str, str]) -> None:  # PS3.18 F.2.2
    assert told("PN", content) == {"vr": "PN", "Value": [expected]}


@pytest.mark.parametrize(
    ("vr", "content", "expected"),
    [
        ("IS", b"1.5", "1.5"),
        ("IS", b"1A", "1A"),
        ("IS", b"9007199254740992", "9007199254740992"),
        ("DS", b"1e400", "1e400"),
        ("DS", b"nan", "nan"),
        ("DS", b"-inf", "-inf"),
        ("DS", b"1_0", "1_0"),
        ("DS", b"1,5", "1,5"),
        ("SV", struct.pack("<q", 2**53), str(2**53)),
        ("SV", struct.pack("<q", -(2**63)), str(-(2**63))),
        ("UV", struct.pack("<Q", 2**64 - 1), str(2**64 - 1)),
    ],
)
def test_a_number_that_json_cannot_hold_is_the_text_it_was(vr: str, content: bytes, expected: str) -> None:
    """PS3.18 F.2.3 lets IS, DS, SV and UV be strings, to keep what a number would lose."""
    assert told(vr, content) == {"vr": vr, "Value": [expected]}


def test_an_integer_written_as_a_decimal_is_a_number() -> None:
    assert told("IS", b"1.0") == {"vr": "IS", "Value": [1]}


@pytest.mark.parametrize(("vr", "code"), [("FL", "f"), ("FD", "d")])
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_floats_that_json_cannot_hold_are_kept_as_bulk_data(vr: str, code: str, number: float) -> None:
    """RFC 8259 has no such numbers; PS3.18 F.2.3 no strings for FL and FD, but F.2.2 a BulkDataURI."""
    content = struct.pack(f"<2{code}", 1, number)
    assert told(vr, content) == {"vr": vr, "BulkDataURI": "00091001"}
    file = raw_part10(element(TAG, vr, content))
    assert find_value(file, "00091001").read(file) == content


@pytest.mark.parametrize("vr", ["AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"])
def test_numbers_of_a_wrong_length_are_bytes(vr: str) -> None:
    assert told(vr, b"123") == {"vr": "UN", "InlineBinary": base64_of(b"123")}


@pytest.mark.parametrize(
    ("vr", "content", "expected"),
    [
        ("OB", "0102", "0102"),
        ("UN", "0102", "0102"),
        ("OW", "01020304", "02010403"),
        ("OF", "01020304", "04030201"),
        ("OL", "01020304", "04030201"),
        ("OD", "0102030405060708", "0807060504030201"),
        ("OV", "0102030405060708", "0807060504030201"),
    ],
)
def test_binary_values_of_a_big_endian_file_are_little_endian(vr: str, content: str, expected: str) -> None:
    """PS3.18 8.7.3: octets go out in explicit VR little endian; PS3.18 F.2.7: by the rules of PS3.5 (7.3)."""
    file = raw_part10(element(TAG, vr, bytes.fromhex(content), order=">"), transfer_syntax=BIG_ENDIAN)
    assert examine(file).attributes["00091001"] == {"vr": vr, "InlineBinary": base64_of(bytes.fromhex(expected))}


@pytest.mark.parametrize(
    ("vr", "code", "value"), [("US", "H", 513), ("SL", "l", -2), ("FD", "d", 0.25), ("UV", "Q", 7), ("FL", "f", 0.5)]
)
def test_numbers_of_a_big_endian_file(vr: str, code: str, value: float) -> None:
    file = raw_part10(element(TAG, vr, struct.pack(f">{code}", value), order=">"), transfer_syntax=BIG_ENDIAN)
    assert examine(file).attributes["00091001"] == {"vr": vr, "Value": [value]}


def test_tags_of_a_big_endian_file() -> None:
    file = raw_part10(element(TAG, "AT", b"\x00\x10\xbc\x0a", order=">"), transfer_syntax=BIG_ENDIAN)
    assert examine(file).attributes["00091001"] == {"vr": "AT", "Value": ["0010BC0A"]}


def test_binary_values_are_inline_up_to_the_limit_and_bulk_beyond() -> None:
    assert "InlineBinary" in told("OB", bytes(LARGEST_INLINE))
    assert told("OB", bytes(LARGEST_INLINE + 2)) == {"vr": "OB", "BulkDataURI": "00091001"}


def test_text_is_inline_up_to_its_limit_and_bulk_beyond() -> None:
    assert told("UT", b"x" * LARGEST_TEXT)["Value"] == ["x" * LARGEST_TEXT]
    assert told("UT", b"x" * (LARGEST_TEXT + 2)) == {"vr": "UT", "BulkDataURI": "00091001"}


def test_text_that_has_no_bulk_data_form_is_unknown_when_absurdly_long() -> None:
    """PS3.18 F.2.2 has no BulkDataURI for UR, whose length no VR limits."""
    assert told("UR", b"x" * (LARGEST_TEXT + 2)) == {"vr": "UN", "BulkDataURI": "00091001"}


def test_no_header_makes_more_than_its_share_of_text() -> None:
    many = [element(0x00091001 + at, "UC", b"\\" * LARGEST_TEXT) for at in range(66)]
    attributes = examine(raw_part10(*many)).attributes
    inline = [name for name, told in attributes.items() if "Value" in told]
    assert len(inline) == 64
    assert len(attributes) == 66


def test_texts_are_unicode_and_say_so() -> None:
    character_set = element(0x00080005, "CS", b"ISO_IR 100")
    found = examine(raw_part10(character_set, element(TAG, "LO", b"M\xfcller"))).attributes
    assert found["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    assert found["00091001"] == {"vr": "LO", "Value": ["Müller"]}
