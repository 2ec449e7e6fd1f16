"""WADO-URI: one instance, as DICOM or as a picture, named by query parameters alone (PS3.18 9)."""

import re
from collections.abc import Iterator, Sequence

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.resources import InstanceRef
from server.dicom.uids import is_uid
from server.dicomweb.accepting import ANY, Wish, require_utf_8
from server.dicomweb.instances import DICOM, HEADERS, Chosen, syntax_for
from server.errors import Malformed, NotAcceptable
from server.rendering.image import Image
from server.rendering.request import (
    LARGEST_VIEWPORT,
    MEDIA_TYPES,
    RenderRequest,
    Viewport,
    Window,
    parse_annotation,
    parse_quality,
)
from server.studies.render import Render
from server.studies.retrieve import Retrieve
from server.studies.transcode import available
from server.web.bodies import answer
from server.web.conditional import etag_of, http_date, not_modified
from server.web.negotiation import MediaType, accepted, choose
from server.web.sign_in import caller
from server.web.workers import Workers

_OF_PICTURES = (
    "annotation rows columns region windowCenter windowWidth frameNumber imageQuality presentationUID "
    "presentationSeriesUID"
).split()
_DECIMAL = re.compile(r"[+-]?([0-9]{1,12}\.?[0-9]{0,12}|\.[0-9]{1,12})([eE][+-]?[0-9]{1,2})?")


class WadoUri:
    """The URI service over HTTP."""

    def __init__(self, retrieve: Retrieve, render: Render, workers: Workers) -> None:
        self._retrieve = retrieve
        self._render = render
        self._workers = workers

    async def get(self, request: Request) -> Response:
        """`GET /wado?requestType=WADO&…`; `Malformed` names the parameter that is wrong."""
        parameters = request.query_params
        if parameters.get("requestType") != "WADO":
            raise Malformed("requestType must be WADO.", requestType=parameters.get("requestType", "")[:40])
        ref = InstanceRef(*(_uid(parameters, name) for name in ("studyUID", "seriesUID", "objectUID")))
        require_utf_8(request)
        _require_no_anonymization(parameters)
        wanted = accepted(request.headers.get("accept"), parameters.get("contentType"))
        if await self._workers.run(self._is_picture, caller(request), ref, wanted, "contentType" in parameters):
            return await self._picture(request, ref, choose(wanted, MEDIA_TYPES))
        return await self._instance(request, ref)

    def _is_picture(self, by: Caller, ref: InstanceRef, wanted: Sequence[MediaType], named: bool) -> bool:
        """PS3.18 9.3: an image is a JPEG picture by default; what cannot be drawn is sent as it is."""
        anything = not named and wanted[0].name == "*/*"
        kind = choose(wanted, (*MEDIA_TYPES, DICOM))
        return kind != DICOM and not (anything and self._render.reason_against(by, ref) is not None)

    async def _instance(self, request: Request, ref: InstanceRef) -> Response:
        """PS3.18 9.4: by default in Explicit VR Little Endian, 406 for a transfer syntax that cannot be made."""
        for name in _OF_PICTURES:
            if name in request.query_params:
                raise Malformed(f"{name} is for pictures; it cannot go with application/dicom.", parameter=name)
        syntaxes = _transfer_syntaxes(request.query_params)
        [file] = await self._workers.run(self._retrieve.files, caller(request), ref)
        choices = (syntax_for(file, Wish(DICOM, False, syntax)) for syntax in syntaxes)
        uid = next((one for one in choices if one is not None), None)
        if uid is None:
            raise NotAcceptable(
                "The instance cannot be sent in this transfer syntax.", available=available(file.located)
            )
        chosen, modified = Chosen(file, uid), file.located.stored_at
        etag = etag_of("wado-uri", file.digest, uid)
        headers = HEADERS | {"ETag": etag, "Last-Modified": http_date(modified), "Content-Type": DICOM}
        if not_modified(request, etag, modified):
            return Response(status_code=304, headers=headers)
        return await answer(request, self._workers, chosen.pieces(), headers, length=chosen.length)

    async def _picture(self, request: Request, ref: InstanceRef, media_type: str) -> Response:
        """PS3.18 9.5: the frame as it is asked for."""
        parameters = request.query_params
        if "transferSyntax" in parameters:
            raise Malformed("transferSyntax goes with application/dicom alone.", parameter="transferSyntax")
        image = await self._workers.run(self._render.image, caller(request), ref)
        number = _frame_number(parameters, image)
        wish = _wish(parameters, media_type, image)
        state = _state(parameters, ref)
        if state is None:
            target = await self._workers.run(self._render.target, caller(request), ref, number, wish)
        else:
            target = await self._workers.run(self._render.stated, caller(request), ref, number, state, wish)
        headers = HEADERS | {"ETag": target.etag, "Content-Type": media_type}
        if not_modified(request, target.etag):
            return Response(status_code=304, headers=headers)

        def pieces() -> Iterator[bytes]:
            yield self._render.picture(target).data

        return await answer(request, self._workers, pieces(), headers)


def _uid(parameters: QueryParams, name: str) -> str:
    uid = parameters.get(name, "")
    if not is_uid(uid):
        raise Malformed(f"{name} must be a UID: dotted numbers of 64 characters at most (PS3.5 9.1).", parameter=name)
    return uid


def _require_no_anonymization(parameters: QueryParams) -> None:
    """PS3.18 9.4.2.3: who cannot anonymize answers with an error, and never with what was to be hidden."""
    if (asked := parameters.get("anonymize")) is None:
        return
    if asked != "yes":
        raise Malformed("anonymize can only be yes.", parameter="anonymize")
    raise NotAcceptable("Instances are not anonymized here.", parameter="anonymize")


def _transfer_syntaxes(parameters: QueryParams) -> list[str | None]:
    """What `transferSyntax` asks for (PS3.18 9.4.2.4): UIDs or `*`; without it the default."""
    asked = parameters.get("transferSyntax")
    if asked is None:
        return [None]
    uids = [uid.strip() for uid in asked.split(",")]
    if not all(uid == ANY or is_uid(uid) for uid in uids):
        raise Malformed("transferSyntax must be a Transfer Syntax UID.", parameter="transferSyntax")
    return list(uids)


def _frame_number(parameters: QueryParams, image: Image) -> int:
    number = _whole(parameters, "frameNumber", image.number_of_frames)
    return 1 if number is None else number


def _state(parameters: QueryParams, ref: InstanceRef) -> InstanceRef | None:
    """The presentation state to be applied, of the same study (PS3.18 9.5)."""
    if not {"presentationUID", "presentationSeriesUID"} & set(parameters):
        return None
    return InstanceRef(ref.study_uid, *(_uid(parameters, f"presentation{name}UID") for name in ("Series", "")))


def _wish(parameters: QueryParams, media_type: str, image: Image) -> RenderRequest:
    return RenderRequest(
        media_type,
        _window(parameters),
        _viewport(parameters, image),
        parse_quality(parameters, "imageQuality"),
        annotation=parse_annotation(parameters),
    )


def _window(parameters: QueryParams) -> Window | None:
    given = [name for name in ("windowCenter", "windowWidth") if name in parameters]
    if not given:
        return None
    if len(given) == 1:
        raise Malformed("windowCenter and windowWidth go together.", parameter=given[0])
    center, width = (_number(name, parameters[name]) for name in given)
    if width < 1:
        raise Malformed("windowWidth must be 1 at least.", parameter="windowWidth")
    return Window(center, width)


def _viewport(parameters: QueryParams, image: Image) -> Viewport | None:
    """The box that rows and columns make, either of which may be open, and the region in pixels."""
    rows, columns = (_whole(parameters, name, LARGEST_VIEWPORT) for name in ("rows", "columns"))
    region = _region(parameters, image)
    if rows is None and columns is None and region is None:
        return None
    return Viewport(columns or LARGEST_VIEWPORT, rows or LARGEST_VIEWPORT, region)


def _region(parameters: QueryParams, image: Image) -> tuple[float, float, float, float] | None:
    """PS3.18 9.5: left, top, right, bottom as shares of width and height, from 0 to 1."""
    text = parameters.get("region")
    if text is None:
        return None
    edges = [_number("region", part) for part in text.split(",")]
    if len(edges) != 4 or not (0 <= edges[0] < edges[2] <= 1 and 0 <= edges[1] < edges[3] <= 1):
        raise Malformed("region is left,top,right,bottom, each from 0 to 1.", parameter="region")
    left, top, right, bottom = edges
    width, height = image.columns, image.rows
    return left * width, top * height, (right - left) * width, (bottom - top) * height


def _whole(parameters: QueryParams, name: str, most: int) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()) or not 1 <= int(text) <= most:
        raise Malformed(f"{name} must be a whole number from 1 to {most}.", parameter=name)
    return int(text)


def _number(name: str, text: str) -> float:
    if not _DECIMAL.fullmatch(text.strip()):
        raise Malformed(f"{name} must be made of decimal numbers.", parameter=name)
    return float(text)
