"""Rendered pictures and thumbnails (PS3.18 10.4.1.1.3, 8.3.5)."""

from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.resources import InstanceRef, ResourceRef
from server.dicomweb.resources import frame_numbers, instance, resource
from server.errors import NotAcceptable
from server.rendering.pipeline import Picture
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
        return await self._answer(request, instance(request), numbers[0])

    async def representative(self, request: Request) -> Response:
        """`GET …/rendered` and `…/thumbnail` of a study, series or instance: the frame that stands for it."""
        return await self._answer(request, resource(request), 1)

    async def _answer(self, request: Request, ref: ResourceRef, frame_number: int) -> Response:
        wish, known = _wish(request), request.headers.get("if-none-match", "")
        target, picture = await self._workers.run(self._draw, caller(request), ref, frame_number, wish, known)
        headers = _PRIVATE | {"ETag": target.etag}
        if picture is None:
            return Response(status_code=304, headers=headers)
        if picture.window is not None:
            headers["Lightbox-Window"] = str(picture.window)
        return Response(picture.data, headers=headers, media_type=picture.media_type)

    def _draw(
        self, by: Caller, ref: ResourceRef, frame_number: int, wish: RenderRequest, known: str
    ) -> tuple[Target, Picture | None]:
        """The frame and its picture; no picture when the client has it, by one of the `known` ETags."""
        if isinstance(ref, InstanceRef):
            target = self._render.target(by, ref, frame_number, wish)
        else:
            target = self._render.representative(by, ref, wish)
        return target, None if target.etag in known else self._render.picture(target)


def _wish(request: Request) -> RenderRequest:
    wanted = accepted(request.headers.get("accept"), request.query_params.get("accept"))
    wish = parse(request.query_params, choose(wanted, MEDIA_TYPES))
    if request.url.path.endswith("/thumbnail") and wish.viewport is None:
        return RenderRequest(wish.media_type, wish.window, Viewport(_THUMBNAIL, _THUMBNAIL), wish.quality)
    return wish
