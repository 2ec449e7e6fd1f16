"""Rendered pictures and thumbnails (PS3.18 10.4.1.1.3, 8.3.5)."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.resources import InstanceRef, ResourceRef
from server.dicomweb.accepting import Wish, require_utf_8, wishes
from server.dicomweb.addresses import Addresses
from server.dicomweb.resources import frame_numbers, instance, resource
from server.errors import NotAcceptable
from server.rendering.pipeline import Picture
from server.rendering.request import MEDIA_TYPES, RenderRequest, Viewport, parse
from server.studies.render import Render, Target
from server.web.bodies import Part, answer, multipart_pieces, multipart_type
from server.web.conditional import etag_of, not_modified
from server.web.negotiation import MediaType, choose
from server.web.sign_in import caller
from server.web.workers import Workers

_THUMBNAIL = 128
_PRIVATE = {"Cache-Control": "private, max-age=3600, immutable", "Vary": "Accept", "X-Content-Type-Options": "nosniff"}


class Rendered:
    """The rendered and thumbnail resources over HTTP."""

    def __init__(self, render: Render, workers: Workers, addresses: Addresses) -> None:
        self._render = render
        self._addresses = addresses
        self._workers = workers

    async def frame(self, request: Request) -> Response:
        """`GET …/frames/{list}/rendered` and their thumbnails; several are sent as a part each."""
        numbers = frame_numbers(request)
        form = _form(request, several=len(numbers) > 1)
        if form.multipart or len(numbers) > 1:
            return await self._parts(request, instance(request), numbers, form)
        return await self._answer(request, instance(request), numbers[0], form)

    async def representative(self, request: Request) -> Response:
        """`GET …/rendered` and `…/thumbnail` of a study, series or instance.

        The frame that stands for it; or all of its frames, a part each, when multipart/related is asked for; or
        those of an instance as one animated GIF.
        """
        form, ref = _form(request, several=False), resource(request)
        if request.url.path.endswith("/rendered"):
            if form.multipart:
                return await self._parts(request, ref, None, form)
            if form.kind == "image/gif" and isinstance(ref, InstanceRef):
                return await self._moving(request, ref, form)
        return await self._answer(request, ref, 1, form)

    async def _moving(self, request: Request, ref: InstanceRef, form: Wish) -> Response:
        """All frames of an instance in one picture (PS3.18 table 8.7.4-1: GIF for multi-frame images)."""
        wish = _wish(request, form)
        shown = await self._workers.run(self._render.every, caller(request), ref, None, wish)
        etag = etag_of("moving", *(target.etag for target in shown.targets))
        headers = _PRIVATE | {"ETag": etag}
        if not_modified(request, etag):
            return Response(status_code=304, headers=headers)
        content = await self._workers.run(self._render.animation, shown.targets)
        return Response(content, headers=headers, media_type=wish.media_type)

    async def _parts(self, request: Request, ref: ResourceRef, numbers: Sequence[int] | None, form: Wish) -> Response:
        """The pictures one after the other, drawn as they are sent; 206 when some instances cannot be drawn."""
        wish = _wish(request, form)
        shown = await self._workers.run(self._render.every, caller(request), ref, numbers, wish)
        etag = etag_of("rendered", *(target.etag for target in shown.targets))
        headers = _PRIVATE | {"ETag": etag, "Content-Type": multipart_type(wish.media_type, etag.strip('"'))}
        if not_modified(request, etag):
            return Response(status_code=304, headers=headers)
        root, what = self._addresses.root(request), request.url.path.rpartition("/")[2]
        parts = (
            Part(
                {
                    "Content-Type": wish.media_type,
                    "Content-Location": f"{root}/{target.located.ref.path}/frames/{target.frame_number}/{what}",
                },
                lambda target=target: iter([self._render.picture(target).data]),  # type: ignore[misc]
            )
            for target in shown.targets
        )
        pieces = multipart_pieces(etag.strip('"'), parts)
        return await answer(request, self._workers, pieces, headers, status=200 if shown.complete else 206)

    async def _answer(self, request: Request, ref: ResourceRef, frame_number: int, form: Wish) -> Response:
        wish, known = _wish(request, form), request.headers.get("if-none-match", "")
        target, picture = await self._workers.run_for(
            request, self._draw, caller(request), ref, frame_number, wish, known
        )
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


def _form(request: Request, *, several: bool) -> Wish:
    """The wish that pictures meet best, `several` only as parts; `NotAcceptable` names what can be had."""
    for one in wishes(request):
        if any(map(one.covers, MEDIA_TYPES)) and not (several and one.multipart is False):
            return one
    offers = [f'multipart/related; type="{kind}"' for kind in MEDIA_TYPES] if several else list(MEDIA_TYPES)
    raise NotAcceptable("None of the accepted media types can be sent.", available=offers)


def _wish(request: Request, form: Wish) -> RenderRequest:
    require_utf_8(request)
    wish = parse(request.query_params, choose([MediaType(form.kind)], MEDIA_TYPES))
    if request.url.path.endswith("/thumbnail") and wish.viewport is None:
        return replace(wish, viewport=Viewport(_THUMBNAIL, _THUMBNAIL))
    return wish
