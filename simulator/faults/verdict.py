"""What an archive can do with a faulty request, what it should do, and whether the two agree."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulator.faults.bench import Bench


class Verdict(StrEnum):
    """What became of it. The last five are never wanted."""

    STORED = "stored"
    STORED_ONCE = "stored once"
    FIRST_KEPT = "first kept"
    REFUSED = "refused"
    REJECTED = "rejected"
    CLOSED = "connection closed"
    LOST = "lost: told stored, not given back"
    CHANGED = "changed: other bytes given back"
    KEPT_ANYWAY = "kept although refused"
    NEIGHBOUR_HURT = "a good instance beside it was not stored"
    BROKEN = "broken: a server error, or no answer in time"


MEANINGS = {
    Verdict.STORED: "every instance is acknowledged and given back byte for byte; what cannot be drawn breaks nothing",
    Verdict.STORED_ONCE: "every sender is told that it is stored; one copy is there, byte for byte",
    Verdict.FIRST_KEPT: "exactly one version is stored and stays; whoever sent another is told",
    Verdict.REFUSED: "the answer names the instance or counts it, with a Failure Reason; nothing of it is there",
    Verdict.REJECTED: "the whole request is answered with 4xx; nothing of it is there",
    Verdict.CLOSED: "no success is told before the connection ends; nothing of it is there",
}


@dataclass(frozen=True)
class Wanted:
    """One verdict that is right; with Failure Reasons or statuses, only with one of those."""

    verdict: Verdict
    codes: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not self.codes:
            return str(self.verdict)
        return f"{self.verdict} {'/'.join(_code(self.verdict, code) for code in self.codes)}"


@dataclass(frozen=True)
class Got:
    """What an archive did, with the Failure Reason or status it gave, and a word about it."""

    verdict: Verdict
    code: int = 0
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.verdict} {_code(self.verdict, self.code)}" if self.code else str(self.verdict)


@dataclass(frozen=True)
class Fault:
    """A fault by name: what goes wrong, what an archive should do and why, and how it is done.

    Several verdicts are wanted where the standard leaves the choice, or other archives choose otherwise with reason.
    """

    name: str
    group: str
    what: str
    why: str
    wanted: tuple[Wanted, ...]
    run: Callable[[Bench], Got]

    def agrees(self, got: Got) -> bool:
        """Whether this is one of the verdicts wanted."""
        return any(got.verdict is one.verdict and (not one.codes or got.code in one.codes) for one in self.wanted)


def _code(verdict: Verdict, code: int) -> str:
    """Failure Reasons as DICOM writes them, statuses as HTTP does."""
    return f"{code:04X}" if verdict in {Verdict.REFUSED, Verdict.FIRST_KEPT} else str(code)


STORED = Wanted(Verdict.STORED)
STORED_ONCE = Wanted(Verdict.STORED_ONCE)
FIRST_KEPT = Wanted(Verdict.FIRST_KEPT)
CLOSED = Wanted(Verdict.CLOSED)


def refused(*reasons: int) -> Wanted:
    """Refused, with one of these Failure Reasons; without any, with whatever reason."""
    return Wanted(Verdict.REFUSED, reasons)


def rejected(*statuses: int) -> Wanted:
    """Rejected, with one of these statuses; without any, with whatever 4xx."""
    return Wanted(Verdict.REJECTED, statuses)
