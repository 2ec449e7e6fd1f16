"""Rows about searching (QIDO-RS, PS3.18 10.6 and 8.3.4): the resources, keys, ranges and pages."""

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


def _rows_of_matching() -> list[Clause]:
    return [
        clause(
            "search-uids-study",
            "PS3.18 table 10.6.1-5",
            "Study Instance UID",
            get(f"/studies?{CT}"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-uids-comma",
            "PS3.18 8.3.4.1",
            "A list of UIDs, separated by commas",
            get("/studies?StudyInstanceUID={ct1.study_uid},{sr.study_uid}"),
            FOUND & finds("ct1", "sr"),
        ),
        clause(
            "search-uids-encoded",
            "PS3.18 8.3.4.1",
            "Its comma percent-encoded",
            get("/studies?StudyInstanceUID={ct1.study_uid}%2C{sr.study_uid}"),
            FOUND & finds("ct1", "sr"),
        ),
        clause(
            "search-uids-backslash",
            "PS3.4 C.2.2.2.2",
            "A list of UIDs, separated by a backslash",
            get("/studies?0020000D={ct1.study_uid}%5C{sr.study_uid}"),
            FOUND & finds("ct1", "sr"),
        ),
        clause(
            "search-uids-series",
            "PS3.18 table 10.6.1-5",
            "Series Instance UID",
            get("/series?SeriesInstanceUID={mr.series_uid}"),
            FOUND & finds("mr"),
        ),
        clause(
            "search-uids-instance",
            "PS3.18 table 10.6.1-5",
            "SOP Instance UIDs, in a list",
            get("/instances?SOPInstanceUID={ct1.instance_uid},{ct3.instance_uid}"),
            FOUND & finds("ct1", "ct3"),
        ),
        clause(
            "search-uid-malformed",
            "PS3.5 9.1",
            "A UID that is none",
            get("/studies?StudyInstanceUID=1.2.x"),
            problem(400),
        ),
        clause(
            "search-wildcard-end",
            "PS3.4 C.2.2.2.4",
            "* at the end",
            get("/studies?PatientID=CONF-PAGE*"),
            FOUND & finds(*PAGES),
        ),
        clause(
            "search-wildcard-start",
            "PS3.4 C.2.2.2.4",
            "* at the start",
            get("/studies?PatientID=*PAGE-3"),
            FOUND & finds("page3"),
        ),
        clause(
            "search-wildcard-middle",
            "PS3.4 C.2.2.2.4",
            "* in the middle",
            get("/studies?PatientID=CONF*-3"),
            FOUND & finds("page3"),
        ),
        clause(
            "search-wildcard-both",
            "PS3.4 C.2.2.2.4",
            "* at both ends, by tag as OHIF asks",
            get("/studies?00100020=*PAGE-3*"),
            FOUND & finds("page3"),
        ),
        clause(
            "search-wildcard-one",
            "PS3.4 C.2.2.2.4",
            "? for one character",
            get("/studies?PatientID=CONF-PAGE-?"),
            FOUND & finds(*PAGES),
        ),
        clause(
            "search-wildcard-alone",
            "PS3.4 C.2.2.2.4",
            "* alone is universal matching",
            get(f"/studies?{CT}&StudyDescription=*"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-universal",
            "PS3.4 C.2.2.2.3",
            "An empty value is universal matching",
            get(f"/studies?{CT}&StudyDescription="),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-universal-returned",
            "PS3.18 10.6.3.3",
            "and returns the attribute",
            get(f"/studies?{CT}&StudyDescription="),
            FOUND & has(StudyDescription=["Chest with contrast"]),
        ),
        clause(
            "search-case",
            "PS3.4 C.2.2.2.1",
            "Single values other than names are matched with their case",
            get("/studies?PatientID=conf-ct"),
            finds(),
        ),
        clause(
            "search-reserved",
            "RFC 3986 2.1",
            "Reserved characters, percent-encoded",
            get("/studies?PatientID=CONF-A%25B_C%26D%3DE%2FF%5BG"),
            FOUND & finds("special"),
        ),
        clause(
            "search-reserved-wildcard",
            "PS3.4 C.2.2.2.4",
            "A bracket, a per cent sign and an underscore are themselves in a pattern",
            get("/studies?PatientID=CONF-A%25*_C*%5BG"),
            FOUND & finds("special"),
        ),
        clause(
            "search-underscore",
            "PS3.4 C.2.2.2.4",
            "An underscore stands for nothing but itself",
            get("/studies?PatientID=CONF_PAGE-3"),
            finds(),
        ),
        clause(
            "search-plus",
            "RFC 3986 2.1",
            "A space as %20",
            get(f"/studies?{CT}&StudyDescription=Chest%20with%20contrast"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-apostrophe",
            "RFC 3986 2.1",
            "An apostrophe in a name",
            get("/studies?PatientName=Conformance%5EO'Hara"),
            FOUND & finds("special"),
        ),
        clause(
            "search-and",
            "PS3.18 8.3.4.1",
            "Several keys all hold",
            get("/studies?PatientID=CONF-PAGE*&StudyDate=20260115"),
            finds(),
        ),
        clause(
            "search-modalities",
            "PS3.4 C.6.2.1.2",
            "ModalitiesInStudy finds a study by any of its series",
            get(f"/studies?{OURS}&ModalitiesInStudy=MR"),
            FOUND & finds("mr"),
        ),
        clause(
            "search-modalities-all-told",
            "PS3.18 10.6.3.3",
            "and tells all of them",
            get(f"/studies?{CT}&ModalitiesInStudy=MR"),
            FOUND & has(ModalitiesInStudy=["CT", "MR"]),
        ),
        clause(
            "search-number-padded",
            "PS3.5 6.2",
            "SeriesNumber 01 is 1: an IS is a number",
            get("/{ct1.study}/series?SeriesNumber=01"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-name-case",
            "PS3.4 C.2.2.2.1",
            "Names are matched without case",
            get("/studies?PatientName=CONFORMANCE^ANNA*"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-name-component",
            "PS3.4 C.2.2.2.1",
            "A pattern over a name's components",
            get("/studies?PatientName=*Maria*PhD"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-sequence-other",
            "PS3.4 C.2.2.2.6",
            "A key inside a sequence that no item has",
            get("/series?RequestAttributesSequence.RequestedProcedureID=NONE"),
            finds(),
        ),
        clause(
            "search-sequence-study",
            "PS3.4 C.2.2.2.6",
            "A code inside the study's ProcedureCodeSequence",
            get("/studies?ProcedureCodeSequence.CodeValue=CTCHEST"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-sequence-path",
            "PS3.18 8.3.4.1",
            "The same by tags",
            get("/studies?00081032.00080100=CTCHEST"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-sequence-returned",
            "PS3.18 10.6.3.3",
            "What was matched inside a sequence is returned",
            get("/series?00400275.00401001=RP1"),
            FOUND & has(RequestAttributesSequence=...),
        ),
        clause(
            "search-twice",
            "PS3.18 8.3.4.1",
            "An attribute that is asked for twice is refused",
            get("/studies?PatientID=CONF-PAGE-1&PatientID=CONF-PAGE-2"),
            problem(400),
        ),
    ]


PAGES = tuple(f"page{number}" for number in range(1, 8))
MOMENTS = "PatientID=CONF-MOMENT*"


def _rows_of_ranges() -> list[Clause]:
    return [
        clause(
            "search-date-range",
            "PS3.4 C.2.2.2.5.1",
            "A range of dates, both ends included",
            get(f"/studies?{MOMENTS}&StudyDate=20260301-20260302"),
            FOUND & finds("night", "dawn", "dusk"),
        ),
        clause(
            "search-date-from",
            "PS3.4 C.2.2.2.5.1",
            "From a date",
            get(f"/studies?{MOMENTS}&StudyDate=20260302-"),
            FOUND & finds("dawn", "dusk"),
        ),
        clause(
            "search-date-until",
            "PS3.4 C.2.2.2.5.1",
            "Until a date",
            get(f"/studies?{MOMENTS}&StudyDate=-20260301"),
            FOUND & finds("night"),
        ),
        clause(
            "search-date-none",
            "PS3.4 C.2.2.2.5.1",
            "A range that no study is in",
            get(f"/studies?{MOMENTS}&StudyDate=20300101-20300102"),
            finds(),
        ),
        clause(
            "search-time-range",
            "PS3.4 C.2.2.2.5.1",
            "A range of times",
            get(f"/studies?{MOMENTS}&StudyTime=070000-090000"),
            FOUND & finds("night"),
        ),
        clause(
            "search-time-partial",
            "PS3.5 6.2",
            "A time to the hour",
            get(f"/studies?{MOMENTS}&StudyTime=22"),
            FOUND & finds("dusk"),
        ),
        clause(
            "search-moment",
            "PS3.4 C.2.2.2.5.3",
            "A range of dates and one of times are one moment",
            get(f"/studies?{MOMENTS}&StudyDate=20260301-20260302&StudyTime=120000-060000"),
            FOUND & finds("dawn"),
        ),
        clause(
            "search-moment-ends",
            "PS3.4 C.2.2.2.5.3",
            "From the morning of one day to the evening of the next",
            get(f"/studies?{MOMENTS}&StudyDate=20260301-20260302&StudyTime=090000-210000"),
            FOUND & finds("dawn"),
        ),
        clause(
            "search-birth-range",
            "PS3.4 C.2.2.2.5.1",
            "A range of birth dates",
            get(f"/studies?{CT}&PatientBirthDate=19600101-19600131"),
            FOUND & finds("ct1"),
        ),
        *(
            clause(
                f"search-bad-{name}",
                "PS3.18 8.3.4.1",
                f"{name.replace('-', ' ')}: {text or 'empty'}",
                get(f"/instances?{key}={quote(text)}"),
                problem(400),
            )
            for name, key, text in (
                ("month", "StudyDate", "20261301"),
                ("date", "StudyDate", "yesterday"),
                ("time", "StudyTime", "250000"),
                ("hyphen", "StudyDate", "-"),
                ("number", "InstanceNumber", "one"),
            )
        ),
    ]


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
    *_rows_of_matching(),
    *_rows_of_ranges(),
    *_rows_of_paging(),
]
