"""JSON as an answer, compressed when the client takes it: two hundred slices' metadata shrink twenty times."""

from starlette.requests import Request
from starlette.responses import Response

from server.web.encodings import compressed, content_coding
from server.web.workers import Workers

_WORTH_IT = 1400
_HEADERS = {"Cache-Control": "private, no-store", "Vary": "Accept, Accept-Encoding"}


async def json_answer(
    request: Request, workers: Workers, content: bytes, media_type: str, headers: dict[str, str]
) -> Response:
    """The answer with `content`, compressed on a worker thread when that is accepted and worth it."""
    all_headers = _HEADERS | headers
    coding = content_coding(request.headers.get("accept-encoding"))
    if coding != "identity" and len(content) > _WORTH_IT:
        content = await workers.run(lambda: b"".join(compressed([content], coding)))
        all_headers["Content-Encoding"] = coding
    return Response(content, headers=all_headers, media_type=media_type)
