"""Rows about the form in which a search is answered (PS3.18 8.7, 10.6.4)."""

from tests.conformance.search import FOUND, OURS, counts
from tests.conformance.table import (
    Clause,
    Exchange,
    Expected,
    clause,
    expected,
    get,
    header,
    kind,
    no_header,
    parts,
    problem,
    status,
)


def _rows_of_negotiation() -> list[Clause]:
    ct = "/studies?PatientID=CONF-CT"
    return [
        clause(
            "search-json",
            "PS3.18 10.6.4",
            "Accept: application/dicom+json",
            get(ct, accept="application/dicom+json"),
            FOUND & counts(1),
        ),
        clause(
            "search-plain-json",
            "PS3.18 10.6.4",
            "Accept: application/json",
            get(ct, accept="application/json"),
            status(200) & kind("application/json") & counts(1),
        ),
        clause("search-any", "PS3.18 8.7.5", "Accept: */*", get(ct, accept="*/*"), FOUND & counts(1)),
        clause(
            "search-browser",
            "PS3.18 8.7.5",
            "What a browser accepts",
            get(ct, accept="text/html,application/xhtml+xml,*/*;q=0.8"),
            FOUND & counts(1),
        ),
        clause(
            "search-java",
            "RFC 9110 12.5.1",
            "A lone asterisk, as old clients write it",
            get(ct, accept="text/html, image/gif, *; q=.2, */*; q=.2"),
            FOUND & counts(1),
        ),
        clause(
            "search-several",
            "RFC 9110 12.5.1",
            "The best of several by their weights",
            get(ct, accept="application/dicom+json;q=0.1, application/json;q=0.9"),
            status(200) & kind("application/json"),
        ),
        clause(
            "search-parameter",
            "PS3.18 8.3.3.1",
            "accept as a query parameter",
            get(f"{ct}&accept=application/json", accept="text/html"),
            status(200) & kind("application/json"),
        ),
        clause(
            "search-not-acceptable",
            "PS3.18 8.7.5",
            "Nothing that can be sent",
            get(ct, accept="image/png"),
            problem(406),
        ),
        clause(
            "search-weight-zero",
            "RFC 9110 12.4.2",
            "A weight of zero refuses",
            get(ct, accept="application/dicom+json;q=0, application/json"),
            status(200) & kind("application/json"),
        ),
        clause(
            "search-xml",
            "PS3.18 10.6.4",
            "XML: a part a match",
            get("/{ct1.series}/instances", accept='multipart/related; type="application/dicom+xml"'),
            status(200) & _xml_parts(3),
        ),
        clause(
            "search-gzip",
            "RFC 9110 12.5.3",
            "gzip where it is accepted",
            get(f"/instances?{OURS}", accept_encoding="gzip"),
            status(200) & header("Content-Encoding", "gzip"),
        ),
        clause(
            "search-identity",
            "RFC 9110 12.5.3",
            "and not where it is not",
            get(f"/instances?{OURS}", accept_encoding="identity"),
            status(200) & no_header("Content-Encoding"),
        ),
        clause(
            "search-vary",
            "RFC 9110 12.5.5",
            "Vary names what the answer depends on",
            get(ct),
            status(200) & header("Vary", "Accept"),
        ),
    ]


def _xml_parts(count: int) -> Expected:
    @expected(f"{count} parts application/dicom+xml")
    def check(exchange: Exchange) -> None:
        found = parts(exchange.last)
        assert len(found) == count
        for media_type, content in found:
            assert media_type.startswith("application/dicom+xml")
            assert b"NativeDicomModel" in content
            assert b"0020000E" in content or b"00080018" in content

    return check


CLAUSES = _rows_of_negotiation()
