"""The walk over a Part 10 file: whatever is cut short, nested without end or untrue is refused, and nothing else."""

import struct
import tracemalloc
import zlib
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from server.archive.part10 import Structure, examine, texts
from server.dicom.scan import MOST_NESTED
from server.errors import Malformed, TooLarge
from tests.factories import element, identifiers, item, part10, raw_part10
from tests.work import little_work

SAMPLES = Path(pydicom.__file__).parent / "data" / "test_files"
ITEM, ITEM_END, SEQUENCE_END, UNDEFINED = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD, 0xFFFFFFFF
SEQUENCE = 0x00082112


def cuts(file: bytes, step: int) -> list[int]:
    return sorted({*range(0, len(file), step), *range(max(0, len(file) - 40), len(file))})


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("rtplan.dcm", 1),
        ("JPEG2000.dcm", 1),
        ("UN_sequence.dcm", 1),
        ("nested_priv_SQ.dcm", 1),
        ("reportsi.dcm", 3),
        ("SC_rgb_rle_2frame.dcm", 3),
        ("ExplVR_BigEnd.dcm", 7),
        ("image_dfl.dcm", 97),
        ("CT_small.dcm", 97),
    ],
)
def test_a_file_that_is_cut_anywhere_but_between_elements_is_refused(name: str, step: int) -> None:
    file = (SAMPLES / name).read_bytes()
    whole = examine(file)
    for cut in cuts(file, step):
        try:
            found = examine(file[:cut])
        except Malformed:
            continue
        only_padding = found.inflated is not None and found.inflated == whole.inflated
        assert only_padding or cut_before_an_element(file, cut, found, whole), f"accepted when cut at {cut}"


def cut_before_an_element(file: bytes, cut: int, found: Structure, whole: Structure) -> bool:
    """No length tells of a cut that falls between two outermost elements."""
    missing = [tag for tag in whole.elements if tag not in found.elements]
    order = ">" if whole.transfer_syntax_uid == ExplicitVRBigEndian else "<"
    group, number = struct.unpack_from(f"{order}HH", file, cut)
    return bool(missing) and missing[0] == group << 16 | number


@pytest.mark.parametrize("extra", [b"\0", b"\0" * 7, b"trailing bytes", b"\xff" * 8])
def test_bytes_after_the_last_element_are_refused(extra: bytes) -> None:
    with pytest.raises(Malformed):
        examine(part10() + extra)


@pytest.mark.parametrize("length", [0xFFFFFFFE, 0x7FFFFFFF, 100_000])
@pytest.mark.parametrize("vr", ["OB", "UN", "UT", "SQ"])
def test_a_length_that_reaches_beyond_the_file_is_refused(vr: str, length: int) -> None:
    with pytest.raises(Malformed):
        examine(raw_part10(identifiers(), element(0x00420011, vr, b"1234", length)))


def nested(depth: int, *, implicit: bool, defined: bool) -> bytes:
    """A sequence in a sequence in a sequence …"""
    content = b""
    for _ in range(depth):
        size = len(content) if defined else UNDEFINED
        inner = item(content, ITEM, size) + (b"" if defined else item(b"", ITEM_END))
        whole = inner + (b"" if defined else item(b"", SEQUENCE_END))
        length = len(whole) if defined else UNDEFINED
        head = struct.pack("<HHL", 0x0008, 0x2112, length) if implicit else element(SEQUENCE, "SQ", b"", length)
        content = head + whole
    return content


@pytest.mark.parametrize("defined", [True, False])
@pytest.mark.parametrize("implicit", [True, False])
def test_nesting_is_walked_to_the_bound_and_no_further(implicit: bool, defined: bool) -> None:
    syntax = {"transfer_syntax": ImplicitVRLittleEndian} if implicit else {}
    examine(raw_part10(nested(MOST_NESTED // 2, implicit=implicit, defined=defined), **syntax))
    for depth in (MOST_NESTED // 2 + 1, 250, 5000):
        with pytest.raises(Malformed, match="nested"):
            examine(raw_part10(nested(depth, implicit=implicit, defined=defined), **syntax))


def test_an_un_of_undefined_length_is_a_sequence_in_implicit_vr() -> None:
    inner = struct.pack("<HHL", 0x0008, 0x0104, 4) + b"name"
    value = item(inner) + item(b"", SEQUENCE_END)
    found = examine(raw_part10(element(0x00091010, "UN", value, UNDEFINED), element(0x00100020, "LO", b"12")))
    assert found.elements[0x00100020].length == 2


def test_an_icon_with_compressed_pixels_inside_an_item_is_walked_over() -> None:
    pixels = element(0x7FE00010, "OB", item(b"") + item(b"\xff\xd8\xff\xd9") + item(b"", SEQUENCE_END), UNDEFINED)
    icon = element(0x00880200, "SQ", item(pixels))
    found = examine(raw_part10(identifiers(), icon, element(0x00880904, "LO", b"ok")))
    assert found.pixel_data is None
    assert 0x00880904 in found.elements


@pytest.mark.parametrize(
    "broken",
    [
        item(b"", ITEM_END),
        item(b"", SEQUENCE_END),
        element(SEQUENCE, "SQ", b"not an item!"),
        element(SEQUENCE, "SQ", item(b"", ITEM, 99)),
        element(SEQUENCE, "SQ", item(element(0x00100020, "LO", b"12")) + item(b"", ITEM, 99)),
        element(SEQUENCE, "SQ", item(element(0x00100020, "LO", b"12")), 4),
        element(0x7FE00010, "OB", item(b"", SEQUENCE_END), UNDEFINED),
        element(0x7FE00010, "OB", item(b""), UNDEFINED),
        element(0x7FE00010, "OB", item(b"", ITEM, UNDEFINED), UNDEFINED),
        element(0x00100010, "??", b"Doe^Jane"),
    ],
)
def test_structures_that_do_not_add_up_are_refused(broken: bytes) -> None:
    with pytest.raises(Malformed):
        examine(raw_part10(identifiers(), broken))


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    return raw_part10(packed, transfer_syntax=DeflatedExplicitVRLittleEndian)


def test_a_deflated_file_is_walked_inside() -> None:
    assert examine(deflated(element(0x00100020, "LO", b"12"))).elements[0x00100020].length == 2


def test_a_deflate_bomb_costs_neither_time_nor_memory() -> None:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = b"".join(packer.compress(b"\0" * 2**20) for _ in range(200)) + packer.flush()
    bomb = raw_part10(packed, transfer_syntax=DeflatedExplicitVRLittleEndian)
    tracemalloc.start()
    with little_work(seconds=5):
        with pytest.raises(TooLarge):
            examine(bomb)
        assert texts(bomb, [0x00100020]) == [""]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * 2**20


def test_a_broken_file_says_who_it_is_as_far_as_it_goes() -> None:
    file = raw_part10(element(0x00080018, "UI", b"1.2.34"), element(0x00100020, "LO", b"12", 9999))
    assert texts(file, [0x00080018, 0x0020000D]) == ["1.2.34", ""]
