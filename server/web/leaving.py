"""Leaving a desk that others use too: `POST /leave` has the browser forget the pictures and habits that it kept.

Clear-Site-Data is obeyed over HTTPS and on this machine; elsewhere pictures are gone from the cache within the hour.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.web.site import Site

_FORGET = '"cache", "storage"'
_WORDS = (
    "This browser has forgotten the images, keys and rules that it kept. Close its window to end what is open in it."
)


class Leaving:
    """The end of somebody's use of a browser."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def entrances(self) -> list[BaseRoute]:
        """The routes at the top: what clears, and the page that says so."""
        return [Route("/leave", self._leave, methods=["POST"]), Route("/left", self._left, methods=["GET"])]

    async def _leave(self, _request: Request) -> Response:
        return Response(status_code=204, headers={"Cache-Control": "no-store", "Clear-Site-Data": _FORGET})

    async def _left(self, _request: Request) -> Response:
        return self._site.message(200, "This desk is clear", _WORDS, ("Back to the worklist", "/"))
