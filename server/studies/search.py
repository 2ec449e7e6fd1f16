"""Searching: what the caller may see of what matches."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.access.audit import Act, Audit
from server.access.people import Caller
from server.access.policy import Action, scope
from server.catalogue import overview
from server.catalogue import search as catalogue_search
from server.catalogue.query import Found, Query
from server.database.sqlite import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """A search and who asks; `root` is the DICOMweb root for URLs."""

    caller: Caller
    query: Query
    root: str


class Search:
    """The search transaction of the Studies Service; `most_examined` bounds the rows that one search looks at."""

    def __init__(self, catalogue: Database, audit: Audit, most_examined: int) -> None:
        self._catalogue = catalogue
        self._audit = audit
        self._most_examined = most_examined

    def search(self, caller: Caller, query: Query, root: str) -> Found:
        """The matches among the studies of the caller's organisations; `root` is the DICOMweb root for URLs."""
        [result] = self.search_together([Asked(caller, query, root)])
        if isinstance(result, Exception):
            raise result
        return result

    def search_together(self, searches: Sequence[Asked]) -> list[Found | Exception]:
        """Answers several searches, whose audit records wait for the disk together.

        For each its matches, or what `search` would have raised.
        """
        results = [self._find(asked) for asked in searches]
        acts = []
        for asked, found in zip(searches, results, strict=True):
            if isinstance(found, Exception):
                continue
            if study_uid := asked.query.looks_at:
                self._audit.look(asked.caller, Action.SEARCH, study_uid)
            else:
                acts.append(_act(asked.caller, asked.query, matches=len(found.matches)))
        if acts:
            self._audit.record_all(acts)
        return results

    def scope(self, caller: Caller) -> tuple[str, ...]:
        """The organisations whose studies the caller's searches find."""
        return tuple(scope(caller, Action.SEARCH))

    def is_looking(self, caller: Caller, study_uid: str) -> bool:
        """Whether the caller searches in this study, and this look at it is in the audit already."""
        return self._audit.is_looking(caller, Action.SEARCH, study_uid)

    def count(self, caller: Caller, query: Query) -> int | None:
        """How many studies the search would find; None when only a look at each could say."""
        number = overview.count(self._catalogue, query, scope(caller, Action.SEARCH))
        self._audit.record_all([_act(caller, query, counted=number)])
        return number

    def institutions(self, caller: Caller) -> list[str]:
        """Where the studies that the caller may see were made."""
        return overview.institutions(self._catalogue, scope(caller, Action.SEARCH))

    def _find(self, asked: Asked) -> Found | Exception:
        mine = self.scope(asked.caller)
        try:
            return catalogue_search.search(self._catalogue, asked.query, mine, asked.root, self._most_examined)
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            return error


def _act(caller: Caller, query: Query, **outcome: object) -> Act:
    keys = {key.name: key.text for key in query.keys}
    facts = {"level": query.level.name.lower(), "keys": keys, **outcome}
    return Act(caller, Action.SEARCH, [query.study_uid] if query.study_uid else [], "success", facts)
