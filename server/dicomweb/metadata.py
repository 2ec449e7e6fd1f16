"""WADO-RS: metadata, the DICOM JSON or XML of instances without their bulk data (PS3.18 10.4.1.1.2, annex F)."""

from collections.abc import Iterator, Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.catalogue.metadata import Revision
from server.dicom.dicomxml import to_xml
from server.dicomweb.accepting import media_type_of
from server.dicomweb.addresses import Addresses
from server.dicomweb.ready import ReadyAnswers
from server.dicomweb.resources import resource
from server.studies.retrieve import Retrieve
from server.web.bodies import Content, Gathered, Part, multipart_pieces, multipart_type, respond
from server.web.conditional import etag_of, http_date, not_modified
from server.web.encodings import compressed, content_coding
from server.web.sign_in import caller
from server.web.workers import Workers

_JSON = ("application/dicom+json", "application/json")
_XML = "application/dicom+xml"
_HEADERS = {"Cache-Control": "private, no-store", "Vary": "Accept, Accept-Encoding"}


class Metadata:
    """The metadata resources over HTTP, at the three levels."""

    def __init__(self, retrieve: Retrieve, ready: ReadyAnswers, workers: Workers, addresses: Addresses) -> None:
        self._retrieve = retrieve
        self._ready = ready
        self._workers = workers
        self._addresses = addresses

    async def get(self, request: Request) -> Response:
        """`GET …/metadata`; JSON in one array, XML in one part an instance."""
        kind = media_type_of(request, (*_JSON, _XML))
        coding = content_coding(request.headers.get("accept-encoding"))
        root = self._addresses.root(request)
        by, ref = caller(request), resource(request)
        version = self._ready.version()
        owner = ""

        def make() -> Content | Response:
            nonlocal owner
            revisions = self._retrieve.metadata(by, ref)
            etag = etag_of("metadata", root, kind, coding, *((one.digest, one.length) for one in revisions))
            modified = max(one.stored_at for one in revisions)
            headers = _HEADERS | {"ETag": etag, "Last-Modified": http_date(modified)}
            if not_modified(request, etag, modified):
                return Response(status_code=304, headers=headers)
            if coding != "identity":
                headers["Content-Encoding"] = coding
            if kind == _XML:
                boundary = etag.strip('"')
                headers["Content-Type"] = multipart_type(_XML, boundary)
                pieces = multipart_pieces(boundary, self._documents(revisions, root))
            else:
                headers["Content-Type"] = kind
                pieces = _array(self._objects(revisions, root))
            owner = revisions[0].organisation
            return Content(headers, compressed(pieces, coding))

        response = await respond(request, self._workers, make)
        if owner and isinstance(response, Gathered):

            def may(by: Caller) -> bool:
                return self._retrieve.is_looking(by, ref.study_uid, owner)

            self._ready.keep_bytes(request.scope, version, may, response, response.pieces)
        return response

    def _objects(self, revisions: Sequence[Revision], root: str) -> Iterator[bytes]:
        # a quote inside a JSON string is escaped, so these bytes are always the key itself
        absolute = f'"BulkDataURI":"{root}/'.encode()
        for one in self._retrieve.attributes(revisions):
            yield one.replace(b'"BulkDataURI":"', absolute)

    def _documents(self, revisions: Sequence[Revision], root: str) -> Iterator[Part]:
        for one in self._objects(revisions, root):
            document = to_xml(orjson.loads(one))
            yield Part({"Content-Type": _XML}, lambda document=document: iter([document]))  # type: ignore[misc]


def _array(objects: Iterator[bytes]) -> Iterator[bytes]:
    before = b"["
    for one in objects:
        yield before
        yield one
        before = b","
    yield b"[]" if before == b"[" else b"]"
