"""Matching as pure conditions: bound parameters, wild cards as DICOM means them, SQL and predicates of one mind."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.catalogue.conditions import COLUMNS, term
from server.catalogue.demands import MOST_KEYS, demands
from server.catalogue.matching import condition
from server.catalogue.moments import date_key, time_key
from server.catalogue.names import groups, name_key
from server.catalogue.predicates import predicate
from server.catalogue.query import Key, Level, Query
from server.dicom.attributes import attribute, tag
from server.dicomweb.search_parameters import attribute_path
from server.errors import Malformed

quick = settings(max_examples=300, deadline=None, derandomize=True, database=None)


def query(level: Level = Level.INSTANCE, **keys: str) -> Query:
    return Query(level, [Key(attribute_path(name.replace("__", ".")), text) for name, text in keys.items()])


def in_sql(asked: Query, **columns: str | None) -> bool:
    """Whether a study with these columns is found, by the index and by a look at each study alike."""
    found = condition(asked)
    assert not found.rest
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE study (study_key INTEGER PRIMARY KEY, {names})")
        connection.execute(f"INSERT INTO study VALUES (1, {marks})", tuple(columns.values()))
        connection.execute("CREATE TABLE name_group (study_key, attribute, name)")
        for group in groups(str(columns.get("patient_name") or "")):
            connection.execute("INSERT INTO name_group VALUES (1, ?, ?)", (tag("PatientName"), group))

        def is_found(sql: str, parameters: Iterable[object]) -> bool:
            return bool(connection.execute(f"SELECT 1 FROM study WHERE {sql}", tuple(parameters)).fetchone())

        every = is_found(found.sql, found.parameters)
        ways = [[is_found(*way) for way in one.by_index] for one in found.patterns]
        assert all(sum(way) <= 1 for way in ways), "by one of its ways alone"
        by_keys = [any(way) for way in ways]
        assert by_keys == [is_found(*one.each) for one in found.patterns]
        return every and all(by_keys)


def in_json(asked: Query, **values: Any) -> bool:
    """Whether a data set with these values meets all that is asked, without SQL."""
    attributes = {
        attribute(keyword).tag: {"vr": attribute(keyword).vr, "Value": value if isinstance(value, list) else [value]}
        for keyword, value in values.items()
        if value is not None
    }
    return predicate(demands(asked)[0])(attributes)


@pytest.mark.parametrize("text", ["%", "_", "[a]", "]", "a[", "a'b", 'a"b', "a;b", "ä", "^", "^-", "{", "$"])
def test_characters_that_mean_something_elsewhere_mean_themselves(text: str) -> None:
    for pattern, stored, expected in (
        (text, text, True),
        (f"*{text}?", f"x{text}y", True),
        (text, "other", False),
        (f"{text}*", f"other{text}", False),
    ):
        assert in_sql(query(PatientID=pattern), patient_id=stored) is expected
        assert in_json(query(PatientID=pattern), PatientID=stored) is expected


@quick
@given(st.text(alphabet="ab*?[]%_", min_size=1, max_size=6), st.text(alphabet="ab[]%_", min_size=1, max_size=6))
def test_wild_cards_match_as_written_in_the_standard(pattern: str, stored: str) -> None:
    expected = _dicom_match(pattern, stored)
    assert in_sql(query(PatientID=pattern), patient_id=stored) is expected
    assert in_json(query(PatientID=pattern), PatientID=stored) is expected


def _dicom_match(pattern: str, text: str) -> bool:
    """PS3.4 C.2.2.2.4, by trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _dicom_match(pattern[1:], text) or (bool(text) and _dicom_match(pattern, text[1:]))
    return bool(text) and pattern[0] in {"?", text[0]} and _dicom_match(pattern[1:], text[1:])


@quick
@given(st.text(alphabet="aA^=*? ", min_size=1, max_size=6), st.text(alphabet="aAb^=", min_size=1, max_size=6))
def test_names_match_alike_in_sql_and_without(pattern: str, stored: str) -> None:
    name = dict(zip(("Alphabetic", "Ideographic", "Phonetic"), stored.split("=", 2), strict=False))
    by_column = in_sql(query(PatientName=pattern), patient_name=name_key(stored) or None)
    assert in_json(query(PatientName=pattern), PatientName=name) is by_column


dates = st.sampled_from(["20260101", "20260131", "20260201", "20261231", "2026.01.31", "rubbish", ""])
times = st.sampled_from(["0000", "10", "1015", "101500", "101500.5", "10:15:00", "235959.999999", "nonsense", ""])
date_keys = st.sampled_from(["", "20260131", "20260101-20260131", "20260131-", "-20260131", "20270101-20200101"])
time_keys = st.sampled_from(["", "10", "1015", "101500.25", "10-1015", "101500-", "-1015", "235959-000000"])


@quick
@given(dates, times, date_keys, time_keys)
def test_dates_and_times_match_alike_in_sql_and_without(date: str, time: str, date_asked: str, time_asked: str) -> None:
    asked = query(StudyDate=date_asked, StudyTime=time_asked)
    by_column = in_sql(asked, study_date=date_key(date), study_time=time_key(time))
    assert in_json(asked, StudyDate=date or None, StudyTime=time or None) is by_column


@pytest.mark.parametrize("keyword", [attribute(tag).keyword for tag in sorted(COLUMNS)])
def test_no_value_becomes_part_of_the_sql(keyword: str) -> None:
    for text in ("'; DROP TABLE study; --", "20260101", "1.2", "5555", "QQ"):
        try:
            found = condition(query(**{keyword: text}))
        except Malformed:
            continue
        assert text not in found.sql
        assert found.sql.count("?") == len(found.parameters)
        assert not found.rest


def test_keys_below_the_level_asked_are_left_unmatched() -> None:
    """PS3.4 C.4.1.2.2.1: keys are of the level of the query and those above."""
    asked = {"Modality": "CT", "RequestAttributesSequence__ScheduledProcedureStepID": "1"}
    assert condition(query(Level.STUDY, **asked)).unmatched == (
        "Modality",
        "RequestAttributesSequence.ScheduledProcedureStepID",
    )
    assert condition(query(Level.SERIES, **asked)).unmatched == ()


@pytest.mark.parametrize("keyword", ["SpecificCharacterSet", "TimezoneOffsetFromUTC", "RetrieveURL"])
def test_what_says_how_the_rest_is_meant_is_never_matched(keyword: str) -> None:
    """PS3.4 C.2.2.2."""
    found = condition(query(**{keyword: "1"}))
    assert found.unmatched == (keyword,)
    assert not found.rest


def test_an_empty_value_asks_nothing() -> None:
    """PS3.4 C.2.2.2.3, C.2.2.2.6."""
    found = condition(
        query(PatientID="", PatientWeight=" ", RequestAttributesSequence__StudyInstanceUID="", PatientName="*")
    )
    assert (found.sql, found.rest, found.unmatched) == ("1 = 1", {}, ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("StudyDate", text)
            for text in ("2026-01-01", "20261301", "20260231", "-", "--", "today", "20260101-x", '""')
        ),
        *(("StudyTime", text) for text in ("25", "1060", "noon", "-", "10:1", "10-25")),
        *(("AcquisitionDateTime", text) for text in ("20261301", "-", "x", "20260101--20260102", "20260101x")),
        *(("StudyInstanceUID", text) for text in ("*", "1.2?", ",", "\\", "1.02")),
        *(("SeriesNumber", text) for text in ("1.5", "1*", "one", "9" * 19, "٣")),
        *(("PatientWeight", text) for text in ("heavy", "1e", "8*", ".")),
        *(("FrameIncrementPointer", text) for text in ("0018", "*", "0018106X")),
        *(("PixelData", "1"), ("RequestAttributesSequence", "1"), ("PatientID", "x" * 1025)),
        *(("Modality", "CT\\"), ("Modality", ",CT"), ("ModalitiesInStudy", ",".join(["CT"] * 65))),
    ],
)
def test_a_value_that_its_vr_cannot_have_is_named(name: str, text: str) -> None:
    with pytest.raises(Malformed) as refused:
        condition(query(**{name: text}))
    assert refused.value.facts["attribute"] == name


def test_a_key_is_given_once() -> None:
    with pytest.raises(Malformed) as refused:
        condition(Query(Level.STUDY, [Key(attribute_path(name), "1") for name in ("PatientID", "00100020")]))
    assert refused.value.facts == {"attribute": "PatientID"}


def test_the_number_of_keys_is_bounded() -> None:
    with pytest.raises(Malformed):
        condition(Query(Level.STUDY, [Key(attribute_path("PatientID"), "1")] * (MOST_KEYS + 1)))


@pytest.mark.parametrize(
    ("keyword", "text", "value", "expected"),
    [
        ("PatientWeight", "80", 80.0, True),
        ("PatientWeight", "8e1", 80, True),
        ("PatientWeight", "80", "80.0", True),
        ("PatientWeight", "80", "heavy", False),
        ("Rows", "512", 512, True),
        ("Rows", "512", None, False),
        ("SmallestImagePixelValue", "-5", -5, True),
        ("RescaleSlope", "0.1", 0.1, True),
        ("ReferenceCoordinates", "0.1", 0.10000000149011612, True),
        ("PatientAge", "065Y", "065Y", True),
        ("PatientComments", "*ASPIRIN*", "no aspirin", False),
        ("PatientComments", "*aspirin*", "no aspirin", True),
        ("ImageType", "DERIVED", ["ORIGINAL", "DERIVED"], True),
        ("ImageType", "DERIVED\\SECONDARY", ["ORIGINAL", "SECONDARY"], True),
        ("FrameIncrementPointer", "0018106a", "0018106A", True),
        ("OperatorsName", "strand*", [{"Alphabetic": "A"}, {"Alphabetic": "STRAND^B"}], True),
        ("ProtocolName", "Thorax\u0301", "Thorax\u0301", True),
        ("ProtocolName", "é", "e\u0301", True),
        ("AcquisitionDateTime", "20261121", "20261121101500.5", True),
        ("AcquisitionDateTime", "20261121-", "20261120235959", False),
        ("AcquisitionDateTime", "20261121-", "20261120233000-0100", True),
        ("AcquisitionDateTime", "19980128103000", "19980128073000-0300", True),
        ("AcquisitionDateTime", "2026-2027", "2026", True),
        ("AcquisitionDateTime", "2026", "never", False),
    ],
)
def test_attributes_without_a_column_are_matched_by_their_vr(
    keyword: str, text: str, value: Any, expected: bool
) -> None:
    """PS3.4 C.2.2.2.1 to C.2.2.2.5."""
    assert in_json(query(**{keyword: text}), **{keyword: value}) is expected


ITEMS = [
    {"00400009": {"vr": "SH", "Value": ["S1"]}, "00401001": {"vr": "SH", "Value": ["R1"]}},
    {"00400009": {"vr": "SH", "Value": ["S2"]}, "00401001": {"vr": "SH"}},
]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"ScheduledProcedureStepID": "S2"}, True),
        ({"ScheduledProcedureStepID": "S?"}, True),
        ({"ScheduledProcedureStepID": "S3"}, False),
        ({"StudyInstanceUID": "1.2"}, False),
        ({"ScheduledProcedureStepID": "S1", "RequestedProcedureID": "R1"}, True),
        ({"ScheduledProcedureStepID": "S2", "RequestedProcedureID": "R1"}, False),
        ({"ScheduledProcedureStepID": "S2", "RequestedProcedureID": ""}, True),
        ({"ScheduledProtocolCodeSequence__CodeValue": "X"}, False),
    ],
)
def test_one_item_of_a_sequence_meets_all_that_is_asked_of_it(asked: dict[str, str], expected: bool) -> None:
    """PS3.4 C.2.2.2.6."""
    keys = {f"RequestAttributesSequence__{name}": text for name, text in asked.items()}
    assert in_json(query(**keys), RequestAttributesSequence=ITEMS) is expected
    assert in_json(query(**keys)) is (not any(asked.values()))


def test_a_range_of_dates_and_one_of_times_are_one_range_of_moments() -> None:
    """PS3.4 C.2.2.2.5.4: from ten on the first day until noon on the third, all of the second."""
    asked = query(ContentDate="20260101-20260103", ContentTime="100000-120000")
    for date, time, expected in (
        ("20260101", "0959", False),
        ("20260101", "1000", True),
        ("20260102", "0300", True),
        ("20260103", "1200", True),
        ("20260103", "1201", False),
        ("20260102", "", False),
    ):
        assert in_json(asked, ContentDate=date, ContentTime=time or None) is expected
    assert term(demands(asked)[0][0]) is None
    assert term(demands(query(StudyDate="20260101-", StudyTime="10-"))[0][0]) is not None


def test_empty_values_are_found_when_that_is_asked() -> None:
    """PS3.4 C.2.2.2.7, PS3.18 8.3.4.5: two quotation marks; without the parameter they are text."""

    def asked(name: str, empty_values: bool) -> Query:
        return Query(Level.INSTANCE, [Key(attribute_path(name), '""')], empty_values=empty_values)

    assert in_sql(asked("PatientID", True), patient_id=None)
    assert not in_sql(asked("PatientID", True), patient_id="1")
    assert in_sql(asked("PatientID", False), patient_id='""')
    assert in_json(asked("PatientWeight", True))
    assert in_json(asked("PatientWeight", True), PatientWeight=[])
    assert in_json(asked("ImageType", True), ImageType=[None, ""])
    assert not in_json(asked("PatientWeight", True), PatientWeight=80)
    assert in_json(asked("RequestAttributesSequence", True))
    assert not in_json(asked("RequestAttributesSequence", True), RequestAttributesSequence=ITEMS)
    assert in_json(asked("RequestAttributesSequence.RequestedProcedureID", True), RequestAttributesSequence=ITEMS)


def test_several_values_are_all_found_when_that_is_asked() -> None:
    """PS3.4 C.2.2.2.8, PS3.18 8.3.4.6; any of them otherwise, and where an attribute has one value only."""

    def asked(name: str, text: str, multiple_values: bool = True) -> Query:
        return Query(Level.INSTANCE, [Key(attribute_path(name), text)], multiple_values=multiple_values)

    assert in_json(asked("ImageType", "PRIMARY\\ORIGINAL"), ImageType=["ORIGINAL", "PRIMARY", "AXIAL"])
    assert not in_json(asked("ImageType", "PRIMARY\\ORIGINAL"), ImageType=["ORIGINAL", "SECONDARY"])
    assert in_json(asked("ImageType", "PRIMARY\\ORIGINAL", False), ImageType=["ORIGINAL", "SECONDARY"])
    assert in_json(asked("Modality", "CT\\MR"), Modality="MR")
    with pytest.raises(Malformed):
        condition(asked("ImageType", "PRIM*\\ORIGINAL"))
