"""What was told of the same bytes before is told again, wherever that is right and nowhere else."""

import struct

import pytest

from server.archive.part10 import Structure, examine
from server.dicom import repeated
from server.dicom.character_sets import CharacterSet
from server.errors import Malformed
from tests.factories import element, item, raw_part10

NAME, SEQUENCE = 0x00100010, 0x00081140
UTF_8, LATIN_1 = element(0x00080005, "CS", b"ISO_IR 192"), element(0x00080005, "CS", b"ISO_IR 100")
MANY = [element(0x00200013, "IS", b"7 "), element(0x00280010, "US", struct.pack("<H", 512))]


def scanned(*elements: bytes) -> Structure:
    return examine(raw_part10(*elements))


def test_a_second_instance_is_told_as_the_first() -> None:
    nested = element(
        SEQUENCE, "SQ", item(element(0x00081150, "UI", b"1.2.3\0") + element(0x00081155, "UI", b"1.2.4\0"))
    )
    first, second = (scanned(UTF_8, nested, element(NAME, "PN", "Müller^Ö".encode() + b" "), *MANY) for _ in range(2))
    assert second.attributes == first.attributes
    assert second.elements == first.elements
    assert list(second.attributes) == sorted(second.attributes)


def test_what_was_told_is_found_where_it_lies_now() -> None:
    scanned(element(NAME, "PN", b"Somebody^Else "), *MANY)
    found = scanned(element(NAME, "PN", b"Someone^Quite^Other "), *MANY)
    span = found.elements[0x00280010]
    data = raw_part10(element(NAME, "PN", b"Someone^Quite^Other "), *MANY)
    assert (span.vr, data[span.offset : span.offset + span.length]) == ("US", struct.pack("<H", 512))


def test_the_same_bytes_in_another_character_set_are_another_text() -> None:
    name = element(NAME, "PN", "Müller".encode() + b"^A")
    assert scanned(UTF_8, name).attributes["00100010"]["Value"] == [{"Alphabetic": "Müller^A"}]
    assert scanned(LATIN_1, name).attributes["00100010"]["Value"] == [{"Alphabetic": "MÃ¼ller^A"}]
    assert scanned(UTF_8, name).attributes["00100010"]["Value"] == [{"Alphabetic": "Müller^A"}]


def test_the_character_set_itself_still_changes_what_follows() -> None:
    for _ in range(2):
        told = scanned(LATIN_1, element(NAME, "PN", b"M\xfcller"), *MANY).attributes
        assert told["00100010"]["Value"] == [{"Alphabetic": "Müller"}]


def test_an_element_that_appears_twice_is_refused_though_it_is_known() -> None:
    scanned(*MANY)
    with pytest.raises(Malformed, match="twice"):
        scanned(*MANY, MANY[0])


def test_an_element_that_reaches_beyond_its_sequence_is_refused_though_it_is_known() -> None:
    known = element(0x00081155, "UI", b"1.2.840.5 ")
    scanned(element(SEQUENCE, "SQ", item(known)))
    with pytest.raises(Malformed):
        scanned(element(SEQUENCE, "SQ", item(known)[:-2]), b"5 " + MANY[0])


def test_known_elements_out_of_order_are_told_in_order() -> None:
    scanned(*MANY)
    assert list(scanned(*MANY[::-1]).attributes)[-2:] == ["00200013", "00280010"]


def test_group_lengths_are_left_out_however_often_they_come() -> None:
    for _ in range(2):
        assert "00280000" not in scanned(element(0x00280000, "UL", b"\x0a\0\0\0"), MANY[1]).attributes


def test_numbers_that_json_has_not_are_bulk_data_of_each_instance() -> None:
    nan = element(0x00189073, "FD", struct.pack("<d", float("nan")))
    first, second = scanned(nan), scanned(nan)
    first.place_bulk_data("one")
    second.place_bulk_data("two")
    assert first.attributes["00189073"]["BulkDataURI"] == "one/bulkdata/00189073"
    assert second.attributes["00189073"]["BulkDataURI"] == "two/bulkdata/00189073"


def test_numbers_of_a_wrong_length_keep_the_vr_that_they_claim() -> None:
    for _ in range(2):
        found = scanned(element(0x00280011, "US", b"\1\2\3"))
        assert found.attributes["00280011"]["vr"] == "UN"
        assert found.elements[0x00280011].vr == "US"


def test_what_is_remembered_is_bounded() -> None:
    known: repeated.Known = {}
    for number in range(5000):
        repeated.remember(known, element(0x00200013, "IS", b"%06d" % number), 0x00200013, {"vr": "IS"})
        assert len(known) <= 2048
    assert known
    for number in range(20):
        repeated.known(CharacterSet(f"made up {number}"))
    assert len(repeated._known) <= 8
