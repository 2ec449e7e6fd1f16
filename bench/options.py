"""How long and how much to measure, from the command line."""

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulator.iods.exam import Scale

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "performance.md"


@dataclass(frozen=True)
class Options:
    """What one run of the bench does; `out` None prints only, and `only` takes cases with that in their names alone."""

    seconds: float
    repetitions: int
    slices: int
    plain_film: Scale
    patients: int
    listed_studies: int
    many_studies: int
    many_connections: int
    visits: int
    wheel_steps: int
    followed_steps: int
    with_peer: bool
    only: str
    out: Path | None
    taken: str


def read_options(arguments: list[str] | None = None) -> Options:
    """The options as given."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Lightbox, and a peer beside it.")
    parser.add_argument("--seconds", type=_seconds, help="how long each of a case's runs lasts (1)")
    parser.add_argument("--quick", action="store_true", help="only see whether everything works; writes no page")
    parser.add_argument("--no-peer", action="store_true", help="measure Lightbox alone")
    parser.add_argument("--only", default="", help="cases with this in their names alone (store:); writes no page")
    parser.add_argument("--out", type=Path, help="the page to write (docs/reference/performance.md)")
    parser.add_argument("--date", default=date.today().isoformat(), help="the date on the page (today)")  # noqa: DTZ011
    given = parser.parse_args(arguments)
    quick = given.quick
    return Options(
        seconds=given.seconds or (0.2 if quick else 1),
        repetitions=1 if quick else 3,
        slices=12 if quick else 100,
        plain_film="small" if quick else "full",
        patients=4 if quick else 40,
        listed_studies=8 if quick else 200,
        many_studies=20 if quick else 10_000,
        many_connections=32,
        visits=1 if quick else 5,
        wheel_steps=4 if quick else 40,
        followed_steps=4 if quick else 30,
        with_peer=not given.no_peer,
        only=given.only,
        out=None if given.only else given.out or (None if quick else PAGE),
        taken=given.date,
    )


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.05 <= seconds <= 60:
        raise argparse.ArgumentTypeError("must lie between 0.05 and 60")
    return seconds
