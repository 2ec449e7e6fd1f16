"""Data sets of the two transfer syntaxes that web services do not use, in explicit VR little endian.

PS3.18 8.7.3: neither Implicit VR Little Endian nor Explicit VR Big Endian shall be used with web services.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pydicom
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from server.dicom.values import in_little_endian
from server.errors import Malformed, NotAcceptable

_WORDS = frozenset("OW OF OL OD OV".split())


@contextmanager
def _quietly() -> Iterator[None]:
    """While values are read: pydicom's warnings quote them, which no log may hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_header(content: bytes) -> Dataset:
    """The data set of a Part 10 file that has been scanned, up to its pixel data."""
    try:
        with _quietly():
            return pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)
    except Exception as error:  # pydicom raises whatever a bad value happens to trip
        raise Malformed("The header cannot be read as DICOM.", cause=type(error).__name__) from error


def explicit_little_endian(dataset: Dataset, big_endian: bool) -> bytes:
    """The elements of a data set as pydicom has read them, encoded anew; `NotAcceptable` when one resists."""
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = False, True
    try:
        with _quietly():
            if big_endian:
                _swap(dataset)
            write_dataset(buffer, dataset)
    except Exception as error:  # pydicom raises whatever a bad value happens to trip
        raise NotAcceptable(
            "The data set holds a value that cannot be encoded in Explicit VR Little Endian.",
            cause=type(error).__name__,
        ) from error
    return buffer.getvalue()


def elements(content: bytes, *, implicit: bool, big_endian: bool) -> Dataset:
    """The data set of bytes that are no whole file."""
    with _quietly():
        return read_dataset(io.BytesIO(content), is_implicit_VR=implicit, is_little_endian=not big_endian)


def _swap(dataset: Dataset) -> None:
    """pydicom swaps numbers and leaves the words of binary values as they are."""
    for element in dataset.iterall():
        if element.VR in _WORDS and isinstance(element.value, bytes):
            element.value = in_little_endian(element.value, element.VR, ">")
