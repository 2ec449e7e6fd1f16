"""What a meeting leaves behind of each case."""

from typing import Any

from server.sessions.minutes import minutes, without_other_cases
from server.sessions.shape import new_room

ANN, BOB = "a" * 16, "b" * 16
ONE, TWO = "1" * 16, "2" * 16


def event(at: int, kind: str, by: str = ANN, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "by": by, "at": at, **fields}


def test_each_case_has_its_turns_its_outcome_and_those_who_were_there() -> None:
    events = [
        event(0, "case/put", by="", case_id=ONE, question="Resectable?", study_uids=["1.2"]),
        event(0, "case/put", by="", case_id=TWO, question="", study_uids=["1.3"]),
        event(1000, "person/join", name="Ann"),
        event(2000, "case/show", case_id=ONE),
        event(3000, "person/join", by=BOB, name="Bob"),
        event(4000, "case/note", case_id=ONE, outcome="Surgery"),
        event(5000, "case/show", case_id=TWO),
        event(6000, "case/show", case_id=ONE),
        event(6500, "person/leave", by=BOB),
    ]
    one, two = minutes(new_room("s", []), events, 8000)
    assert one["shown"] == [{"from": 2000, "to": 5000}, {"from": 6000, "to": None}]
    assert (one["outcome"], one["state"], two["state"]) == ("Surgery", "shown", "discussed")
    assert {person["name"]: person["present_ms"] for person in one["attendance"]} == {"Ann": 5000, "Bob": 2500}
    assert {person["name"]: person["present_ms"] for person in two["attendance"]} == {"Ann": 1000, "Bob": 1000}


def test_a_case_that_was_not_shown_has_nobody() -> None:
    [one] = minutes(new_room("s", []), [event(0, "case/put", by="", case_id=ONE, question="", study_uids=["1.2"])], 9)
    assert (one["shown"], one["attendance"], one["state"]) == ([], [], "waiting")


def test_an_export_of_one_patient_says_nothing_that_was_written_of_another() -> None:
    events = [
        event(0, "case/put", by="", case_id=ONE, question="Resectable?", study_uids=["1.2"]),
        event(0, "case/put", by="", case_id=TWO, question="Alcohol?", study_uids=["1.3"]),
        event(1, "person/join", name="Ann"),
        event(2, "case/note", case_id=TWO, outcome="Detox"),
        event(3, "case/note", case_id=ONE, outcome="Surgery"),
    ]
    told = without_other_cases(events, {"1.2"})
    assert [one.get("question", one.get("outcome")) for one in told] == ["Resectable?", "", None, "", "Surgery"]
    assert [one["type"] for one in told] == [one["type"] for one in events]
