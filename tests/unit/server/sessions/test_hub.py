"""The hub: one order for everybody, the journal first, and nobody slowed down by somebody slow."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.database.sqlite import Database
from server.errors import ArchiveFull, Conflict, NotFound
from server.sessions.hub import Hub
from server.sessions.journal import Journal
from server.sessions.seat import Message, Seat

ANN, BOB = "a" * 16, "b" * 16
IMAGE = {"study_uid": "1.2", "series_uid": "1.2.3", "instance_uid": "1.2.3.4", "frame_number": 1}
SHOW = {"type": "image/set", "viewport": 0, "image": IMAGE}


async def on_thread(work: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.to_thread(work, *args)


class Clock:
    """Time as the test says it is."""

    now = 1_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    database = Database(tmp_path / "records.sqlite")
    yield Journal(database)
    database.close()


def new_hub(journal: Journal, clock: Clock | None = None, most_people: int = 10, most_waiting: int = 16) -> Hub:
    return Hub(journal, on_thread, clock or Clock(), most_people, most_waiting)


async def next_of(seat: Seat, kind: str) -> Message:
    """The next message of a kind, those before it thrown away."""
    async with asyncio.timeout(5):
        while (message := await seat.next()) is not None:
            if message["type"] == kind:
                return message
    raise AssertionError(f"the seat was closed: {seat.closed_because}")


def run(test: Awaitable[None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await test

    asyncio.run(bounded())


def test_the_first_message_is_the_welcome_with_the_room(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal)
        session_id = await hub.begin(["1.2"], "local")
        seat = await hub.join(session_id, ANN, "Ann")
        welcome = await next_of(seat, "welcome")
        assert welcome["participant_id"] == ANN
        assert welcome["room"]["leader"] == ANN

    run(look())


def test_everybody_hears_every_event_in_one_order(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal, most_waiting=500)
        session_id = await hub.begin(["1.2"], "local")
        ann, bob = await hub.join(session_id, ANN, "Ann"), await hub.join(session_id, BOB, "Bob")
        first = (await next_of(bob, "welcome"))["room"]["seq"]
        for number in range(50):
            await hub.send(session_id, ann, {**SHOW, "image": {**IMAGE, "frame_number": number + 1}}, number)
            await hub.send(session_id, bob, {"type": "lead/ask"}, number)
        heard = [(await next_of(bob, "event"))["seq"] for _ in range(100)]
        assert heard == list(range(first + 1, first + 101))
        assert (await hub.room(session_id))["viewports"][0]["image"]["frame_number"] == 50

    run(look())


def test_nobody_hears_what_the_journal_could_not_keep(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> None:
        hub = new_hub(journal)
        session_id = await hub.begin(["1.2"], "local")
        ann, bob = await hub.join(session_id, ANN, "Ann"), await hub.join(session_id, BOB, "Bob")
        await next_of(bob, "welcome")

        def full(*_: object) -> None:
            raise ArchiveFull("no room")

        monkeypatch.setattr(journal, "append", full)
        await hub.send(session_id, ann, SHOW, 7)
        refused = await next_of(ann, "refused")
        assert (refused["id"], refused["code"]) == (7, "archive-full")
        assert (await hub.room(session_id))["viewports"][0]["image"] is None
        await hub.resync(session_id, bob)
        assert (await next_of(bob, "snapshot"))["room"]["viewports"][0]["image"] is None

    run(look())


def test_an_event_is_in_the_journal_before_anybody_hears_of_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look() -> None:
        hub = new_hub(journal)
        session_id = await hub.begin(["1.2"], "local")
        ann = await hub.join(session_id, ANN, "Ann")
        await next_of(ann, "welcome")
        await hub.send(session_id, ann, SHOW, 1)
        await next_of(ann, "event")
        assert journal.room(session_id) == await hub.room(session_id)

    run(look())


def test_a_refusal_reaches_only_its_sender(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal)
        session_id = await hub.begin(["1.2"], "local")
        ann, bob = await hub.join(session_id, ANN, "Ann"), await hub.join(session_id, BOB, "Bob")
        await next_of(bob, "welcome")
        await hub.send(session_id, bob, SHOW, 3)
        assert (await next_of(bob, "refused"))["id"] == 3
        await hub.send(session_id, ann, SHOW, 4)
        assert (await next_of(ann, "event"))["event"]["type"] == "person/join"
        assert (await next_of(ann, "event"))["id"] == 4

    run(look())


def test_a_reader_too_slow_is_cut_off_and_the_others_go_on(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal, most_waiting=16)
        session_id = await hub.begin(["1.2"], "local")
        ann, slow = await hub.join(session_id, ANN, "Ann"), await hub.join(session_id, BOB, "Bob")
        await next_of(ann, "event")
        for number in range(40):
            await hub.send(session_id, ann, SHOW, number)
            assert (await next_of(ann, "event"))["id"] == number
        assert slow.closed_because is not None
        assert slow.closed_because[0] == 1013

    run(look())


def test_a_person_with_two_seats_leaves_with_the_last_of_them(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal)
        session_id = await hub.begin(["1.2"], "local")
        bob = await hub.join(session_id, BOB, "Bob")
        old, new = await hub.join(session_id, ANN, "Ann"), await hub.join(session_id, ANN, "Ann")
        await next_of(new, "welcome")
        await hub.leave(session_id, old)
        await hub.resync(session_id, bob)
        assert (await next_of(bob, "snapshot"))["room"]["people"][ANN]["here"]
        await hub.leave(session_id, new)
        await hub.resync(session_id, bob)
        assert not (await next_of(bob, "snapshot"))["room"]["people"][ANN]["here"]

    run(look())


def test_a_connection_lost_while_joining_leaves_nobody_behind(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal)
        session_id = await hub.begin(["1.2"], "local")
        bob = await hub.join(session_id, BOB, "Bob")
        ann = await hub.join(session_id, ANN, "Ann")
        await hub.leave(session_id, ann)
        await hub.resync(session_id, bob)
        assert not (await next_of(bob, "snapshot"))["room"]["people"][ANN]["here"]

    run(look())


def test_after_a_restart_the_room_is_as_it_was_and_nobody_is_in_it(journal: Journal) -> None:
    async def look() -> None:
        clock = Clock()
        before = new_hub(journal, clock)
        session_id = await before.begin(["1.2"], "local")
        ann = await before.join(session_id, ANN, "Ann")
        await before.send(session_id, ann, SHOW, 1)
        await next_of(ann, "event")
        clock.now = 50_000
        after = new_hub(journal, clock)
        bob = await after.join(session_id, BOB, "Bob")
        room = (await next_of(bob, "welcome"))["room"]
        assert room["viewports"][0]["image"] == IMAGE
        assert room["leader"] == ANN
        assert room["people"][ANN] == {"name": "Ann", "here": False, "following": True, "left_at": 50_000}

    run(look())


def test_pointers_go_to_the_others_and_into_no_journal(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal)
        session_id = await hub.begin(["1.2"], "local")
        ann, bob = await hub.join(session_id, ANN, "Ann"), await hub.join(session_id, BOB, "Bob")
        await next_of(bob, "welcome")
        seq = journal.room(session_id)["seq"]
        for x in range(5):
            hub.point(session_id, ann, {"type": "pointer", "viewport": 0, "image": IMAGE, "point": [x, 0]})
        newest = await next_of(bob, "pointer")
        assert (newest["by"], newest["point"]) == (ANN, [4, 0]), "only the newest waits"
        assert journal.room(session_id)["seq"] == seq

    run(look())


def test_a_full_session_says_so(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal, most_people=2)
        session_id = await hub.begin(["1.2"], "local")
        for who in (ANN, BOB):
            await next_of(await hub.join(session_id, who, who), "welcome")
        with pytest.raises(Conflict):
            await hub.join(session_id, "c" * 16, "Carol")
        await hub.join(session_id, ANN, "Ann again")

    run(look())


def test_there_is_no_session_of_another_name(journal: Journal) -> None:
    async def look() -> None:
        with pytest.raises(NotFound):
            await new_hub(journal).join("nothing", ANN, "Ann")

    run(look())


def test_a_server_that_stops_closes_every_seat(journal: Journal) -> None:
    async def look() -> None:
        hub = new_hub(journal)
        session_id = await hub.begin(["1.2"], "local")
        ann = await hub.join(session_id, ANN, "Ann")
        await next_of(ann, "welcome")
        hub.close()
        assert await ann.next() is None
        assert ann.closed_because is not None
        assert ann.closed_because[0] == 1012

    run(look())
