"""JSON as an answer, compressed when the client takes it: two hundred slices' metadata shrink twenty times."""

import gzip

from starlette.requests import Request
from starlette.responses import Response

from server.web.workers import Workers

_WORTH_IT = 1400
_HEADERS = {"Cache-Control": "private, no-store", "Vary": "Accept, Accept-Encoding"}


async def json_answer(
    request: Request, workers: Workers, content: bytes, media_type: str, headers: dict[str, str]
) -> Response:
    """The answer with `content`, gzipped on a worker thread when that is accepted and worth it."""
    all_headers = _HEADERS | headers
    if len(content) > _WORTH_IT and _accepts_gzip(request):
        content = await workers.run(gzip.compress, content, 1)
        all_headers["Content-Encoding"] = "gzip"
    return Response(content, headers=all_headers, media_type=media_type)


def _accepts_gzip(request: Request) -> bool:
    """Whether Accept-Encoding names gzip with a weight above zero (RFC 9110 12.5.3)."""
    for coding in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
