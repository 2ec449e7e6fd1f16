"""QIDO-RS: searching for studies, series and instances (PS3.18 10.6, 8.3.4)."""

import re

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.catalogue.matching import Level, Query
from server.dicom.attributes import Attribute, attribute
from server.dicom.resources import StudyRef
from server.dicomweb.addresses import Addresses
from server.dicomweb.resources import resource
from server.errors import Malformed
from server.studies.search import Search
from server.web.json_answer import json_answer
from server.web.negotiation import accepted, choose
from server.web.sign_in import caller
from server.web.workers import Workers

_NOT_KEYS = {"limit", "offset", "includefield", "fuzzymatching", "accept", "charset", "emptyvaluematching"}
_DEFAULT_LIMIT = 1000


class Qido:
    """The search transaction over HTTP."""

    def __init__(self, search: Search, workers: Workers, addresses: Addresses, most_results: int) -> None:
        self._search = search
        self._workers = workers
        self._addresses = addresses
        self._most_results = most_results

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
        wanted = accepted(request.headers.get("accept"), request.query_params.get("accept"))
        kind = choose(wanted, ("application/dicom+json", "application/json"))
        query, ignored = self._query(request, level)
        root = self._addresses.root(request)
        found = await self._workers.run(self._search.search, caller(request), query, root)
        headers = {}
        warnings = _warnings(request, found.more, (*ignored, *found.unmatched))
        if warnings:
            headers["Warning"] = ", ".join(f'299 lightbox "{text}"' for text in warnings)
        if not found.matches:
            return Response(status_code=204, headers=headers)  # PS3.18 table 10.6.3-1: zero results
        content = await self._workers.run(orjson.dumps, found.matches)
        return await json_answer(request, self._workers, content, kind, headers)

    def _query(self, request: Request, level: Level) -> tuple[Query, list[str]]:
        keys: list[tuple[Attribute, str]] = []
        ignored = []
        parameters = request.query_params.multi_items()
        for name, text in parameters:
            if name in _NOT_KEYS:
                continue
            path = [attribute(part) for part in name.split(".")]
            if len(path) == 1:
                keys.append((path[0], text))
            else:
                ignored.append(name)
        ref = resource(request) if "study" in request.path_params else None
        query = Query(
            level=level,
            keys=keys,
            include=_include([text for name, text in parameters if name == "includefield"]),
            limit=min(_whole(request, "limit", _DEFAULT_LIMIT), self._most_results),
            offset=_whole(request, "offset", 0),
            study_uid=ref.study_uid if ref else None,
            series_uid=ref.series_uid if ref and not isinstance(ref, StudyRef) else None,
        )
        return query, ignored


def _include(fields: list[str]) -> frozenset[str] | None:
    """The tags of every `includefield`, None for all (PS3.18 8.3.4.3); of a path, the sequence it starts in."""
    names = [name.strip() for field in fields for name in field.split(",") if name.strip()]
    if "all" in names:
        return None
    return frozenset(attribute(name.split(".")[0]).tag for name in names)


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Malformed(f"{name} is a whole number, 0 or more.", value=text[:80])
    return int(text)


def _warnings(request: Request, more: bool, unmatched: tuple[str, ...]) -> list[str]:
    warnings = []
    if more:
        warnings.append("There are more results than were sent; use offset and limit.")
    if request.query_params.get("fuzzymatching", "false").lower() == "true":
        warnings.append("The fuzzymatching parameter is not supported. Only literal matching has been performed.")
    if unmatched:
        warnings.append(f"These parameters cannot be matched at this level and were ignored: {' '.join(unmatched)}")
    return warnings
