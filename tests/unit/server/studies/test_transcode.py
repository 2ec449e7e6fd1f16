"""Transcoding whole files: the same values under another transfer syntax, and nothing else changed (PS3.5 8.2, A.4)."""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from server.archive.hashing import hashed
from server.archive.ranges import Range, RangedFile, right_bytes
from server.archive.store import Incoming
from server.catalogue.search import Located
from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from server.errors import Damaged, ServerError
from server.rendering.encoders.index import ENCODERS
from server.studies.arrival import read
from server.studies.retrieve import StoredFile
from server.studies.transcode import available, default_syntax, transcoded, why_not
from tests.factories import element, part10
from tests.goldens.images import coloured, grey
from tests.goldens.test_encodings import SYNTAXES, encoded

RAMP = (np.arange(64 * 40) * 91 % 4096).reshape(64, 40)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def kept(folder: Path, content: bytes) -> StoredFile:
    """A file as if it had been stored."""
    path = folder / f"{len(list(folder.iterdir()))}.dcm"
    incoming = Incoming(path)
    incoming.write(content)
    try:
        entry = read(incoming, "LOCAL")
    finally:
        incoming.discard()
    path.write_bytes(content)
    located = Located(
        entry.ref, "LOCAL", entry.digest, entry.size, entry.transfer_syntax_uid,
        entry.frames,
        entry.image,
        entry.not_renderable,
        0,
    )  # fmt: skip
    return StoredFile(located, Loose(path))


class Loose:
    """A file outside any archive, in the place of sound ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sums = hashed(path).sums

    def path(self, digest: str) -> Path:
        return self._path

    def read(self, digest: str) -> bytes:
        content = self._path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise self.refuse(digest)
        return content

    def mapped(self, located: Located) -> RangedFile:
        return RangedFile(self._path, located.size, self._ranges)

    def _ranges(self, ranges: list[Range]) -> bytes:
        found = right_bytes(self._path, self._sums, ranges)
        if found is None:
            raise self.refuse("")
        return found

    def refuse(self, digest: str) -> Damaged:
        return Damaged("An archived file is damaged.")


def sent(file: StoredFile, target: str) -> tuple[Dataset, bytes]:
    """The file in another transfer syntax, as pydicom reads it; its length is as announced."""
    assert why_not(file.located, target) is None
    stream = transcoded(file, target)
    content = b"".join(stream.pieces)
    assert stream.length in {None, len(content)}
    return pydicom.dcmread(io.BytesIO(content)), content


def without_pixels(dataset: Dataset) -> dict[str, object]:
    json = dataset.to_json_dict()
    for tag in ("7FE00010", "00280004", "00280006"):
        json.pop(tag, None)
    return json


def rich(**keywords: object) -> Dataset:
    dataset = grey(RAMP.astype("<u2"), BitsStored=12, **keywords)
    dataset.add_new(0x00091001, "LO", "private")
    dataset.PatientName = "Yamada^Tarou"
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [4, 0, 16])
    item.add_new("LUTData", "OW", np.arange(4, dtype="<u2").tobytes())
    dataset.VOILUTSequence = Sequence([item])
    dataset.add_new(0xFFFCFFFC, "OB", b"\0\0")
    return dataset


LITTLE = [syntax for syntax in SYNTAXES if syntax != "1.2.840.10008.1.2.2"]


@pytest.mark.parametrize("target", ENCODERS)
@pytest.mark.parametrize("syntax", LITTLE, ids=[syntax.keyword for syntax in LITTLE])
def test_a_file_of_any_syntax_keeps_values_and_attributes_in_every_other(
    folder: Path, syntax: UID, target: str
) -> None:
    frames = np.stack([RAMP, RAMP[::-1], 4095 - RAMP]).astype("<u2")
    file = encoded(rich(PixelData=frames.tobytes(), NumberOfFrames=3), syntax)
    stored = kept(folder, file)
    found, _ = sent(stored, target)
    assert found.file_meta.TransferSyntaxUID == target
    assert found.file_meta.MediaStorageSOPInstanceUID == found.SOPInstanceUID == stored.ref.instance_uid
    assert without_pixels(found) == without_pixels(pydicom.dcmread(io.BytesIO(file)))
    assert np.array_equal(found.pixel_array, frames)


@pytest.mark.parametrize("target", ENCODERS)
def test_big_endian_values_and_words_are_turned(folder: Path, target: str) -> None:
    dataset = rich()
    dataset.VOILUTSequence[0].LUTData = np.arange(4, dtype=">u2").tobytes()
    found, _ = sent(kept(folder, encoded(dataset, UID("1.2.840.10008.1.2.2"))), target)
    assert np.array_equal(found.pixel_array, RAMP)
    assert found.VOILUTSequence[0].LUTData == np.arange(4, dtype="<u2").tobytes()


@pytest.mark.parametrize("target", ENCODERS)
@pytest.mark.parametrize("syntax", LITTLE, ids=[syntax.keyword for syntax in LITTLE])
def test_colour_says_what_it_is_after_each_encoding(folder: Path, syntax: UID, target: str) -> None:
    rgb = np.stack([RAMP % 256, RAMP // 16, 255 - RAMP // 16], axis=-1).astype("u1")
    found, _ = sent(kept(folder, encoded(coloured(rgb), syntax)), target)
    assert np.array_equal(found.pixel_array, rgb)
    # pydicom answers RGB whatever the reversible transform was
    assert found.PhotometricInterpretation == ("YBR_RCT" if target == "1.2.840.10008.1.2.4.90" else "RGB")


def test_what_does_not_change_is_byte_for_byte_the_same(folder: Path) -> None:
    file = encoded(rich(), UID("1.2.840.10008.1.2.5"))
    _, content = sent(kept(folder, file), EXPLICIT_VR_LITTLE_ENDIAN)
    start, end = file.index(b"\x08\x00\x16\x00UI"), file.index(b"\xe0\x7f\x10\x00O")
    assert content[content.index(b"\x08\x00\x16\x00UI") : content.index(b"\xe0\x7f\x10\x00O")] == file[start:end]


def test_an_element_of_unknown_vr_is_cut_at_its_own_header(folder: Path) -> None:
    # every dictionary knows a VR with a header of eight bytes for it; UN has one of twelve
    known, unknown = (element(0x00280006, vr, b"\0\0") for vr in ("US", "UN"))
    file = part10(coloured(np.zeros((33, 33, 3), "u1")))
    assert known in file
    found, content = sent(kept(folder, file.replace(known, unknown)), "1.2.840.10008.1.2.4.90")
    assert found.PhotometricInterpretation == "YBR_RCT"
    assert unknown in content


def test_the_default_is_uncompressed_unless_only_a_lossy_form_is_there(folder: Path) -> None:
    lossless = kept(folder, encoded(rich(), UID("1.2.840.10008.1.2.4.80"))).located
    assert default_syntax(lossless) == EXPLICIT_VR_LITTLE_ENDIAN
    lossy = Located(**{name: getattr(lossless, name) for name in lossless.__slots__} | {
        "transfer_syntax_uid": "1.2.840.10008.1.2.4.81"})  # fmt: skip
    assert default_syntax(lossy) == "1.2.840.10008.1.2.4.81"


def test_an_object_without_pixels_has_no_compressed_form(folder: Path) -> None:
    dataset = rich()
    del dataset.PixelData
    file = kept(folder, part10(dataset, "1.2.840.10008.1.2"))
    assert available(file.located) == ["1.2.840.10008.1.2", EXPLICIT_VR_LITTLE_ENDIAN]
    found, _ = sent(file, EXPLICIT_VR_LITTLE_ENDIAN)
    assert without_pixels(found) == without_pixels(pydicom.dcmread(file.path))


def test_single_bits_of_several_frames_stay_packed(folder: Path) -> None:
    bits = np.packbits(np.arange(3 * 15) % 3 == 0, bitorder="little").tobytes()
    dataset = grey(np.zeros((3, 5), "u1"), BitsAllocated=1, BitsStored=1, HighBit=0, NumberOfFrames=3, PixelData=bits)
    found, _ = sent(kept(folder, part10(dataset, "1.2.840.10008.1.2")), EXPLICIT_VR_LITTLE_ENDIAN)
    assert found.PixelData == bits


@pytest.mark.parametrize("target", ENCODERS)
def test_a_damaged_file_is_never_sent_whole(folder: Path, target: str) -> None:
    file = kept(folder, encoded(rich(), UID("1.2.840.10008.1.2")))
    content = bytearray(file.path.read_bytes())
    content[-20] ^= 1
    file.path.write_bytes(content)
    with pytest.raises(ServerError, match="damaged"):
        list(transcoded(file, target).pieces)


@pytest.mark.parametrize("target", ENCODERS)
def test_no_byte_goes_out_that_a_wrong_frame_went_into(folder: Path, target: str) -> None:
    frames = np.random.default_rng(1).integers(0, 4096, (4, 256, 256), np.uint16)
    content = part10(grey(frames[0], NumberOfFrames=4, PixelData=frames.tobytes()), EXPLICIT_VR_LITTLE_ENDIAN)
    right = b"".join(transcoded(kept(folder, content), target).pieces)
    file = kept(folder, content)
    turned = bytearray(content)
    turned[-frames[0].nbytes - 1000] ^= 1
    file.path.write_bytes(turned)
    sent = []
    with pytest.raises(Damaged):
        sent.extend(transcoded(file, target).pieces)
    assert right.startswith(b"".join(sent))
    assert len(b"".join(sent)) > len(right) // 4, "the first two frames are right, and gone"
