"""What the worklist asks besides searching: how many studies match, and the institutions to choose among."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.catalogue.query import Level
from server.dicomweb.search_parameters import search_query
from server.studies.search import Search
from server.web.sign_in import caller
from server.web.workers import Workers


class Overview:
    """`GET /api/worklist/count` with the keys of a search for studies, and `GET /api/worklist/institutions`."""

    def __init__(self, search: Search, workers: Workers) -> None:
        self._search = search
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [
            Route("/worklist/count", self._count, methods=["GET"]),
            Route("/worklist/institutions", self._institutions, methods=["GET"]),
        ]

    async def _count(self, request: Request) -> Response:
        query = search_query(request.query_params.multi_items(), Level.STUDY, 1)
        return _answer({"studies": await self._workers.run(self._search.count, caller(request), query)})

    async def _institutions(self, request: Request) -> Response:
        return _answer({"institutions": await self._workers.run(self._search.institutions, caller(request))})


def _answer(told: object) -> Response:
    return Response(orjson.dumps(told), headers={"Cache-Control": "no-store"}, media_type="application/json")
