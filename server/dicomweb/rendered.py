"""Rendered pictures and thumbnails (PS3.18 10.4.1.1.3, 8.3.5)."""

from starlette.requests import Request
from starlette.responses import Response

from server.dicom.resources import InstanceRef
from server.dicomweb.resources import frame_numbers, instance, resource
from server.errors import NotAcceptable
from server.rendering.request import MEDIA_TYPES, RenderRequest, Viewport, parse
from server.studies.render import Render, Target
from server.web.negotiation import accepted, choose
from server.web.sign_in import caller
from server.web.workers import Workers

_THUMBNAIL = 128
_PRIVATE = {"Cache-Control": "private, max-age=3600, immutable", "Vary": "Accept", "X-Content-Type-Options": "nosniff"}


class Rendered:
    """The rendered and thumbnail resources over HTTP."""

    def __init__(self, render: Render, workers: Workers) -> None:
        self._render = render
        self._workers = workers

    async def frame(self, request: Request) -> Response:
        """`GET …/frames/{frame}/rendered` and its thumbnail."""
        numbers = frame_numbers(request)
        if len(numbers) > 1:
            raise NotAcceptable("Ask for the pictures of several frames one by one.", frames=len(numbers))
        ref, wish = instance(request), _wish(request)
        return await self._answer(
            request, await self._workers.run(self._render.target, caller(request), ref, numbers[0], wish)
        )

    async def representative(self, request: Request) -> Response:
        """`GET …/rendered` and `…/thumbnail` of a study, series or instance: the frame that stands for it."""
        ref, wish = resource(request), _wish(request)
        if isinstance(ref, InstanceRef):
            target = await self._workers.run(self._render.target, caller(request), ref, 1, wish)
        else:
            target = await self._workers.run(self._render.representative, caller(request), ref, wish)
        return await self._answer(request, target)

    async def _answer(self, request: Request, target: Target) -> Response:
        headers = _PRIVATE | {"ETag": target.etag}
        if target.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        picture = await self._workers.run(self._render.picture, target)
        if picture.window is not None:
            headers["Lightbox-Window"] = str(picture.window)
        return Response(picture.data, headers=headers, media_type=picture.media_type)


def _wish(request: Request) -> RenderRequest:
    wanted = accepted(request.headers.get("accept"), request.query_params.get("accept"))
    wish = parse(request.query_params, choose(wanted, MEDIA_TYPES))
    if request.url.path.endswith("/thumbnail") and wish.viewport is None:
        return RenderRequest(wish.media_type, wish.window, Viewport(_THUMBNAIL, _THUMBNAIL), wish.quality)
    return wish
