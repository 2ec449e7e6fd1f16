"""Rows about searching (QIDO-RS, PS3.18 10.6 and 8.3.4): the resources, keys and pages."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from tests.conformance.table import (
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
    problem,
    status,
    tag,
    values,
)

OURS = "PatientID=CONF-*"
CT = "StudyInstanceUID={ct1.study_uid}"


def finds(*names: str) -> Expected:
    """The matches are exactly these archived studies, series or instances, whatever their order."""

    @expected(f"exactly {', '.join(names)}" if names else "nothing")
    def check(exchange: Exchange) -> None:
        answer = exchange.last
        if not names and answer.status_code == 204:
            assert answer.content == b""
            return
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:400]}"
        found = sorted(_identity(item) for item in answer.json())
        wanted = sorted({_identity_of(answer.json(), exchange, name) for name in names})
        assert found == wanted, f"found {_names(exchange, answer.json())}"

    return check


def _level(items: Iterable[Mapping[str, Any]]) -> str:
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID"):
        if all(values(item, keyword) for item in items):
            return keyword
    return "StudyInstanceUID"


def _identity(item: Mapping[str, Any]) -> str:
    return str(values(item, _level([item]))[0])


def _identity_of(items: Iterable[Mapping[str, Any]], exchange: Exchange, name: str) -> str:
    archived = exchange.archive[name]
    uids = {"SOPInstanceUID": archived.instance_uid, "SeriesInstanceUID": archived.series_uid}
    return uids.get(_level(items), archived.study_uid)


def _names(exchange: Exchange, items: Iterable[Mapping[str, Any]]) -> list[str]:
    uids = {_identity(item) for item in items}
    return [name for name, one in exchange.archive.items() if uids & {one.study_uid, one.series_uid, one.instance_uid}]


def counts(number: int) -> Expected:
    """So many matches."""

    @expected(f"{number} match{'es' if number != 1 else ''}")
    def check(exchange: Exchange) -> None:
        assert len(exchange.last.json()) == number, _names(exchange, exchange.last.json())

    return check


def has(**wanted: Any) -> Expected:
    """Every match has these attributes; with these values, unless the value is an Ellipsis."""

    told = [name if value is ... else f"{name} {value}" for name, value in wanted.items()]

    @expected("each with " + ", ".join(told))
    def check(exchange: Exchange) -> None:
        assert exchange.last.status_code == 200, exchange.last.text[:400]
        for item in exchange.last.json():
            for keyword, value in wanted.items():
                assert tag(keyword) in item, f"no {keyword} in {sorted(item)}"
                if value is not ...:
                    filled = [exchange.fill(one) if isinstance(one, str) else one for one in value]
                    assert list(values(item, keyword)) == filled, item[tag(keyword)]

    return check


FOUND = status(200) & kind("application/dicom+json")


def _rows_of_the_resources() -> list[Clause]:
    every = ["ct1", "ct2", "ct3", "mr"]
    return [
        clause(
            "search-studies", "PS3.18 10.6.1.1", "All studies", get("/studies?PatientID=CONF-CT"), FOUND & finds("ct1")
        ),
        clause(
            "search-all-studies",
            "PS3.18 10.6.1.1",
            "Without any key",
            get("/studies"),
            FOUND & has(StudyInstanceUID=...),
        ),
        clause(
            "search-series",
            "PS3.18 10.6.1.1",
            "All series",
            get("/series?PatientID=CONF-CT"),
            FOUND & finds("ct1", "mr"),
        ),
        clause(
            "search-instances",
            "PS3.18 10.6.1.1",
            "All instances",
            get("/instances?PatientID=CONF-CT"),
            FOUND & finds(*every),
        ),
        clause(
            "search-study-series",
            "PS3.18 10.6.1.1",
            "The series of a study",
            get("/{ct1.study}/series"),
            FOUND & finds("ct1", "mr"),
        ),
        clause(
            "search-study-instances",
            "PS3.18 10.6.1.1",
            "The instances of a study",
            get("/{ct1.study}/instances"),
            FOUND & finds(*every),
        ),
        clause(
            "search-series-instances",
            "PS3.18 10.6.1.1",
            "The instances of a series",
            get("/{ct1.series}/instances"),
            FOUND & finds("ct1", "ct2", "ct3"),
        ),
        clause(
            "search-study-series-key",
            "PS3.18 10.6.1.2",
            "A key among the series of a study",
            get("/{ct1.study}/series?Modality=MR"),
            FOUND & finds("mr"),
        ),
        clause(
            "search-instances-key",
            "PS3.18 10.6.1.2",
            "A key among the instances of a series",
            get("/{ct1.series}/instances?InstanceNumber=2"),
            FOUND & finds("ct2"),
        ),
        clause(
            "search-relational-study-key",
            "PS3.18 10.6.1.2",
            "A study's key in a search for instances",
            get("/instances?AccessionNumber=ACC-CT"),
            FOUND & finds(*every),
        ),
        clause(
            "search-relational-series-key",
            "PS3.18 10.6.1.2",
            "A series' key in a search for instances",
            get("/instances?PatientID=CONF-CT&Modality=MR"),
            FOUND & finds("mr"),
        ),
        clause(
            "search-unknown-study",
            "PS3.18 10.6.3.1",
            "The series of a study that is not here",
            get("/studies/1.2.3.4/series"),
            finds(),
        ),
        clause("search-nothing", "PS3.18 8.3.4.4.1", "No match", get("/studies?PatientID=NOBODY"), finds()),
        clause(
            "search-nothing-status",
            "PS3.18 8.3.4.4.1",
            "No match is no content",
            get("/studies?PatientID=NOBODY"),
            status(204),
        ),
        clause(
            "search-head",
            "RFC 9110 9.3.2",
            "HEAD of a search",
            ask("HEAD", "/studies?PatientID=CONF-CT"),
            status(200) & kind("application/dicom+json") & _without_body,
        ),
        clause(
            "search-url-uid",
            "PS3.5 9.1",
            "A study in the URL that is no UID",
            get("/studies/1.2.x/series"),
            problem(400),
        ),
    ]


@expected("no body")
def _without_body(exchange: Exchange) -> None:
    assert exchange.last.content == b""


STUDY_KEYS = {
    "StudyDate": "20260115",
    "StudyTime": "101500.25",
    "AccessionNumber": "ACC-CT",
    "ModalitiesInStudy": "MR",
    "ReferringPhysicianName": "Referrer^Rose",
    "PatientName": "Conformance^Anna^Maria^Dr^PhD",
    "PatientID": "CONF-CT",
    "StudyID": "SID1",
}
SERIES_KEYS = {
    "Modality": "CT",
    "SeriesNumber": "1",
    "PerformedProcedureStepStartDate": "20260115",
    "PerformedProcedureStepStartTime": "101000",
    "RequestAttributesSequence.ScheduledProcedureStepID": "SPS1",
    "RequestAttributesSequence.RequestedProcedureID": "RP1",
}
INSTANCE_KEYS = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "InstanceNumber": "1"}


def _by_tag(keyword: str) -> str:
    return ".".join(tag(part) for part in keyword.split("."))


def _rows_of_the_keys() -> list[Clause]:
    rows = []
    for path, keys, scope, found in (
        ("/studies", STUDY_KEYS, "PatientID=CONF-CT", ("ct1",)),
        ("/series", SERIES_KEYS, "PatientID=CONF-CT", ("ct1",)),
        ("/{ct1.series}/instances", INSTANCE_KEYS, "", None),
    ):
        level = path.rpartition("/")[2]
        for keyword, value in keys.items():
            results = found or (("ct1",) if keyword == "InstanceNumber" else ("ct1", "ct2", "ct3"))
            for form, name in (("keyword", keyword), ("tag", _by_tag(keyword))):
                query = "&".join(filter(None, (f"{name}={quote(value)}", scope if keyword != "PatientID" else "")))
                rows.append(
                    clause(
                        f"search-{level}-{keyword}-{form}".lower().replace(".", "-"),
                        "PS3.18 table 10.6.1-5",
                        f"{keyword} as a key of {level}, by {form}",
                        get(f"{path}?{query}"),
                        FOUND & finds(*results),
                    )
                )
        for keyword in keys:
            wrong = {"D": "19000101", "T": "000000.1"}.get(
                "D" if keyword.endswith("Date") else "T" if keyword.endswith("Time") else "", "999"
            )
            if keyword != "SOPClassUID":
                rows.append(
                    clause(
                        f"search-{level}-{keyword}-other".lower().replace(".", "-"),
                        "PS3.4 C.2.2.2.1",
                        f"{keyword} with a value that none has",
                        get(f"{path}?{keyword}={wrong}" + (f"&{CT}" if level != "instances" else "")),
                        finds(),
                    )
                )
    return rows


def _rows_of_paging() -> list[Clause]:
    pages = "PatientID=CONF-PAGE*"
    return [
        clause("search-limit", "PS3.18 8.3.4.4", "limit", get(f"/studies?{pages}&limit=3"), FOUND & counts(3)),
        clause(
            "search-limit-warning",
            "PS3.18 8.3.4.4.1",
            "More matches than were sent are told",
            get(f"/studies?{pages}&limit=3"),
            FOUND & header("Warning", "299"),
        ),
        clause(
            "search-limit-all",
            "PS3.18 8.3.4.4.1",
            "No warning when all were sent",
            get(f"/studies?{pages}&limit=7"),
            FOUND & counts(7) & no_header("Warning"),
        ),
        clause(
            "search-limit-zero", "PS3.18 8.3.4.4.1", "limit=0: no results", get(f"/studies?{pages}&limit=0"), finds()
        ),
        clause("search-offset", "PS3.18 8.3.4.4", "offset", get(f"/studies?{pages}&offset=5"), FOUND & counts(2)),
        clause(
            "search-offset-beyond",
            "PS3.18 8.3.4.4.1",
            "offset beyond the last match",
            get(f"/studies?{pages}&offset=100"),
            finds(),
        ),
        clause(
            "search-pages",
            "PS3.18 8.3.4.4.1",
            "Pages neither repeat nor skip, of studies with one date",
            get(f"/studies?{pages}&limit=3&offset=0"),
            get(f"/studies?{pages}&limit=3&offset=3"),
            get(f"/studies?{pages}&limit=3&offset=6"),
            _together(7),
        ),
        clause(
            "search-same-order",
            "PS3.18 8.3.4.4.1",
            "The same search has the same order",
            get(f"/studies?{pages}"),
            get(f"/studies?{pages}"),
            _same_order,
        ),
        *(
            clause(
                f"search-{key}-{name}",
                "PS3.18 8.3.4.4",
                f"{key} that is no whole number ({text})",
                get(f"/studies?{key}={quote(text)}"),
                problem(400),
            )
            for key in ("limit", "offset")
            for name, text in (("negative", "-1"), ("word", "ten"), ("fraction", "1.5"))
        ),
        clause(
            "search-most-results",
            "PS3.18 8.3.4.4.1",
            "The server's own ceiling holds and is told",
            get(f"/studies?{pages}&limit=100"),
            FOUND & counts(3) & header("Warning", "299"),
            settings="limited",
        ),
    ]


def _together(count: int) -> Expected:
    @expected(f"{count} different matches over all pages")
    def check(exchange: Exchange) -> None:
        found = [_identity(item) for answer in exchange.answers for item in answer.json()]
        assert len(found) == len(set(found)) == count, found

    return check


@expected("the order of the first answer")
def _same_order(exchange: Exchange) -> None:
    first, second = ([_identity(item) for item in answer.json()] for answer in exchange.answers)
    assert first == second


CLAUSES = [
    *_rows_of_the_resources(),
    *_rows_of_the_keys(),
    *_rows_of_paging(),
]
