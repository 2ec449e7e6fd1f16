"""Rendered pictures and thumbnails (PS3.18 10.4.1.1.3, 8.3.5)."""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.resources import InstanceRef, ResourceRef
from server.dicomweb.accepting import Wish, wishes
from server.dicomweb.addresses import Addresses
from server.dicomweb.documents import RenderedDocuments
from server.dicomweb.picture_wishes import PRIVATE, form_of_pictures, picture_wish
from server.dicomweb.ready import ReadyAnswers, bytes_of
from server.dicomweb.rendered_together import RenderedTogether
from server.dicomweb.resources import frame_numbers, instance, resource
from server.errors import NotAcceptable
from server.rendering.pipeline import Picture
from server.rendering.request import MEDIA_TYPES, MOVING, RenderRequest
from server.studies.documents import DOCUMENTS, Documents, Found
from server.studies.render import Render, Target
from server.web.conditional import etag_of, not_modified
from server.web.sign_in import caller
from server.web.workers import Workers


class Rendered:
    """The rendered and thumbnail resources over HTTP."""

    def __init__(
        self, render: Render, ready: ReadyAnswers, documents: Documents, workers: Workers, addresses: Addresses
    ) -> None:
        self._render = render
        self._ready = ready
        self._documents = RenderedDocuments(documents, workers, addresses)
        self._together = RenderedTogether(render, self._documents, workers, addresses)
        self._workers = workers

    async def frame(self, request: Request) -> Response:
        """`GET …/frames/{list}/rendered` and their thumbnails; several are sent as a part each."""
        numbers = frame_numbers(request)
        form = form_of_pictures(request, several=len(numbers) > 1)
        if form.multipart or len(numbers) > 1:
            return await self._together.answer(request, instance(request), numbers, form)
        return await self._answer(request, instance(request), numbers[0], form)

    async def representative(self, request: Request) -> Response:
        """`GET …/rendered` and `…/thumbnail` of a study, series or instance.

        The frame that stands for it, or the document that it is; or all of its frames and documents, a part each,
        when multipart/related is asked for; or the frames of an instance as one animated GIF or WebP.
        """
        ref = resource(request)
        if request.scope["path"].endswith("/thumbnail"):
            return await self._answer(request, ref, None, form_of_pictures(request, several=False))
        if any(one.covers(kind) for one in wishes(request) for kind in DOCUMENTS):
            found = await self._documents.of(request, ref)
            if found.documents:
                return await self._with_documents(request, ref, found)
        return await self._pictures(request, ref)

    async def _pictures(self, request: Request, ref: ResourceRef) -> Response:
        form = form_of_pictures(request, several=False)
        if form.multipart:
            return await self._together.answer(request, ref, None, form)
        if form.kind in MOVING and isinstance(ref, InstanceRef):
            return await self._moving(request, ref, form)
        return await self._answer(request, ref, None, form)

    async def _with_documents(self, request: Request, ref: ResourceRef, found: Found) -> Response:
        """PS3.18 8.7.8.1: each part is what is wanted most of what it can be; a single part is a picture if it can."""
        wanted = wishes(request)
        first = next(one for one in wanted if any(map(one.covers, (*MEDIA_TYPES, *DOCUMENTS))))
        if first.multipart:
            form = next((one for one in wanted if one.multipart and any(map(one.covers, MEDIA_TYPES))), None)
            return await self._together.answer(request, ref, None, form, found)
        if any(map(first.covers, MEDIA_TYPES)) and len(found.documents) < found.instances:
            with suppress(NotAcceptable):  # there may be no picture among the others
                return await self._pictures(request, ref)
        return await self._documents.answer(request, found.documents[0], wanted)

    async def _moving(self, request: Request, ref: InstanceRef, form: Wish) -> Response:
        """All frames of an instance in one moving picture (PS3.18 table 8.7.4-1), at the speed its header asks for."""
        wish = picture_wish(request, form)
        shown = await self._workers.run(self._render.every, caller(request), ref, None, wish)
        if len(shown.targets) == 1 or shown.targets[0].applied is not None:
            return await self._answer(request, ref, None, form)
        etag = etag_of("moving", *(target.etag for target in shown.targets))
        headers = PRIVATE | {"ETag": etag}
        if not_modified(request, etag):
            return Response(status_code=304, headers=headers)
        content = await self._workers.run(self._render.animation, shown.targets)
        return Response(content, headers=headers, media_type=wish.media_type)

    async def _answer(self, request: Request, ref: ResourceRef, frame_number: int | None, form: Wish) -> Response:
        wish, known = picture_wish(request, form), request.headers.get("if-none-match", "")
        target, picture, version = await self._workers.run_for(
            request, self._draw, caller(request), ref, frame_number, wish, known
        )
        headers = PRIVATE | {"ETag": target.etag}
        if picture is None:
            return Response(status_code=304, headers=headers)
        if picture.window is not None:
            headers["Lightbox-Window"] = str(picture.window)
        answer = Response(picture.data, headers=headers, media_type=picture.media_type)
        self._ready.keep(request.scope, version, lambda by: bytes_of(self._render.at_hand(by, ref, target)), answer)
        return answer

    def _draw(
        self, by: Caller, ref: ResourceRef, frame_number: int | None, wish: RenderRequest, known: str
    ) -> tuple[Target, Picture | None, int]:
        """The frame and its picture, none when the client has it by one of the `known` ETags; and what they are of.

        That is the version that the catalogue had before it was asked.
        """
        version = self._ready.version()
        if isinstance(ref, InstanceRef) and frame_number is not None:
            target = self._render.target(by, ref, frame_number, wish)
        else:
            target = self._render.representative(by, ref, wish)
        return target, None if target.etag in known else self._render.picture(target), version
