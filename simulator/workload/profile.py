"""A device's profile, from TOML: what it makes, and how long it takes over it."""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PACKAGED = Path(__file__).parent / "profiles"


@dataclass(frozen=True)
class SeriesTimes:
    """Seconds of one series: until its scan has ended, and then from one image to the next."""

    scan: float
    an_image: float


@dataclass(frozen=True)
class ExamTimes:
    """Seconds of one exam: the patient is brought in, each series is taken, the patient leaves."""

    before: float
    series: tuple[SeriesTimes, ...]
    after: float


@dataclass(frozen=True)
class Profile:
    """How a kind of device works; the ranges are of minutes that one patient occupies it."""

    modality: str
    occupied_minutes: tuple[float, float]
    share_before_first_series: float
    images_a_second: float

    def times(self, sizes: Sequence[int], chance: random.Random) -> ExamTimes:
        """How long an exam with series of these sizes takes; its parts add up to the time it occupies the device.

        When the images alone take longer than that, the device is occupied for longer.
        """
        occupied = chance.uniform(*self.occupied_minutes) * 60
        before = occupied * self.share_before_first_series
        after = occupied * 0.15
        an_image = 1 / self.images_a_second
        left = max(0.0, occupied - before - after - sum(sizes) * an_image)
        weights = [chance.uniform(0.6, 1.4) for _ in sizes]
        scans = [left * weight / sum(weights) for weight in weights]
        return ExamTimes(before, tuple(SeriesTimes(scan, an_image) for scan in scans), after)


def names() -> list[str]:
    """The profiles that come with the simulator."""
    return sorted(path.stem for path in _PACKAGED.glob("*.toml"))


def load(name_or_path: str) -> Profile:
    """Return a profile by its name, or from a TOML file. Raises ValueError naming what is wrong, and OSError."""
    is_name = name_or_path in names()
    path = _PACKAGED / f"{name_or_path}.toml" if is_name else Path(name_or_path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error
    except FileNotFoundError as error:
        raise ValueError(f"{path} is neither a file nor one of {', '.join(names())}.") from error
    return _profile(table, path)


def _profile(table: dict[str, object], path: Path) -> Profile:
    wanted = set(Profile.__dataclass_fields__)
    if wrong := sorted(wanted ^ set(table)):
        raise ValueError(f"{path}: {wrong[0]!r} is {'missing' if wrong[0] in wanted else 'unknown'}.")
    minutes = table["occupied_minutes"]
    if not isinstance(minutes, list) or len(minutes) != 2 or not 0 < minutes[0] <= minutes[1]:
        raise ValueError(f"{path}: occupied_minutes is two numbers such as [10, 15].")
    share, rate = table["share_before_first_series"], table["images_a_second"]
    if not isinstance(share, int | float) or not 0 <= share <= 0.8:
        raise ValueError(f"{path}: share_before_first_series is a number from 0 to 0.8.")
    if not isinstance(rate, int | float) or rate <= 0:
        raise ValueError(f"{path}: images_a_second is a number above 0.")
    return Profile(str(table["modality"]), (float(minutes[0]), float(minutes[1])), float(share), float(rate))
