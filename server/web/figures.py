"""What this server process has done since it started, in numbers that name nobody."""

from collections.abc import Callable, Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route


class Figures:
    """Counters by name, each read when it is asked for."""

    def __init__(self, counters: Mapping[str, Callable[[], int]]) -> None:
        self._counters = counters

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [Route("/figures", self.told, methods=["GET"])]

    async def told(self, _request: Request) -> Response:
        """All counters as they are now."""
        counted = {name: count() for name, count in self._counters.items()}
        return Response(orjson.dumps(counted), 200, {"Cache-Control": "no-store"}, "application/json")
