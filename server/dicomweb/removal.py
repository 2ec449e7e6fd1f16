"""Deleting what is stored, and restoring it: not in PS3.18, so done as clients of other archives expect."""

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.catalogue.withdrawals import Withdrawal
from server.dicomweb.resources import resource
from server.errors import Malformed
from server.studies.remove import Remove
from server.web.sign_in import caller
from server.web.workers import Workers


class Removal:
    """Deletion and restoration over HTTP."""

    def __init__(self, remove: Remove, workers: Workers) -> None:
        self._remove = remove
        self._workers = workers

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`; DELETE itself is a method of the DICOMweb resources."""
        return [
            Route("/deletions", self.deletions, methods=["GET"]),
            Route("/deletions/{number}/restore", self.restore, methods=["POST"]),
        ]

    async def delete(self, request: Request) -> Response:
        """`DELETE` of a study, series or instance."""
        deletion = await self._workers.run(self._remove.delete, caller(request), resource(request))
        return _answer(self._told(deletion))

    async def deletions(self, request: Request) -> Response:
        """`GET /api/deletions`: what can still be restored."""
        found = await self._workers.run(self._remove.deletions, caller(request))
        return _answer([self._told(deletion) for deletion in found])

    async def restore(self, request: Request) -> Response:
        """`POST /api/deletions/{number}/restore`."""
        text = request.path_params["number"]
        if not text.isascii() or not text.isdigit() or len(text) > 15:
            raise Malformed("A deletion is named by its number.", deletion=text[:40])
        restored = await self._workers.run(self._remove.restore, caller(request), int(text))
        return _answer({"deletion": int(text), "instances": len(restored)})

    def _told(self, deletion: Withdrawal) -> dict[str, Any]:
        return {
            "deletion": deletion.number,
            "resource": deletion.resource,
            "instances": deletion.instances,
            "deleted_at": moment(deletion.at),
            "deleted_by": deletion.person_id,
            "recoverable_until": moment(self._remove.recoverable_until(deletion)),
            "restore": f"/api/deletions/{deletion.number}/restore",
        }


def moment(ms: int) -> str:
    """Milliseconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _answer(body: object) -> Response:
    return Response(orjson.dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
