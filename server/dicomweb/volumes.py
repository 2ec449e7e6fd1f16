"""Rendered MPR and 3D volumes of a series or a multi-frame instance (PS3.18 10.4.1.1.7, 10.4.1.1.8, 8.3.5.3)."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.resources import InstanceRef, SeriesRef, StudyRef
from server.dicomweb.accepting import require_utf_8
from server.dicomweb.ready import ReadyAnswers, bytes_of
from server.dicomweb.resources import resource
from server.errors import Malformed
from server.rendering.pipeline import Picture
from server.rendering.volume.request import PICTURES, VolumeRequest, parse_volume, wants_metadata
from server.studies.volumes import Volumes, VolumeTarget
from server.web.json_answer import json_answer
from server.web.negotiation import accepted, choose
from server.web.sign_in import caller
from server.web.workers import Workers

_JSON = ("application/dicom+json", "application/json")
_PRIVATE = {"Cache-Control": "private, max-age=3600, immutable", "Vary": "Accept", "X-Content-Type-Options": "nosniff"}


class RenderedVolumes:
    """The rendered volume resources over HTTP."""

    def __init__(self, volumes: Volumes, ready: ReadyAnswers, workers: Workers) -> None:
        self._volumes = volumes
        self._ready = ready
        self._workers = workers

    async def mpr(self, request: Request) -> Response:
        """`GET …/renderedMPR`: a plane or slab through the volume."""
        return await self._answer(request, solid=False)

    async def solid(self, request: Request) -> Response:
        """`GET …/rendered3D`: the volume from outside, as a solid or projected whole."""
        return await self._answer(request, solid=True)

    async def _answer(self, request: Request, *, solid: bool) -> Response:
        require_utf_8(request)
        ref = _volume(request)
        wanted = accepted(request.headers.get("accept"), request.query_params.get("accept"))
        if wants_metadata(request.query_params):
            kind = choose(wanted, _JSON)
            wish = parse_volume(request.query_params, PICTURES[0], solid=solid)
            told = await self._workers.run(self._applied, caller(request), ref, wish)
            return await json_answer(request, self._workers, orjson.dumps([told]), kind, {})
        wish = parse_volume(request.query_params, choose(wanted, PICTURES), solid=solid)
        known = request.headers.get("if-none-match", "")
        target, picture, version = await self._workers.run_for(request, self._draw, caller(request), ref, wish, known)
        headers = _PRIVATE | {"ETag": target.etag}
        if picture is None:
            return Response(status_code=304, headers=headers)
        headers["Lightbox-Window"] = str(picture.window)
        answer = Response(picture.data, headers=headers, media_type=picture.media_type)
        self._ready.keep(request.scope, version, lambda by: bytes_of(self._volumes.at_hand(by, ref, target)), answer)
        return answer

    def _draw(
        self, by: Caller, ref: SeriesRef | InstanceRef, wish: VolumeRequest, known: str
    ) -> tuple[VolumeTarget, Picture | None, int]:
        """As in `Rendered`: the images, their picture unless it is `known`, and the version of the catalogue."""
        version = self._ready.version()
        target = self._volumes.target(by, ref, wish)
        return target, None if target.etag in known else self._volumes.picture(target), version

    def _applied(self, by: Caller, ref: SeriesRef | InstanceRef, wish: VolumeRequest) -> dict[str, Any]:
        return self._volumes.applied(self._volumes.target(by, ref, wish))


def _volume(request: Request) -> SeriesRef | InstanceRef:
    """The series or instance that the path names."""
    ref = resource(request)
    if isinstance(ref, StudyRef):
        raise Malformed("A volume is made of one series or one multi-frame instance.")
    return ref
