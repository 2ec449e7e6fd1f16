"""Rows about how a search matches (PS3.4 C.2.2.2): single values, wild cards, names, lists of UIDs, ranges."""

from urllib.parse import quote

from tests.conformance.search import CT, FOUND, OURS, finds, has
from tests.conformance.table import (
    Clause,
    clause,
    get,
    problem,
)

PAGES = tuple(f"page{number}" for number in range(1, 8))
MOMENTS = "PatientID=CONF-MOMENT*"


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


CLAUSES = [*_rows_of_matching(), *_rows_of_ranges()]
