"""Following: what changed among the studies that the caller may see, from where it left off."""

from dataclasses import dataclass

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, scope
from server.catalogue import changes
from server.catalogue.changes import Change
from server.database.sqlite import Database
from server.errors import Conflict


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes in their order; `last` is the number to go on from, and `more` whether there are more already."""

    changes: list[Change]
    last: int
    more: bool


class Follow:
    """The change feed of the Studies Service."""

    def __init__(self, catalogue: Database, audit: Audit) -> None:
        self._catalogue = catalogue
        self._audit = audit

    def since(self, caller: Caller, number: int, limit: int) -> Changes:
        """What changed after `number`, `limit` changes at most; `Conflict` when there never was such a number."""
        self._audit.look(caller, Action.FOLLOW)
        newest = changes.latest(self._catalogue)  # read first, so that nothing after it can be passed over
        if number > newest:
            raise Conflict(
                "There is no such change: the feed has begun anew. Read it from 0, and search for what you missed.",
                since=number,
                newest=newest,
            )
        found = changes.since(self._catalogue, number, scope(caller, Action.FOLLOW), limit + 1)
        more = len(found) > limit
        last = found[limit - 1].number if more else max([number, *(change.number for change in found), newest])
        return Changes(found[:limit], last, more)

    def latest(self) -> int:
        """The number of the newest change, whoever may see it."""
        return changes.latest(self._catalogue)
