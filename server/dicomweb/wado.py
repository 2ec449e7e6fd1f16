"""WADO-RS: stored instances, metadata, frames and bulk data (PS3.18 10.4)."""

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.access.people import Caller
from server.dicom.resources import ResourceRef
from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, transfer_syntax
from server.dicomweb.addresses import Addresses
from server.dicomweb.resources import frame_numbers, instance, resource
from server.errors import NotAcceptable, ServerError
from server.studies.retrieve import Frames, Retrieve, StoredFile
from server.web.json_answer import json_answer
from server.web.multipart import closing, new_boundary, part_head
from server.web.negotiation import MediaType, accepted, choose
from server.web.sign_in import caller
from server.web.workers import Workers

_PIECE = 2**18
_SMALL = 4 * 2**20
_JSON = ("application/dicom+json", "application/json")
_OCTETS = "application/octet-stream"
_STORED = ("multipart/related", "application/dicom")
_PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Accept"}


class Wado:
    """The retrieve transactions over HTTP, but for rendered pictures."""

    def __init__(self, retrieve: Retrieve, workers: Workers, addresses: Addresses) -> None:
        self._retrieve = retrieve
        self._workers = workers
        self._addresses = addresses

    async def instances(self, request: Request) -> Response:
        """`GET` of a study, series or instance: Part 10 files as they were received."""
        wanted = _accepted(request)
        kind = choose(wanted, _STORED)
        files, content = await self._workers.run(self._files, caller(request), resource(request))
        _require_syntax(wanted, {file.transfer_syntax_uid for file in files})
        if kind == "application/dicom":
            if len(files) > 1:
                raise NotAcceptable("Several instances are sent as multipart/related.", available=[_STORED[0]])
            if content is not None:
                return Response(content, headers=_PRIVATE, media_type="application/dicom")
            headers = _PRIVATE | {"Content-Length": str(files[0].size)}
            return StreamingResponse(self._bytes_of(files[0]), headers=headers, media_type="application/dicom")
        if content is not None:
            return _one_part("application/dicom", self._head_of(request, files[0]), content)
        return _multipart("application/dicom", self._parts_of(request, files))

    def _files(self, by: Caller, ref: ResourceRef) -> tuple[list[StoredFile], bytes | None]:
        """The stored files, and the content when it is a single small one."""
        files = self._retrieve.files(by, ref)
        return files, files[0].read() if len(files) == 1 and files[0].size <= _SMALL else None

    async def metadata(self, request: Request) -> Response:
        """`GET …/metadata`: the DICOM JSON that was made on arrival, joined."""
        kind = choose(_accepted(request), _JSON)
        ref = resource(request)
        objects = await self._workers.run(self._retrieve.metadata, caller(request), ref)
        content = await self._workers.run(_joined, objects, self._addresses.root(request))
        return await json_answer(request, self._workers, content, kind, {})

    async def frames(self, request: Request) -> Response:
        """`GET …/frames/{list}`: frames as stored, or decoded to native little endian where that is accepted."""
        return await self._frames(request, frame_numbers(request))

    async def bulk_data(self, request: Request) -> Response:
        """`GET …/bulkdata/{path}`: the value that a BulkDataURI stands for; of pixel data all its frames."""
        path = request.path_params["path"]
        if path in {"7FE00010", "7FE00008", "7FE00009"}:
            return await self._frames(request, None)
        kind = choose(_accepted(request), (_OCTETS, "multipart/related"))
        content = await self._workers.run(self._retrieve.bulk_data, caller(request), instance(request), path)
        if kind == _OCTETS:
            return Response(content, headers=_PRIVATE, media_type=_OCTETS)
        return _one_part(_OCTETS, {"Content-Type": _OCTETS}, content)

    async def _frames(self, request: Request, numbers: Sequence[int] | None) -> Response:
        wanted = _accepted(request)
        ref, root = instance(request), self._addresses.root(request)

        def begin() -> tuple[Frames, _Encoding, bytes]:
            """Reads the first frame while an error can still be told: what holds for it mostly holds for all."""
            found = self._retrieve.frames(caller(request), ref, numbers)
            encoding = _frame_encoding(wanted, found.transfer_syntax_uid)
            return found, encoding, encoding.read(found, found.numbers[0])

        found, encoding, first = await self._workers.run(begin)
        if len(found.numbers) > 1:
            return _multipart(encoding.media_type, self._parts_of_frames(root, found, encoding, first))
        if _wants_single_part(wanted):
            return Response(first, headers=_PRIVATE, media_type=encoding.media_type)
        return _one_part(encoding.media_type, encoding.head(root, found, found.numbers[0]), first)

    async def _parts_of_frames(
        self, root: str, found: Frames, encoding: "_Encoding", first: bytes
    ) -> AsyncIterator[tuple[dict[str, str], AsyncIterator[bytes]]]:
        for position, number in enumerate(found.numbers):
            content = await self._workers.run(encoding.read, found, number) if position else first
            yield encoding.head(root, found, number), _once(content)

    async def _parts_of(
        self, request: Request, files: Sequence[StoredFile]
    ) -> AsyncIterator[tuple[dict[str, str], AsyncIterator[bytes]]]:
        for file in files:
            yield self._head_of(request, file), self._bytes_of(file)

    def _head_of(self, request: Request, file: StoredFile) -> dict[str, str]:
        return {
            "Content-Type": f"application/dicom; transfer-syntax={file.transfer_syntax_uid}",
            "Content-Location": f"{self._addresses.root(request)}/{file.ref.path}",
        }

    async def _bytes_of(self, file: StoredFile) -> AsyncIterator[bytes]:
        """The file piece by piece; the last is held back, for ever when the bytes are not those that were received."""
        seen = hashlib.sha256()
        held = b""
        opened = await self._workers.run(file.path.open, "rb")
        try:
            while piece := await self._workers.run(opened.read, _PIECE):
                seen.update(piece)
                if held:
                    yield held
                held = piece
        finally:
            opened.close()
        if seen.hexdigest() != file.digest:
            raise ServerError("An archived file is damaged.", digest=file.digest)
        yield held


def _accepted(request: Request) -> list[MediaType]:
    return accepted(request.headers.get("accept"), request.query_params.get("accept"))


def _joined(objects: Iterator[bytes], root: str) -> bytes:
    # a quote inside a JSON string is escaped, so these bytes are always the key itself
    content = b"[" + b",".join(objects) + b"]"
    return content.replace(b'"BulkDataURI":"', f'"BulkDataURI":"{root}/'.encode())


def _require_syntax(wanted: Sequence[MediaType], stored: set[str]) -> None:
    """Instances are sent as they are stored, so a request for another transfer syntax cannot be met."""
    asked = [one.parameters.get("transfer-syntax", "*") for one in wanted if one.covers("multipart/related")]
    asked += [one.parameters.get("transfer-syntax", "*") for one in wanted if one.name == "application/dicom"]
    if asked and not any(syntax == "*" or stored <= {syntax} for syntax in asked):
        raise NotAcceptable("Instances are sent in the transfer syntax they are stored in.", available=sorted(stored))


@dataclass(frozen=True, slots=True)
class _Encoding:
    """How frames are sent: in which transfer syntax, as which media type, decoded or as they are stored."""

    transfer_syntax_uid: str
    media_type: str
    decoded: bool

    def read(self, found: Frames, frame_number: int) -> bytes:
        return found.decoded(frame_number) if self.decoded else found.stored(frame_number)

    def head(self, root: str, found: Frames, frame_number: int) -> dict[str, str]:
        return {
            "Content-Type": f"{self.media_type}; transfer-syntax={self.transfer_syntax_uid}",
            "Content-Location": f"{root}/{found.ref.path}/frames/{frame_number}",
        }


def _frame_encoding(wanted: Sequence[MediaType], stored: str) -> _Encoding:
    """What of the wanted can be sent of frames in the `stored` transfer syntax (PS3.18 8.7.3.3.2)."""
    syntax = transfer_syntax(stored)
    for one in wanted:
        kind = one.parameters.get("type", "*/*").lower() if one.name == "multipart/related" else one.name
        asked = one.parameters.get("transfer-syntax")
        if (
            kind in {"*/*", syntax.media_type, "multipart/*"}
            and asked in {None, "*", stored}
            and syntax.is_encapsulated
        ):
            return _Encoding(stored, syntax.media_type, decoded=False)
        if kind in {"*/*", "application/octet-stream", "multipart/*", "application/*"}:
            if asked == "*" or asked == stored:
                return _Encoding(stored, syntax.media_type, decoded=False)
            if asked in {None, EXPLICIT_VR_LITTLE_ENDIAN}:
                # without a transfer-syntax, octet-stream means Explicit VR Little Endian
                return _Encoding(EXPLICIT_VR_LITTLE_ENDIAN, _OCTETS, decoded=True)
    raise NotAcceptable(
        "The frames cannot be sent as any of the accepted media types.",
        available=[
            f'multipart/related; type="{syntax.media_type}"; transfer-syntax={stored}',
            f'multipart/related; type="application/octet-stream"; transfer-syntax={EXPLICIT_VR_LITTLE_ENDIAN}',
        ],
    )


def _wants_single_part(wanted: Sequence[MediaType]) -> bool:
    return not wanted[0].covers("multipart/related")


def _multipart(kind: str, parts: AsyncIterator[tuple[dict[str, str], AsyncIterator[bytes]]]) -> Response:
    boundary = new_boundary()

    async def body() -> AsyncIterator[bytes]:
        first = True
        async for headers, content in parts:
            yield part_head(boundary, headers, first=first)
            async for piece in content:
                yield piece
            first = False
        yield closing(boundary)

    content_type = f'multipart/related; type="{kind}"; boundary={boundary}'
    return StreamingResponse(body(), headers=_PRIVATE | {"Content-Type": content_type})


def _one_part(kind: str, head: dict[str, str], content: bytes) -> Response:
    """A multipart answer that is at hand, whole, with its length."""
    boundary = new_boundary()
    body = b"".join((part_head(boundary, head, first=True), content, closing(boundary)))
    content_type = f'multipart/related; type="{kind}"; boundary={boundary}'
    return Response(body, headers=_PRIVATE | {"Content-Type": content_type})


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
