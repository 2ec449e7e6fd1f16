"""WADO-RS: frames, as they are stored, decoded, or encoded otherwise (PS3.18 10.4.1.1.6, 8.7.3.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, transfer_syntax
from server.dicomweb.accepting import ANY, Wish, wishes
from server.dicomweb.addresses import Addresses
from server.dicomweb.instances import HEADERS
from server.dicomweb.ready import Again, Piece, ReadyAnswers
from server.dicomweb.resources import frame_numbers, instance
from server.errors import NotAcceptable
from server.rendering.encoders.index import ENCODERS
from server.studies.retrieve import Frames, Retrieve
from server.studies.transcode import why_not
from server.web.bodies import Content, Gathered, Part, multipart_length, multipart_pieces, multipart_type, respond
from server.web.conditional import etag_of, http_date, not_modified
from server.web.multipart import closing, part_head
from server.web.sign_in import caller
from server.web.workers import Workers

OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FrameEncoding:
    """How frames are sent: in which transfer syntax, as which media type, in one part each or as the only one."""

    transfer_syntax_uid: str
    media_type: str
    single: bool

    @property
    def content_type(self) -> str:
        """The Content-Type of a part."""
        return f"{self.media_type}; transfer-syntax={self.transfer_syntax_uid}"


class FramesResource:
    """The frames resource over HTTP."""

    def __init__(self, retrieve: Retrieve, ready: ReadyAnswers, workers: Workers, addresses: Addresses) -> None:
        self._retrieve = retrieve
        self._ready = ready
        self._workers = workers
        self._addresses = addresses

    async def get(self, request: Request) -> Response:
        """`GET …/frames/{list}`, in the order and as often as the list names them."""
        by, ref, numbers, wanted = caller(request), instance(request), frame_numbers(request), wishes(request)
        root = self._addresses.root(request)
        version = self._ready.version()
        again: Again | None = None

        def make() -> Content | Response:
            nonlocal again
            found = self._retrieve.frames(by, ref, numbers)
            encoding = frame_encoding(found, wanted, several=len(numbers) > 1)
            etag = etag_of("frames", root, found.located.digest, encoding, *numbers)
            headers = HEADERS | {"ETag": etag, "Last-Modified": http_date(found.located.stored_at)}
            if not_modified(request, etag, found.located.stored_at):
                return Response(status_code=304, headers=headers)
            if encoding.single:
                headers["Content-Type"] = encoding.content_type
                headers["Content-Location"] = f"{root}/{found.ref.path}/frames/{numbers[0]}"
                return Content(headers, _frame(found, numbers[0], encoding))
            boundary = etag.strip('"')
            parts = frame_parts(found, encoding, f"{root}/{found.ref.path}")
            headers["Content-Type"] = multipart_type(encoding.media_type, boundary)
            if len(parts) == 1 and found.is_sent_as_stored(encoding.transfer_syntax_uid):
                again = self._again(found, part_head(boundary, parts[0].headers, first=True), closing(boundary))
            return Content(headers, multipart_pieces(boundary, iter(parts)), multipart_length(boundary, parts))

        response = await respond(request, self._workers, make)
        if again is not None and isinstance(response, Gathered):
            self._ready.keep(request.scope, version, again, response)
        return response

    def _again(self, found: Frames, before: bytes, after: bytes) -> Again:
        """How to have the only frame of an answer again, between what stands around it."""

        def again(by: Caller) -> Sequence[Piece] | None:
            content = self._retrieve.frame_at_hand(by, found, found.numbers[0], before, after)
            return None if content is None else (content,)

        return again


def frame_parts(found: Frames, encoding: FrameEncoding, base: str) -> list[Part]:
    """A part for every frame, to be found again at `base`/frames/{number}."""
    length = found.length(encoding.transfer_syntax_uid)
    return [
        Part(
            {"Content-Type": encoding.content_type, "Content-Location": f"{base}/frames/{number}"},
            lambda number=number: _frame(found, number, encoding),  # type: ignore[misc]
            length,
        )
        for number in found.numbers
    ]


def _frame(found: Frames, number: int, encoding: FrameEncoding) -> Iterator[bytes]:
    yield found.encoded(number, encoding.transfer_syntax_uid)


def frame_encoding(found: Frames, wanted: Sequence[Wish], *, several: bool) -> FrameEncoding:
    """What of the wanted can be sent of these frames (PS3.18 8.7.3.3); `NotAcceptable` names what could."""
    for one in wanted:
        if several and one.multipart is False:
            continue
        for uid in _syntaxes(found, one):
            if why_not(found.located, uid) is None:
                return FrameEncoding(uid, transfer_syntax(uid).media_type, one.multipart is False)
    raise NotAcceptable(
        "The frames cannot be sent as any of the accepted media types.",
        available=[
            f'multipart/related; type="{transfer_syntax(uid).media_type}"; transfer-syntax={uid}'
            for uid in dict.fromkeys([_as_bulk_data(found), *ENCODERS])
            if why_not(found.located, uid) is None
        ],
    )


def _as_bulk_data(found: Frames) -> str:
    """The stored transfer syntax; of uncompressed ones all are sent as little endian (PS3.18 8.7.3.3.1)."""
    uid = found.transfer_syntax_uid
    return uid if transfer_syntax(uid).is_encapsulated else EXPLICIT_VR_LITTLE_ENDIAN


def _syntaxes(found: Frames, wish: Wish) -> list[str]:
    """The transfer syntaxes that would meet a wish, the best first."""
    stored = _as_bulk_data(found)
    every = list(dict.fromkeys([stored, *ENCODERS]))
    if wish.covers(OCTETS):
        # octet-stream without a transfer syntax is uncompressed; it covers whatever is named or taken as it is
        if wish.transfer_syntax == ANY:
            as_it_is = wish.kind == OCTETS or wish.covers(transfer_syntax(stored).media_type)
            return [stored if as_it_is else EXPLICIT_VR_LITTLE_ENDIAN]
        asked = wish.transfer_syntax or EXPLICIT_VR_LITTLE_ENDIAN
        return [asked if asked != found.transfer_syntax_uid else stored]
    fitting = [uid for uid in every if wish.covers(transfer_syntax(uid).media_type)]
    return [uid for uid in fitting if wish.transfer_syntax in {None, ANY, uid}]
