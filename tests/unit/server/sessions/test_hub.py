"""Open rooms: journalled before anybody hears, in one order for all, and empty after a restart."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.database.sqlite import Database
from server.errors import ArchiveFull, Conflict, NotFound
from server.sessions.hub import Hub
from server.sessions.journal import Journal
from server.sessions.seat import Seat, told

ANNA, BERT = "a" * 16, "b" * 16


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    database = Database(tmp_path / "records.sqlite")
    yield Journal(database)
    database.close()


def hub_over(journal: Journal, most_people: int = 10) -> Hub:
    async def run(work: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.to_thread(work, *args)

    return Hub(journal, run, lambda: 1_000_000, most_people, 16)


async def heard(seat: Seat, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while (message := await seat.next()) is not None:
            if message.message["type"] == kind:
                return message.message
    raise AssertionError(f"closed before any {kind}: {seat.closed_because}")


def live(scene: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scene(), 60))  # type: ignore[arg-type]


def test_everybody_hears_the_same_events_in_the_same_order(journal: Journal) -> None:
    async def scene() -> None:
        hub = hub_over(journal)
        session_id = await hub.begin(["1.2"], "local")
        anna = await hub.join(session_id, ANNA, "Anna")
        bert = await hub.join(session_id, BERT, "Bert")
        await heard(bert, "welcome")
        for number in range(10):
            layout = ("1x1", "1x2")[number % 2]
            await hub.send(session_id, anna, {"type": "layout/set", "layout": layout}, number)
        seen = [[(await heard(seat, "event"))["seq"] for _ in range(10)] for seat in (anna, bert)]
        assert seen[1] == list(range(3, 13))
        assert seen[0] == list(range(2, 12))

    live(scene)


def test_nobody_hears_of_an_event_that_the_journal_could_not_keep(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        hub = hub_over(journal)
        session_id = await hub.begin(["1.2"], "local")
        anna = await hub.join(session_id, ANNA, "Anna")
        await heard(anna, "welcome")

        def full(*_args: object) -> None:
            raise ArchiveFull("full")

        with monkeypatch.context() as broken:
            broken.setattr(journal, "append", full)
            await hub.send(session_id, anna, {"type": "layout/set", "layout": "1x2"}, 1)
            assert (await heard(anna, "refused"))["code"] == "archive-full"
        await hub.resync(session_id, anna)
        assert (await heard(anna, "snapshot"))["room"]["layout"] == "1x1"

    live(scene)


def test_the_room_outlives_the_server_and_everybody_has_left_it(journal: Journal) -> None:
    async def scene() -> None:
        before = hub_over(journal)
        session_id = await before.begin(["1.2"], "local")
        anna = await before.join(session_id, ANNA, "Anna")
        await before.send(session_id, anna, {"type": "layout/set", "layout": "1x2"}, 1)
        await heard(anna, "event")
        after = hub_over(journal)
        bert = await after.join(session_id, BERT, "Bert")
        room = (await heard(bert, "welcome"))["room"]
        assert room["layout"] == "1x2"
        assert not room["people"][ANNA]["here"]
        assert room["people"][BERT]["here"]

    live(scene)


def test_a_full_room_takes_nobody_else_but_whoever_is_in_it(journal: Journal) -> None:
    async def scene() -> None:
        hub = hub_over(journal, most_people=2)
        session_id = await hub.begin(["1.2"], "local")
        for participant_id in (ANNA, BERT, ANNA):
            await heard(await hub.join(session_id, participant_id, "Somebody"), "welcome")
        with pytest.raises(Conflict):
            await hub.join(session_id, "c" * 16, "Carl")

    live(scene)


def test_an_unknown_session_is_not_found(journal: Journal) -> None:
    async def scene() -> None:
        with pytest.raises(NotFound):
            await hub_over(journal).join("nothing", ANNA, "Anna")

    live(scene)


def test_a_reader_too_slow_is_cut_off_and_the_others_go_on(journal: Journal) -> None:
    async def scene() -> None:
        hub = hub_over(journal)
        session_id = await hub.begin(["1.2"], "local")
        anna = await hub.join(session_id, ANNA, "Anna")
        slow = await hub.join(session_id, BERT, "Bert")
        for number in range(40):
            await hub.send(session_id, anna, {"type": "layout/set", "layout": "1x2"}, number)
            await heard(anna, "event")
        assert slow.closed_because == (1013, "too slow to keep up")
        assert anna.closed_because is None

    live(scene)


def test_of_waiting_pointers_only_the_newest_is_sent() -> None:
    async def scene() -> None:
        seat = Seat(ANNA, 16)
        for x in range(1000):
            seat.show(told({"type": "pointer", "by": BERT, "point": [x, 0]}))
        seat.send(told({"type": "event", "seq": 1}))
        assert [(await heard(seat, kind)).get("point") for kind in ("event", "pointer")] == [None, [999, 0]]
        seat.close(1012, "the server is stopping")
        assert await seat.next() is None

    live(scene)


def test_a_person_with_two_seats_leaves_with_the_last_of_them(journal: Journal) -> None:
    async def scene() -> None:
        hub = hub_over(journal)
        session_id = await hub.begin(["1.2"], "local")
        bert = await hub.join(session_id, BERT, "Bert")
        old, new = await hub.join(session_id, ANNA, "Anna"), await hub.join(session_id, ANNA, "Anna")
        await heard(new, "welcome")
        for seat, still_here in ((old, True), (new, False)):
            await hub.leave(session_id, seat)
            await hub.resync(session_id, bert)
            assert (await heard(bert, "snapshot"))["room"]["people"][ANNA]["here"] is still_here

    live(scene)


def test_a_seat_that_never_came_to_be_takes_nobody_away(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        hub = hub_over(journal)
        session_id = await hub.begin(["1.2"], "local")
        anna = await hub.join(session_id, ANNA, "Anna")
        await heard(anna, "welcome")

        def full(*_args: object) -> None:
            raise ArchiveFull("full")

        with monkeypatch.context() as broken:
            broken.setattr(journal, "append", full)
            second = await hub.join(session_id, ANNA, "Anna")
            assert await second.next() is None
        await hub.leave(session_id, second)
        await hub.resync(session_id, anna)
        assert (await heard(anna, "snapshot"))["room"]["people"][ANNA]["here"]

    live(scene)
