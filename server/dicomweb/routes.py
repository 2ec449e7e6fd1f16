"""Every DICOMweb resource and who answers it (PS3.18 tables 10.3-1 to 10.6.1-2)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.dicomweb.qido import Qido
from server.dicomweb.rendered import Rendered
from server.dicomweb.stow import Stow
from server.dicomweb.wado import Wado

Endpoint = Callable[[Request], Awaitable[Response]]

_STUDY = "/studies/{study}"
_SERIES = _STUDY + "/series/{series}"
_INSTANCE = _SERIES + "/instances/{instance}"


def routes(stow: Stow, qido: Qido, wado: Wado, rendered: Rendered) -> list[BaseRoute]:
    """The routes below the DICOMweb root."""
    both = [
        Route("/studies", _by_method(GET=qido.studies, POST=stow.post), methods=["GET", "POST"]),
        Route(_STUDY, _by_method(GET=wado.instances, POST=stow.post), methods=["GET", "POST"]),
    ]
    searched = [
        Route("/series", qido.series, methods=["GET"]),
        Route("/instances", qido.instances, methods=["GET"]),
        Route(_STUDY + "/series", qido.series, methods=["GET"]),
        Route(_STUDY + "/instances", qido.instances, methods=["GET"]),
        Route(_SERIES + "/instances", qido.instances, methods=["GET"]),
    ]
    retrieved = [
        *(Route(path, wado.instances, methods=["GET"]) for path in (_SERIES, _INSTANCE)),
        *(Route(path + "/metadata", wado.metadata, methods=["GET"]) for path in (_STUDY, _SERIES, _INSTANCE)),
        Route(_INSTANCE + "/frames/{frames}", wado.frames, methods=["GET"]),
        Route(_INSTANCE + "/bulkdata/{path:path}", wado.bulk_data, methods=["GET"]),
    ]
    pictures = [
        *(
            Route(f"{path}/{kind}", rendered.representative, methods=["GET"])
            for path in (_STUDY, _SERIES, _INSTANCE)
            for kind in ("rendered", "thumbnail")
        ),
        *(
            Route(_INSTANCE + "/frames/{frames}/" + kind, rendered.frame, methods=["GET"])
            for kind in ("rendered", "thumbnail")
        ),
    ]
    return [*both, *searched, *retrieved, *pictures]


def _by_method(**endpoints: Endpoint) -> Endpoint:
    """One endpoint for a path with several methods, so that a 405 names them all in `Allow`."""

    async def answer(request: Request) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return answer
