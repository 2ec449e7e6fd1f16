"""Files nobody should send: whatever arrives is read, catalogued and drawn, or refused by one of our own errors."""

import json
import struct
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from server.archive.frames import FrameMap, read_frame
from server.archive.store import Incoming
from server.catalogue import entries
from server.catalogue.entries import Entry
from server.database.sqlite import Database
from server.errors import ServerError
from server.rendering.image import Image
from server.rendering.pipeline import decode, draw
from server.rendering.request import RenderRequest
from server.studies.arrival import read
from tests.factories import as_arrived, element, identifiers, item, part10, raw_part10

SAMPLES = Path(pydicom.__file__).parent / "data" / "test_files"
SEEDS = {
    "explicit": part10(WindowCenter=1, WindowWidth=2, RescaleSlope=1, NumberOfFrames=1, PixelAspectRatio=["1", "1"]),
    "implicit": part10(None, ImplicitVRLittleEndian, WindowCenter=1, WindowWidth=2),
    "nested": (SAMPLES / "reportsi.dcm").read_bytes(),
    "frames": (SAMPLES / "liver_1frame.dcm").read_bytes()[:5000],
    "big endian": (SAMPLES / "MR_small_bigendian.dcm").read_bytes(),
    "palette": (SAMPLES / "examples_palette.dcm").read_bytes(),
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite")
    entries.prepare(database)
    yield database
    database.close()


def take_in(file: bytes, catalogue: Database) -> Entry:
    """All that happens to a stored file: read, catalogued, its first frame drawn."""
    with tempfile.TemporaryDirectory() as folder:
        incoming = Incoming(Path(folder) / "file")
        try:
            incoming.write(file)
            entry = read(incoming, "LOCAL")
            entries.add(catalogue, [entry])
            if entry.not_renderable is None and entry.image and entry.frames:
                image, frames = Image.from_json(json.loads(entry.image)), FrameMap.from_json(json.loads(entry.frames))
                draw(
                    decode(read_frame(as_arrived(incoming), frames, 1), image, 0), image, 1, RenderRequest("image/png")
                )
        finally:
            incoming.discard()
    return entry


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_with_bytes_changed_raises_nothing_but_our_errors(seed: str, catalogue: Database) -> None:
    file = SEEDS[seed]
    header = min(len(file), 3000)

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(
        st.lists(
            st.tuples(st.integers(132, header - 1), st.integers(0, 6), st.binary(max_size=6)), min_size=1, max_size=4
        )
    )
    def mutated(changes: list[tuple[int, int, bytes]]) -> None:
        changed = bytearray(file)
        for at, length, replacement in changes:
            changed[at : at + length] = replacement
        with suppress(ServerError):
            take_in(bytes(changed), catalogue)

    mutated()


IMAGE_TAGS = {
    keyword: tag
    for tag, (_, _, _, _, keyword) in pydicom.datadict.DicomDictionary.items()
    if tag >> 16 in {0x0028, 0x5200} and not keyword.startswith("Referenced")
}
USED = """SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns PixelAspectRatio
BitsAllocated BitsStored HighBit PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit WindowCenter WindowWidth
RescaleIntercept RescaleSlope VOILUTFunction ModalityLUTSequence VOILUTSequence SharedFunctionalGroupsSequence
PerFrameFunctionalGroupsSequence RedPaletteColorLookupTableDescriptor RedPaletteColorLookupTableData""".split()
VALUES = [
    b"",
    b"\0",
    b"\0\0",
    b"\xff\xff",
    b"\1\0\2\0",
    b"abc ",
    b"1e308 ",
    b"-1e308\\1e-308",
    b"0 ",
    b"99999999999999999999",
    b"nan ",
    b"inf ",
    b"1\\2\\3 ",
    b"\xfe\xff\x00\xe0\x00\x00\x00\x00",
]


@pytest.mark.parametrize("keyword", USED)
@pytest.mark.parametrize("vr", ["US", "SS", "DS", "IS", "CS", "LO", "SQ", "UN", "OW", "FD", "AT", "UI", "PN"])
def test_an_image_attribute_of_any_type_and_value_raises_nothing_but_our_errors(
    keyword: str, vr: str, catalogue: Database
) -> None:
    for value in VALUES:
        parts = {
            0x00280002: element(0x00280002, "US", b"\1\0"),
            0x00280004: element(0x00280004, "CS", b"MONOCHROME2 "),
            0x00280010: element(0x00280010, "US", b"\4\0"),
            0x00280011: element(0x00280011, "US", b"\4\0"),
            0x00280100: element(0x00280100, "US", b"\x10\0"),
            0x00280101: element(0x00280101, "US", b"\x10\0"),
            0x00280102: element(0x00280102, "US", b"\x0f\0"),
            0x00280103: element(0x00280103, "US", b"\0\0"),
            0x7FE00010: element(0x7FE00010, "OW", bytes(range(32))),
        }
        parts[IMAGE_TAGS[keyword]] = element(IMAGE_TAGS[keyword], vr, value)
        with suppress(ServerError):
            take_in(raw_part10(identifiers(), *(parts[tag] for tag in sorted(parts))), catalogue)


@pytest.mark.parametrize("vr", ["IS", "DS", "UL", "PN", "LO", "DA", "AT", "SQ", "UN"])
@pytest.mark.parametrize(
    "value", [b"9" * 30, b"\xff" * 12, b"-" * 8, b"\x1b$B\x1b(B\x80\\=^", b"1\\" * 200, b"\0" * 16]
)
def test_any_value_under_any_vr_is_catalogued_or_refused(vr: str, value: bytes, catalogue: Database) -> None:
    for tag in (0x00080005, 0x00080020, 0x00080060, 0x00100010, 0x00100020, 0x00200013, 0x00200011, 0x00081110):
        ids = {0x00080016: b"1.2.840.10008.5.1.4.1.1.2\0", 0x0020000D: b"1.2.3\0", 0x0020000E: b"1.2.4\0"}
        elements = {at: element(at, "UI", text) for at, text in ids.items()}
        elements[0x00080018] = element(0x00080018, "UI", f"1.{tag}.{ord(vr[0])}.{len(value)}".encode())
        elements[tag] = element(tag, vr, value)
        with suppress(ServerError):
            take_in(raw_part10(*(elements[at] for at in sorted(elements))), catalogue)


def test_a_sequence_of_thousands_of_empty_items_is_read(catalogue: Database) -> None:
    many = element(0x00081110, "SQ", item(b"") * 2000)
    entry = take_in(raw_part10(identifiers(), many), catalogue)
    assert len(entry.attributes["00081110"]["Value"]) == 2000


def test_an_implicit_file_that_says_explicit_is_refused(catalogue: Database) -> None:
    content = b"".join(
        struct.pack("<HHL", tag >> 16, tag & 0xFFFF, 6) + b"1.2.3\0" for tag in (0x00080016, 0x00080018, 0x0020000D)
    )
    with pytest.raises(ServerError, match="no valid VR"):
        take_in(raw_part10(content, transfer_syntax=ExplicitVRLittleEndian), catalogue)
