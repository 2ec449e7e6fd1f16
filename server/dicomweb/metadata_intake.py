"""The instances of one request that come as metadata and bulk data in parts of their own (PS3.18 8.6.1, 10.5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

import orjson

from server.access.people import Caller
from server.archive.store import Incoming
from server.dicom.dicomxml import from_xml
from server.dicomweb.spool import Arriving, Spool, discard, write_or_discard
from server.errors import Malformed, Overloaded, ServerError, TooLarge, UnsupportedMedia
from server.studies.arrival import Identity
from server.studies.assemble import COERCED, Assembled, BulkPart, assemble, identity_of
from server.studies.store import CANNOT_UNDERSTAND, Outcome, Refused, Store, Stored
from server.web.negotiation import media_type
from server.web.workers import Workers

JSON, XML = "application/dicom+json", "application/dicom+xml"
LARGEST_METADATA = 64 * 2**20
"""Bytes of all metadata of one request."""

MOST_INSTANCES = 10_000


@dataclass(slots=True)
class _Named:
    """A bulk data part: where it says it is, what it is, and its file."""

    location: str
    media_type: str
    transfer_syntax_uid: str | None
    file: Arriving
    used: bool = False


class MetadataIntake:
    """Parts that are metadata, as JSON or XML, and parts that are the bulk data they name."""

    def __init__(
        self, store: Store, workers: Workers, by: Caller, study_uid: str | None, spool: Spool, address: str
    ) -> None:
        self._store = store
        self._workers = workers
        self._caller = by
        self._study_uid = study_uid
        self._spool = spool
        self._address = address
        self._metadata: list[tuple[str, bytearray]] = []
        self._bulk: list[_Named] = []
        self._in_metadata = False

    def begin(self, headers: Mapping[str, str]) -> None:
        """A new part: metadata by its media type, anything else is bulk data."""
        kind = media_type(headers.get("content-type", "application/octet-stream"))
        self._in_metadata = kind.name in {JSON, XML, "application/json"}
        if self._in_metadata:
            self._metadata.append((kind.name, bytearray()))
            return
        if kind.name == "application/dicom":
            raise UnsupportedMedia("A request holds either Part 10 files, or metadata and bulk data.")
        self._spool.begin()
        location = self._absolute(headers.get("content-location", ""))
        self._bulk.append(_Named(location, kind.name, kind.parameters.get("transfer-syntax"), self._spool.files[-1]))

    async def data(self, piece: bytes | memoryview) -> None:
        """The next bytes of the part that began last."""
        if not self._in_metadata:
            await self._spool.data(piece)
            return
        self._metadata[-1][1].extend(piece)
        if sum(len(text) for _, text in self._metadata) > LARGEST_METADATA:
            raise TooLarge("The metadata are larger than is taken here; send fewer instances.", limit=LARGEST_METADATA)

    async def end(self) -> None:
        """The part that began last is complete; nothing can be stored before the last."""

    async def finish(self) -> Sequence[Outcome]:
        """What became of every instance, in the order of the metadata."""
        if not self._metadata:
            raise Malformed("The request has no metadata part; it comes first, with the type that Content-Type names.")
        arrived = self._spool.take()
        try:
            return await self._workers.run(self._assemble_and_store, arrived)
        except Overloaded:
            self._spool.files = arrived
            raise

    def abandon(self) -> None:
        """Takes away what was not stored yet."""
        self._spool.abandon()

    def _assemble_and_store(self, arrived: Sequence[Arriving]) -> list[Outcome]:
        write_or_discard(self._store, arrived)
        try:
            instances = [instance for kind, text in self._metadata for instance in _instances(kind, bytes(text))]
            if not 1 <= len(instances) <= MOST_INSTANCES:
                raise Malformed(f"The metadata describe 1 to {MOST_INSTANCES} instances.", instances=len(instances))
            made = [self._assembled(instance, alone=len(instances) == 1) for instance in instances]
        finally:
            discard(arrived)
        files = [one.incoming for one in made if isinstance(one, Assembled)]
        stored = iter(self._store.store(self._caller, files, self._study_uid) if files else [])
        outcomes = [_outcome(one, next(stored)) if isinstance(one, Assembled) else one for one in made]
        return outcomes + self._left_over()

    def _assembled(self, metadata: Any, *, alone: bool) -> Assembled | Refused:
        def parts(uri: str) -> Sequence[BulkPart]:
            return self._parts(uri, alone=alone)

        try:
            return assemble(metadata, parts, self._receive)
        except ServerError as error:
            if error.code not in {"malformed", "too-large"}:
                raise
            said = Identity(*identity_of(metadata if isinstance(metadata, dict) else {}))
            return Refused(CANNOT_UNDERSTAND, error.message, said)

    def _receive(self) -> Incoming:
        return self._store.receive()

    def _parts(self, uri: str, *, alone: bool) -> Sequence[BulkPart]:
        """The parts at that location; also single frames below it, in the order they came."""
        wanted = self._absolute(uri)
        found = [one for one in self._bulk if one.location == wanted]
        found = found or [one for one in self._bulk if one.location.startswith(f"{wanted}/frames/")]
        if not found and alone and len(self._bulk) == 1 and not self._bulk[0].location:
            found = self._bulk  # one instance with one value: there is no doubt what it belongs to
        if not found:
            raise Malformed("A BulkDataURI of the metadata names no part of the request by its Content-Location.")
        for one in found:
            one.used = True
        return [
            BulkPart(one.file.incoming, one.media_type, one.transfer_syntax_uid)
            for one in found
            if one.file.incoming is not None
        ]

    def _left_over(self) -> list[Outcome]:
        """Bulk data that no metadata name are not kept, and that is said."""
        unused = [one for one in self._bulk if not one.used]
        return [Refused(CANNOT_UNDERSTAND, "No metadata name this bulk data part.", None) for _ in unused]

    def _absolute(self, location: str) -> str:
        try:
            return urljoin(self._address, location) if location else ""
        except ValueError as error:
            raise Malformed("A Content-Location or BulkDataURI is no address.") from error


def _instances(kind: str, text: bytes) -> list[Any]:
    if kind == XML:
        return [from_xml(text)]
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed("The metadata are no JSON.", cause=str(error)[:120]) from error
    return found if isinstance(found, list) else [found]


def _outcome(assembled: Assembled, outcome: Outcome) -> Outcome:
    if isinstance(outcome, Stored) and assembled.coerced:
        return replace(outcome, warning_reason=COERCED, warning=f"Corrected: {assembled.coerced}")
    return outcome
