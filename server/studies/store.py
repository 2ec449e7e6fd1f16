"""Storing: from files that arrived to instances that are acknowledged, or the reason why not."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from server.access.audit import Act, Audit
from server.access.people import Caller
from server.access.policy import Action, require_store
from server.archive.quarantine import Quarantine
from server.archive.store import Archive, Incoming, refusal
from server.catalogue import damage, entries
from server.catalogue.entries import Entry
from server.catalogue.ledger import Ledger
from server.database.sqlite import Database
from server.dicom.resources import InstanceRef
from server.errors import ArchiveFull, ServerError
from server.studies.arrival import Identity, identify, read

# Failure Reasons (0008,1197): PS3.4 table B.2-1, and PS3.7 annex C for the duplicate
CANNOT_UNDERSTAND = 0xC000
DOES_NOT_MATCH = 0xA900
OUT_OF_RESOURCES = 0xA700
DUPLICATE_INSTANCE = 0x0111

_PATIENCE_SECONDS = 5
_UNRECORDED = (
    "The audit record could not be written, so this is not acknowledged. Free space or mend the disk, and repeat it: "
    "what was kept all the same is answered 200 then."
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An instance that is safe on disk and in the catalogue; `again` when these very bytes were there before.

    `warning_reason` is 0, or the Warning Reason (0008,1196) of what was changed before it was kept.
    """

    ref: InstanceRef
    sop_class_uid: str
    again: bool
    warning_reason: int = 0
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not kept: the Failure Reason for machines, one for people, and what the file says it is."""

    failure_reason: int
    message: str
    identity: Identity | None


Outcome = Stored | Refused


@dataclass(frozen=True, slots=True)
class Sending:
    """What somebody has sent, as `Store.store` takes it."""

    caller: Caller
    arrived: Sequence[Incoming]
    study_uid: str | None = None
    partly: bool = False


class Store:
    """The store transaction of the Studies Service."""

    def __init__(
        self,
        archive: Archive,
        catalogue: Database,
        audit: Audit,
        organisation: str,
        ledger: Ledger,
        quarantine: Quarantine | None = None,
    ) -> None:
        self._archive = archive
        self._quarantine = quarantine
        self._catalogue = catalogue
        self._audit = audit
        self._ledger = ledger
        self._organisation = organisation

    def receive(self) -> Incoming:
        """A new file to be filled and handed to `store`."""
        return self._archive.receive()

    def settle(self, arrived: Sequence[Incoming]) -> None:
        """Puts complete files to wait in the inbox, safe on disk; `ArchiveFull` when it takes no more."""
        self._archive.settle(arrived)

    def store(
        self, caller: Caller, arrived: Sequence[Incoming], study_uid: str | None = None, *, partly: bool = False
    ) -> list[Outcome]:
        """Keeps every file that can be kept, in the order given; the files are gone from the inbox afterwards.

        With `study_uid`, instances of any other study are refused. Raises `NotAllowed`, and `ArchiveFull` when
        the disk takes no more: then nothing of this call counts as kept. Where others of the same request are kept
        already (`partly`), that is told of each instance instead.
        """
        [result] = self.store_together([Sending(caller, arrived, study_uid, partly)])
        if isinstance(result, Exception):
            raise result
        return result

    def store_together(self, sendings: Sequence[Sending]) -> list[list[Outcome] | Exception]:
        """Stores what several have sent, who share every wait for the disk and what goes wrong with it.

        Answers for each what became of its files, or what `store` would have raised.
        """
        try:
            read_files = [self._read_all(one) for one in sendings]
            results = self._keep_all(sendings, read_files)
            if self._quarantine is not None:
                for one, result in zip(sendings, results, strict=True):
                    if isinstance(result, list):
                        self._set_aside(one.caller, self._quarantine, one.arrived, result)
        finally:
            for one in sendings:
                for incoming in one.arrived:
                    incoming.discard()
        return self._record(sendings, results)

    def _record(
        self, sendings: Sequence[Sending], results: list[list[Outcome] | Exception]
    ) -> list[list[Outcome] | Exception]:
        """Leaves an audit record of each; when they cannot be written, nothing is acknowledged, and what is kept stays.

        Answers what is to be told of each then.
        """
        acts = [
            _act(one.caller, result) for one, result in zip(sendings, results, strict=True) if isinstance(result, list)
        ]
        if not acts:
            return results
        try:
            self._audit.record_all(acts, lambda records: self._ledger.note(records, self._catalogue))
        except ArchiveFull as error:
            unrecorded = ArchiveFull(_UNRECORDED, **error.facts)
            return [unrecorded if isinstance(result, list) else result for result in results]
        return results

    def _read_all(self, sending: Sending) -> list[Entry | Refused] | Exception:
        try:
            require_store(sending.caller, self._organisation)
            return [self._read(incoming, sending.study_uid) for incoming in sending.arrived]
        except Exception as error:  # noqa: BLE001 - handed to whoever sent it
            return error

    def _read(self, incoming: Incoming, study_uid: str | None) -> Entry | Refused:
        try:
            try:
                entry = read(incoming, self._organisation)
            except ServerError as error:
                return Refused(CANNOT_UNDERSTAND, error.message, identify(incoming))
        except OSError as error:  # it cannot be read now, which says nothing about it
            raise refusal(error) from error
        if study_uid not in {None, entry.ref.study_uid}:
            message = "The instance belongs to another study than the one in the URL."
            return Refused(DOES_NOT_MATCH, message, _identity(entry))
        return entry

    def _keep_all(
        self, sendings: Sequence[Sending], read_files: Sequence[list[Entry | Refused] | Exception]
    ) -> list[list[Outcome] | Exception]:
        """Keeps the files of all whose files could be read."""
        able = [(one, files) for one, files in zip(sendings, read_files, strict=True) if isinstance(files, list)]
        arrived = [incoming for one, _ in able for incoming in one.arrived]
        entries_or_refusals = [entry for _, files in able for entry in files]
        full: ArchiveFull | None = None
        try:
            outcomes = iter(self._keep(arrived, entries_or_refusals))
        except ArchiveFull as error:
            full = error
        results: list[list[Outcome] | Exception] = []
        for one, files in zip(sendings, read_files, strict=True):
            if isinstance(files, Exception):
                results.append(files)
            elif full is None:
                results.append([next(outcomes) for _ in files])
            else:
                results.append([_without_room(entry, full) for entry in files] if one.partly else full)
        return results

    def _keep(self, arrived: Sequence[Incoming], read_files: Sequence[Entry | Refused]) -> list[Outcome]:
        """Files first, then the catalogue; whatever is there already keeps its bytes."""
        known = entries.digests(
            self._catalogue, [entry.ref.instance_uid for entry in read_files if isinstance(entry, Entry)]
        )
        fresh: dict[str, tuple[Incoming, Entry]] = {}
        for incoming, entry in zip(arrived, read_files, strict=True):
            if isinstance(entry, Entry) and entry.ref.instance_uid not in known:
                fresh.setdefault(entry.ref.instance_uid, (incoming, entry))
        try:
            with self._archive.keeping():
                self._archive.keep([incoming for incoming, _ in fresh.values()])
                added = entries.add(self._catalogue, [entry for _, entry in fresh.values()])
        except ArchiveFull:
            self._let_go([entry.digest for _, entry in fresh.values()])
            raise
        # other bytes under the same UID may have been quicker
        late = [entry.digest for _, entry in fresh.values() if added[entry.ref.instance_uid] != entry.digest]
        if late:
            self._let_go(late)
        outcomes: list[Outcome] = []
        for incoming, entry in zip(arrived, read_files, strict=True):
            if isinstance(entry, Refused):
                outcomes.append(entry)
                continue
            was_first = fresh.get(entry.ref.instance_uid, (None,))[0] is incoming
            outcomes.append(_outcome(entry, {**known, **added}[entry.ref.instance_uid], again=not was_first))
        return outcomes

    def _let_go(self, digests: Sequence[str]) -> None:
        """Takes away files that got no row, but not those that somebody else has given one meanwhile."""
        with (
            suppress(OSError, ServerError, sqlite3.Error),  # a disk in trouble; `verify` names what is left
            self._archive.removing(_PATIENCE_SECONDS) as alone,
        ):
            for digest in digests if alone else ():
                if not damage.known(self._catalogue, digest):
                    self._archive.forget(digest)

    def _set_aside(
        self, caller: Caller, quarantine: Quarantine, arrived: Sequence[Incoming], outcomes: list[Outcome]
    ) -> None:
        """Keeps what contradicts an instance that is here already, for somebody to decide about."""
        for number, (incoming, outcome) in enumerate(zip(arrived, outcomes, strict=True)):
            if isinstance(outcome, Refused) and outcome.failure_reason == DUPLICATE_INSTANCE and outcome.identity:
                quarantine.keep(
                    incoming,
                    {
                        "at": time.time_ns() // 1_000_000,
                        "person_id": caller.person_id,
                        "organisation": self._organisation,
                        "reason": outcome.message,
                        "StudyInstanceUID": outcome.identity.study_uid,
                        "SeriesInstanceUID": outcome.identity.series_uid,
                        "SOPInstanceUID": outcome.identity.instance_uid,
                    },
                )
                outcomes[number] = replace(outcome, message=f"In quarantine: {outcome.message}")


def _act(caller: Caller, outcomes: Sequence[Outcome]) -> Act:
    stored = [outcome for outcome in outcomes if isinstance(outcome, Stored)]
    said = "success" if len(stored) == len(outcomes) else "partly refused" if stored else "refused"
    facts = {"stored": len(stored), "refused": len(outcomes) - len(stored)}
    return Act(caller, Action.STORE, [outcome.ref.study_uid for outcome in stored], said, facts)


def _without_room(entry: Entry | Refused, error: ArchiveFull) -> Refused:
    return entry if isinstance(entry, Refused) else Refused(OUT_OF_RESOURCES, error.message, _identity(entry))


def _outcome(entry: Entry, digest: str, *, again: bool) -> Outcome:
    if digest == entry.digest:
        return Stored(entry.ref, _identity(entry).sop_class_uid, again)
    message = "Another instance with this SOP Instance UID and other bytes is already kept; the first stays."
    return Refused(DUPLICATE_INSTANCE, message, _identity(entry))


def _identity(entry: Entry) -> Identity:
    sop_class_uid = entry.attributes["00080016"]["Value"][0]
    return Identity(entry.ref.study_uid, entry.ref.series_uid, entry.ref.instance_uid, sop_class_uid)
