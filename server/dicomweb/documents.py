"""Rendered documents over HTTP: PDF and reports, in a browser too, where nothing of them may run (PS3.18 8.7.4)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from server.dicom.resources import ResourceRef
from server.dicomweb.accepting import Wish, require_utf_8
from server.dicomweb.addresses import Addresses
from server.errors import NotAcceptable
from server.studies.documents import PDF, Document, Documents, Found
from server.web.bodies import Part, answer
from server.web.conditional import etag_of, not_modified
from server.web.sign_in import caller
from server.web.workers import Workers

HEADERS = {
    "Cache-Control": "private, no-store",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
}
"""What is sent with a document: it is shown, and can do nothing."""


class RenderedDocuments:
    """Documents as resources of their own, and as parts of a series or study."""

    def __init__(self, documents: Documents, workers: Workers, addresses: Addresses) -> None:
        self._documents = documents
        self._workers = workers
        self._addresses = addresses

    async def of(self, request: Request, ref: ResourceRef) -> Found:
        """The documents of a resource that the caller may see."""
        return await self._workers.run(self._documents.of, caller(request), ref)

    async def answer(self, request: Request, document: Document, wanted: Sequence[Wish]) -> Response:
        """The document alone, as what is wanted most of what it can be; `NotAcceptable` names what that is."""
        require_utf_8(request)
        media_type = form_of(document, [one for one in wanted if one.multipart is not True])
        if media_type is None:
            raise NotAcceptable("The document cannot be sent so.", available=list(document.media_types))
        root = self._addresses.root(request)
        etag = etag_of("document", document.located.digest, media_type, root)
        headers = HEADERS | {"ETag": etag, "Content-Type": content_type(media_type)}
        if media_type == PDF:
            # a document with code of its own is nobody's origin; its name is ours, so nothing of it is in a header
            headers["Content-Security-Policy"] = f"sandbox; {HEADERS['Content-Security-Policy']}"
            headers["Content-Disposition"] = f'inline; filename="{document.located.ref.instance_uid}.pdf"'
        if not_modified(request, etag):
            return Response(status_code=304, headers=headers)
        return await answer(request, self._workers, self._documents.content(document, media_type, root), headers)

    def part(self, request: Request, document: Document, media_type: str) -> Part:
        """The document as a part among others."""
        root = self._addresses.root(request)
        location = f"{root}/{document.located.ref.path}/rendered"
        return Part(
            {"Content-Type": content_type(media_type), "Content-Location": location},
            lambda: self._documents.content(document, media_type, root),
        )


def form_of(document: Document, wanted: Sequence[Wish]) -> str | None:
    """Which of its media types is wanted most; None when none is."""
    return next((kind for one in wanted for kind in document.media_types if one.covers(kind)), None)


def content_type(media_type: str) -> str:
    """The media type, of text with its character set."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
