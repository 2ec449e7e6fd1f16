"""A Part 10 file: its meta information, and the one scan of its data set that everything else is made from.

The scan checks that every length lies inside its parent, that the last element ends where the file ends, and that
nothing is nested without bound, so that what comes after may trust the file.
"""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from server.dicom.dictionary import Attributes
from server.dicom.headers import explicit_header
from server.dicom.scan import Scan
from server.dicom.spans import Buffer, PixelData, Span
from server.dicom.telling import BulkValue
from server.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)
from server.errors import Malformed, NotFound, TooLarge

LARGEST_INFLATED = 512 * 2**20
"""A deflated data set may grow to this size; the ratio is bounded beyond the first 16 MiB (see `_inflate`)."""

_PATH = re.compile(r"[0-9A-Fa-f]{8}(?:/[1-9][0-9]{0,6}/[0-9A-Fa-f]{8})*")


@dataclass(frozen=True, slots=True)
class Structure:
    """What a scan found. Offsets count from the file's start, or from the inflated data set's when deflated.

    `attributes` is the DICOM JSON of the data set; a BulkDataURI in it is the path of `bulk` alone, until
    `place_bulk_data`.
    """

    transfer_syntax_uid: str
    dataset_offset: int
    elements: Mapping[int, Span]
    pixel_data: PixelData | None
    attributes: Attributes = field(repr=False)
    bulk: Sequence[BulkValue] = field(repr=False)
    inflated: bytes | None = field(default=None, repr=False)

    def place_bulk_data(self, path: str) -> None:
        """Lets every BulkDataURI begin with where the instance is found."""
        for value in self.bulk:
            value.element["BulkDataURI"] = f"{path}/bulkdata/{value.path}"

    def bulk_reader(self, data: Buffer) -> Callable[[str], bytes]:
        """Reads the value in little endian that a BulkDataURI in `attributes` names; `data` is the whole file."""
        spans = {value.element["BulkDataURI"]: value.span for value in self.bulk}
        content = data if self.inflated is None else self.inflated
        return lambda uri: spans[uri].read(content)


def examine(data: Buffer) -> Structure:
    """Scans a whole Part 10 file (PS3.10 7); `Malformed` says where it is broken, `TooLarge` what it exceeds."""
    syntax, offset, inflated, scan = _begin(data)
    scan.run()
    if not scan.elements:
        raise Malformed("The file ends after its file meta information: it has no data set.")
    return Structure(syntax, offset, scan.elements, scan.pixel_data, scan.attributes, scan.bulk, inflated)


def texts(data: Buffer, tags: Sequence[int]) -> list[str]:
    """These outermost elements as text, "" when missing, as far as a file can be scanned until it proves broken.

    It is for files that were refused, so nothing but the scan may look at them.
    """
    elements: Mapping[int, Span] = {}
    with suppress(Malformed, TooLarge):
        _, _, inflated, scan = _begin(data)
        elements, data = scan.elements, inflated or data
        scan.run()
    return [_text(data, elements.get(tag)) for tag in tags]


@dataclass(frozen=True, slots=True)
class Found:
    """A value of a file: where it lies in the file, or in `inflated`, its data set, when that is deflated."""

    span: Span
    inflated: bytes | None = field(default=None, repr=False)

    def read(self, data: Buffer) -> bytes:
        """The value in little endian, from the whole file."""
        return self.span.read(data if self.inflated is None else self.inflated)


def find_value(data: Buffer, path: str) -> Found:
    """The value that a BulkDataURI names by its path of tags and item numbers; `NotFound` when there is none.

    The file is scanned no farther than the value.
    """
    wanted = path.upper()
    if _PATH.fullmatch(path):
        _, _, inflated, scan = _begin(data)
        scan.run(until=wanted)
        for value in reversed(scan.bulk):
            if value.path == wanted:
                return Found(value.span, inflated)
    raise NotFound("The instance has no bulk data there.", path=path[:200])


def _begin(data: Buffer) -> tuple[str, int, bytes | None, Scan]:
    """The transfer syntax, where the data set starts, its inflated bytes if deflated, and a scan yet to run."""
    if data[128:132] != b"DICM":
        raise Malformed("This is not a DICOM Part 10 file: 'DICM' is missing after the 128 byte preamble.")
    meta, dataset_offset = file_meta(data)
    syntax = _text(data, meta.get(0x00020010))
    if not syntax:
        raise Malformed("The file meta information names no Transfer Syntax UID (0002,0010).")
    inflated = None
    if syntax == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN:
        inflated = _inflate(data, dataset_offset)
    scan = Scan(
        data if inflated is None else inflated,
        dataset_offset if inflated is None else 0,
        implicit=syntax == IMPLICIT_VR_LITTLE_ENDIAN,
        order=">" if syntax == EXPLICIT_VR_BIG_ENDIAN else "<",
    )
    return syntax, dataset_offset, inflated, scan


def file_meta(data: Buffer) -> tuple[dict[int, Span], int]:
    """Group 0002, always explicit little endian (PS3.10 7.1), and where the data set starts."""
    elements: dict[int, Span] = {}
    position = 132
    while position + 8 <= len(data) and data[position : position + 2] == b"\x02\x00":
        tag, vr, length, position = explicit_header(data, position)
        if position + length > len(data):
            raise Malformed("The file meta information is cut short.", tag=f"{tag:08X}")
        elements[tag] = Span(vr, position, length)
        position += length
    return elements, position


def _text(data: Buffer, span: Span | None) -> str:
    if span is None:
        return ""
    return bytes(data[span.offset : span.offset + span.length]).rstrip(b"\0 ").decode("ascii", "replace")


def _inflate(data: Buffer, start: int) -> bytes:
    """The data set of a deflated file (PS3.5 A.5), its size bounded while it grows."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    bound = min(LARGEST_INFLATED, 16 * 2**20 + 100 * (len(data) - start))
    try:
        inflated = stream.decompress(data[start:], bound)
    except zlib.error as error:
        raise Malformed("The deflated data set cannot be inflated.") from error
    if stream.unconsumed_tail:
        raise TooLarge("The deflated data set grows beyond what is accepted.", limit=bound)
    if not stream.eof:
        raise Malformed("The deflated data set is cut short.")
    return inflated
