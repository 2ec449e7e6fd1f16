"""What a mark is known as, in a report and out of it again."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.authoring.measurement_report import mark_id, tracking_uid
from server.authoring.presentation_state import Look, turned
from server.dicom.uids import is_uid


@given(st.uuids(version=4))
def test_the_id_of_a_mark_outlives_a_report(made: uuid.UUID) -> None:
    assert is_uid(tracking_uid(str(made)))
    assert mark_id(tracking_uid(str(made))) == str(made)


@pytest.mark.parametrize("uid", ["1.2.840.113", "2.25.1", "2.25.340282366920938463463374607431768211456999"])
def test_the_tracking_uid_of_another_maker_stays_what_it_is(uid: str) -> None:
    assert tracking_uid(mark_id(uid)) == uid


def test_a_name_of_any_kind_becomes_one_uid() -> None:
    assert tracking_uid("mark-1") == tracking_uid("mark-1") != tracking_uid("mark-2")


@pytest.mark.parametrize(
    ("look", "standard"),
    [
        (Look(), (0, False)),
        (Look(rotation=90), (90, False)),
        (Look(flip_horizontal=True), (0, True)),
        (Look(flip_vertical=True), (180, True)),
        (Look(flip_horizontal=True, rotation=90), (270, True)),
        (Look(flip_horizontal=True, flip_vertical=True, rotation=90), (270, False)),
    ],
)
def test_flips_before_a_turn_are_one_flip_after_it(look: Look, standard: tuple[int, bool]) -> None:
    assert turned(look) == standard
