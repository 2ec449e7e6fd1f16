"""What is offered, told by the server itself (PS3.18 8.9, annex H): WADL in XML or JSON, made from the routes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.dicomweb.addresses import Addresses
from server.dicomweb.openapi import description
from server.dicomweb.operations import Operation, Parameter, operation
from server.errors import NotAcceptable, UnsupportedMedia
from server.web.negotiation import accepted, choose

Endpoint = Callable[[Request], Awaitable[Response]]
Methods = dict[str, dict[str, Endpoint]]
"""The endpoints of every path below the DICOMweb root, by method."""

_WADL = "application/vnd.sun.wadl+xml"
_OFFERED = (_WADL, "application/json")
_NAMESPACE = "http://wadl.dev.java.net/2009/02"
_HEADERS = {"Cache-Control": "private, max-age=60", "Vary": "Accept"}


class Capabilities:
    """Answers OPTIONS of every resource, and describes them all."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._methods: Methods = {}

    def routes(self, resources: Sequence[BaseRoute]) -> list[BaseRoute]:
        """One route for each path of `resources`, OPTIONS with it, so that a 405 names every method in `Allow`."""
        for route in resources:
            assert isinstance(route, Route)  # noqa: S101 - the DICOMweb resources are routes, nothing nested
            endpoints = self._methods.setdefault(route.path, {})
            endpoints.update(dict.fromkeys(sorted((route.methods or {"GET"}) - {"HEAD"}), route.endpoint))
        self._methods |= {
            "/": {"GET": self.describe},
            "/capabilities": {"GET": self.describe},
            "/openapi.json": {"GET": self.openapi},
        }
        return [
            Route(path, self._dispatch(path, endpoints), methods=[*endpoints, "OPTIONS"])
            for path, endpoints in self._methods.items()
        ]

    def operations(self) -> list[tuple[str, str]]:
        """Every method and path below the root, as the descriptions name it."""
        return [(method, _plain(path)) for path, endpoints in self._methods.items() for method in endpoints]

    async def describe(self, request: Request) -> Response:
        """`GET /capabilities`, and `GET` or `OPTIONS` of the root: all of it."""
        return self._answer(request, "/", {"Allow": "GET, HEAD, OPTIONS"})

    async def openapi(self, request: Request) -> Response:
        """`GET /openapi.json`: the same for the tools that read OpenAPI."""
        content = orjson.dumps(description(self.operations(), self._addresses.root(request)))
        return Response(content, headers=_HEADERS, media_type="application/json")

    def _dispatch(self, path: str, endpoints: dict[str, Endpoint]) -> Endpoint:
        allow = ", ".join(sorted({*endpoints, "OPTIONS", *({"HEAD"} if "GET" in endpoints else ())}))

        async def answer(request: Request) -> Response:
            if request.method != "OPTIONS":
                method = "GET" if request.method == "HEAD" else request.method
                try:
                    return await endpoints[method](request)
                except UnsupportedMedia as error:
                    if "available_encodings" not in error.facts:
                        error.facts.setdefault("available", list(operation(method, _plain(path)).takes))
                    raise
            if path in {"/", "/capabilities"}:
                return await self.describe(request)
            try:
                return self._answer(request, path, {"Allow": allow})
            except NotAcceptable:  # the methods are told in any case
                return Response(status_code=204, headers={"Allow": allow})

        return answer

    def _answer(self, request: Request, path: str, headers: dict[str, str]) -> Response:
        kind = choose(accepted(request.headers.get("accept"), request.query_params.get("accept")), _OFFERED)
        tree = _tree(path, self.operations())
        base = self._addresses.root(request)
        content = _xml(tree, base) if kind == _WADL else orjson.dumps(_json(tree, base))
        return Response(content, headers=_HEADERS | headers, media_type=kind)


class _Resource:
    """A node of the description: its own methods, and the resources below it by their path segments."""

    def __init__(self) -> None:
        self.operations: list[tuple[str, Operation]] = []
        self.below: dict[str, _Resource] = {}


def _plain(path: str) -> str:
    return path.replace("{path:path}", "{path}")


def _tree(top: str, operations: Sequence[tuple[str, str]]) -> _Resource:
    """The resources at and below the path `top`; the path that leads to it is one segment."""
    root = _Resource()
    top = _plain(top).strip("/")
    for method, path in operations:
        segments = path.strip("/").split("/") if path != "/" else []
        if top:
            if segments[: len(top.split("/"))] != top.split("/"):
                continue
            segments = [top, *segments[len(top.split("/")) :]]
        node = root
        for segment in segments:
            node = node.below.setdefault(segment, _Resource())
        if segments:
            node.operations.append((method, operation(method, path)))
    return root


def _xml(root: _Resource, base: str) -> bytes:
    pieces = ['<?xml version="1.0" encoding="UTF-8"?>\n', f'<application xmlns="{_NAMESPACE}">']
    pieces.append(f"<resources base={quoteattr(base)}>")
    _write(root, pieces)
    pieces.append("</resources></application>\n")
    return "".join(pieces).encode()


def _write(node: _Resource, pieces: list[str]) -> None:
    for segment, below in node.below.items():
        pieces.append(f"<resource path={quoteattr(segment)}>")
        for method, described in below.operations:
            pieces.append(f'<method name="{method}" id={quoteattr(described.name)}><request>')
            pieces += [_parameter(parameter) for parameter in described.parameters]
            pieces += [f"<representation mediaType={quoteattr(kind)}/>" for kind in described.takes]
            pieces.append(f'</request><response status="{" ".join(map(str, described.statuses))}">')
            pieces += [f"<representation mediaType={quoteattr(kind)}/>" for kind in described.answers]
            pieces.append("</response></method>")
        _write(below, pieces)
        pieces.append("</resource>")


def _parameter(parameter: Parameter) -> str:
    options = "".join(f"<option value={quoteattr(word)}/>" for word in parameter.words)
    return f'<param name={quoteattr(parameter.name)} style="query">{options}</param>'


def _json(root: _Resource, base: str) -> dict[str, Any]:
    return {"application": {"resources": {"base": base, "resource": _resources(root)}}}


def _resources(node: _Resource) -> list[dict[str, Any]]:
    return [
        {
            "path": segment,
            "method": [
                {
                    "name": method,
                    "id": described.name,
                    "request": {
                        "param": [{"name": one.name, "style": "query"} for one in described.parameters],
                        "representation": [{"mediaType": kind} for kind in described.takes],
                    },
                    "response": {
                        "status": list(described.statuses),
                        "representation": [{"mediaType": kind} for kind in described.answers],
                    },
                }
                for method, described in below.operations
            ],
            "resource": _resources(below),
        }
        for segment, below in node.below.items()
    ]
