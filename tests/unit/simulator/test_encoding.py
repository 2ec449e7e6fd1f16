"""A file spliced from shared and own elements is the file pydicom reads and would write."""

from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from simulator.encoding import SeriesEncoder


@pytest.fixture
def shared() -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = "Prydderch^Llŷr"
    dataset.InstanceNumber = 0
    dataset.Rows, dataset.Columns = 3, 5
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PhotometricInterpretation = "MONOCHROME2"
    return dataset


def own(number: int) -> dict[str, str | int]:
    return {"SOPInstanceUID": f"2.25.{number}", "InstanceNumber": number}


def test_read_back(shared: Dataset) -> None:
    pixels = np.arange(15, dtype=np.uint16).reshape(3, 5)
    encoder = SeriesEncoder(shared)
    for number in (1, 12345):
        read = dcmread(BytesIO(encoder.encode(own(number), pixels)))
        assert read.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
        assert read.file_meta.MediaStorageSOPInstanceUID == read.SOPInstanceUID == f"2.25.{number}"
        assert read.InstanceNumber == number, "what an instance says of itself wins"
        assert str(read.PatientName) == "Prydderch^Llŷr"
        np.testing.assert_array_equal(read.pixel_array, pixels)


def test_elements_are_in_order_and_written_as_pydicom_writes_them(shared: Dataset) -> None:
    pixels = np.arange(15, dtype=np.uint16).reshape(3, 5)
    made = SeriesEncoder(shared).encode(own(9), pixels)
    read = dcmread(BytesIO(made))
    tags = [element.tag for element in read]
    assert tags == sorted(tags)
    buffer = BytesIO()
    read.save_as(buffer, enforce_file_format=True)
    assert buffer.getvalue() == made


def test_pixels_of_any_layout_are_written_row_by_row(shared: Dataset) -> None:
    pixels = np.arange(15, dtype=">u2").reshape(5, 3).T
    read = dcmread(BytesIO(SeriesEncoder(shared).encode(own(1), pixels)))
    np.testing.assert_array_equal(read.pixel_array, pixels)
