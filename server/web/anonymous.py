"""The way in for those who are not to learn whose images a session shows: `/anonymous/{pass}/…` before other routes.

Every UID in an address or a message is another one here; answers pass through a list of what may be told. What is not
named below is not there: no documents, no files, no search by name, no record of the session.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from server.dicom.deidentified import deidentified
from server.dicom.resources import InstanceRef, SeriesRef
from server.errors import NotAllowed, NotFound, ServerError
from server.sessions.anonymity import Pseudonyms, meant, told
from server.sessions.hub import Hub
from server.sessions.passes import Pass, Passes
from server.studies.share import Share
from server.web.guests import GUEST
from server.web.problems import problem
from server.web.workers import Workers

_UID = r"[0-9.]{3,64}"
_SERIES = rf"/dicomweb/studies/{_UID}/series/{_UID}"
_DATASETS = re.compile(rf"/dicomweb/studies(/{_UID}/(series|instances))?|{_SERIES}/instances")
_PICTURES = re.compile(rf"{_SERIES}/(thumbnail|renderedMPR|instances/{_UID}/frames/[0-9]+/rendered)")
_NUMBERS = re.compile(rf"/api/studies/{_UID}/series/{_UID}(/instances/{_UID}/frames/[0-9]+)?/statistics")
_ROOM = re.compile(r"/api/sessions/current(/live)?")
_STUDY = re.compile(rf"/studies/({_UID})")
_SERIES_IN = re.compile(rf"/studies/(?P<study>{_UID})/series/(?P<series>{_UID})(/instances/(?P<instance>{_UID}))?")
_SEARCH_KEYS = {"StudyInstanceUID", "SeriesInstanceUID", "includefield", "limit", "offset"}
_TOLD = {"content-type", "cache-control", "retry-after", "lightbox-window"}
_NOT_ASKED = {b"accept-encoding", b"if-none-match"}
_MOST_SESSIONS = 64


class Anonymous:
    """Stands before the routes of sessions and pictures, and behind a pass."""

    def __init__(
        self,
        passes: Passes,
        hub: Hub,
        share: Share,
        workers: Workers,
        ready_first: Callable[[ASGIApp], ASGIApp],
        now: Callable[[], int],
    ) -> None:
        """`now` answers ms since 1970, by which passes expire."""
        self._passes = passes
        self._hub = hub
        self._share = share
        self._workers = workers
        self._ready_first = ready_first
        self._now = now
        self._inside: ASGIApp | None = None
        self._known: dict[str, Pseudonyms] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request or a WebSocket below a pass."""
        try:
            secret, path = scope["path_params"]["secret"], scope["path"].removeprefix(scope["root_path"])
            opened = await self._workers.run(self._passes.opened, secret, self._now())
            names = await self._pseudonyms(opened, path)
            inner = await self._inner(scope, path, opened, names)
            inside = self._inside = self._inside or self._ready_first(scope["app"].router)
            if scope["type"] == "websocket":
                await inside(inner, _reading(receive, names), _telling(send, names, opened.guest))
            else:
                await inside(inner, receive, _Answer(send, names, opened.guest, bool(_DATASETS.fullmatch(path))))
        except ServerError as error:  # its facts may name what this caller is not to know
            answer = problem(error.code, error.message)
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).send_denial_response(answer)
            else:
                await answer(scope, receive, send)

    async def _pseudonyms(self, opened: Pass, path: str) -> Pseudonyms:
        """Those of the session, with all its studies learnt whenever something unknown is asked for."""
        names = self._known.get(opened.session_id)
        if names is None:
            if len(self._known) >= _MOST_SESSIONS:
                del self._known[next(iter(self._known))]
            names = self._known[opened.session_id] = Pseudonyms(opened.session_id)
        asked = [uid for uid in re.findall(rf"/({_UID})(?=/|$)", path) if "." in uid]
        if _ROOM.fullmatch(path) or not all(map(names.knows, asked)):
            room = await self._hub.room(opened.session_id)
            await self._workers.run(lambda: names.learn(self._share.uids(room["study_uids"])))
        return names

    async def _inner(self, scope: Scope, path: str, opened: Pass, names: Pseudonyms) -> Scope:
        """The same request for what is really meant."""
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        search = _DATASETS.fullmatch(path)
        if _ROOM.fullmatch(path):
            path = path.replace("current", opened.session_id)
        elif not (search or _PICTURES.fullmatch(path) or _NUMBERS.fullmatch(path)) or scope.get("method") != "GET":
            raise NotFound("There is no such thing here.")
        else:
            path = re.sub(rf"(?<=/){_UID}(?=/|$)", lambda found: names.real(found[0]), path)
            query = [(key, names.real(value)) for key, value in query if key != "annotation"]
            if search:
                query = [(key, value) for key, value in query if key in _SEARCH_KEYS]
            await self._share_study(path, query, opened, names)
        headers = [(name, value) for name, value in scope["headers"] if name not in _NOT_ASKED]
        return {
            **scope,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": urlencode(query, safe=",/").encode(),
            "headers": headers,
            GUEST: opened.guest,
        }

    async def _pixels(self, path: str, released: Sequence[str], names: Pseudonyms) -> None:
        """`NotAllowed` for pixels that may name the patient, until the leader says that they may be shown."""
        found = _SERIES_IN.search(path)
        if found is None or found["series"] in released:
            return
        series = SeriesRef(found["study"], found["series"])
        ref = InstanceRef(series.study_uid, series.series_uid, found["instance"]) if found["instance"] else series
        if await self._workers.run(names.may_name, ref, self._share.may_name):
            raise NotAllowed("These pixels may name the patient: they are held back until the leader shows them.")

    async def _share_study(self, path: str, query: list[tuple[str, str]], opened: Pass, names: Pseudonyms) -> None:
        """`NotFound` for a study that the session is not about, and for a search through all of them."""
        in_path = _STUDY.search(path)
        study_uid = in_path[1] if in_path else dict(query).get("StudyInstanceUID", "")
        room = await self._hub.room(opened.session_id)
        if study_uid not in room["study_uids"]:
            raise NotFound("This session shows no such study.")
        if _PICTURES.fullmatch(path):
            await self._pixels(path, room["released_series_uids"], names)


class _Answer:
    """Passes an answer on: pictures as they are, data without whose it is, nothing else."""

    def __init__(self, send: Send, names: Pseudonyms, guest: bool, datasets: bool) -> None:
        self._send = send
        self._names = names
        self._guest = guest
        self._datasets = datasets
        self._start: Message = {}
        self._body = b""
        self._refused = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            kept = [(name, value) for name, value in message["headers"] if name.decode().lower() in _TOLD]
            self._start = {**message, "headers": kept}
            self._refused = not kind.startswith("image/") and "json" not in kind and message["status"] != 204
            if "json" not in kind and not self._refused:
                await self._send(self._start)
        elif self._refused:
            if not message.get("more_body"):
                await problem("not-found", "There is no picture of this.")({"type": "http"}, _nothing, self._send)
        elif "json" in Headers(raw=self._start["headers"]).get("content-type", ""):
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._tell(orjson.loads(self._body))
        else:
            await self._send(message)

    async def _tell(self, content: object) -> None:
        if self._start["status"] >= 400:
            known = content if isinstance(content, dict) else {}
            content = {name: value for name, value in known.items() if name != "facts"}
        elif self._datasets and isinstance(content, list):
            content = [deidentified(dataset, self._names.hide) for dataset in content]
        else:
            content = told(content, self._names.hide, self._guest)
        body = orjson.dumps(content)
        headers = MutableHeaders(raw=self._start["headers"])
        headers["Cache-Control"] = "no-store"
        headers["Content-Length"] = str(len(body))
        await self._send({**self._start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _reading(receive: Receive, names: Pseudonyms) -> Receive:
    async def hear() -> Message:
        message = await receive()
        if message["type"] != "websocket.receive" or not message.get("text"):
            return message
        try:
            return {**message, "text": orjson.dumps(meant(orjson.loads(message["text"]), names.real)).decode()}
        except orjson.JSONDecodeError:
            return message

    return hear


def _telling(send: Send, names: Pseudonyms, guest: bool) -> Send:
    async def tell(message: Message) -> None:
        if message["type"] == "websocket.send":
            content = told(orjson.loads(message["text"]), names.hide, guest)
            message = {**message, "text": orjson.dumps(content).decode()}
        await send(message)

    return tell
