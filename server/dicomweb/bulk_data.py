"""WADO-RS: bulk data and pixel data, one value or all of a resource (PS3.18 10.4.1.1.5, 10.4.1.1.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.dicomjson import Attributes
from server.dicom.resources import InstanceRef, ResourceRef
from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from server.dicomweb.accepting import Wish, wishes
from server.dicomweb.addresses import Addresses
from server.dicomweb.frames import OCTETS, FrameEncoding, frame_encoding, frame_parts
from server.dicomweb.instances import HEADERS
from server.dicomweb.resources import frame_list, instance, resource
from server.errors import NotAcceptable, NotFound
from server.rendering.image import NO_PIXEL_DATA
from server.studies.retrieve import BulkValue, Frames, Retrieve, StoredFile
from server.web.bodies import Part, answer, multipart_length, multipart_pieces, multipart_type
from server.web.conditional import etag_of, http_date, not_modified
from server.web.ranges import byte_range
from server.web.sign_in import caller
from server.web.workers import Workers

_PIXELS = ("7FE00010", "7FE00008", "7FE00009")


@dataclass(frozen=True, slots=True)
class _Pixels:
    """The pixel data of one instance, and how it will be sent; `named` when single frames of it are asked for."""

    found: Frames
    encoding: FrameEncoding
    named: bool = False

    def parts(self, base: str) -> list[Part]:
        """One part with all frames when they are uncompressed, else one for each (PS3.18 8.7.3.3)."""
        if self.named or self.encoding.transfer_syntax_uid != EXPLICIT_VR_LITTLE_ENDIAN:
            return frame_parts(self.found, self.encoding, base)
        each = self.found.length(EXPLICIT_VR_LITTLE_ENDIAN)
        length = None if each is None else each * len(self.found.numbers)
        return [Part({"Content-Type": self.encoding.content_type, "Content-Location": base}, self.pieces, length)]

    def pieces(self) -> Iterator[bytes]:
        """All frames, one after the other."""
        return self.found.together(self.encoding.transfer_syntax_uid)


class BulkData:
    """The bulk data and pixel data resources over HTTP."""

    def __init__(self, retrieve: Retrieve, workers: Workers, addresses: Addresses) -> None:
        self._retrieve = retrieve
        self._workers = workers
        self._addresses = addresses

    async def value(self, request: Request) -> Response:
        """`GET …/bulkdata/{path}`: the value that a BulkDataURI stands for; of compressed pixel data its frames."""
        path, _, frames = request.path_params["path"].partition("/frames/")
        if path in _PIXELS:
            numbers = frame_list(frames) if frames else None
            return await self._pixels(request, instance(request), path, numbers)
        found = await self._workers.run(self._retrieve.bulk_data, caller(request), instance(request), path)
        return await self._value(request, found)

    async def pixels(self, request: Request) -> Response:
        """`GET …/pixeldata` of an instance, series or study."""
        if isinstance(ref := resource(request), InstanceRef):
            return await self._pixels(request, ref, _PIXELS[0], None)
        return await self._all(request, ref, pixels_alone=True)

    async def everything(self, request: Request) -> Response:
        """`GET …/bulkdata` of an instance, series or study."""
        return await self._all(request, resource(request), pixels_alone=False)

    async def _value(self, request: Request, found: BulkValue) -> Response:
        """A whole value, or the range of it that is asked for.

        A range is one of the bulk data, also where that travels as a part, which is what clients expect.
        """
        value, root = found.value, self._addresses.root(request)
        location = f"{root}/{found.located.ref.path}/bulkdata/{found.path}"
        kind, single = _form(wishes(request), value.media_type)
        etag = etag_of("bulkdata", location, found.located.digest, kind, single)
        modified = http_date(found.located.stored_at)
        headers = HEADERS | {"ETag": etag, "Last-Modified": modified, "Accept-Ranges": "bytes"}
        if not_modified(request, etag, found.located.stored_at):
            return Response(status_code=304, headers=headers)
        wanted = byte_range(request, value.length, etag, modified) if request.method == "GET" else None
        start, stop = wanted or (0, value.length)
        head = {"Content-Type": kind, "Content-Location": location}
        if wanted:
            head["Content-Range"] = headers["Content-Range"] = f"bytes {start}-{stop - 1}/{value.length}"
        status = 206 if wanted else 200
        if not single:
            part = Part(head, lambda: value.pieces(start, stop), stop - start)
            return await self._multipart(request, kind, [part], headers, status)
        pieces = value.pieces(start, stop)
        return await answer(request, self._workers, pieces, headers | head, length=stop - start, status=status)

    async def _pixels(self, request: Request, ref: InstanceRef, path: str, numbers: Sequence[int] | None) -> Response:
        wanted = wishes(request)

        def choose() -> tuple[_Pixels, BulkValue | None]:
            found = self._retrieve.frames(caller(request), ref, numbers)
            encoding = _pixel_encoding(found, wanted, named=numbers is not None)
            as_stored = encoding.transfer_syntax_uid == EXPLICIT_VR_LITTLE_ENDIAN and found.is_native_little_endian
            if as_stored and numbers is None:
                return _Pixels(found, encoding), self._retrieve.bulk_data(caller(request), ref, path)
            return _Pixels(found, encoding, numbers is not None), None

        pixels, value = await self._workers.run(choose)
        if value is not None:
            return await self._value(request, value)
        located, encoding = pixels.found.located, pixels.encoding
        base = f"{self._addresses.root(request)}/{ref.path}/bulkdata/{path}"
        etag = etag_of("pixels", base, located.digest, encoding, numbers)
        headers = HEADERS | {"ETag": etag, "Last-Modified": http_date(located.stored_at)}
        if not_modified(request, etag, located.stored_at):
            return Response(status_code=304, headers=headers)
        parts = pixels.parts(base)
        if not encoding.single:
            return await self._multipart(request, encoding.media_type, parts, headers)
        headers |= dict(parts[0].headers)
        return await answer(request, self._workers, parts[0].pieces(), headers, length=parts[0].length)

    async def _all(self, request: Request, ref: ResourceRef, *, pixels_alone: bool) -> Response:
        """All bulk data below a resource; 206 when pixel data of some cannot be sent as asked."""
        root, wanted = self._addresses.root(request), [w for w in wishes(request) if w.multipart is not False]

        def choose() -> tuple[list[StoredFile], list[_Pixels | None], Iterator[Part]]:
            files = self._retrieve.files(caller(request), ref)
            pixels = [self._pixels_of(file, wanted) for file in files]
            parts = self._parts(caller(request), files, pixels, root, pixels_alone=pixels_alone)
            first = next(parts, None)
            if first is None:
                raise _nothing(files, pixels_alone=pixels_alone)
            return files, pixels, chain([first], parts)

        files, pixels, parts = await self._workers.run(choose)
        kinds = {one.encoding.media_type for one in pixels if one is not None}
        kind = kinds.pop() if pixels_alone and len(kinds) == 1 else OCTETS
        etag = etag_of(
            "all", root, pixels_alone, *((f.digest, p and p.encoding) for f, p in zip(files, pixels, strict=True))
        )
        modified = max(file.located.stored_at for file in files)
        headers = HEADERS | {"ETag": etag, "Last-Modified": http_date(modified)}
        if not_modified(request, etag, modified):
            return Response(status_code=304, headers=headers)
        left_out = any(
            p is None and f.located.not_renderable != NO_PIXEL_DATA for f, p in zip(files, pixels, strict=True)
        )
        boundary = etag.strip('"')
        headers["Content-Type"] = multipart_type(kind, boundary)
        pieces = multipart_pieces(boundary, parts)
        return await answer(request, self._workers, pieces, headers, status=206 if left_out else 200)

    def _pixels_of(self, file: StoredFile, wanted: Sequence[Wish]) -> _Pixels | None:
        """How the pixel data of an instance will be sent; None when it has none, or none that can be sent so."""
        if file.located.frames is None:
            return None
        found = self._retrieve.frames_of(file.located)
        try:
            return _Pixels(found, frame_encoding(found, wanted, several=True))
        except NotAcceptable:
            return None

    def _parts(
        self,
        by: Caller,
        files: Sequence[StoredFile],
        pixels: Sequence[_Pixels | None],
        root: str,
        *,
        pixels_alone: bool,
    ) -> Iterator[Part]:
        for file, own in zip(files, pixels, strict=True):
            [told] = self._retrieve.attributes(self._retrieve.metadata(by, file.ref))
            for uri in bulk_data_uris(orjson.loads(told)):
                path = uri.partition("/bulkdata/")[2]
                if path in _PIXELS:
                    yield from own.parts(f"{root}/{uri}") if own else ()
                elif not pixels_alone:
                    yield self._other(by, file.ref, path, f"{root}/{uri}")

    def _other(self, by: Caller, ref: InstanceRef, path: str, location: str) -> Part:
        def pieces() -> Iterator[bytes]:
            value = self._retrieve.bulk_data(by, ref, path).value
            yield from value.pieces(0, value.length)

        return Part({"Content-Type": OCTETS, "Content-Location": location}, pieces)

    async def _multipart(
        self, request: Request, kind: str, parts: list[Part], headers: dict[str, str], status: int = 200
    ) -> Response:
        boundary = headers["ETag"].strip('"')
        headers["Content-Type"] = multipart_type(kind, boundary)
        pieces, length = multipart_pieces(boundary, iter(parts)), multipart_length(boundary, parts)
        return await answer(request, self._workers, pieces, headers, length=length, status=status)


def bulk_data_uris(attributes: Attributes) -> Iterator[str]:
    """Every BulkDataURI of a data set in the DICOM JSON model, nested ones included, in their order."""
    for element in attributes.values():
        if "BulkDataURI" in element:
            yield element["BulkDataURI"]
        elif element.get("vr") == "SQ":
            for item in element.get("Value", ()):
                yield from bulk_data_uris(item)


def _pixel_encoding(found: Frames, wanted: Sequence[Wish], *, named: bool) -> FrameEncoding:
    encoding = frame_encoding(found, wanted, several=False)
    a_part_each = named or encoding.transfer_syntax_uid != EXPLICIT_VR_LITTLE_ENDIAN
    if encoding.single and len(found.numbers) > 1 and a_part_each:
        return frame_encoding(found, wanted, several=True)
    return encoding


def _form(wanted: Sequence[Wish], media_type: str | None) -> tuple[str, bool]:
    """Media type and whether as a single part; a document may be asked for as what it is (PS3.18 8.7.3.3)."""
    offered = [OCTETS, media_type] if media_type else [OCTETS]
    for one in wanted:
        for name in offered:
            if one.covers(name):
                return name, one.multipart is not True
    raise NotAcceptable(
        "The bulk data cannot be sent as any of the accepted media types.",
        available=[*offered, *(f'multipart/related; type="{name}"' for name in offered)],
    )


def _nothing(files: Sequence[StoredFile], *, pixels_alone: bool) -> NotFound | NotAcceptable:
    if pixels_alone:
        reason = files[0].located.not_renderable or "The pixel data cannot be sent as any of the accepted media types."
        return NotAcceptable(reason)
    return NotFound("There is no bulk data here that could be sent as any of the accepted media types.")
