"""`python -m bench.session`: one session of 2, 8, 32 and 100 real WebSocket clients that also fetch every picture.

The leader turns pages and points at 30 Hz; each participant hears the event and asks for the picture, the newest first,
as a browser does. Both ends of every measured time are read from one clock, this process's.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson

from bench.far_away import far_away
from bench.machine import described
from bench.participants import Figures, Image, Participant, share
from e2e.running import RunningServer, send

HERTZ = 30
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "performance-sessions.md"
_IDLE_IN_A_ROOM = 50
_HEAD = (
    "| people | round trip ms | join p95 | event p50/p95/p99 | pointer p50/p95 | picture p50/p95 | skipped "
    "| drawn per picture | MiB | server CPU | all of it |"
)

_OPENING = """\
# Performance of sessions

Written by `python -m bench.session` on {today}; do not edit it by hand. The clients and the server share the
machine:
"""
_EXPLAINED = """
A leader turns a chest CT's pages and points, both {hertz} times a second, for {seconds} s. Everybody is a real
WebSocket client that asks for every picture it hears of, the newest first; what came too late to be asked for is
counted as skipped. Times in ms, from the leader's sending; the event's include its way to the disk. *Drawn per
picture* is how often the server drew for each different picture that was fetched. *All of it* is server and clients
together; one core is 100 %.
"""


async def _meet(server: RunningServer, images: Sequence[Image], people: int, seconds: float, far: float) -> Figures:
    figures = Figures()
    session_id = await _begun(server, images[0]["study_uid"])
    async with AsyncExitStack() as ending:
        port = await ending.enter_async_context(far_away(server.port, far)) if far else server.port
        everybody = [Participant(port, session_id, number, figures) for number in range(people)]
        for one in everybody:
            await one.join(ending)
        tasks = [asyncio.create_task(work) for one in everybody for work in (one.listen(), one.look())]
        start = time.perf_counter()
        for step in range(int(seconds * HERTZ)):
            await asyncio.sleep(max(0, start + step / HERTZ - time.perf_counter()))
            await everybody[0].turn_to(images[step % len(images)], step)
        await asyncio.sleep(1.5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return figures


async def _sit(server: RunningServer, study_uid: str, people: int) -> float:
    """Resident kB of the server for each of many participants who do nothing."""
    assert server.process is not None
    rooms = [await _begun(server, study_uid) for _ in range(-(-people // _IDLE_IN_A_ROOM))]
    before = _resident_kb(server.process.pid)
    async with AsyncExitStack() as ending:

        async def fill(session_id: str, numbers: Sequence[int]) -> None:
            for number in numbers:
                await Participant(server.port, session_id, number, Figures()).join(ending)

        await asyncio.gather(*(fill(room, range(people)[at :: len(rooms)]) for at, room in enumerate(rooms)))
        seated = httpx.get(f"{server.address}/api/figures").json()["people_seated"]
        if seated != people:
            raise RuntimeError(f"{seated} of {people} came in")
        return (_resident_kb(server.process.pid) - before) / people


async def _begun(server: RunningServer, study_uid: str) -> str:
    async with httpx.AsyncClient() as http:
        began = await http.post(
            f"{server.address}/api/sessions", content=orjson.dumps({"StudyInstanceUIDs": [study_uid]})
        )
    return str(began.json()["session_id"])


def _images(server: RunningServer) -> list[Image]:
    found = httpx.get(f"{server.dicomweb}/instances", params={"Modality": "CT", "limit": 200}).json()
    study, series = (found[0][tag]["Value"][0] for tag in ("0020000D", "0020000E"))
    return [
        {"study_uid": study, "series_uid": series, "instance_uid": one["00080018"]["Value"][0], "frame_number": 1}
        for one in found
        if one["0020000E"]["Value"][0] == series
    ]


def _resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def _row(server: RunningServer, images: Sequence[Image], people: int, seconds: float, far: float) -> str:
    assert server.process is not None
    drawn = httpx.get(f"{server.address}/api/figures").json()["pictures_drawn"]
    cpu, own, began = server.cpu_seconds(), time.process_time(), time.perf_counter()
    figures = asyncio.run(_meet(server, images, people, seconds, far))
    took = time.perf_counter() - began
    cpu, own = server.cpu_seconds() - cpu, time.process_time() - own
    drawn = httpx.get(f"{server.address}/api/figures").json()["pictures_drawn"] - drawn
    cells = [
        f"{people}",
        f"{far:g}",
        share(figures.joined, 95),
        "/".join(share(figures.events, part) for part in (50, 95, 99)),
        "/".join(share(figures.pointers, part) for part in (50, 95)),
        "/".join(share(figures.pictures, part) for part in (50, 95)),
        f"{figures.skipped} of {figures.skipped + len(figures.pictures)}",
        f"{drawn / len(figures.distinct):.2f} ({drawn} of {len(figures.distinct)})" if figures.distinct else "-",
        f"{figures.received / 2**20:.1f}",
        f"{cpu / took:.0%}",
        f"{(cpu + own) / took:.0%}",
    ]
    return f"| {' | '.join(cells)} |"


def _page(
    folder: Path, rows: Sequence[str], idle: tuple[int, float] | None, seconds: float, load: float
) -> Iterator[str]:
    yield _OPENING.format(today=f"{datetime.now(UTC):%Y-%m-%d}")
    yield from (f"- {name}: {text}" for name, text in described(folder).items())
    yield f"- load average when it began: {load:.1f}"
    yield _EXPLAINED.format(hertz=HERTZ, seconds=f"{seconds:g}")
    yield _HEAD
    yield "|" + "---|" * (_HEAD.count("|") - 1)
    yield from rows
    if idle:
        kept = f"{idle[1]:.1f} kB of the server's memory each"
        yield f"\n{idle[0]} participants who do nothing, {_IDLE_IN_A_ROOM} in a session: {kept}."


def main() -> None:
    """Measures, prints, and writes the page when it is asked to."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, nargs="*", default=[2, 8, 32, 100])
    options.add_argument("--far", type=float, nargs="*", default=[40, 100], help="round trips in ms, for 32 people")
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--idle", type=int, default=1000)
    options.add_argument("--out", type=Path, nargs="?", const=PAGE, help=f"the page to write ({PAGE.name})")
    asked = options.parse_args()
    load = os.getloadavg()[0]
    runs = [(people, 0.0) for people in asked.people] + [(32, far) for far in asked.far]
    with tempfile.TemporaryDirectory(prefix="lightbox-bench-") as folder:
        rows: list[str] = []
        idle = None
        print(_HEAD)
        for number, (people, far) in enumerate(runs):
            server = RunningServer(Path(folder) / f"root-{number}").start()  # fresh: nothing has been drawn yet
            send(server, "chest-ct")
            images = _images(server)
            rows.append(_row(server, images, people, asked.seconds, far))
            print(rows[-1], flush=True)
            if number == len(runs) - 1 and asked.idle:
                idle = (asked.idle, asyncio.run(_sit(server, images[0]["study_uid"], asked.idle)))
                print(f"{idle[0]} idle participants: {idle[1]:.1f} kB each")
            server.stop()
        text = "\n".join(_page(Path(folder), rows, idle, asked.seconds, load)) + "\n"
    if asked.out:
        asked.out.write_text(text)


if __name__ == "__main__":
    main()
