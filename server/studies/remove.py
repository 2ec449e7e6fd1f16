"""Deleting: out of sight at once, recoverable for a set time, and only then gone from the disk."""

import sqlite3
import time
from collections.abc import Sequence

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, require_removal, scope
from server.archive.store import Archive
from server.catalogue import search as catalogue_search
from server.catalogue import withdrawals
from server.catalogue.ledger import Ledger
from server.catalogue.withdrawals import Withdrawal
from server.database.sqlite import Database
from server.dicom.resources import InstanceRef, ResourceRef
from server.errors import NotAllowed, NotFound
from server.studies.replica import Replica

_DAY_MS = 86_400_000


class Remove:
    """Deleting studies, series and instances, putting them back, and letting go of them for good."""

    def __init__(
        self,
        archive: Archive,
        catalogue: Database,
        audit: Audit,
        ledger: Ledger,
        keep_days: int,
        replica: Replica | None = None,
    ) -> None:
        self._archive = archive
        self._catalogue = catalogue
        self._audit = audit
        self._ledger = ledger
        self._replica = replica
        self._keep_ms = keep_days * _DAY_MS

    def delete(self, caller: Caller, ref: ResourceRef) -> Withdrawal:
        """Takes a resource out of every answer; `NotFound` when there is none, `NotAllowed` without the right."""
        organisation = catalogue_search.organisation_of(self._catalogue, ref.study_uid)
        try:
            require_removal(caller, Action.DELETE, organisation)
        except NotAllowed:
            self._audit.record(caller, Action.DELETE, [ref.study_uid], "refused", resource=ref.path)
            raise
        withdrawal = withdrawals.withdraw(self._catalogue, ref, caller.person_id)
        if withdrawal is None:
            raise NotFound("This archive holds no such series or instance.")
        self._audit.record(
            caller,
            Action.DELETE,
            [ref.study_uid],
            "success",
            together=self._note,
            deletion=withdrawal.number,
            resource=ref.path,
            instances=withdrawal.instances,
        )
        return withdrawal

    def deletions(self, caller: Caller) -> list[Withdrawal]:
        """What the caller could restore, the newest first."""
        return withdrawals.withdrawals(self._catalogue, scope(caller, Action.RESTORE))

    def restore(self, caller: Caller, number: int) -> Sequence[InstanceRef]:
        """Puts a deletion back; answers the instances that are here again; `NotFound` when there is none."""
        if number not in {deletion.number for deletion in self.deletions(caller)}:
            raise NotFound("There is no such deletion to restore.", deletion=number)
        restored = withdrawals.restore(self._catalogue, number)
        study_uids = [ref.study_uid for ref in restored]
        self._audit.record(
            caller,
            Action.RESTORE,
            study_uids,
            "success",
            together=self._note,
            deletion=number,
            instances=len(restored),
        )
        return restored

    def recoverable_until(self, withdrawal: Withdrawal) -> int:
        """When a deletion may be let go of for good, in ms since 1970."""
        return withdrawal.at + self._keep_ms

    def purge(self, now_ms: int | None = None) -> int:
        """Takes away the files of deletions that are older than is kept; answers how many files."""
        now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
        with self._archive.removing() as alone:
            if not alone:
                return 0  # busy storing; the next time will do
            digests = withdrawals.purge(self._catalogue, now - self._keep_ms)
            for digest in digests:
                self._archive.forget(digest)
            gone = [digest for digest in digests if self._replica is None or self._replica.forget(digest)]
        self._ledger.purged(now - self._keep_ms)
        withdrawals.purged(self._catalogue, gone)  # the others wait until the replica is back
        return len(digests)

    def _note(self, records: sqlite3.Connection) -> None:
        self._ledger.note(records, self._catalogue)
