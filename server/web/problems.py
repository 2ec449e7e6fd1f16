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
    "expired": (410, "No longer valid"),
    "changed-meanwhile": (412, "Changed since it was read"),
    "too-large": (413, "Too large"),
    "unsupported-media": (415, "Unsupported media type"),
    "range-not-satisfiable": (416, "No such range"),
    "misdirected": (421, "Not addressed to this server"),
    "internal": (500, "The server failed"),
    "damaged": (500, "The archived file is damaged"),
    "overloaded": (503, "Too busy"),
    "archive-full": (507, "The archive takes no more"),
}
"""Every code with its HTTP status and title; `docs/reference/problems.md` explains each."""

EXPLANATIONS = {
    "malformed": "The request cannot be understood as written: a parameter, a UID, a body. "
    "The title says what would be right.",
    "not-signed-in": "Nobody is known to be asking. Sign in, or send a token.",
    "not-allowed": "The caller is known and may not do this; "
    "also a page of another origin that tries to change something.",
    "not-found": "There is no such thing here, or the caller may not know that there is.",
    "method-not-allowed": "`Allow` lists the methods that the resource has.",
    "not-acceptable": "Nothing that the request accepts can be made from this; `facts.available` lists what can. "
    "Images that cannot be drawn here say why.",
    "conflict": "The request contradicts what is already kept; what is kept stays as it is.",
    "expired": "A signed link whose time is over. Ask whoever sent it for a new one.",
    "changed-meanwhile": "`If-Match` names what is no longer there: somebody has replaced it. Read it again and repeat "
    "the change.",
    "too-large": "Beyond a limit, which `facts.limit` names. Send less at a time.",
    "unsupported-media": "The body is of a media type or encoding that this resource does not take; "
    "`Accept` or `Accept-Encoding` lists what it takes.",
    "range-not-satisfiable": "The range of bytes begins beyond the end; `facts.size` says how many bytes there are.",
    "misdirected": "The Host header names another server: "
    "a page elsewhere may be trying to reach this one through a browser.",
    "internal": "A fault of the server; its log has the details under the `Request-Id` of the answer.",
    "damaged": "The bytes on the disk are no longer those that were received, so they are not sent. The instance is "
    "flagged; `lightbox verify` lists it, and a replica mends it.",
    "overloaded": "Too much is under way. Repeat the request after `Retry-After` seconds.",
    "archive-full": "The disk takes no more, and nothing of the request is acknowledged. Free space, then repeat it.",
}
"""For each code, when it comes and what to do about it."""

_CODES = {status: code for code, (status, _) in STATUSES.items()}


def problem(code: str, detail: str | None = None, **facts: Any) -> Response:
    """The answer for `code`; `detail` is for the caller and holds no patient data."""
    status, title = STATUSES[code]
    body = {"type": f"/problems/{code}", "title": detail or title, "status": status, "code": code}
    content = orjson.dumps(body | ({"facts": facts} if facts else {}), default=str)
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = "1"
    if status == 416:
        headers["Content-Range"] = f"bytes */{facts.get('size', '*')}"
    if status == 415:  # RFC 9110 15.5.16: what would have been taken
        taken = {"Accept": facts.get("available"), "Accept-Encoding": facts.get("available_encodings")}
        headers |= {name: ", ".join(kinds) for name, kinds in taken.items() if kinds}
    return Response(content, status, headers, "application/problem+json")


async def refuse(_request: Request, error: Exception) -> Response:
    """Answers a `ServerError`."""
    assert isinstance(error, ServerError)  # noqa: S101 - the routing of exceptions guarantees it
    if error.code == "internal":
        log.error("internal error", exc_info=error)
    return problem(error.code, error.message, **error.facts)


async def nobody(_request: Request, _error: Exception) -> Response:
    """Answers a client that has gone: only the log will see it."""
    return Response(status_code=499)


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
