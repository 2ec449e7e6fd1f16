"""A session read afterwards."""

from server.sessions.replay import attendance, room_at, time_line
from server.sessions.shape import new_room

A, B = "a" * 16, "b" * 16
IMAGE = {"study_uid": "1.2", "series_uid": "1.2.1", "instance_uid": "1.2.1.1", "frame_number": 1}
EVENTS = [
    {"type": "person/join", "by": A, "at": 1000, "name": "Anna", "discipline": "radiology", "guest": False},
    {"type": "person/join", "by": B, "at": 5000, "name": "Bert"},
    {"type": "image/set", "by": A, "at": 6000, "viewport": 0, "image": IMAGE},
    {"type": "image/set", "by": A, "at": 6900, "viewport": 0, "image": IMAGE | {"frame_number": 2}},
    {"type": "image/set", "by": A, "at": 8700, "viewport": 0, "image": IMAGE | {"frame_number": 3}},
    {"type": "person/leave", "by": B, "at": 9000},
    {"type": "person/join", "by": B, "at": 20_000, "name": "Bert"},
    {"type": "lead/hand-over", "by": A, "at": 21_000, "to": B},
    {"type": "person/remove", "by": A, "at": 30_000, "who": B},
]


def test_what_was_on_the_screen_at_a_time() -> None:
    empty = new_room("s", ["1.2"])
    shown = [room_at(empty, EVENTS, at=at)["viewports"][0]["image"] for at in (5999, 6000, 8000, 99_999)]
    assert [image and image["frame_number"] for image in shown] == [None, 1, 2, 3]
    assert room_at(empty, EVENTS, seq=3)["seq"] == 3
    assert room_at(empty, EVENTS)["seq"] == 9
    assert room_at(empty, EVENTS, seq=0) == empty


def test_attendance_is_made_of_stays() -> None:
    anna, bert = attendance(EVENTS, until=40_000)
    assert (anna["name"], anna["discipline"], anna["present_ms"]) == ("Anna", "radiology", 39_000)
    assert anna["stays"] == [{"from": 1000, "to": None}]
    assert bert["stays"] == [{"from": 5000, "to": 9000}, {"from": 20_000, "to": 30_000}]
    assert bert["present_ms"] == 14_000


def test_pages_turned_in_one_go_are_one_line() -> None:
    lines = time_line(EVENTS)
    assert [line["type"] for line in lines] == [
        "person/join", "person/join", "image/set", "person/leave", "person/join", "lead/hand-over", "person/remove",
    ]  # fmt: skip
    assert (lines[2]["count"], lines[2]["at"], lines[2]["until"], lines[2]["image"]["frame_number"]) == (
        3,
        6000,
        8700,
        3,
    )
    assert (lines[5]["name"], lines[5]["whom"]) == ("Anna", "Bert")
