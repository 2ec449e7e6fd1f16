"""Searching: what the caller may see of what matches."""

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, scope
from server.catalogue import search as catalogue_search
from server.catalogue.matching import Query
from server.catalogue.search import Found
from server.database.sqlite import Database


class Search:
    """The search transaction of the Studies Service."""

    def __init__(self, catalogue: Database, audit: Audit) -> None:
        self._catalogue = catalogue
        self._audit = audit

    def search(self, caller: Caller, query: Query, root: str) -> Found:
        """The matches among the studies of the caller's organisations; `root` is the DICOMweb root for URLs."""
        found = catalogue_search.search(self._catalogue, query, scope(caller, Action.SEARCH), root)
        self._audit.record(
            caller,
            Action.SEARCH,
            [query.study_uid] if query.study_uid else [],
            "success",
            level=query.level.name.lower(),
            keys={key.keyword: text for key, text in query.keys},
            matches=len(found.matches),
        )
        return found
