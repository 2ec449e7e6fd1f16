"""Rendered MPR and 3D volumes of a series or a multi-frame instance (PS3.18 10.4.1.1.7, 10.4.1.1.8, 8.3.5.3)."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.dicom.resources import StudyRef
from server.dicomweb.accepting import require_utf_8
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

    def __init__(self, volumes: Volumes, workers: Workers) -> None:
        self._volumes = volumes
        self._workers = workers

    async def mpr(self, request: Request) -> Response:
        """`GET …/renderedMPR`: a plane or slab through the volume."""
        return await self._answer(request, solid=False)

    async def solid(self, request: Request) -> Response:
        """`GET …/rendered3D`: the volume from outside, as a solid or projected whole."""
        return await self._answer(request, solid=True)

    async def _answer(self, request: Request, *, solid: bool) -> Response:
        require_utf_8(request)
        wanted = accepted(request.headers.get("accept"), request.query_params.get("accept"))
        if wants_metadata(request.query_params):
            kind = choose(wanted, _JSON)
            target = await self._target(request, parse_volume(request.query_params, PICTURES[0], solid=solid))
            told = await self._workers.run(self._volumes.applied, target)
            return await json_answer(request, self._workers, orjson.dumps([told]), kind, {})
        wish = parse_volume(request.query_params, choose(wanted, PICTURES), solid=solid)
        target = await self._target(request, wish)
        headers = _PRIVATE | {"ETag": target.etag}
        if target.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        picture: Picture = await self._workers.run_for(request, self._volumes.picture, target)
        headers["Lightbox-Window"] = str(picture.window)
        return Response(picture.data, headers=headers, media_type=picture.media_type)

    async def _target(self, request: Request, wish: VolumeRequest) -> VolumeTarget:
        ref = resource(request)
        if isinstance(ref, StudyRef):
            raise Malformed("A volume is made of one series or one multi-frame instance.")
        return await self._workers.run(self._volumes.target, caller(request), ref, wish)
