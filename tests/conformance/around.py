"""Rows about what lies around the transactions: capabilities, methods, problems, removal, changes, CORS, addresses."""

from typing import Any
from xml.etree import ElementTree

from tests.conformance.store import one
from tests.conformance.table import (
    ROOT,
    Ask,
    Clause,
    Exchange,
    Expected,
    ask,
    clause,
    expected,
    get,
    header,
    kind,
    no_header,
    post,
    problem,
    raw,
    status,
    values,
)

WADL = "application/vnd.sun.wadl+xml"
RESOURCES = {
    "root": "/",
    "studies": "/studies",
    "study": "/{ct1.study}",
    "all-series": "/series",
    "study-series": "/{ct1.study}/series",
    "series": "/{ct1.series}",
    "instances": "/instances",
    "instance": "/{ct1.instance}",
    "metadata": "/{ct1.instance}/metadata",
    "frames": "/{frames.instance}/frames/1",
    "rendered": "/{ct1.instance}/rendered",
    "thumbnail": "/{ct1.study}/thumbnail",
}


@expected("one application, its resources with the base address, and the methods of the Studies Service")
def _wadl(exchange: Exchange) -> None:
    document = ElementTree.fromstring(exchange.last.text)
    assert document.tag.endswith("}application")
    [resources] = document
    assert resources.attrib["base"].endswith(ROOT)
    names = {node.attrib["id"] for node in document.iter() if node.tag.endswith("}method")}
    wanted = {"SearchForStudies", "StoreInstances", "RetrieveStudy", "RetrieveFrames", "RetrieveRenderedInstance"}
    assert wanted <= names, names


@expected("the same in JSON")
def _json_capabilities(exchange: Exchange) -> None:
    resources = exchange.last.json()["application"]["resources"]
    assert resources["base"].endswith(ROOT)
    assert "studies" in {resource["path"] for resource in resources["resource"]}


@expected("an OpenAPI 3 description with every path")
def _openapi(exchange: Exchange) -> None:
    described = exchange.last.json()
    assert described["openapi"].startswith("3.")
    assert {"get", "post"} <= set(described["paths"]["/studies"])


def _rows_of_capabilities() -> list[Clause]:
    return [
        clause(
            "capabilities-options",
            "PS3.18 8.9.1",
            "OPTIONS of the base address, as WADL",
            ask("OPTIONS", "/", accept=WADL),
            status(200) & kind(WADL) & _wadl,
        ),
        clause(
            "capabilities-options-bare",
            "PS3.18 8.9.1",
            "The same without the last slash",
            ask("OPTIONS", "", accept=WADL),
            status(200) & kind(WADL) & _wadl,
        ),
        clause(
            "capabilities-json",
            "PS3.18 8.9.1",
            "as JSON",
            ask("OPTIONS", "/", accept="application/json"),
            status(200) & kind("application/json") & _json_capabilities,
        ),
        clause(
            "capabilities-get",
            "PS3.18 8.9",
            "The same by GET",
            get("/capabilities", accept=WADL),
            status(200) & kind(WADL) & _wadl,
        ),
        clause(
            "capabilities-refused",
            "PS3.18 8.9.3",
            "A form that cannot be made",
            ask("OPTIONS", "/", accept="image/png"),
            problem(406),
        ),
        clause(
            "capabilities-openapi",
            "OpenAPI 3.1",
            "The OpenAPI description",
            get("/openapi.json"),
            status(200) & kind("application/json") & _openapi,
        ),
        *(
            clause(
                f"options-{name}",
                "RFC 9110 9.3.7",
                f"OPTIONS of {name.replace('-', ' ')}",
                ask("OPTIONS", path),
                status(200) & header("Allow", "GET") & header("Allow", "OPTIONS"),
            )
            for name, path in RESOURCES.items()
        ),
        clause(
            "options-post",
            "RFC 9110 9.3.7",
            "Where instances are stored, POST is allowed",
            ask("OPTIONS", "/studies"),
            status(200) & header("Allow", "POST"),
        ),
    ]


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
            _nothing,
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


def _rows_of_removal() -> list[Clause]:
    stored = post("/studies", one())
    gone = problem(404)
    rows = []
    for level in ("study", "series", "instance"):
        path = f"/{{new.{level}}}"
        rows += [
            clause(
                f"delete-{level}",
                "DICOMweb clients",
                f"DELETE of a {level}",
                stored,
                ask("DELETE", path),
                status(200),
            ),
            clause(
                f"delete-{level}-gone",
                "DICOMweb clients",
                "It cannot be retrieved any more",
                stored,
                ask("DELETE", path),
                get(f"{path}/metadata"),
                gone,
            ),
            clause(
                f"delete-{level}-search",
                "DICOMweb clients",
                "Nor found",
                stored,
                ask("DELETE", path),
                get("/instances?SOPInstanceUID={new.instance_uid}"),
                _nothing,
            ),
        ]
    return [
        *rows,
        clause(
            "delete-unknown", "RFC 9110 9.3.5", "DELETE of what is not here", ask("DELETE", "/studies/1.2.3.4"), gone
        ),
        clause(
            "delete-twice",
            "RFC 9110 9.3.5",
            "DELETE again",
            stored,
            ask("DELETE", "/{new.study}"),
            ask("DELETE", "/{new.study}"),
            gone,
        ),
        clause(
            "delete-stored-again",
            "DICOMweb clients",
            "What was deleted can be stored again",
            stored,
            ask("DELETE", "/{new.study}"),
            post("/studies", one()),
            get("/{new.instance}/metadata"),
            status(200),
        ),
        clause("delete-no-uid", "PS3.5 9.1", "DELETE of what is no UID", ask("DELETE", "/studies/1.2.x"), problem(400)),
        clause(
            "delete-all", "RFC 9110 15.5.6", "All studies cannot be deleted", ask("DELETE", "/studies"), problem(405)
        ),
    ]


@expected("no match")
def _nothing(exchange: Exchange) -> None:
    assert exchange.last.status_code in {200, 204}, exchange.last.text
    assert not exchange.last.content or exchange.last.json() == []


def _rows_of_changes() -> list[Clause]:
    return [
        clause(
            "changes",
            "Lightbox",
            "What was stored, in order",
            get("/changes?since=0"),
            status(200) & kind("application/json"),
        ),
        clause(
            "changes-new",
            "Lightbox",
            "A new instance is among the changes",
            post("/studies", one()),
            get("/changes?since=0&limit=1000"),
            status(200) & _mentions_new,
        ),
        clause("changes-bad", "Lightbox", "since is a number", get("/changes?since=yesterday"), problem(400)),
    ]


@expected("the new study")
def _mentions_new(exchange: Exchange) -> None:
    assert exchange.new.study_uid in exchange.last.text


ELSEWHERE = "https://viewer.example.org"


def _rows_of_cors() -> list[Clause]:
    allowed = header("Access-Control-Allow-Origin", ELSEWHERE)
    there: dict[str, Any] = {"host": "pacs.example.org", "origin": ELSEWHERE}

    def shared(id_: str, section: str, title: str, *asked: Ask | Expected) -> Clause:
        return clause(id_, section, title, *asked, settings="shared")

    return [
        shared(
            "cors-get",
            "Fetch 3.2",
            "A page of a named origin may read",
            get("/studies?PatientID=CONF-CT", **there),
            status(200) & allowed,
        ),
        shared(
            "cors-error",
            "Fetch 3.2",
            "and is told what went wrong",
            get("/studies?limit=x", **there),
            problem(400) & allowed,
        ),
        shared(
            "cors-not-found",
            "Fetch 3.2",
            "of what is not here too",
            get("/studies/1.2.3/metadata", **there),
            problem(404) & allowed,
        ),
        shared(
            "cors-preflight",
            "Fetch 3.2.2",
            "A preflight",
            ask(
                "OPTIONS",
                "/studies",
                access_control_request_method="GET",
                access_control_request_headers="accept",
                **there,
            ),
            status(200) & allowed,
        ),
        shared(
            "cors-vary",
            "Fetch 3.2.5",
            "Vary: Origin",
            get("/studies?PatientID=CONF-CT", **there),
            header("Vary", "Origin"),
        ),
        shared(
            "cors-stranger",
            "Fetch 3.2",
            "A page of another origin may not",
            get("/studies?PatientID=CONF-CT", host="pacs.example.org", origin="https://evil.example.org"),
            no_header("Access-Control-Allow-Origin"),
        ),
        clause(
            "cors-default",
            "Fetch 3.2",
            "By default no page of another origin may",
            get("/studies", origin=ELSEWHERE),
            no_header("Access-Control-Allow-Origin"),
        ),
        clause("cors-store", "RFC 6454 7.3", "nor store", post("/studies", one(), origin=ELSEWHERE), problem(403)),
        shared(
            "address-public",
            "PS3.18 10.6.3.3",
            "Addresses in answers are the configured ones",
            get("/studies?PatientID=CONF-CT", host="pacs.example.org"),
            status(200) & _public_address,
        ),
    ]


@expected("RetrieveURL below https://pacs.example.org/dicomweb")
def _public_address(exchange: Exchange) -> None:
    [item] = exchange.last.json()
    [url] = values(item, "RetrieveURL")
    assert url.startswith("https://pacs.example.org/dicomweb/studies/"), url


CLAUSES = [
    *_rows_of_capabilities(),
    *_rows_of_methods(),
    *_rows_of_removal(),
    *_rows_of_changes(),
    *_rows_of_cors(),
]
