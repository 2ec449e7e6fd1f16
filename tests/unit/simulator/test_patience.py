"""Waiting grows, is spread, and is never shorter than the archive asked for."""

import random
from datetime import UTC, datetime

import pytest

from simulator.workload.patience import LONGEST_ASKED_FOR, Patience, retry_after

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_pauses_double_up_to_the_longest_and_are_spread_over_their_upper_half() -> None:
    patience = Patience(first_pause=1, longest_pause=8)
    for attempt, ceiling in enumerate([1, 2, 4, 8, 8]):
        waits = [patience.seconds(attempt) for _ in range(50)]
        assert all(ceiling / 2 <= wait <= ceiling for wait in waits)
        assert len(set(waits)) > 40


def test_two_devices_with_two_seeds_do_not_come_back_together() -> None:
    one, other = (Patience(chance=random.Random(seed)) for seed in (1, 2))
    assert one.seconds(3) != other.seconds(3)


def test_what_the_archive_asks_for_is_waited_and_no_more_than_an_hour() -> None:
    patience = Patience(longest_pause=8)
    assert patience.seconds(0, 120) == 120
    assert patience.seconds(0, 1e9) == LONGEST_ASKED_FOR


def test_a_thousand_attempts_do_not_overflow() -> None:
    assert Patience(longest_pause=8).seconds(5000) <= 8


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("", 0),
        ("soon", 0),
        ("-3", 0),
        ("Mon, 02 Mar 2026 09:00:30 GMT", 30),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0),
        ("Mon, 02 Mar 2026 09:00:30 -0000", 30),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float) -> None:
    assert retry_after(value, NOW) == seconds
