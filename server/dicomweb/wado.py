"""WADO-RS: stored instances, metadata, frames and bulk data (PS3.18 10.4)."""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

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
        files = await self._workers.run(self._retrieve.files, caller(request), resource(request))
        _require_syntax(wanted, {file.transfer_syntax_uid for file in files})
        if kind == "application/dicom":
            if len(files) > 1:
                raise NotAcceptable("Several instances are sent as multipart/related.", available=[_STORED[0]])
            headers = _PRIVATE | {"Content-Length": str(files[0].size)}
            return StreamingResponse(self._bytes_of(files[0]), headers=headers, media_type="application/dicom")
        return _multipart("application/dicom", self._parts_of(request, files))

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
        return _multipart(_OCTETS, _only({"Content-Type": _OCTETS}, content))

    async def _frames(self, request: Request, numbers: Sequence[int] | None) -> Response:
        wanted = _accepted(request)
        found = await self._workers.run(self._retrieve.frames, caller(request), instance(request), numbers)
        syntax, kind, decoded = _frame_encoding(wanted, found.transfer_syntax_uid)
        frame = found.decoded if decoded else found.stored
        if len(found.numbers) == 1 and _wants_single_part(wanted):
            content = await self._workers.run(frame, found.numbers[0])
            return Response(content, headers=_PRIVATE, media_type=kind)
        # made while an error can still be told: what holds for one frame mostly holds for all
        first = await self._workers.run(frame, found.numbers[0])
        content_type = f"{kind}; transfer-syntax={syntax}"
        return _multipart(kind, self._parts_of_frames(request, found, frame, first, content_type))

    async def _parts_of_frames(
        self, request: Request, found: Frames, frame: Callable[[int], bytes], first: bytes, content_type: str
    ) -> AsyncIterator[tuple[dict[str, str], AsyncIterator[bytes]]]:
        root = self._addresses.root(request)
        for position, number in enumerate(found.numbers):
            headers = {"Content-Type": content_type, "Content-Location": f"{root}/{found.ref.path}/frames/{number}"}
            yield headers, _once(await self._workers.run(frame, number) if position else first)

    async def _parts_of(
        self, request: Request, files: Sequence[StoredFile]
    ) -> AsyncIterator[tuple[dict[str, str], AsyncIterator[bytes]]]:
        root = self._addresses.root(request)
        for file in files:
            headers = {
                "Content-Type": f"application/dicom; transfer-syntax={file.transfer_syntax_uid}",
                "Content-Location": f"{root}/{file.ref.path}",
            }
            yield headers, self._bytes_of(file)

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


def _frame_encoding(wanted: Sequence[MediaType], stored: str) -> tuple[str, str, bool]:
    """Transfer syntax and media type to send, and whether frames are decoded first (PS3.18 8.7.3.3.2)."""
    syntax = transfer_syntax(stored)
    for one in wanted:
        kind = one.parameters.get("type", "*/*").lower() if one.name == "multipart/related" else one.name
        asked = one.parameters.get("transfer-syntax")
        if (
            kind in {"*/*", syntax.media_type, "multipart/*"}
            and asked in {None, "*", stored}
            and syntax.is_encapsulated
        ):
            return stored, syntax.media_type, False
        if kind in {"*/*", "application/octet-stream", "multipart/*", "application/*"}:
            if asked == "*" or asked == stored:
                return stored, syntax.media_type, False
            if asked in {None, EXPLICIT_VR_LITTLE_ENDIAN}:
                # without a transfer-syntax, octet-stream means Explicit VR Little Endian
                return EXPLICIT_VR_LITTLE_ENDIAN, "application/octet-stream", True
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


async def _only(headers: dict[str, str], content: bytes) -> AsyncIterator[tuple[dict[str, str], AsyncIterator[bytes]]]:
    yield headers, _once(content)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
