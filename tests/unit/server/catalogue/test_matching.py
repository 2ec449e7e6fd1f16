"""Matching as pure conditions: every value is a bound parameter, and wildcards mean what DICOM says."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.catalogue.matching import MATCHED, Level, Query, condition, name_key
from server.dicom.attributes import attribute
from server.errors import Malformed


def matches(keyword: str, pattern: str, stored: str) -> bool:
    found = condition(Query(Level.INSTANCE, [(attribute(keyword), pattern)]))
    column = found.sql.split()[0].lstrip("(").partition(".")[2] or "patient_id"
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE study ({column})")
        connection.execute("INSERT INTO study VALUES (?)", (stored,))
        return bool(connection.execute(f"SELECT 1 FROM study WHERE {found.sql}", found.parameters).fetchone())


@pytest.mark.parametrize("text", ["%", "_", "[a]", "]", "a[", "a'b", 'a"b', "a;b", "ä", "^", "\\"])
def test_characters_that_mean_something_to_the_database_mean_themselves(text: str) -> None:
    assert matches("PatientID", text, text)
    assert matches("PatientID", f"*{text}?", f"x{text}y")
    assert not matches("PatientID", text, "other")
    assert not matches("PatientID", f"{text}*", f"other{text}")


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(alphabet="ab*?[]%_", min_size=1, max_size=6), st.text(alphabet="ab[]%_", max_size=6))
def test_wildcards_match_as_written_in_the_standard(pattern: str, stored: str) -> None:
    assert matches("PatientID", pattern, stored) == _dicom_match(pattern, stored)


def _dicom_match(pattern: str, text: str) -> bool:
    """PS3.4 C.2.2.2.4, by trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _dicom_match(pattern[1:], text) or (bool(text) and _dicom_match(pattern, text[1:]))
    return bool(text) and pattern[0] in {"?", text[0]} and _dicom_match(pattern[1:], text[1:])


@pytest.mark.parametrize("keyword", [attribute(tag).keyword for tag in sorted(MATCHED)])
def test_no_value_becomes_part_of_the_sql(keyword: str) -> None:
    for text in ("'; DROP TABLE study; --", "20260101", "1.2", "5", "QQ"):
        try:
            found = condition(Query(Level.INSTANCE, [(attribute(keyword), text)]))
        except Malformed:
            continue
        assert text not in found.sql
        assert found.sql.count("?") == len(found.parameters)


def test_keys_below_the_level_asked_are_left_unmatched() -> None:
    assert condition(Query(Level.STUDY, [(attribute("Modality"), "CT")])).unmatched == ("Modality",)
    assert condition(Query(Level.SERIES, [(attribute("Modality"), "CT")])).unmatched == ()


def test_names_are_compared_without_case_and_trailing_separators() -> None:
    assert name_key("Doe^JANE^^") == name_key("doe^jane")
    assert name_key("A^B=C^D^=") == "a^b=c^d"
