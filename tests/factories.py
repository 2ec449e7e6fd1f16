"""Made data sets and Part 10 files: a test states only what matters to it."""

import io
import itertools
import struct
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pydicom
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from server.archive.ranges import Range, RangedFile, right_bytes
from server.archive.store import Incoming

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"

_serial = itertools.count(1)


def uid() -> str:
    """A UID that no other call in this run has answered."""
    return f"1.2.826.0.1.3680043.10.1.{next(_serial)}"


def image(**keywords: Any) -> Dataset:
    """A small grey CT image of a synthetic person; keywords replace attributes, None takes one away."""
    rows, columns = keywords.get("Rows", 4), keywords.get("Columns", 6)
    pixels = np.arange(rows * columns, dtype="<u2").tobytes()
    attributes: dict[str, Any] = {
        "SOPClassUID": CT_IMAGE_STORAGE,
        "SOPInstanceUID": uid(),
        "StudyInstanceUID": uid(),
        "SeriesInstanceUID": uid(),
        "StudyDate": "20261121",
        "StudyTime": "101500",
        "AccessionNumber": "A1",
        "Modality": "CT",
        "PatientName": "SYNTHETIC^Person",
        "PatientID": "9990000018",
        "PatientBirthDate": "19600102",
        "PatientSex": "F",
        "SeriesNumber": 1,
        "InstanceNumber": 1,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 0,
        "PixelData": pixels,
    }
    dataset = Dataset()
    with disable_value_validation():
        for keyword, value in (attributes | keywords).items():
            if value is not None:
                setattr(dataset, keyword, value)
    return dataset


def part10(dataset: Dataset | None = None, transfer_syntax: str = ExplicitVRLittleEndian, **keywords: Any) -> bytes:
    """A Part 10 file of `dataset`, or of `image(**keywords)`, of values that no writer should write too."""
    made = dataset if dataset is not None else image(**keywords)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = pydicom.uid.UID(transfer_syntax)
    made.file_meta.MediaStorageSOPClassUID = CT_IMAGE_STORAGE
    made.file_meta.MediaStorageSOPInstanceUID = "1.2"
    buffer = io.BytesIO()
    with disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(buffer, made, enforce_file_format=True)
    return buffer.getvalue()


def raw_part10(*elements: bytes, transfer_syntax: str = ExplicitVRLittleEndian) -> bytes:
    """A Part 10 file whose data set is these bytes, whatever they are."""
    syntax = transfer_syntax.encode() + b"\0" * (len(transfer_syntax) % 2)
    meta = element(0x00020010, "UI", syntax)
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", struct.pack("<L", len(meta))) + meta + b"".join(elements)


def element(tag: int, vr: str, value: bytes, length: int | None = None, order: str = "<") -> bytes:
    """One explicit VR element; `length` may lie."""
    size = len(value) if length is None else length
    head = struct.pack(f"{order}HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr in {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}:
        return head + struct.pack(f"{order}HL", 0, size) + value
    return head + struct.pack(f"{order}H", size) + value


def item(content: bytes, tag: int = 0xFFFEE000, length: int | None = None, order: str = "<") -> bytes:
    """An item (or one of its delimiters) around `content`."""
    size = len(content) if length is None else length
    return struct.pack(f"{order}HHL", tag >> 16, tag & 0xFFFF, size) + content


def identifiers() -> bytes:
    """The elements that every instance must have, in explicit VR."""
    uids = {0x00080016: CT_IMAGE_STORAGE, 0x00080018: uid(), 0x0020000D: uid(), 0x0020000E: uid()}
    return b"".join(element(tag, "UI", text.encode() + b"\0" * (len(text) % 2)) for tag, text in uids.items())


def multipart(*files: bytes, boundary: str = "boundary") -> tuple[bytes, dict[str, str]]:
    """A STOW-RS body of these files, and its Content-Type header."""
    parts = b"".join(
        b"--" + boundary.encode() + b"\r\nContent-Type: application/dicom\r\n\r\n" + file + b"\r\n" for file in files
    )
    headers = {"Content-Type": f'multipart/related; type="application/dicom"; boundary="{boundary}"'}
    return parts + b"--" + boundary.encode() + b"--\r\n", headers


def as_arrived(incoming: Incoming) -> RangedFile:
    """A file that has arrived, to be read by ranges."""

    def read(ranges: Sequence[Range]) -> bytes:
        content = right_bytes(incoming.path, incoming.sums, ranges)
        assert content is not None
        return content

    return RangedFile(incoming.path, incoming.size, read)
