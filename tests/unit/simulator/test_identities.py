"""Synthetic people have the numbers and names of real ones, and none of theirs."""

import random
from datetime import date

import pytest

from simulator.identities import character_set, check_digit, clinician, nhs_number, person

DAY = date(2026, 3, 2)
CROWD = [person(random.Random(seed), ages=(30, 70), on=DAY) for seed in range(400)]


@pytest.mark.parametrize(("first_nine", "digit"), [("943476591", 9), ("999000001", 8), ("401023213", 7)])
def test_check_digits_of_known_numbers(first_nine: str, digit: int) -> None:
    assert check_digit(first_nine) == digit


def test_a_remainder_of_one_makes_no_number() -> None:
    assert check_digit("999000000") is None


def test_nhs_numbers_are_valid_and_of_the_range_that_is_never_issued() -> None:
    for seed in range(300):
        number = nhs_number(random.Random(seed))
        assert len(number) == 10
        assert number.startswith("999")
        weighted = sum(int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True))
        assert (weighted + int(number[9])) % 11 == 0


def test_ages_fit_the_story() -> None:
    ages = {someone.age_on(DAY) for someone in CROWD}
    assert min(ages) >= 30
    assert max(ages) <= 70
    assert len(ages) > 30


def test_a_birthday_counts_from_its_day() -> None:
    someone = CROWD[0]
    birthday = someone.birth_date.replace(year=2025)
    assert someone.age_on(birthday) == someone.age_on(birthday.replace(year=2024)) + 1


def test_names_are_varied_and_some_need_utf8() -> None:
    names = {someone.name for someone in CROWD}
    assert len(names) > 150
    assert {character_set(name) for name in names} == {"ISO_IR 100", "ISO_IR 192"}
    assert any(name.split("^")[1] == "" for name in names), "a person with a single name"


def test_a_sex_asked_for_is_given() -> None:
    assert {person(random.Random(seed), ages=(30, 70), on=DAY, sex="F").sex for seed in range(20)} == {"F"}


def test_a_clinician_has_a_title() -> None:
    assert clinician(random.Random(1)).split("^")[3] == "Dr"


@pytest.mark.parametrize(
    ("text", "expected"), [("Siân", "ISO_IR 100"), ("Llŷr", "ISO_IR 192"), ("Łukasz", "ISO_IR 192")]
)
def test_the_smallest_character_set_that_holds_the_text(text: str, expected: str) -> None:
    assert character_set("plain", text) == expected
