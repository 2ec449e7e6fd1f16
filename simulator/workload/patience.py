"""How often a modality tries again, and how long it waits in between."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_ASKED_FOR = 3600.0
"""An archive that asks for more than an hour is asked again after an hour."""


@dataclass(frozen=True)
class Patience:
    """Exponential back-off with jitter, so that devices which failed together do not come back together.

    `pause` waits a number of seconds; tests pass one that does not.
    """

    attempts: int = 6
    first_pause: float = 0.5
    longest_pause: float = 30.0
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - spreads load, no secret
    pause: Callable[[float], object] = time.sleep

    def rest(self, attempt: int, asked_for: float = 0.0) -> None:
        """Wait after attempt number `attempt` (from 0); never less than the archive asked for."""
        self.pause(self.seconds(attempt, asked_for))

    def seconds(self, attempt: int, asked_for: float = 0.0) -> float:
        """Between half and all of the back-off, or what the archive asked for when that is longer."""
        ceiling = min(self.first_pause * 2.0 ** min(attempt, 30), self.longest_pause)
        own = ceiling * (0.5 + 0.5 * self.chance.random())
        return max(own, min(asked_for, LONGEST_ASKED_FOR))


def retry_after(value: str, now: datetime | None = None) -> float:
    """Return the seconds that a Retry-After header asks for (RFC 9110 10.2.3): a number or a date; 0 for neither."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
