"""Every DICOMweb resource and who answers it (PS3.18 tables 10.3-1 to 10.6.1-2)."""

from starlette.routing import BaseRoute, Route

from server.dicomweb.qido import Qido
from server.dicomweb.rendered import Rendered
from server.dicomweb.stow import Stow
from server.dicomweb.wado import Wado

_STUDY = "/studies/{study}"
_SERIES = _STUDY + "/series/{series}"
_INSTANCE = _SERIES + "/instances/{instance}"


def routes(stow: Stow, qido: Qido, wado: Wado, rendered: Rendered) -> list[BaseRoute]:
    """The routes below the DICOMweb root."""
    searched = [
        Route("/studies", qido.studies, methods=["GET"]),
        Route("/series", qido.series, methods=["GET"]),
        Route("/instances", qido.instances, methods=["GET"]),
        Route(_STUDY + "/series", qido.series, methods=["GET"]),
        Route(_STUDY + "/instances", qido.instances, methods=["GET"]),
        Route(_SERIES + "/instances", qido.instances, methods=["GET"]),
    ]
    stored = [
        Route("/studies", stow.post, methods=["POST"]),
        Route(_STUDY, stow.post, methods=["POST"]),
    ]
    retrieved = [
        *(Route(path, wado.instances, methods=["GET"]) for path in (_STUDY, _SERIES, _INSTANCE)),
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
    return [*searched, *stored, *retrieved, *pictures]
