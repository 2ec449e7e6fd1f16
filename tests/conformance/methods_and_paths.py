"""Rows about requests of any kind: methods, paths, hosts, and what a problem says."""

from tests.conformance.capabilities import RESOURCES
from tests.conformance.search import finds
from tests.conformance.table import (
    ROOT,
    Clause,
    Exchange,
    ask,
    clause,
    expected,
    get,
    header,
    problem,
    raw,
    status,
    values,
)


def _rows_of_methods() -> list[Clause]:
    return [
        *(
            clause(
                f"method-put-{name}",
                "RFC 9110 15.5.6",
                f"PUT of {name.replace('-', ' ')}",
                ask("PUT", path),
                problem(405) & header("Allow", "GET"),
            )
            for name, path in RESOURCES.items()
            if name not in {"root", "all-series", "thumbnail"}
        ),
        clause(
            "method-post-search",
            "RFC 9110 15.5.6",
            "POST where nothing is stored",
            ask("POST", "/series"),
            problem(405) & header("Allow", "GET"),
        ),
        clause(
            "method-allow-both",
            "RFC 9110 10.2.1",
            "Allow names every method of the path",
            ask("PUT", "/studies"),
            problem(405) & header("Allow", "POST") & header("Allow", "GET"),
        ),
        clause("path-unknown", "RFC 9110 15.5.5", "A path that is no resource", get("/nothing"), problem(404)),
        clause(
            "path-unknown-below",
            "RFC 9110 15.5.5",
            "A resource that an instance does not have",
            get("/{ct1.instance}/nothing"),
            problem(404),
        ),
        clause(
            "path-trailing-slash",
            "RFC 3986 6.2.4",
            "A trailing slash leads to the resource without",
            get("/studies/?PatientID=CONF-CT"),
            status(307) & header("Location", "/dicomweb/studies?PatientID=CONF-CT"),
        ),
        clause(
            "path-double-slash",
            "RFC 3986 6.2.4",
            "A double slash is another path",
            raw(
                "GET",
                "//studies",
                lambda _exchange, host: _line(f"{ROOT}//studies", host),
            ),
            status(404),
        ),
        clause(
            "path-dots",
            "RFC 3986 5.2.4",
            "Dots do not lead out",
            raw(
                "GET",
                "/../healthz",
                lambda _exchange, host: _line(f"{ROOT}/../../etc/passwd", host),
            ),
            problem(404),
        ),
        clause("path-nul", "RFC 3986 7.3", "A percent-encoded NUL", get("/studies/%00"), problem(400)),
        clause(
            "query-broken-escape",
            "RFC 3986 2.1",
            "A broken percent escape stands for itself",
            raw(
                "GET",
                "/studies?PatientID=%E9%ZZ",
                lambda _exchange, host: _line(f"{ROOT}/studies?PatientID=%E9%ZZ", host),
            ),
            finds(),
        ),
        clause(
            "host-without-port",
            "RFC 9110 7.2",
            "Host without the port, as dicomweb-client sends it: addresses have it all the same",
            raw("GET", "/studies", _without_port),
            status(200) & _port_told,
        ),
        clause(
            "host-foreign",
            "RFC 9110 15.5.20",
            "Another server's name",
            get("/studies", host="evil.example.org"),
            problem(421),
        ),
        clause(
            "accept-broken",
            "RFC 9110 12.5.1",
            "An Accept that cannot be read",
            get("/studies", accept="not a media type;;;"),
            problem(400),
        ),
        clause(
            "problem-body",
            "RFC 9457 3.1",
            "type, title, status and code of a problem",
            get("/studies?limit=x"),
            problem(400) & _whole_problem,
        ),
        clause(
            "problem-no-patient",
            "RFC 9457 5",
            "A problem does not repeat a name that was searched for",
            get("/studies?PatientName=SECRET%5ENAME&limit=x"),
            problem(400) & _silent,
        ),
        clause(
            "problem-not-cached",
            "RFC 9111 5.2.2.5",
            "A problem is not kept by caches",
            get("/nothing"),
            problem(404) & header("Cache-Control", "no-store"),
        ),
        clause(
            "request-id", "RFC 9110 5.1", "Every answer names its request", get("/studies"), header("Request-Id", "")
        ),
        clause(
            "charset-parameter",
            "PS3.18 8.3.3.2",
            "charset=UTF-8 as a query parameter",
            get("/studies?PatientID=CONF-CT&charset=UTF-8"),
            status(200),
        ),
        clause(
            "accept-charset",
            "PS3.18 8.8.1",
            "Accept-Charset: UTF-8",
            get("/studies?PatientID=CONF-CT", accept_charset="UTF-8"),
            status(200),
        ),
    ]


def _line(target: str, host: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()


def _without_port(_exchange: Exchange, _host: str) -> bytes:
    return _line(f"{ROOT}/studies?PatientID=CONF-CT", "127.0.0.1")


@expected("RetrieveURL with the port")
def _port_told(exchange: Exchange) -> None:
    [item] = exchange.last.json()
    [url] = values(item, "RetrieveURL")
    assert url.startswith("http://127.0.0.1:"), url


@expected("type, title, status, code")
def _whole_problem(exchange: Exchange) -> None:
    assert {"type", "title", "status", "code"} <= set(exchange.last.json())


@expected("no name")
def _silent(exchange: Exchange) -> None:
    assert "SECRET" not in exchange.last.text


CLAUSES = _rows_of_methods()
