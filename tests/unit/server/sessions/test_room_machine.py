"""A meeting as a state machine: people come, lead, mark, lose their line and are thrown out, while messages come twice,
late or not at all; whatever happens, everybody ends with the same room.
"""

import hashlib
import json
import random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.errors import ServerError
from server.sessions.room import apply
from server.sessions.shape import Room, new_room
from tests.unit.server.sessions.random_events import PEOPLE, STUDIES, random_event

Message = dict[str, Any]
people = st.sampled_from(PEOPLE)


def hash_of(room: Room) -> str:
    return hashlib.sha256(json.dumps(room, sort_keys=True).encode()).hexdigest()


class Browser:
    """A participant's copy of the room, held by the rules of the wire: in order, without gaps, else the snapshot."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.on_the_way: list[Message] = []

    def hear(self, message: Message) -> bool:
        """Takes a message in; False when the whole room is needed."""
        if message["seq"] <= self.room["seq"]:
            return True
        if message["seq"] > self.room["seq"] + 1:
            return False
        self.room = apply(self.room, message["event"])
        return True


class Meeting(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.room = new_room("s", STUDIES[:2])
        self.at = 1_000_000
        self.browsers: dict[str, Browser] = {}

    def happen(self, event: Message) -> bool:
        try:
            self.room = apply(self.room, event)
        except ServerError:
            return False
        for browser in self.browsers.values():
            browser.on_the_way.append({"seq": self.room["seq"], "event": event})
        return True

    def catch_up(self, browser: Browser) -> None:
        browser.on_the_way.clear()
        browser.room = self.room

    @rule(who=people, wait=st.sampled_from([1, 500, 11_000]))
    def join(self, who: str, wait: int) -> None:
        self.at += wait
        guest = who == PEOPLE[3]
        joined = {
            "type": "person/join",
            "name": who[:4],
            "discipline": "other",
            "guest": guest,
            "by": who,
            "at": self.at,
        }
        if self.happen(joined):
            self.browsers[who] = Browser(self.room)

    @rule(who=people, wait=st.sampled_from([1, 500, 11_000]))
    def lose_the_line(self, who: str, wait: int) -> None:
        self.at += wait
        if self.browsers.pop(who, None):
            self.happen({"type": "person/leave", "by": who, "at": self.at})

    @rule(by=people, who=people)
    def throw_out(self, by: str, who: str) -> None:
        if self.happen({"type": "person/remove", "by": by, "who": who, "at": self.at}):
            self.browsers.pop(who, None)

    @rule(seed=st.integers(0, 10**6), count=st.integers(1, 8))
    def act(self, seed: int, count: int) -> None:
        chance = random.Random(seed)
        for _ in range(count):
            self.at += 30
            event = random_event(chance, self.at)
            if event["type"] not in {"person/join", "person/leave", "person/remove"}:
                self.happen(event)

    @rule(who=people, seed=st.integers(0, 10**6))
    def deliver(self, who: str, seed: int) -> None:
        """Some of what is on the way arrives: some of it twice, some in the wrong order."""
        browser = self.browsers.get(who)
        if browser is None:
            return
        chance = random.Random(seed)
        count = chance.randint(0, len(browser.on_the_way))
        arriving, browser.on_the_way = browser.on_the_way[:count], browser.on_the_way[count:]
        if chance.random() < 0.5:
            arriving = arriving + chance.choices(arriving, k=2) if arriving else []
        if chance.random() < 0.3:
            chance.shuffle(arriving)
        if not all(browser.hear(message) for message in arriving):
            self.catch_up(browser)

    @invariant()
    def one_person_leads_and_chairs_whoever_does_is_known(self) -> None:
        for role in ("leader", "chair"):
            who = self.room[role]  # type: ignore[literal-required]
            assert (who is None) == all(person["guest"] for person in self.room["people"].values())
            if who is not None:
                assert not self.room["people"][who]["removed"]

    @invariant()
    def wishes_are_of_those_who_are_here(self) -> None:
        here = {who for who, person in self.room["people"].items() if person["here"]}
        assert here == set(self.browsers)
        assert here >= {*self.room["asking"], *self.room["hands"], *self.room["proposals"]}
        assert self.room["leader"] not in self.room["asking"]
        assert self.room["leader"] not in self.room["proposals"]

    @invariant()
    def frozen_everybody_follows(self) -> None:
        here = [person for person in self.room["people"].values() if person["here"]]
        assert not self.room["frozen"] or all(person["following"] for person in here)

    @invariant()
    def the_case_on_the_screen_is_the_one_that_is_shown(self) -> None:
        shown = [case["case_id"] for case in self.room["cases"] if case["state"] == "shown"]
        assert shown == ([] if self.room["case"] is None else [self.room["case"]])
        assert len({case["case_id"] for case in self.room["cases"]}) == len(self.room["cases"])
        assert {uid for case in self.room["cases"] for uid in case["study_uids"]} <= set(self.room["study_uids"])

    def teardown(self) -> None:
        for browser in self.browsers.values():
            if not all(browser.hear(message) for message in browser.on_the_way):
                self.catch_up(browser)
        assert {hash_of(browser.room) for browser in self.browsers.values()} <= {hash_of(self.room)}


TestMeeting = Meeting.TestCase
TestMeeting.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
)
