"""STOW-RS: storing the instances of a request (PS3.18 10.5), streamed to disk as they arrive."""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from server.access.people import Caller
from server.dicom.dicomxml import to_xml
from server.dicom.resources import StudyRef
from server.dicomweb.addresses import Addresses
from server.dicomweb.intake import FileIntake, Intake
from server.dicomweb.metadata_intake import JSON, XML, MetadataIntake
from server.dicomweb.resources import resource
from server.dicomweb.spool import Spool
from server.dicomweb.storing import Storing
from server.errors import Malformed, UnsupportedMedia
from server.studies.store import Outcome, Refused, Store, Stored
from server.web.multipart import MultipartReader, PartBegins, PartData, PartEnds
from server.web.negotiation import MediaType, accepted, choose, media_type
from server.web.sign_in import caller
from server.web.workers import Workers

DICOM = "application/dicom"
TAKEN = (
    f'multipart/related; type="{DICOM}"',
    f'multipart/related; type="{JSON}"',
    f'multipart/related; type="{XML}"',
    DICOM,
    JSON,
    XML,
)
"""The media types of a request (PS3.18 table 10.5.2-1); a single part holds one instance, or metadata without bulk."""

ANSWERS = (JSON, XML, "application/json")
"""The media types of the answer."""


class Stow:
    """The store transaction over HTTP."""

    def __init__(self, store: Store, workers: Workers, addresses: Addresses, largest_instance: int) -> None:
        self._store = store
        self._storing = Storing(store, workers)
        self._workers = workers
        self._addresses = addresses
        self._largest_instance = largest_instance

    async def post(self, request: Request) -> Response:
        """`POST /studies` and `POST /studies/{study}`."""
        answer_as = choose(accepted(request.headers.get("accept"), request.query_params.get("accept")), ANSWERS)
        kind = media_type(request.headers.get("content-type") or "missing/none")
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise UnsupportedMedia("The body must come without Content-Encoding.", available_encodings=["identity"])
        study_uid = resource(request).study_uid if "study" in request.path_params else None
        intake = self._intake(_kind_of_instances(kind), caller(request), study_uid, self._addresses.root(request))
        try:
            await _receive(request, kind, intake)
            outcomes = await intake.finish()
        except ClientDisconnect as error:
            intake.abandon()
            raise Malformed("The body is cut off: the connection has ended.") from error
        except BaseException:
            intake.abandon()
            raise
        return _answer(outcomes, self._addresses.root(request), answer_as)

    def _intake(self, kind: str, by: Caller, study_uid: str | None, root: str) -> Intake:
        spool = Spool(self._store, self._workers, self._largest_instance)
        if kind == DICOM:
            return FileIntake(self._store, self._storing, self._workers, by, study_uid, spool)
        return MetadataIntake(self._store, self._workers, by, study_uid, spool, f"{root}/studies")


def _kind_of_instances(kind: MediaType) -> str:
    """Whether a body holds Part 10 files, or metadata as JSON or XML; `UnsupportedMedia` names what is taken."""
    name = kind.parameters.get("type", DICOM).lower() if kind.name == "multipart/related" else kind.name
    if name not in {DICOM, JSON, XML}:
        raise UnsupportedMedia("A body of this media type is not taken here.", content_type=kind.name, available=TAKEN)
    return name


async def _receive(request: Request, kind: MediaType, intake: Intake) -> None:
    if kind.name != "multipart/related":
        intake.begin({"content-type": kind.name})
        async for chunk in request.stream():
            await intake.data(chunk)
        await intake.end()
        return
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


def _answer(outcomes: Sequence[Outcome], root: str, media_type: str) -> Response:
    """The Store Instances Response (PS3.18 10.5.3): 200 all kept, 202 some refused or changed, 409 none kept."""
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
    warned = any(one.warning_reason for one in stored)
    status = 409 if not stored else 202 if refused or warned else 200
    content = to_xml(dict(sorted(body.items()))) if media_type == XML else orjson.dumps(body)
    return Response(content, status, {"Cache-Control": "no-store"}, media_type)


def _referenced(stored: Stored, root: str) -> dict[str, Any]:
    item = {
        "00081150": _one("UI", stored.sop_class_uid),
        "00081155": _one("UI", stored.ref.instance_uid),
        "00081190": _one("UR", f"{root}/{stored.ref.path}"),
    }
    if stored.warning_reason:
        item |= {"00000902": _one("LO", _cut(stored.warning)), "00081196": _one("US", stored.warning_reason)}
    return dict(sorted(item.items()))


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
