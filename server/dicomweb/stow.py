"""STOW-RS: storing the instances of a request (PS3.18 10.5), streamed to disk as they arrive."""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from server.dicom.resources import StudyRef
from server.dicomweb.addresses import Addresses
from server.dicomweb.intake import Intake
from server.dicomweb.resources import resource
from server.errors import Malformed, UnsupportedMedia
from server.studies.store import Outcome, Refused, Store, Stored
from server.web.multipart import MultipartReader, PartBegins, PartData, PartEnds
from server.web.negotiation import MediaType, accepted, choose, media_type
from server.web.sign_in import caller
from server.web.workers import Workers

_STORE_TOGETHER = 64
_WRITE_TOGETHER = 2**20


class Stow:
    """The store transaction over HTTP."""

    def __init__(self, store: Store, workers: Workers, addresses: Addresses, largest_instance: int) -> None:
        self._store = store
        self._workers = workers
        self._addresses = addresses
        self._largest_instance = largest_instance

    async def post(self, request: Request) -> Response:
        """`POST /studies` and `POST /studies/{study}`."""
        choose(accepted(request.headers.get("accept"), request.query_params.get("accept")), _ANSWERS)
        kind = media_type(request.headers.get("content-type") or "missing/none")
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise UnsupportedMedia("The body must come without Content-Encoding.")
        study_uid = resource(request).study_uid if "study" in request.path_params else None
        intake = Intake(self._store, self._workers, caller(request), study_uid, self._largest_instance)
        try:
            await _receive(request, kind, intake)
            outcomes = await intake.finish()
        except ClientDisconnect as error:
            intake.abandon()
            raise Malformed("The body is cut off: the connection has ended.") from error
        except BaseException:
            intake.abandon()
            raise
        return _answer(outcomes, self._addresses.root(request))


_ANSWERS = ("application/dicom+json", "application/json")


async def _receive(request: Request, kind: MediaType, intake: Intake) -> None:
    if kind.name == "application/dicom":
        intake.begin({})
        async for chunk in request.stream():
            await intake.data(chunk)
        await intake.end()
        return
    root = kind.parameters.get("type", "application/dicom").lower()
    if kind.name != "multipart/related" or root != "application/dicom":
        raise UnsupportedMedia(
            "Send application/dicom, or multipart/related with type=application/dicom and a boundary.",
            content_type=kind.name,
        )
    reader = MultipartReader(kind.parameters.get("boundary", ""))
    async for chunk in request.stream():
        for event in reader.feed(chunk):
            if isinstance(event, PartData):
                await intake.data(event.data)
            elif isinstance(event, PartBegins):
                intake.begin(event.headers)
            elif isinstance(event, PartEnds):
                await intake.end()
    reader.end()


def _answer(outcomes: Sequence[Outcome], root: str) -> Response:
    """The Store Instances Response (PS3.18 10.5.3): 200 all kept, 202 some refused, 409 none kept."""
    stored = [outcome for outcome in outcomes if isinstance(outcome, Stored)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    named = [outcome for outcome in refused if outcome.identity and outcome.identity.instance_uid]
    body: dict[str, Any] = {}
    if len({one.ref.study_uid for one in stored}) == 1:
        body["00081190"] = _one("UR", f"{root}/{StudyRef(stored[0].ref.study_uid).path}")
    if named:
        body["00081198"] = {"vr": "SQ", "Value": [_failed(one) for one in named]}
    if stored:
        body["00081199"] = {"vr": "SQ", "Value": [_referenced(one, root) for one in stored]}
    if others := [one for one in refused if one not in named]:
        body["0008119A"] = {"vr": "SQ", "Value": [_failed(one) for one in others]}
    status = 200 if not refused else 202 if stored else 409
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, "application/dicom+json")


def _referenced(stored: Stored, root: str) -> dict[str, Any]:
    return {
        "00081150": _one("UI", stored.sop_class_uid),
        "00081155": _one("UI", stored.ref.instance_uid),
        "00081190": _one("UR", f"{root}/{stored.ref.path}"),
    }


def _failed(refused: Refused) -> dict[str, Any]:
    item = {"00000902": _one("LO", _cut(refused.message)), "00081197": _one("US", refused.failure_reason)}
    if refused.identity and refused.identity.instance_uid:
        item["00081150"] = _one("UI", refused.identity.sop_class_uid[:64])
        item["00081155"] = _one("UI", refused.identity.instance_uid[:64])
    return item


def _cut(message: str) -> str:
    """The reason as an Error Comment (0000,0902), an LO of 64 characters at most."""
    return message if len(message) <= 64 else message[:63] + "…"


def _one(vr: str, value: object) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]}
