"""Refusals for people: who opens an address that leads nowhere reads a page with one sentence and a way on.

Programs are answered with problems (RFC 9457) as ever; a browser that opens an address asks for HTML before all else.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from server.errors import ServerError
from server.web.problems import STATUSES
from server.web.site import Site

Refusal = Callable[[Request, Exception], Awaitable[Response]]

_FOR_PROGRAMS = ("/dicomweb", "/api", "/wado", "/static", "/anonymous")
_KEPT = ("allow", "retry-after")
_NOTHING = "The address may be incomplete, or what it led to is no longer there."
_CODE = (
    "There is no session with this code. Codes are good for a day: ask whoever leads the session for the present one."
)


class Astray:
    """Tells whoever opened an address why it leads nowhere."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def told(self, refusal: Refusal) -> Refusal:
        """The same refusal, as a page where a person is waiting for one."""

        async def answer(request: Request, error: Exception) -> Response:
            refused = await refusal(request, error)
            if not _opened_by_a_person(request):
                return refused
            page = self._page(request.url.path, refused.status_code, error)
            page.headers.update(
                {name: refused.headers[name] for name in ("allow", "retry-after") if name in refused.headers}
            )
            return page

        return answer

    def _page(self, path: str, status: int, error: Exception) -> Response:
        if path.startswith("/join") and status == 404:
            return self._site.message(status, "No such session", _CODE, ("Try another code", "/join"))
        if status == 404:
            return self._site.message(status, "Nothing here", _NOTHING)
        title = next(title for code, (known, title) in STATUSES.items() if known == status)
        words = error.message if isinstance(error, ServerError) else "The worklist is a good place to begin again."
        return self._site.message(status, title, words)


def _opened_by_a_person(request: Request) -> bool:
    wants_page = request.headers.get("accept", "").startswith("text/html")
    return request.method == "GET" and wants_page and not request.url.path.startswith(_FOR_PROGRAMS)
