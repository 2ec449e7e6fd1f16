"""What is asked of both servers: pictures of slices and films, new and repeated, and what is aimed at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.cases import Case
from bench.checks import Check, jpeg_of
from bench.pictures.subjects import Subjects
from bench.requests import JPEG, Request


@dataclass(frozen=True)
class Aimed:
    """A case, and how many times our CPU the peer's should be; 0 where nothing is aimed at."""

    case: Case
    aim: float = 0


def cases(subjects: Subjects) -> Iterator[Aimed]:
    """Every case that both servers can answer."""
    whole, boxed, small = jpeg_of(512, 512), jpeg_of(512, 512, within=True), jpeg_of(128, 128, within=True)
    slices, films = subjects.slices, subjects.films

    def ct(number: int, center: str, of: int | None = None) -> str:
        return f"{_one(slices[:of], number)}/frames/1/rendered?window={center},400,linear"

    def cr(number: int, center: str, of: int | None = None) -> str:
        return f"{_one(films[:of], number)}/rendered?viewport=512,512&window={center},2600,linear"

    def thumbnail(number: int) -> str:
        return f"{_one(slices[:100], number).partition('/instances')[0]}/thumbnail?viewport=128,128"

    yield _aimed("CT 512², never asked for before", lambda n: ct(n, f"40.{n:06d}"), whole, 4)
    yield _aimed("CT 512², another window of 100 slices", lambda n: ct(n, f"50.{n:06d}", 100), whole, 4)
    yield _aimed("CT 512², repeated", lambda n: ct(n, "40", 10), whole, 30)
    yield _aimed("CR 3000 × 2500 into 512, never asked for before", lambda n: cr(n, f"2000.{n:06d}"), boxed, 8)
    yield _aimed("CR 3000 × 2500 into 512, another window of 2 films", lambda n: cr(n, f"2100.{n:06d}", 2), boxed, 8)
    yield _aimed("CR 3000 × 2500 into 512, repeated", lambda n: cr(n, "2000", 2), boxed, 30)
    yield _aimed("CT into 128 × 128, repeated", lambda n: f"{_one(slices[:20], n)}/rendered?viewport=128,128", small)
    yield _aimed("CR into 128 × 128, repeated", lambda n: f"{_one(films[:5], n)}/rendered?viewport=128,128", small)
    yield _aimed("thumbnail of a series", thumbnail, small)


def _aimed(name: str, path: Callable[[int], str], check: Check, aim: float = 0) -> Aimed:
    return Aimed(Case(name, lambda number: Request(path(number), JPEG), check), aim)


def _one(paths: Sequence[str], number: int) -> str:
    return paths[number % len(paths)]
