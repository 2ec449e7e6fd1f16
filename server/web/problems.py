"""Errors as `application/problem+json` (RFC 9457), from the one table of codes and statuses."""

import logging
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.errors import ServerError

log = logging.getLogger(__name__)

STATUSES = {
    "malformed": (400, "The request is malformed"),
    "not-signed-in": (401, "Nobody is signed in"),
    "not-allowed": (403, "Not allowed"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "The resource does not have this method"),
    "not-acceptable": (406, "Nothing acceptable can be sent"),
    "conflict": (409, "Contradicts what is kept"),
    "too-large": (413, "Too large"),
    "unsupported-media": (415, "Unsupported media type"),
    "misdirected": (421, "Not addressed to this server"),
    "internal": (500, "The server failed"),
    "overloaded": (503, "Too busy"),
    "archive-full": (507, "The archive takes no more"),
}
"""Every code with its HTTP status and title; `docs/reference/problems.md` explains each."""

_CODES = {status: code for code, (status, _) in STATUSES.items()}


def problem(code: str, detail: str | None = None, **facts: Any) -> Response:
    """The answer for `code`; `detail` is for the caller and holds no patient data."""
    status, title = STATUSES[code]
    body = {"type": f"/problems/{code}", "title": detail or title, "status": status, "code": code}
    content = orjson.dumps(body | ({"facts": facts} if facts else {}), default=str)
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = "1"
    return Response(content, status, headers, "application/problem+json")


async def refuse(_request: Request, error: Exception) -> Response:
    """Answers a `ServerError`."""
    assert isinstance(error, ServerError)  # noqa: S101 - the routing of exceptions guarantees it
    if error.code == "internal":
        log.error("internal error", exc_info=error)
    return problem(error.code, error.message, **error.facts)


async def refuse_http(_request: Request, error: Exception) -> Response:
    """Answers what the routing itself raises: 404, 405."""
    assert isinstance(error, HTTPException)  # noqa: S101 - the routing of exceptions guarantees it
    code = _CODES.get(error.status_code, "internal")
    answer = problem(code)
    answer.headers.update(error.headers or {})
    return answer


async def refuse_internal(_request: Request, error: Exception) -> Response:
    """Answers anything unforeseen with one sentence; the log has the rest."""
    log.error("unforeseen error", exc_info=error)
    return problem("internal", "The server failed; its log says why.")
