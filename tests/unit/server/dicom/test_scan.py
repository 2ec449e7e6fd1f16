"""What the one pass makes of elements whose place, neighbours or VR matter."""

import base64
import struct
import time
import zlib
from typing import Any

import pytest
from pydicom.datadict import private_dictionaries
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from server.archive.part10 import examine, find_value
from server.dicom.scan import MOST_ELEMENTS, Scan
from server.errors import Malformed, NotFound, TooLarge
from tests.factories import element, identifiers, item, raw_part10

UNDEFINED = 0xFFFFFFFF
SEQUENCE_END = item(b"", 0xFFFEE0DD)
ITEM_END = item(b"", 0xFFFEE00D)


def implicit(tag: int, value: bytes, length: int | None = None) -> bytes:
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value) if length is None else length) + value


def scanned(*elements: bytes) -> dict[str, Any]:
    return examine(raw_part10(*elements)).attributes


def scanned_implicit(*elements: bytes) -> dict[str, Any]:
    return examine(raw_part10(*elements, transfer_syntax=ImplicitVRLittleEndian)).attributes


def us(number: int) -> bytes:
    return struct.pack("<H", number)


SIGNED, UNSIGNED = implicit(0x00280103, us(1)), implicit(0x00280103, us(0))


# where an element stands


def test_elements_after_the_pixel_data_are_told() -> None:
    found = scanned(
        element(0x7FE00010, "OW", b"1234"), element(0x7FE11010, "LO", b"private "), element(0xFFFCFFFC, "OB", b"\0\0")
    )
    assert found["7FE11010"] == {"vr": "LO", "Value": ["private"]}
    assert found["FFFCFFFC"]["vr"] == "OB"


def test_elements_after_encapsulated_pixel_data_are_told() -> None:
    pixels = element(0x7FE00010, "OB", item(b"") + item(b"\xff\xd8\xff\xd9") + SEQUENCE_END, UNDEFINED)
    found = examine(raw_part10(pixels, element(0xFFFCFFFC, "OB", b"\0\0")))
    assert found.pixel_data is not None
    assert found.pixel_data.fragments is not None
    assert found.attributes["7FE00010"] == {"vr": "OB", "BulkDataURI": "7FE00010"}
    assert "FFFCFFFC" in found.attributes


@pytest.mark.parametrize(("tag", "vr"), [(0x7FE00010, "OW"), (0x7FE00008, "OF"), (0x7FE00009, "OD")])
def test_pixel_data_of_any_kind_are_bulk_data_with_the_vr_of_their_kind(tag: int, vr: str) -> None:
    assert scanned_implicit(implicit(tag, bytes(8))) == {f"{tag:08X}": {"vr": vr, "BulkDataURI": f"{tag:08X}"}}


def test_group_lengths_are_left_out() -> None:
    assert scanned(element(0x00080000, "UL", b"\1\0\0\0"), element(0x00100020, "LO", b"12")).keys() == {"00100020"}


def test_elements_out_of_order_are_told_in_order() -> None:
    inner = item(element(0x00081155, "UI", b"1.2\0") + element(0x00081150, "UI", b"1.3\0"))
    found = scanned(
        element(0x00100020, "LO", b"12"), element(0x00081110, "SQ", inner), element(0x00080060, "CS", b"CT")
    )
    assert list(found) == ["00080060", "00081110", "00100020"]
    assert list(found["00081110"]["Value"][0]) == ["00081150", "00081155"]


@pytest.mark.parametrize("length", [None, UNDEFINED])
def test_sequences_and_items_are_told_however_they_end(length: int | None) -> None:
    ends = (ITEM_END, SEQUENCE_END) if length else (b"", b"")
    inner = element(0x00081155, "UI", b"1.2\0")
    items = item(inner + ends[0], length=length or len(inner)) + item(b"")
    found = scanned(element(0x00081110, "SQ", items + ends[1], length), element(0x00081111, "SQ", b""))
    assert found == {
        "00081110": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["1.2"]}}, {}]},
        "00081111": {"vr": "SQ"},
    }


# character sets


def test_an_item_may_have_a_character_set_of_its_own_and_keeps_it_to_itself() -> None:
    name = element(0x00080104, "LO", b"\xc4\xc5")
    own = item(element(0x00080005, "CS", b"ISO_IR 144") + name + element(0x00081110, "SQ", item(name)))
    sequence = element(0x00082112, "SQ", own + item(name))
    found = scanned(element(0x00080005, "CS", b"ISO_IR 100"), sequence, element(0x00100020, "LO", b"\xc4\xc5"))
    first, second = found["00082112"]["Value"]
    assert first["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    assert first["00080104"]["Value"] == ["ФХ"]
    assert first["00081110"]["Value"][0]["00080104"]["Value"] == ["ФХ"]
    assert second["00080104"]["Value"] == found["00100020"]["Value"] == ["ÄÅ"]


# VRs that are not said


@pytest.mark.parametrize(("sign", "expected"), [(SIGNED, ("SS", -2)), (UNSIGNED, ("US", 65534)), (b"", ("US", 65534))])
def test_pixel_representation_decides_between_us_and_ss(sign: bytes, expected: tuple[str, int]) -> None:
    found = scanned_implicit(sign, implicit(0x00280106, us(65534)))
    assert found["00280106"] == {"vr": expected[0], "Value": [expected[1]]}


def test_pixel_representation_may_follow_what_it_decides() -> None:
    found = scanned_implicit(implicit(0x00189810, us(65534)), SIGNED)
    assert found["00189810"] == {"vr": "SS", "Value": [-2]}


def test_the_nearest_enclosing_pixel_representation_decides_for_items() -> None:
    lowest = implicit(0x00280106, us(65534))
    items = item(lowest) + item(UNSIGNED + lowest)
    found = scanned_implicit(implicit(0x00082112, items), SIGNED)
    plain, own = found["00082112"]["Value"]
    assert plain["00280106"] == {"vr": "SS", "Value": [-2]}
    assert own["00280106"] == {"vr": "US", "Value": [65534]}


def test_a_lut_is_told_as_its_descriptor_says() -> None:
    """PS3.3 C.11.1.1.1: the number of entries is unsigned even where the first mapped value has a sign."""
    descriptor = implicit(0x00283002, struct.pack("<HhH", 40000, -5, 16))
    found = scanned_implicit(SIGNED, implicit(0x00283000, item(descriptor + implicit(0x00283006, b"1234"))))
    table = found["00283000"]["Value"][0]
    assert table["00283002"] == {"vr": "SS", "Value": [40000, -5, 16]}
    assert table["00283006"] == {"vr": "OW", "InlineBinary": base64.b64encode(b"1234").decode()}


def test_a_lut_of_one_entry_is_a_number() -> None:
    descriptor = implicit(0x00283002, struct.pack("<3H", 1, 0, 16))
    found = scanned_implicit(implicit(0x00283000, item(descriptor + implicit(0x00283006, us(7)))))
    assert found["00283000"]["Value"][0]["00283006"] == {"vr": "US", "Value": [7]}


@pytest.mark.parametrize("tag", [0x60003000, 0x54001010, 0x54000110, 0x00281201, 0x00281200, 0x50003000])
def test_what_may_be_ob_or_ow_is_ow_in_implicit_vr(tag: int) -> None:  # PS3.5 A.1
    assert scanned_implicit(implicit(tag, b"12"))[f"{tag:08X}"]["vr"] == "OW"


def test_private_elements_are_known_by_their_creator() -> None:
    found = scanned_implicit(
        implicit(0x00190011, b"SIEMENS MR HEADER "), implicit(0x0019110C, b"50"), implicit(0x0019120C, b"50")
    )
    assert found["00190011"] == {"vr": "LO", "Value": ["SIEMENS MR HEADER"]}
    assert found["0019110C"] == {"vr": "IS", "Value": [50]}
    assert found["0019120C"] == {"vr": "UN", "InlineBinary": "NTA="}


def test_an_unknown_element_is_unknown() -> None:
    assert scanned_implicit(implicit(0x0008FFFE, b"12")) == {"0008FFFE": {"vr": "UN", "InlineBinary": "MTI="}}


def known_private_sequence() -> tuple[bytes, int]:
    """A creator and an element of its that pydicom's private dictionary has as a sequence."""
    for creator, rows in sorted(private_dictionaries.items()):
        for place, row in sorted(rows.items()):
            if row[0] == "SQ" and place[4:6] == "xx" and place[:4].isdigit():
                group = int(place[:4], 16)
                text = creator.encode("latin-1")
                return implicit(group << 16 | 0x10, text + b" " * (len(text) % 2)), group << 16 | 0x1000 | int(
                    place[6:], 16
                )
    raise LookupError("No private sequence is known.")


def test_a_private_sequence_of_defined_length_is_known_by_its_creator() -> None:
    creator, tag = known_private_sequence()
    found = scanned_implicit(creator, implicit(tag, item(implicit(0x00080104, b"name"))))
    assert found[f"{tag:08X}"] == {"vr": "SQ", "Value": [{"00080104": {"vr": "LO", "Value": ["name"]}}]}


@pytest.mark.parametrize(
    "broken",
    [
        b"no items at all!",
        item(b"", length=99),
        item(implicit(0x00080104, b"name", 99)),
        item(b"1234"),
        b"\xfe\xff\x00\xe0",
    ],
)
def test_what_a_dictionary_alone_takes_for_a_sequence_and_is_none_is_bytes(broken: bytes) -> None:
    creator, tag = known_private_sequence()
    around = implicit(0x7FE10010, b"AFTER ")
    found = scanned_implicit(creator, implicit(tag, broken), around)
    assert found[f"{tag:08X}"] == {"vr": "UN", "InlineBinary": base64.b64encode(broken).decode()}
    assert found["7FE10010"]["Value"] == ["AFTER"]


def test_nothing_is_left_of_a_sequence_that_proved_to_be_none() -> None:
    creator, tag = known_private_sequence()
    large, lowest = implicit(0x00420011, bytes(2000)), implicit(0x00280106, us(65534))
    found = examine(
        raw_part10(creator, implicit(tag, item(lowest + large) + b"broken"), transfer_syntax=ImplicitVRLittleEndian)
    )
    assert [value.path for value in found.bulk] == [f"{tag:08X}"]
    assert found.attributes[f"{tag:08X}"]["vr"] == "UN"


# UN


def test_an_un_that_is_known_is_what_it_is() -> None:
    """PS3.5 6.2.2 note 2: in implicit VR little endian, whatever the transfer syntax."""
    inner = item(implicit(0x00081155, b"1.2\0"))
    little = [(0x00080060, b"CT", "<"), (0x00081110, inner, "<"), (0x00280010, us(512), "<")]
    for syntax, order in (("1.2.840.10008.1.2.1", "<"), (ExplicitVRBigEndian, ">")):
        file = raw_part10(*(element(tag, "UN", value, order=order) for tag, value, _ in little), transfer_syntax=syntax)
        assert examine(file).attributes == {
            "00080060": {"vr": "CS", "Value": ["CT"]},
            "00081110": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["1.2"]}}]},
            "00280010": {"vr": "US", "Value": [512]},
        }


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_un_of_undefined_length_is_a_sequence_in_implicit_vr_little_endian(order: str) -> None:
    value = item(implicit(0x00080104, b"name")) + SEQUENCE_END
    syntax = ExplicitVRBigEndian if order == ">" else "1.2.840.10008.1.2.1"
    file = raw_part10(
        element(0x00091010, "UN", value, UNDEFINED, order),
        element(0x00100020, "LO", b"12", order=order),
        transfer_syntax=syntax,
    )
    assert examine(file).attributes == {
        "00091010": {"vr": "SQ", "Value": [{"00080104": {"vr": "LO", "Value": ["name"]}}]},
        "00100020": {"vr": "LO", "Value": ["12"]},
    }


def test_an_un_that_is_not_the_sequence_it_should_be_is_bytes() -> None:
    assert scanned(element(0x00081110, "UN", b"no items"))["00081110"]["vr"] == "UN"


# bulk data


LARGE = bytes(range(256)) * 8


def nested(order: str = "<") -> bytes:
    table = element(0x00283006, "OW", LARGE, order=order)
    return element(0x00283000, "SQ", item(b"", order=order) + item(table, order=order), order=order)


def test_bulk_data_are_named_by_tags_and_item_numbers() -> None:
    found = examine(raw_part10(nested()))
    assert found.attributes["00283000"]["Value"][1] == {"00283006": {"vr": "OW", "BulkDataURI": "00283000/2/00283006"}}
    found.place_bulk_data("studies/1.2")
    uri = "studies/1.2/bulkdata/00283000/2/00283006"
    assert found.attributes["00283000"]["Value"][1]["00283006"]["BulkDataURI"] == uri
    assert found.bulk_reader(raw_part10(nested()))(uri) == LARGE


def test_bulk_data_are_found_in_the_file() -> None:
    file = raw_part10(identifiers(), nested())
    found = find_value(file, "00283000/2/00283006")
    assert file[found.span.offset : found.span.offset + found.span.length] == LARGE
    assert found.span.is_as_sent
    assert found.read(file) == LARGE


def test_bulk_data_of_a_big_endian_file_are_found_and_sent_in_little_endian() -> None:
    file = raw_part10(nested(">"), transfer_syntax=ExplicitVRBigEndian)
    found = find_value(file, "00283000/2/00283006")
    assert not found.span.is_as_sent
    assert struct.unpack("<1024H", found.read(file)) == struct.unpack(">1024H", LARGE)


def test_bulk_data_of_a_deflated_file_are_found_inside() -> None:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    file = raw_part10(packer.compress(nested()) + packer.flush(), transfer_syntax=DeflatedExplicitVRLittleEndian)
    assert find_value(file, "00283000/2/00283006").read(file) == LARGE


def test_bulk_data_whose_vr_its_neighbours_decide_are_found() -> None:
    data = implicit(0x00283002, struct.pack("<3H", 1024, 0, 16)) + implicit(0x00283006, LARGE)
    file = raw_part10(implicit(0x00283000, item(data)), transfer_syntax=ImplicitVRLittleEndian)
    found = examine(file)
    assert found.attributes["00283000"]["Value"][0]["00283006"]["vr"] == "OW"
    found.place_bulk_data("p")
    assert found.attributes["00283000"]["Value"][0]["00283006"]["BulkDataURI"] == "p/bulkdata/00283000/1/00283006"
    assert find_value(file, "00283000/1/00283006").read(file) == LARGE


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "é", "../00283006", "PixelData", "00283006" * 100),
        *("00283000", "00283000/2", "00283000/2/00283006/", "00080018"),
        *("00283000/0/00283006", "00283000/1/00283006", "00283000/3/00283006", "00283000/99999999999/00283006"),
    ],
)
def test_a_path_without_bulk_data_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        find_value(raw_part10(identifiers(), nested()), path)


def test_a_path_is_found_in_lower_case_too() -> None:
    file = raw_part10(element(0x0042001A, "OB", LARGE))
    assert find_value(file, "0042001a").read(file) == LARGE


# bounds


def test_hundreds_of_thousands_of_items_take_no_time() -> None:
    file = raw_part10(element(0x00081110, "SQ", item(b"") * 300_000))
    started = time.process_time()
    assert len(examine(file).attributes["00081110"]["Value"]) == 300_000
    assert time.process_time() - started < 3


def test_more_elements_than_the_bound_are_refused() -> None:
    with pytest.raises(TooLarge, match="more elements"):
        examine(raw_part10(element(0x00081110, "SQ", item(b"") * MOST_ELEMENTS)))


def test_fragments_and_offsets_count_as_elements() -> None:
    table = bytes(4 * MOST_ELEMENTS)
    with pytest.raises(TooLarge, match="more elements"):
        examine(raw_part10(element(0x7FE00010, "OB", item(table) + SEQUENCE_END, UNDEFINED)))


def test_a_known_sequence_that_is_none_is_refused() -> None:
    with pytest.raises(Malformed):
        scanned_implicit(implicit(0x00081110, b"no items"))


@pytest.mark.parametrize("between", [b"", element(0x00100030, "DA", b"19600102")])
def test_an_element_that_appears_twice_is_refused(between: bytes) -> None:
    """Two readers of such a data set may see two patients (PS3.5 7.1)."""
    one, other = element(0x00100020, "LO", b"AAAA"), element(0x00100020, "LO", b"BBBB")
    data = one + between + other
    with pytest.raises(Malformed, match="twice"):
        Scan(data, 0, implicit=False, order="<").run()
