"""Pictures and documents of a resource in one answer, a part each (PS3.18 8.7.8.1)."""

from collections.abc import Iterator, Sequence
from itertools import chain

from starlette.requests import Request
from starlette.responses import Response

from server.dicom.resources import ResourceRef
from server.dicomweb.accepting import Wish, wishes
from server.dicomweb.addresses import Addresses
from server.dicomweb.documents import RenderedDocuments, form_of
from server.dicomweb.picture_wishes import PRIVATE, picture_wish
from server.errors import NotAcceptable
from server.rendering.request import RenderRequest
from server.studies.documents import Found
from server.studies.render import Render, Shown, Target
from server.web.bodies import Part, answer, multipart_pieces, multipart_type
from server.web.conditional import etag_of, not_modified
from server.web.sign_in import caller
from server.web.workers import Workers

_NO_DOCUMENTS = Found([], 0)


class RenderedTogether:
    """Multipart answers of rendered resources."""

    def __init__(self, render: Render, documents: RenderedDocuments, workers: Workers, addresses: Addresses) -> None:
        self._render = render
        self._documents = documents
        self._workers = workers
        self._addresses = addresses

    async def answer(
        self,
        request: Request,
        ref: ResourceRef,
        numbers: Sequence[int] | None,
        form: Wish | None,
        found: Found = _NO_DOCUMENTS,
    ) -> Response:
        """The pictures, drawn as they are sent, in `form` (None: without them), and then the documents.

        206 when some instances can be sent as nothing that is accepted, `NotAcceptable` when none can.
        """
        shown = await self._shown(request, ref, numbers, picture_wish(request, form) if form else None, found)
        multi = [one for one in wishes(request) if one.multipart]
        chosen = [(document, kind) for document in found.documents if (kind := form_of(document, multi))]
        if not shown.targets and not chosen:
            raise NotAcceptable("Nothing here can be sent so.", available=list(found.documents[0].media_types))
        root = self._addresses.root(request)
        etag = etag_of(
            "rendered",
            *(target.etag for target in shown.targets),
            *((document.located.digest, kind, root) for document, kind in chosen),
        )
        kind = shown.targets[0].wish.media_type if shown.targets else chosen[0][1]
        boundary = etag.strip('"')
        headers = PRIVATE | {"ETag": etag, "Content-Type": multipart_type(kind, boundary)}
        if not_modified(request, etag):
            return Response(status_code=304, headers=headers)
        documents = (self._documents.part(request, document, kind) for document, kind in chosen)
        pieces = multipart_pieces(boundary, chain(self._pictures(request, shown.targets), documents))
        status = 200 if shown.left_out == len(chosen) else 206
        return await answer(request, self._workers, pieces, headers, status=status)

    async def _shown(
        self,
        request: Request,
        ref: ResourceRef,
        numbers: Sequence[int] | None,
        wish: RenderRequest | None,
        found: Found,
    ) -> Shown:
        """The frames to be drawn; none, where there are documents, when no picture is wanted or can be drawn."""
        if wish is not None:
            try:
                return await self._workers.run(self._render.every, caller(request), ref, numbers, wish)
            except NotAcceptable:
                if not found.documents:
                    raise
        return Shown((), found.instances)

    def _pictures(self, request: Request, targets: Sequence[Target]) -> Iterator[Part]:
        root, what = self._addresses.root(request), request.url.path.rpartition("/")[2]
        for target in targets:
            yield Part(
                {"Content-Type": target.wish.media_type, "Content-Location": f"{root}/{target.path}/{what}"},
                lambda target=target: iter([self._render.picture(target).data]),  # type: ignore[misc]
            )
