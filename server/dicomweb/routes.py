"""Every DICOMweb resource and who answers it (PS3.18 tables 10.3-1 to 10.6.1-2)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.dicomweb.changes import ChangeFeed
from server.dicomweb.qido import Qido
from server.dicomweb.removal import Removal
from server.dicomweb.rendered import Rendered
from server.dicomweb.stow import Stow
from server.dicomweb.volumes import RenderedVolumes
from server.dicomweb.wado import Wado

Endpoint = Callable[[Request], Awaitable[Response]]

_STUDY = "/studies/{study}"
_SERIES = _STUDY + "/series/{series}"
_INSTANCE = _SERIES + "/instances/{instance}"


def routes(
    stow: Stow,
    qido: Qido,
    wado: Wado,
    rendered: Rendered,
    volumes: RenderedVolumes,
    removal: Removal,
    changes: ChangeFeed,
) -> list[BaseRoute]:
    """The routes below the DICOMweb root."""
    several = [
        _route("/studies", GET=qido.studies, POST=stow.post),
        _route(_STUDY, GET=wado.instances.get, POST=stow.post, DELETE=removal.delete),
        _route(_SERIES, GET=wado.instances.get, DELETE=removal.delete),
        _route(_INSTANCE, GET=wado.instances.get, DELETE=removal.delete),
    ]
    searched = [
        Route("/series", qido.series, methods=["GET"]),
        Route("/instances", qido.instances, methods=["GET"]),
        Route(_STUDY + "/series", qido.series, methods=["GET"]),
        Route(_STUDY + "/instances", qido.instances, methods=["GET"]),
        Route(_SERIES + "/instances", qido.instances, methods=["GET"]),
    ]
    levels = (_STUDY, _SERIES, _INSTANCE)
    retrieved = [
        *(Route(path + "/metadata", wado.metadata.get, methods=["GET"]) for path in levels),
        *(Route(path + "/bulkdata", wado.bulk_data.everything, methods=["GET"]) for path in levels),
        *(Route(path + "/pixeldata", wado.bulk_data.pixels, methods=["GET"]) for path in levels),
        Route(_INSTANCE + "/frames/{frames}", wado.frames.get, methods=["GET"]),
        Route(_INSTANCE + "/bulkdata/{path:path}", wado.bulk_data.value, methods=["GET"]),
    ]
    pictures = [
        *(
            Route(f"{path}/{kind}", rendered.representative, methods=["GET"])
            for path in levels
            for kind in ("rendered", "thumbnail")
        ),
        *(
            Route(_INSTANCE + "/frames/{frames}/" + kind, rendered.frame, methods=["GET"])
            for kind in ("rendered", "thumbnail")
        ),
    ]
    solids = [
        *(Route(f"{path}/renderedMPR", volumes.mpr, methods=["GET"]) for path in (_SERIES, _INSTANCE)),
        *(Route(f"{path}/rendered3D", volumes.solid, methods=["GET"]) for path in (_SERIES, _INSTANCE)),
    ]
    followed = [Route("/changes", changes.changes, methods=["GET"])]
    return [*several, *searched, *retrieved, *pictures, *solids, *followed]


def _route(path: str, **endpoints: Endpoint) -> Route:
    """One route for a path with several methods, so that a 405 names them all in `Allow`."""

    async def answer(request: Request) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, answer, methods=list(endpoints))
