"""Rows about pages of other origins (the Fetch standard), and the address that the server is known by."""

from typing import Any

from tests.conformance.store import one
from tests.conformance.table import (
    Ask,
    Clause,
    Exchange,
    Expected,
    ask,
    clause,
    expected,
    get,
    header,
    no_header,
    post,
    problem,
    status,
    values,
)

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


CLAUSES = _rows_of_cors()
