"""Sharing: whether a caller may start or join a session around studies."""

from collections.abc import Iterator, Sequence

import orjson

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, allows, require
from server.catalogue import metadata as catalogue_metadata
from server.catalogue import search as catalogue_search
from server.database.sqlite import Database
from server.dicom.burned_in import may_name
from server.dicom.resources import ResourceRef, StudyRef


class Share:
    """The rights that a session needs, study by study."""

    def __init__(self, catalogue: Database, audit: Audit) -> None:
        self._catalogue = catalogue
        self._audit = audit

    def require(self, caller: Caller, action: Action, study_uids: Sequence[str]) -> None:
        """Raises `NotFound` unless every study exists and the caller may do this with it; leaves an audit record."""
        for study_uid in study_uids:
            require(caller, action, catalogue_search.organisation_of(self._catalogue, study_uid))
        self._audit.record(caller, action, study_uids, "success")

    def allows(self, caller: Caller, action: Action, study_uids: Sequence[str]) -> bool:
        """Whether the caller may do this with all of these studies; leaves no record."""
        owners = (catalogue_search.organisation_of(self._catalogue, study_uid) for study_uid in study_uids)
        return all(owner is not None and allows(caller, action, owner) for owner in owners)

    def gone(self, study_uids: Sequence[str]) -> list[str]:
        """Those of these studies that are not here any more."""
        return [uid for uid in study_uids if catalogue_search.organisation_of(self._catalogue, uid) is None]

    def may_name(self, ref: ResourceRef) -> bool:
        """Whether the pixels of an instance, or of any of a series, may say whose they are."""
        headers = catalogue_metadata.objects(self._catalogue, catalogue_metadata.revisions(self._catalogue, ref))
        return any(may_name(orjson.loads(header)) for header in headers)

    def uids(self, study_uids: Sequence[str]) -> Iterator[str]:
        """Every UID of these studies, of their series and of their instances."""
        for study_uid in study_uids:
            yield study_uid
            for located in catalogue_search.locate(self._catalogue, StudyRef(study_uid)):
                yield located.ref.series_uid
                yield located.ref.instance_uid
