"""STOW-RS: storing the instances of a request (PS3.18 10.5), streamed to disk as they arrive."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from server.access.people import Caller
from server.archive.store import Incoming
from server.dicom.resources import StudyRef
from server.dicomweb.addresses import Addresses
from server.dicomweb.resources import resource
from server.errors import Malformed, Overloaded, TooLarge, UnsupportedMedia
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
        intake = _Intake(self._store, self._workers, caller(request), study_uid, self._largest_instance)
        try:
            await _receive(request, kind, intake)
            outcomes = await intake.finish()
        except ClientDisconnect as error:
            await intake.abandon()
            raise Malformed("The body is cut off: the connection has ended.") from error
        except BaseException:
            await intake.abandon()
            raise
        return _answer(outcomes, self._addresses.root(request))


_ANSWERS = ("application/dicom+json", "application/json")


async def _receive(request: Request, kind: MediaType, intake: "_Intake") -> None:
    if kind.name == "application/dicom":
        await intake.begin({})
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
                await intake.begin(event.headers)
            elif isinstance(event, PartEnds):
                await intake.end()
    reader.end()


class _Intake:
    """The instances of one request on their way to disk, stored by the batch."""

    def __init__(
        self, store: Store, workers: Workers, by: Caller, study_uid: str | None, largest_instance: int
    ) -> None:
        self._store = store
        self._workers = workers
        self._caller = by
        self._study_uid = study_uid
        self._largest_instance = largest_instance
        self._arrived: list[Incoming] = []
        self._outcomes: list[Outcome] = []
        self._current: Incoming | None = None
        self._held = bytearray()

    async def begin(self, headers: Mapping[str, str]) -> None:
        kind = headers.get("content-type", "application/dicom")
        if media_type(kind).name != "application/dicom":
            raise UnsupportedMedia("Every part must be application/dicom.", content_type=kind[:200])
        self._current = await self._workers.run(self._store.receive)

    async def data(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= _WRITE_TOGETHER:
            await self._write()

    async def end(self) -> None:
        await self._write()
        if self._current is not None:
            self._arrived.append(self._current)
            self._current = None
        if len(self._arrived) >= _STORE_TOGETHER:
            await self._store_arrived()

    async def finish(self) -> Sequence[Outcome]:
        if self._arrived:
            await self._store_arrived()
        return self._outcomes

    async def abandon(self) -> None:
        """Takes away what was not stored yet."""
        for incoming in [*self._arrived, *([self._current] if self._current else [])]:
            incoming.discard()

    async def _write(self) -> None:
        piece, self._held = self._held, bytearray()
        if self._current is None or not piece:
            return
        if self._current.size + len(piece) > self._largest_instance:
            raise TooLarge("An instance is larger than is stored here.", limit=self._largest_instance)
        await self._workers.run(self._current.write, bytes(piece))

    async def _store_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        try:
            self._outcomes += await self._workers.run(self._store.store, self._caller, arrived, self._study_uid)
        except Overloaded:
            self._arrived = arrived  # nobody has seen them, so they are still ours to take away
            raise


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
