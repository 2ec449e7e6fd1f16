"""Presentation states for a viewer to follow itself: ours, beside the pictures that the server draws of them."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.dicom.resources import StudyRef
from server.dicomweb.resources import instance, resource
from server.studies.looks import Looks
from server.web.json_answer import json_answer
from server.web.sign_in import caller
from server.web.workers import Workers

_STUDY = "/studies/{study}"
_PRIVATE = {"Cache-Control": "no-store"}


class PresentationLooks:
    """`GET …/presentation-states` and `GET …/instances/{instance}/look` below `/api/studies/{study}`."""

    def __init__(self, looks: Looks, workers: Workers) -> None:
        self._looks = looks
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [
            Route(f"{_STUDY}/presentation-states", self._all, methods=["GET"]),
            Route(f"{_STUDY}/series/{{series}}/instances/{{instance}}/look", self._one, methods=["GET"]),
        ]

    async def _all(self, request: Request) -> Response:
        found = await self._workers.run(self._looks.of, caller(request), StudyRef(resource(request).study_uid))
        return await json_answer(request, self._workers, orjson.dumps(found), "application/json", _PRIVATE)

    async def _one(self, request: Request) -> Response:
        look = await self._workers.run(self._looks.look, caller(request), instance(request))
        return await json_answer(request, self._workers, orjson.dumps(look), "application/json", _PRIVATE)
