"""What a reverse proxy says of the request it passes on (RFC 7239, and the X-Forwarded-* that came before it).

It is believed from trusted proxies alone: anybody else could write the same header fields.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FORWARDED_HOST = "lightbox.forwarded_host"
"""In the scope: that its Host header is what a trusted proxy says."""

PREFIX = "lightbox.prefix"
"""In the scope: the path below which the proxy shows this server, without a trailing slash."""


_SAID = frozenset((b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-prefix"))


@dataclass(frozen=True, slots=True)
class _Hop:
    """What one proxy says: whom it spoke to, and how it was reached itself; "" where it does not say."""

    client: str = ""
    scheme: str = ""
    host: str = ""


def networks(text: str) -> list[Network]:
    """Addresses and networks separated by commas; raises `ValueError` for what is neither."""
    return [ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


class TrustedProxies:
    """ASGI middleware that puts scheme, host, client and prefix of a proxied request where everybody looks for them."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)
        self._trusts = lru_cache(1024)(self._is_trusted)  # the same few proxies and clients, every time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, as the outermost trusted proxy saw it."""
        if scope["type"] in {"http", "websocket"} and _is_forwarded(scope) and self._trusts(_client(scope)):
            scope = self._seen_from_outside(scope)
        await self._app(scope, receive, send)

    def _seen_from_outside(self, scope: Scope) -> Scope:
        headers = Headers(scope=scope)
        hop = self._outermost(_forwarded(headers) or _x_forwarded(headers))
        changed: Scope = dict(scope)
        if hop.scheme in {"http", "https"}:
            secure = hop.scheme == "https"
            changed["scheme"] = ("wss" if secure else "ws") if scope["type"] == "websocket" else hop.scheme
        if _is_host(hop.host):
            others = [(name, text) for name, text in scope["headers"] if name != b"host"]
            changed["headers"] = [*others, (b"host", hop.host.encode("latin-1"))]
            changed[FORWARDED_HOST] = True
        if hop.client:
            changed["client"] = (hop.client, 0)
        prefix = headers.get("x-forwarded-prefix", "").rstrip("/")
        if prefix.startswith("/") and prefix.isascii() and prefix.isprintable() and " " not in prefix:
            changed[PREFIX] = prefix
        return changed

    def _outermost(self, hops: Sequence[_Hop]) -> _Hop:
        """The hop of the outermost proxy that is trusted; the last hop is what the nearest one wrote."""
        for hop in reversed(hops):
            if not self._trusts(hop.client):
                return hop
        return hops[0] if hops else _Hop()

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)


def _is_forwarded(scope: Scope) -> bool:
    return any(name in _SAID for name, _ in scope["headers"])


def _client(scope: Scope) -> str:
    return (scope.get("client") or ("",))[0]


def _forwarded(headers: Headers) -> list[_Hop]:
    """The hops of every Forwarded header, the outermost first (RFC 7239 4)."""
    hops = []
    for element in ",".join(headers.getlist("forwarded")).split(","):
        pairs = dict(_pair(pair) for pair in element.split(";") if "=" in pair)
        if pairs:
            hops.append(_Hop(_address(pairs.get("for", "")), pairs.get("proto", "").lower(), pairs.get("host", "")))
    return hops


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip().strip('"')


def _x_forwarded(headers: Headers) -> list[_Hop]:
    clients, schemes, hosts = (
        [part.strip() for part in ",".join(headers.getlist(f"x-forwarded-{name}")).split(",") if part.strip()]
        for name in ("for", "proto", "host")
    )
    hops = max(len(clients), 1 if schemes or hosts else 0)
    return [
        _Hop(
            _address(clients[n]) if n < len(clients) else "",
            _nth(schemes, n, hops).lower(),
            _nth(hosts, n, hops),
        )
        for n in range(hops)
    ]


def _nth(values: Sequence[str], n: int, hops: int) -> str:
    """The value that belongs to a hop: most proxies write scheme and host once for all, not once each."""
    if not values:
        return ""
    return values[n] if len(values) == hops else values[-1]


def _address(text: str) -> str:
    """An address without its port: 192.0.2.1:80, [2001:db8::1]:80."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _is_host(text: str) -> bool:
    return 0 < len(text) <= 255 and all(
        letter.isascii() and (letter.isalnum() or letter in "-._:[]") for letter in text
    )
