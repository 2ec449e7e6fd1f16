"""What people make of images, over HTTP: ours, beside the standard's resources. What it writes is found by QIDO-RS."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.authoring.marks import clean, read_frame, read_marks
from server.authoring.presentation_state import read_look
from server.dicom.resources import InstanceRef, StudyRef
from server.dicom.uids import is_uid
from server.dicomweb.resources import instance, resource
from server.errors import Malformed, TooLarge
from server.studies.author import Author, Written, read_key_images, read_title
from server.web.json_answer import json_answer
from server.web.sign_in import caller
from server.web.workers import Workers

LARGEST_BODY = 8 * 2**20
_STUDY = "/studies/{study}"


class Authored:
    """Measurement reports, presentation states and key object selections below `/api/studies/{study}`."""

    def __init__(self, author: Author, workers: Workers) -> None:
        self._author = author
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [
            Route(f"{_STUDY}/measurement-reports", self._save_marks, methods=["POST"]),
            Route(f"{_STUDY}/measurement-reports", self._reports, methods=["GET"]),
            Route(f"{_STUDY}/series/{{series}}/instances/{{instance}}/marks", self._marks, methods=["GET"]),
            Route(f"{_STUDY}/presentation-states", self._save_presentation, methods=["POST"]),
            Route(f"{_STUDY}/key-objects", self._save_key_images, methods=["POST"]),
            Route(f"{_STUDY}/key-objects", self._key_images, methods=["GET"]),
        ]

    async def _save_marks(self, request: Request) -> Response:
        study_uid, body = resource(request).study_uid, await _body(request)
        marks = read_marks(body.get("marks"), study_uid)
        before = _predecessor(body.get("predecessor"), study_uid)
        return _written(await self._workers.run(self._author.save_marks, caller(request), marks, before))

    async def _save_presentation(self, request: Request) -> Response:
        study_uid, body = resource(request).study_uid, await _body(request)
        shown, look = read_frame(body.get("image")), read_look(body.get("presentation"))
        if shown.instance.study_uid != study_uid:
            raise Malformed("The image must lie in the study in the address.")
        marks = read_marks(body["marks"], study_uid) if body.get("marks") else []
        label = clean(body.get("description", ""), 64)
        return _written(
            await self._workers.run(self._author.save_presentation, caller(request), shown, look, marks, label)
        )

    async def _save_key_images(self, request: Request) -> Response:
        study_uid, body = resource(request).study_uid, await _body(request)
        frames, title = read_key_images(body.get("images"), study_uid), read_title(body.get("title"))
        words = clean(body.get("description", ""))
        return _written(await self._workers.run(self._author.save_key_images, caller(request), frames, title, words))

    async def _reports(self, request: Request) -> Response:
        found = await self._workers.run(self._author.reports, caller(request), StudyRef(resource(request).study_uid))
        return await json_answer(request, self._workers, orjson.dumps(found), "application/json", _PRIVATE)

    async def _key_images(self, request: Request) -> Response:
        found = await self._workers.run(self._author.key_images, caller(request), StudyRef(resource(request).study_uid))
        return await json_answer(request, self._workers, orjson.dumps(found), "application/json", _PRIVATE)

    async def _marks(self, request: Request) -> Response:
        opened = await self._workers.run(self._author.open_marks, caller(request), instance(request))
        body = {"marks": [mark.plain() for mark in opened.marks], "left_out": opened.left_out}
        return await json_answer(request, self._workers, orjson.dumps(body), "application/json", _PRIVATE)


_PRIVATE = {"Cache-Control": "no-store"}


def _written(written: Written) -> Response:
    body = {
        "study_uid": written.ref.study_uid,
        "series_uid": written.ref.series_uid,
        "instance_uid": written.ref.instance_uid,
        "left_out": written.left_out,
    }
    return Response(orjson.dumps(body), 201, _PRIVATE, "application/json")


async def _body(request: Request) -> Mapping[str, Any]:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > LARGEST_BODY:
            raise TooLarge("The body is larger than is taken here.", limit=LARGEST_BODY)
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is no JSON.") from error
    if not isinstance(told, dict):
        raise Malformed("The body is a JSON object.")
    return told


def _predecessor(told: object, study_uid: str) -> InstanceRef | None:
    if told is None:
        return None
    fields = told if isinstance(told, dict) else {}
    series_uid, instance_uid = (str(fields.get(name)) for name in ("series_uid", "instance_uid"))
    if not is_uid(series_uid) or not is_uid(instance_uid):
        raise Malformed("predecessor has series_uid and instance_uid.")
    return InstanceRef(study_uid, series_uid, instance_uid)
