"""Documents: encapsulated ones as the bytes they are, reports as pages and text (PS3.18 8.7.4)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action
from server.archive.values import Value, value_of
from server.catalogue.search import Located
from server.dicom.dicomjson import Attributes, value
from server.dicom.resources import ResourceRef
from server.errors import NotAcceptable
from server.rendering.reports.content import read_report
from server.rendering.reports.html import page
from server.rendering.reports.text import plain
from server.studies.retrieve import Retrieve
from server.studies.sound import SoundFiles

REPORTS = ("text/html", "text/plain")
PDF = "application/pdf"
DOCUMENTS = (*REPORTS, PDF)
"""What documents are sent as; the first is what a report is by default (PS3.18 table 8.7.4-1)."""

_DOCUMENT = "00420011"
_XML = {"text/xml", "application/xml", "text/plain"}


@dataclass(frozen=True, slots=True)
class Document:
    """An instance that is a document, and the media types it can be sent as, the default one first."""

    located: Located
    media_types: tuple[str, ...]

    @property
    def is_report(self) -> bool:
        """Whether it has a content tree rather than bytes of its own."""
        return self.media_types == REPORTS


@dataclass(frozen=True, slots=True)
class Found:
    """The documents of a resource, and how many instances of any kind it has."""

    documents: list[Document]
    instances: int


class Documents:
    """The documents among the instances of the archive."""

    def __init__(self, sound: SoundFiles, retrieve: Retrieve, audit: Audit) -> None:
        self._sound = sound
        self._retrieve = retrieve
        self._audit = audit

    def of(self, caller: Caller, ref: ResourceRef) -> Found:
        """The documents of a resource, in the order of its instances.

        `NotAcceptable` when the resource is one instance, an encapsulated document of a kind that is not shown here.
        """
        located = self._retrieve.locate(caller, Action.RENDER, ref)
        found = [self._document(one, alone=len(located) == 1) for one in located if one.image is None]
        documents = [one for one in found if one is not None]
        if documents:
            self._audit.look(caller, Action.RENDER, ref.study_uid)
        return Found(documents, len(located))

    def content(self, document: Document, media_type: str, root: str) -> Iterator[bytes]:
        """Its bytes; `root` is the DICOMweb root, for the links of a page."""
        header = self._retrieve.header(document.located)
        if media_type == "text/html":
            yield page(read_report(header), root).encode()
        elif document.is_report:
            yield plain(read_report(header)).encode()
        else:
            yield from self._bytes(document.located, header)

    def _document(self, located: Located, *, alone: bool) -> Document | None:
        header = self._retrieve.header(located)
        if str(value(header, "ValueType")) == "CONTAINER":
            return Document(located, REPORTS)
        if _DOCUMENT not in header:
            return None
        kind = str(value(header, "MIMETypeOfEncapsulatedDocument") or "").strip().lower()
        if kind == PDF:
            return Document(located, (PDF,))
        if kind in _XML:
            # a stylesheet that a document names could be active, so it is text to read
            return Document(located, ("text/plain",))
        if alone:
            raise NotAcceptable("Encapsulated documents of this kind are not shown here; see bulkdata.", kind=kind[:80])
        return None

    def _bytes(self, located: Located, header: Attributes) -> Iterator[bytes]:
        element = header[_DOCUMENT]
        if "BulkDataURI" in element:
            found = value_of(self._sound.mapped(located), _DOCUMENT)
        else:
            content = base64.b64decode(element.get("InlineBinary", ""))
            found = Value(len(content), self._sound.by_range(located.digest, located.size), content=content)
        yield from found.pieces(0, _length(header, found))


def _length(header: Attributes, found: Value) -> int:
    """Without the byte that pads it to an even length (PS3.3 C.24.2: Encapsulated Document Length)."""
    told = value(header, "EncapsulatedDocumentLength")
    if isinstance(told, int) and found.length - 1 <= told <= found.length:
        return told
    last = b"".join(found.pieces(found.length - 1, found.length)) if found.length else b""
    return found.length - 1 if last == b"\0" else found.length
