"""WADO-RS: whole instances, as they are stored or in another transfer syntax (PS3.18 10.4.1.1.1, 8.7.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.resources import InstanceRef, ResourceRef
from server.dicomweb.accepting import ANY, Wish, wishes
from server.dicomweb.addresses import Addresses
from server.dicomweb.ready import Again, Piece, ReadyAnswers
from server.dicomweb.resources import resource
from server.errors import NotAcceptable
from server.studies.retrieve import Retrieve, StoredFile
from server.studies.transcode import available, default_syntax, stored, transcoded, why_not
from server.web.bodies import Content, Gathered, Part, multipart_length, multipart_pieces, multipart_type, respond
from server.web.conditional import etag_of, http_date, not_modified
from server.web.multipart import closing, part_head
from server.web.sign_in import caller
from server.web.workers import Workers

DICOM = "application/dicom"
HEADERS = {"Cache-Control": "private, no-store", "Vary": "Accept"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """An instance and the transfer syntax that it will be sent in."""

    file: StoredFile
    transfer_syntax_uid: str

    @property
    def is_stored_so(self) -> bool:
        """Whether the bytes of the file are sent as they are."""
        return self.transfer_syntax_uid == self.file.transfer_syntax_uid

    @property
    def length(self) -> int | None:
        """Bytes, when they are known beforehand."""
        return self.file.size if self.is_stored_so else None

    def pieces(self) -> Iterator[bytes]:
        """The Part 10 file; nothing is read before the first piece is asked for."""
        if self.is_stored_so:
            yield from stored(self.file).pieces
        else:
            yield from transcoded(self.file, self.transfer_syntax_uid).pieces


class Instances:
    """Study, series and instance resources over HTTP."""

    def __init__(self, retrieve: Retrieve, ready: ReadyAnswers, workers: Workers, addresses: Addresses) -> None:
        self._retrieve = retrieve
        self._ready = ready
        self._workers = workers
        self._addresses = addresses

    async def get(self, request: Request) -> Response:
        """`GET` of a study, series or instance.

        206 when only some of the instances can be sent as asked, 406 when none can (PS3.18 table 10.4.3-1).
        """
        by, ref, wanted = caller(request), resource(request), wishes(request)
        root = self._addresses.root(request)
        version = self._ready.version()
        again: Again | None = None

        def make() -> Content | Response:
            nonlocal again
            files, chosen, single = self._choose(by, ref, wanted)
            etag = etag_of("instances", single, root, *((c.file.digest, c.transfer_syntax_uid) for c in chosen))
            modified = max(one.file.located.stored_at for one in chosen)
            headers = HEADERS | {"ETag": etag, "Last-Modified": http_date(modified)}
            if not_modified(request, etag, modified):
                return Response(status_code=304, headers=headers)
            if single:
                headers |= {"Content-Type": _content_type(chosen[0]), "Content-Location": _location(root, chosen[0])}
                return Content(headers, chosen[0].pieces(), chosen[0].length)
            boundary = etag.strip('"')
            if isinstance(ref, InstanceRef) and chosen[0].is_stored_so:
                around = part_head(boundary, _head(root, chosen[0]), first=True), closing(boundary)
                again = self._again(chosen[0].file, *around)
            parts = [Part(_head(root, one), one.pieces, one.length) for one in chosen]
            headers["Content-Type"] = multipart_type(DICOM, boundary)
            return Content(
                headers,
                multipart_pieces(boundary, iter(parts)),
                multipart_length(boundary, parts),
                200 if len(chosen) == len(files) else 206,
            )

        response = await respond(request, self._workers, make)
        if again is not None and isinstance(response, Gathered):
            self._ready.keep(request.scope, version, again, response)
        return response

    def _again(self, file: StoredFile, before: bytes, after: bytes) -> Again:
        """How to have the only file of an answer again, between what stands around it."""

        def again(by: Caller) -> Sequence[Piece] | None:
            content = self._retrieve.file_at_hand(by, file, before, after)
            return None if content is None else (content,)

        return again

    def _choose(
        self, by: Caller, ref: ResourceRef, wanted: Sequence[Wish]
    ) -> tuple[list[StoredFile], list[Chosen], bool]:
        """The instances, those of them that can be sent and how, and whether as a single part."""
        files = self._retrieve.files(by, ref)
        fitting = [one for one in wanted if one.covers(DICOM) and (one.multipart is not False or len(files) == 1)]
        chosen: list[Chosen] = []
        single = False
        for file in files:
            found = next(((one, uid) for one in fitting if (uid := syntax_for(file, one)) is not None), None)
            if found is not None:
                chosen.append(Chosen(file, found[1]))
                single = found[0].multipart is False
        if not chosen:
            raise NotAcceptable(
                "The instances cannot be sent as any of the accepted media types and transfer syntaxes.",
                available=_offers(files),
            )
        return files, chosen, single


def syntax_for(file: StoredFile, wish: Wish) -> str | None:
    """The transfer syntax that meets a wish; None when the instance cannot be sent so."""
    if wish.transfer_syntax == ANY:
        return file.transfer_syntax_uid
    if wish.transfer_syntax is None:
        return default_syntax(file.located)
    return wish.transfer_syntax if why_not(file.located, wish.transfer_syntax) is None else None


def _offers(files: Sequence[StoredFile]) -> list[str]:
    """The media types that would be accepted: what holds for every instance."""
    common = available(files[0].located)
    for file in files[1:]:
        there = set(available(file.located))
        common = [uid for uid in common if uid in there]
    forms = [f'multipart/related; type="{DICOM}"'] + ([DICOM] if len(files) == 1 else [])
    return [f"{form}; transfer-syntax={uid}" for form in forms for uid in [*common, ANY]]


def _content_type(one: Chosen) -> str:
    return f"{DICOM}; transfer-syntax={one.transfer_syntax_uid}"


def _location(root: str, one: Chosen) -> str:
    return f"{root}/{one.file.ref.path}"


def _head(root: str, one: Chosen) -> dict[str, str]:
    return {"Content-Type": _content_type(one), "Content-Location": _location(root, one)}
