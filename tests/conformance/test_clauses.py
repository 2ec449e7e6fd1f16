"""The conformance table, row by row, against a real server process over a socket."""

import http.client
import socket
from collections.abc import Callable, Mapping

import httpx
import pytest

from e2e.running import RunningServer
from tests.conformance.archive import Archived, Fresh
from tests.conformance.conftest import Server
from tests.conformance.index import CLAUSES
from tests.conformance.table import ROOT, Ask, Clause, Exchange


@pytest.mark.parametrize("row", CLAUSES, ids=lambda row: row.id)
def test_clause(row: Clause, server: Callable[[str], Server], archive: Mapping[str, Archived]) -> None:
    running, client = server(row.settings)
    exchange = Exchange(archive, Fresh())
    *before, judged = row.asked
    for asked in before:
        exchange.answers.append(send(asked, exchange, running, client))
        told = f"before: {exchange.last.status_code} {exchange.last.text[:400]}"
        assert asked.may_fail or exchange.last.status_code < 300, told
    exchange.answers.append(send(judged, exchange, running, client))
    row.expected.check(exchange)


def send(asked: Ask, exchange: Exchange, running: RunningServer, client: httpx.Client) -> httpx.Response:
    """Sends one request with exactly the headers it names, or with the very bytes it makes."""
    if asked.raw:
        return send_raw(asked.raw(exchange, f"127.0.0.1:{running.port}"), asked.method, running)
    path = exchange.fill(asked.path)
    url = path if path.startswith("http") else running.address + (path[1:] if path.startswith("//") else ROOT + path)
    content, described = asked.body(exchange) if asked.body else (None, {})
    given = {name: exchange.fill(value) for name, value in asked.headers.items()}
    return client.send(httpx.Request(asked.method, url, headers=described | given, content=content))


def send_raw(content: bytes, method: str, running: RunningServer) -> httpx.Response:
    """Sends bytes through a socket of their own and reads one final answer."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as connection:
        connection.sendall(content)
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())
