"""Searching: what the caller may see of what matches."""

from typing import Any

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, scope
from server.catalogue import overview
from server.catalogue import search as catalogue_search
from server.catalogue.query import Found, Query
from server.database.sqlite import Database


class Search:
    """The search transaction of the Studies Service; `most_examined` bounds the rows that one search looks at."""

    def __init__(self, catalogue: Database, audit: Audit, most_examined: int) -> None:
        self._catalogue = catalogue
        self._audit = audit
        self._most_examined = most_examined

    def search(self, caller: Caller, query: Query, root: str) -> Found:
        """The matches among the studies of the caller's organisations; `root` is the DICOMweb root for URLs."""
        organisations = tuple(scope(caller, Action.SEARCH))
        found = catalogue_search.search(self._catalogue, query, organisations, root, self._most_examined)
        self._note(caller, query, matches=len(found.matches))
        return found

    def count(self, caller: Caller, query: Query) -> int | None:
        """How many studies the search would find; None when only a look at each could say."""
        number = overview.count(self._catalogue, query, scope(caller, Action.SEARCH))
        self._note(caller, query, counted=number)
        return number

    def institutions(self, caller: Caller) -> list[str]:
        """Where the studies that the caller may see were made."""
        return overview.institutions(self._catalogue, scope(caller, Action.SEARCH))

    def _note(self, caller: Caller, query: Query, **outcome: Any) -> None:
        self._audit.record(
            caller,
            Action.SEARCH,
            [query.study_uid] if query.study_uid else [],
            "success",
            level=query.level.name.lower(),
            keys={key.name: key.text for key in query.keys},
            **outcome,
        )
