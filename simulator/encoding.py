"""A series' attributes and one image's pixels -> the bytes of a PS3.10 file."""

import struct

import numpy as np
from numpy.typing import NDArray
from pydicom.charset import convert_encodings
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element, write_file_meta_info
from pydicom.uid import UID, ExplicitVRLittleEndian

IMPLEMENTATION_CLASS_UID = UID("2.25.38275141527635517272353079919707705623")
IMPLEMENTATION_VERSION_NAME = "LIGHTBOX_SIM_1"

_PIXEL_DATA = 0x7FE00010
_PREAMBLE = bytes(128) + b"DICM"


class SeriesEncoder:
    """Encodes what the instances of a series share once, and each instance's own attributes as they come.

    Writing the whole dataset for every slice is what limits most generators; here a slice costs only the
    handful of elements that differ from its neighbour's.
    """

    def __init__(self, shared: Dataset) -> None:
        self._encodings = convert_encodings(shared.get("SpecificCharacterSet", "ISO_IR 6"))
        self._sop_class_uid = UID(shared.SOPClassUID)
        self._shared = self._elements(shared)

    def encode(self, own: Dataset, pixels: NDArray[np.uint16]) -> bytes:
        """Return a PS3.10 file in Explicit VR Little Endian.

        `own` holds at least SOPInstanceUID and wins over what the series shares; `pixels` is rows x columns.
        """
        elements = self._shared | self._elements(own)
        elements[_PIXEL_DATA] = _pixel_data(pixels)
        file_meta = self._file_meta(UID(own.SOPInstanceUID))
        return b"".join([_PREAMBLE, file_meta, *(elements[tag] for tag in sorted(elements))])

    def _elements(self, dataset: Dataset) -> dict[int, bytes]:
        return {int(element.tag): self._element(dataset, int(element.tag)) for element in dataset}

    def _element(self, dataset: Dataset, tag: int) -> bytes:
        buffer = _little_endian_buffer()
        write_data_element(buffer, dataset[tag], self._encodings)
        return buffer.getvalue()

    def _file_meta(self, instance_uid: UID) -> bytes:
        meta = FileMetaDataset()
        meta.FileMetaInformationVersion = b"\x00\x01"
        meta.MediaStorageSOPClassUID = self._sop_class_uid
        meta.MediaStorageSOPInstanceUID = instance_uid
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
        meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
        buffer = _little_endian_buffer()
        write_file_meta_info(buffer, meta)
        return buffer.getvalue()


def _little_endian_buffer() -> DicomBytesIO:
    buffer = DicomBytesIO()
    buffer.is_little_endian = True
    buffer.is_implicit_VR = False
    return buffer


def _pixel_data(pixels: NDArray[np.uint16]) -> bytes:
    # PS3.5 A.2: native pixels of 16 bits allocated are OW, whose length field is 32 bits wide.
    value = np.ascontiguousarray(pixels, dtype="<u2").tobytes()
    return struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, len(value)) + value
