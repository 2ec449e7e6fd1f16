"""QIDO-RS: searching for studies, series and instances (PS3.18 10.6, 8.3.4)."""

from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.catalogue.query import Found, Level, Query
from server.dicom.dicomxml import to_xml
from server.dicom.resources import StudyRef
from server.dicomweb.addresses import Addresses
from server.dicomweb.ready import ReadyAnswers
from server.dicomweb.resources import resource
from server.dicomweb.search_parameters import search_query
from server.errors import NotAcceptable
from server.studies.search import Asked, Search
from server.web.json_answer import json_answer
from server.web.multipart import closing, new_boundary, part_head
from server.web.negotiation import MediaType, accepted
from server.web.sign_in import caller
from server.web.together import Together
from server.web.workers import Workers

_JSON = ("application/dicom+json", "application/json")
_XML = "application/dicom+xml"
_MULTIPART_XML = f'multipart/related; type="{_XML}"'
_AT_ONCE = 2
_MOST_TOGETHER = 16
_WEIGHT_OF_PAGE = 4
_HEADERS = {"Cache-Control": "private, no-store", "Vary": "Accept"}


class Qido:
    """The search transaction over HTTP."""

    def __init__(
        self, search: Search, ready: ReadyAnswers, workers: Workers, addresses: Addresses, most_results: int
    ) -> None:
        self._search = search
        self._ready = ready
        self._workers = workers
        self._addresses = addresses
        self._most_results = most_results
        self._together = Together(
            workers, search.search_together, at_once=_AT_ONCE, most=_MOST_TOGETHER, weight=_weight
        )

    async def studies(self, request: Request) -> Response:
        """`GET /studies`."""
        return await self._answer(request, Level.STUDY)

    async def series(self, request: Request) -> Response:
        """`GET /series` and `GET /studies/{study}/series`."""
        return await self._answer(request, Level.SERIES)

    async def instances(self, request: Request) -> Response:
        """`GET /instances`, also of a study or series."""
        return await self._answer(request, Level.INSTANCE)

    async def _answer(self, request: Request, level: Level) -> Response:
        kind = _media_type(accepted(request.headers.get("accept"), request.query_params.get("accept")))
        ref = resource(request) if "study" in request.path_params else None
        query = search_query(
            request.query_params.multi_items(),
            level,
            self._most_results,
            study_uid=ref.study_uid if ref else None,
            series_uid=ref.series_uid if ref and not isinstance(ref, StudyRef) else None,
        )
        by, root = caller(request), self._addresses.root(request)
        version, seen = self._ready.version(), self._search.scope(by)
        found = await self._find(by, query, root)
        headers = _warning(found)
        if not found.matches:
            return Response(status_code=204, headers=_HEADERS | headers)  # PS3.18 8.3.4.4.1: no results, no content
        if kind == _MULTIPART_XML:
            boundary = new_boundary()
            content = await self._workers.run(_xml_parts, found.matches, boundary)
            headers["Content-Type"] = f"{_MULTIPART_XML}; boundary={boundary}"
            return Response(content, headers=_HEADERS | headers)
        content = b"[" + b",".join(found.matches) + b"]"
        answer = await json_answer(request, self._workers, content, kind, headers)
        if study_uid := query.looks_at:

            def may(by: Caller) -> bool:
                return self._search.scope(by) == seen and self._search.is_looking(by, study_uid)

            self._ready.keep_bytes(request.scope, version, may, answer, [bytes(answer.body)])
        return answer

    async def _find(self, by: Caller, query: Query, root: str) -> Found:
        """What the search finds: with others if it is quick, else by itself, so that nobody waits for it."""
        if query.is_narrow or query.is_page:
            return await self._together.run(Asked(by, query, root))
        return await self._workers.run(self._search.search, by, query, root)


def _weight(asked: Asked) -> int:
    """Of the searches that go together: how many that find one patient take as long."""
    return 1 if asked.query.is_narrow else _WEIGHT_OF_PAGE


def _media_type(wanted: Sequence[MediaType]) -> str:
    """JSON or parts of XML, whichever is wanted most (PS3.18 10.6.1); JSON for a wildcard."""
    for one in wanted:
        if one.name == "multipart/related":
            if one.parameters.get("type", _XML).lower() == _XML:
                return _MULTIPART_XML
            continue
        for name in _JSON:
            if one.covers(name):
                return name
        if one.covers("multipart/related"):
            return _MULTIPART_XML
    raise NotAcceptable("None of the accepted media types can be sent.", available=[*_JSON, _MULTIPART_XML])


def _xml_parts(matches: Sequence[bytes], boundary: str) -> bytes:
    """One part a match (PS3.18 8.7.3.2)."""
    pieces: list[bytes] = []
    for match in matches:
        pieces += [part_head(boundary, {"Content-Type": _XML}, first=not pieces), to_xml(orjson.loads(match))]
    return b"".join((*pieces, closing(boundary)))


def _warning(found: Found) -> dict[str, str]:
    """The Warning header of PS3.18 8.3.4: more to come, and keys that this level does not match."""
    warnings = []
    if found.more:
        warnings.append("There are additional results that can be requested; use offset and limit.")
    if found.unmatched:
        names = " ".join(found.unmatched)
        warnings.append(f"These parameters cannot be matched at this level and were ignored: {names}")
    return {"Warning": ", ".join(f'299 lightbox "{text}"' for text in warnings)} if warnings else {}
