"""Statistics of a region of a frame over HTTP: ours, beside the standard's resources."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.dicomweb.resources import frame_numbers, instance
from server.errors import Malformed
from server.rendering.regions import parse_region
from server.studies.statistics import Statistics
from server.web.json_answer import json_answer
from server.web.sign_in import caller
from server.web.workers import Workers


class RegionStatistics:
    """`GET …/frames/{frame}/statistics?shape=ellipse&points=x,y,x,y` below `/api`."""

    def __init__(self, statistics: Statistics, workers: Workers) -> None:
        self._statistics = statistics
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        path = "/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/statistics"
        return [Route(path, self._get, methods=["GET"])]

    async def _get(self, request: Request) -> Response:
        numbers = frame_numbers(request)
        if len(numbers) != 1:
            raise Malformed("Statistics are of one frame.")
        region = parse_region(request.query_params.get("shape", ""), request.query_params.get("points", ""))
        summary = await self._workers.run_for(
            request, self._statistics.of, caller(request), instance(request), numbers[0], region
        )
        return await json_answer(request, self._workers, orjson.dumps(summary.plain()), "application/json", {})
