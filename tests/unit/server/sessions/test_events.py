"""Events as participants send them: known fields of the right type and range, or malformed."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Malformed
from server.sessions.events import parse, parse_pointer, person_name

IMAGE = {"study_uid": "1.2", "series_uid": "1.3", "instance_uid": "1.4", "frame_number": 1}


def test_unknown_fields_are_left_out() -> None:
    assert parse({"type": "lead/ask", "by": "somebody else", "x": 1}) == {"type": "lead/ask"}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "person/join", "name": "Anna"},
        {"type": "layout/set", "layout": "9x9"},
        {"type": "viewport/activate", "viewport": True},
        {"type": "viewport/activate", "viewport": 9},
        {"type": "image/set", "viewport": 0, "image": IMAGE | {"frame_number": 0}},
        {"type": "image/set", "viewport": 0, "image": IMAGE | {"study_uid": "../1"}},
        {"type": "follow/set", "following": 1},
        {"type": "call/set", "call": "javascript:alert(1)"},
        {"type": "call/set", "call": "https://a b"},
        {"type": "lead/hand-over", "to": "Anna"},
        {"type": ["lead/ask"]},
        {},
        None,
        "lead/ask",
    ],
)
def test_what_is_no_event_of_a_participant_is_malformed(event: object) -> None:
    with pytest.raises(Malformed):
        parse(event)


# all of Unicode would cost a second and a half for its tables, before the first example
TEXT = st.text("aZ09 ._-/\\\"'<é山\u202e\u200b\u0000\ud800\U0001f600", max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KINDS = ["layout/set", "viewport/activate", "image/set", "presentation/set", "follow/set", "lead/hand-over"]
FIELDS = ["layout", "viewport", "image", "presentation", "following", "to", "point"]


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_any_json_is_an_event_or_malformed(kind: str, fields: dict[str, Any]) -> None:
    for read in (parse, parse_pointer):
        with suppress(Malformed):
            assert read({"type": kind} | fields)["type"]


@pytest.mark.parametrize(("name", "shown"), [(" Anna  B ", "Anna B"), ("A\u202enna", "Anna"), ("Ännä 山", "Ännä 山")])
def test_a_name_is_what_others_can_see(name: str, shown: str) -> None:
    assert person_name(name) == shown


@pytest.mark.parametrize("name", ["", " ", "\u200b\u202e", "x" * 65, None, 5, ["Anna"]])
def test_a_name_nobody_can_see_or_read_is_malformed(name: object) -> None:
    with pytest.raises(Malformed):
        person_name(name)
