"""Dates, times and moments as texts that sort as time does."""

import pytest

from server.catalogue.moments import date_key, date_span, moment_key, moment_span, time_key, time_span, together


@pytest.mark.parametrize(
    ("stored", "key"),
    [
        ("20260228", "20260228"),
        ("2026.02.28", "20260228"),
        ("20260229", None),
        ("20240229", "20240229"),
        ("2026", None),
    ],
)
def test_a_stored_date(stored: str, key: str | None) -> None:
    assert date_key(stored) == key


@pytest.mark.parametrize(
    ("stored", "key"),
    [
        ("10", "100000.000000"),
        ("1015", "101500.000000"),
        ("10:15:00.5", "101500.500000"),
        ("235960", "235960.000000"),
        ("24", None),
        ("101", None),
    ],
)
def test_a_stored_time(stored: str, key: str | None) -> None:
    assert time_key(stored) == key


def test_a_key_of_less_precision_is_all_that_it_leaves_open() -> None:
    assert time_span("1015") == ("101500.000000", "101559.999999")
    assert time_span("-10") == (None, "105959.999999")
    assert moment_span("2026") == ("20260101000000.000000", "20261231235959.999999")
    assert moment_span("202402-") == ("20240201000000.000000", None)
    assert date_span("20260101-20260131") == ("20260101", "20260131")


def test_an_offset_is_no_range() -> None:
    """PS3.4 C.2.2.2.5.3: a moment's offset from UTC is taken into account."""
    assert moment_span("19980128073000-0300") == ("19980128103000.000000", "19980128103000.999999")
    assert moment_span("19980128-19990101") == ("19980128000000.000000", "19990101235959.999999")
    assert moment_span("1998012807-0300-1998012808-0300") == ("19980128100000.000000", "19980128115959.999999")
    assert moment_key("19980128073000+0100") == "19980128063000.000000"
    assert moment_key("00010101000000+1400") is None


def test_the_first_time_goes_with_the_first_date_and_the_last_with_the_last() -> None:
    """PS3.4 C.2.2.2.5.4."""
    assert together(("20260101", None), ("10", "12")) == ("2026010110", None)
    assert together(("20260101", "20260102"), (None, None)) == ("20260101000000.000000", "20260102235959.999999")
