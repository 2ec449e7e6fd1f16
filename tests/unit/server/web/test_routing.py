"""Routes found by the shape of a path answer as routes that are tried one after the other do."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from server.web.routing import ByShape

PATHS = (
    "/studies",
    "/studies/{study}",
    "/studies/{study}/metadata",
    "/studies/{study}/series/{series}",
    "/studies/{study}/{anything}",
    "/bulk/{path:path}",
)


def routes() -> list[BaseRoute]:
    def route(path: str) -> Route:
        async def told(request: Request) -> Response:
            return PlainTextResponse(f"{request.method} {path} {request.path_params} {request.url.path}")

        return Route(path, told, methods=["GET"])

    return [route(path) for path in PATHS]


def answer(router: Router, method: str, path: str) -> tuple[int, str, str]:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[Mount("/below", router), Mount("/", router)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path)

    told = asyncio.run(ask())
    return told.status_code, told.text, told.headers.get("allow", "")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "/studies",
        "/studies/",
        "/studies/1.2",
        "/studies/1.2/metadata",
        "/studies/metadata/metadata",
        "/studies/series/series/series",
        "/studies/1.2/series/3",
        "/studies/1.2/other",
        "/studies/1%2F2/metadata",
        "/studies//metadata",
        "/bulk/a/b/c",
        "/bulk/studies",
        "/nothing",
        "/",
        "/below/studies/1.2/metadata",
        "/below/nothing",
    ],
)
def test_the_answer_is_the_same(method: str, path: str) -> None:
    assert answer(ByShape(routes()), method, path) == answer(Router(routes()), method, path)
