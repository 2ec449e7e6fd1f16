"""Statistics of a region of a frame, or of a plane through a series: ours, beside the standard's resources."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.dicom.resources import SeriesRef
from server.dicomweb.resources import frame_numbers, instance, resource
from server.errors import Malformed
from server.rendering.regions import parse_region
from server.rendering.volume.request import parse_section
from server.studies.statistics import Statistics
from server.web.json_answer import json_answer
from server.web.sign_in import caller
from server.web.workers import Workers


class RegionStatistics:
    """`GET …/frames/{frame}/statistics?shape=ellipse&points=x,y,x,y` below `/api`.

    `GET …/series/{series}/statistics` takes points in mm on the plane that `origin`, `right` and `down` make, or on the
    `slab` around it, projected by `method`.
    """

    def __init__(self, statistics: Statistics, workers: Workers) -> None:
        self._statistics = statistics
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        path = "/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/statistics"
        return [
            Route(path, self._get, methods=["GET"]),
            Route("/studies/{study}/series/{series}/statistics", self._on_plane, methods=["GET"]),
        ]

    async def _get(self, request: Request) -> Response:
        numbers = frame_numbers(request)
        if len(numbers) != 1:
            raise Malformed("Statistics are of one frame.")
        region = parse_region(request.query_params.get("shape", ""), request.query_params.get("points", ""))
        summary = await self._workers.run_for(
            request, self._statistics.of, caller(request), instance(request), numbers[0], region
        )
        return await json_answer(request, self._workers, orjson.dumps(summary.plain()), "application/json", {})

    async def _on_plane(self, request: Request) -> Response:
        ref = resource(request)
        if not isinstance(ref, SeriesRef):
            raise Malformed("A plane lies in one series.")
        region = parse_region(request.query_params.get("shape", ""), request.query_params.get("points", ""))
        section = parse_section(request.query_params)
        summary = await self._workers.run_for(request, self._statistics.on_plane, caller(request), ref, section, region)
        return await json_answer(request, self._workers, orjson.dumps(summary.plain()), "application/json", {})
