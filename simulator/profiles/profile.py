"""Profiles: sets of studies to make, each a TOML file of this folder or of the user's own."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from simulator.codecs import SYNTAXES
from simulator.iods.exam import Scale
from simulator.iods.index import DOCUMENTS
from simulator.studies import EXPLICIT, TODAY, Study, catalogue, make_study

_HERE = Path(__file__).parent
_KEYS = {"name", "scale", "slices", "documents", "copies", "bodies", "syntaxes"}
_MOST_COPIES, _MOST_SLICES = 100_000, 2000


@dataclass(frozen=True)
class Entry:
    """One line of a profile: a study of the catalogue, how it is made, and how often."""

    name: str
    scale: Scale = "full"
    slices: int = 0
    documents: tuple[str, ...] = ()
    copies: int = 1
    bodies: int = 0
    syntaxes: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Profile:
    """What a profile says."""

    title: str
    entries: tuple[Entry, ...]

    def studies(self, seed: int, today: date = TODAY, *, has_barcode: bool = False) -> Iterator[Study]:
        """Yield the studies, none of them painted yet; the first copy is the study that has no copies."""
        for entry in self.entries:
            for copy in range(entry.copies):
                yield make_study(
                    entry.name,
                    seed,
                    scale=entry.scale,
                    slices=entry.slices,
                    today=today,
                    syntaxes=entry.syntaxes or EXPLICIT,
                    documents=entry.documents,
                    has_barcode=has_barcode,
                    copy=copy,
                    bodies=entry.bodies,
                )


def titles() -> dict[str, str]:
    """Return the profiles that come with the simulator, by name, and what each is."""
    return {path.stem: _read(path).title for path in sorted(_HERE.glob("*.toml"))}


def read(name: str) -> Profile:
    """Return a profile by its name or by the path of its file.

    Raises ValueError, naming the file and the key, for anything that a profile cannot say, and OSError.
    """
    known = _HERE / f"{name}.toml"
    path = known if known.is_file() and "/" not in name else Path(name)
    if not path.is_file():
        raise ValueError(f"{name!r} is neither a profile ({', '.join(titles())}) nor a file.")
    return _read(path)


def _read(path: Path) -> Profile:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is no TOML: {error}") from error
    listed = content.get("study")
    if set(content) - {"title", "study"} or not isinstance(content.get("title"), str) or not isinstance(listed, list):
        raise ValueError(f"{path.name}: a profile has a title and [[study]] entries, nothing else.")
    return Profile(content["title"], tuple(_entry(path, one) for one in listed))


def _entry(path: Path, one: Any) -> Entry:
    def need(holds: bool, complaint: str) -> None:
        if not holds:
            raise ValueError(f"{path.name}: {complaint}")

    need(isinstance(one, dict), "each [[study]] is a table")
    unknown = sorted(set(one) - _KEYS)
    need(not unknown, f"unknown key {', '.join(unknown)}; a study has {', '.join(sorted(_KEYS))}")
    name, scale = one.get("name"), one.get("scale", "full")
    need(name in catalogue(), f"there is no study {name!r}")
    need(scale in ("small", "full"), f"scale {scale!r} is neither small nor full")
    numbers = {}
    for key, least, most in (("slices", 0, _MOST_SLICES), ("copies", 1, _MOST_COPIES), ("bodies", 0, 100)):
        numbers[key] = one.get(key, least)
        right = isinstance(numbers[key], int) and not isinstance(numbers[key], bool)
        need(right and least <= numbers[key] <= most, f"{key} is a whole number from {least} to {most}")
    documents = one.get("documents", [])
    need(isinstance(documents, list) and set(documents) <= set(DOCUMENTS), f"documents are of {', '.join(DOCUMENTS)}")
    syntaxes = one.get("syntaxes")
    need(syntaxes is None or _is_mix(syntaxes), f"syntaxes weigh names of {', '.join(SYNTAXES)}")
    return Entry(str(name), cast("Scale", scale), documents=tuple(documents), syntaxes=syntaxes, **numbers)


def _is_mix(value: Any) -> bool:
    is_table = isinstance(value, dict) and bool(value) and set(value) <= set(SYNTAXES)
    return is_table and all(isinstance(weight, int | float) and weight > 0 for weight in value.values())
