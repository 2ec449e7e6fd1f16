"""Stores and searches of several people that are done in one go: each its own answer, one wait for the disk."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from server.access.people import Caller, Role
from server.app import Parts, open_parts
from server.archive.store import Incoming
from server.catalogue.query import Found, Key, Level, Query
from server.dicom.attributes import attribute
from server.errors import ArchiveFull, NotAllowed, TooLarge
from server.studies.search import Asked
from server.studies.store import DUPLICATE_INSTANCE, Refused, Sending, Stored
from tests.factories import part10
from tests.http.conftest import settings_for

CLINICIAN = Caller("anna", "Anna", {"LOCAL": Role.CLINICIAN})


@pytest.fixture
def parts(root: Path) -> Iterator[Parts]:
    with closing(open_parts(settings_for(root))) as parts:
        yield parts


def sending(parts: Parts, *files: bytes, by: Caller | None = None, partly: bool = False) -> Sending:
    arrived: list[Incoming] = []
    for content in files:
        incoming = parts.store.receive()
        incoming.write(content)
        arrived.append(incoming)
    return Sending(by or parts.local_person, arrived, partly=partly)


def commits(parts: Parts) -> list[str]:
    """Where every commit is told from now on."""
    told: list[str] = []
    for name in ("catalogue", "records"):
        writer = getattr(parts, name)._writer
        writer.set_trace_callback(lambda sql, name=name: told.append(name) if sql == "COMMIT" else None)
    return told


def test_several_requests_are_stored_with_one_commit_of_each_database(parts: Parts) -> None:
    told = commits(parts)
    results = parts.store.store_together([sending(parts, part10(), part10()), sending(parts, part10())])
    assert [[type(outcome) for outcome in result] for result in results if isinstance(result, list)] == [
        [Stored, Stored],
        [Stored],
    ]
    assert told == ["catalogue", "records"]
    assert [record["facts"] for record in parts.audit.records()] == [{"stored": n, "refused": 0} for n in (1, 2)]


def test_who_may_not_store_takes_nothing_from_the_others(parts: Parts, root: Path) -> None:
    refused, stored = parts.store.store_together([sending(parts, part10(), by=CLINICIAN), sending(parts, part10())])
    assert isinstance(refused, NotAllowed)
    assert isinstance(stored, list)
    assert isinstance(stored[0], Stored)
    assert len(parts.audit.records()) == 1
    assert list((root / "archive" / "inbox").iterdir()) == []


def test_of_two_that_bring_the_same_instance_one_is_first(parts: Parts) -> None:
    one, other = part10(SOPInstanceUID="1.2.3"), part10(SOPInstanceUID="1.2.3", AccessionNumber="another")
    results = parts.store.store_together([sending(parts, one), sending(parts, one), sending(parts, other)])
    [[first], [again], [conflict]] = [result for result in results if isinstance(result, list)]
    assert (isinstance(first, Stored) and first.again, isinstance(again, Stored) and again.again) == (False, True)
    assert isinstance(conflict, Refused)
    assert conflict.failure_reason == DUPLICATE_INSTANCE


def test_a_disk_that_takes_none_is_told_to_each_and_nothing_is_left(
    parts: Parts, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_arrived: Sequence[Incoming]) -> None:
        raise ArchiveFull("The archive's disk takes no more.")

    monkeypatch.setattr(parts.archive, "settle", full)
    whole, partly = parts.store.store_together([sending(parts, part10()), sending(parts, part10(), partly=True)])
    assert isinstance(whole, ArchiveFull)
    assert isinstance(partly, list)
    assert isinstance(partly[0], Refused)
    assert list((root / "archive" / "inbox").iterdir()) == []
    assert parts.catalogue.read("SELECT count(*) AS n FROM instance")[0]["n"] == 0


def test_searches_share_a_commit_and_one_that_is_refused_takes_nothing_from_the_others(root: Path) -> None:
    with closing(open_parts(settings_for(root, search={"most_examined": 1}))) as parts:
        parts.store.store_together([sending(parts, part10(PatientID=f"p{n}")) for n in range(3)])
        before = len(parts.audit.records())
        told = commits(parts)
        keys = [Key((attribute(name),), text) for name, text in (("PatientID", "p1"), ("Rows", "9"))]
        asked = [Asked(parts.local_person, Query(Level.INSTANCE, [key]), "") for key in keys]
        found, refused = parts.search.search_together(asked)
        assert isinstance(found, Found)
        assert len(found.matches) == 1
        assert isinstance(refused, TooLarge)
        assert told == ["records"]
        assert len(parts.audit.records()) == before + 1


@pytest.mark.parametrize(
    ("name", "text", "narrow"),
    [
        ("PatientID", "p1", True),
        ("AccessionNumber", "A1", True),
        ("PatientID", "p*", False),
        ("PatientID", "", False),
        ("StudyInstanceUID", "1.2,1.3", False),
        ("PatientName", "DOE", False),
    ],
)
def test_a_search_is_narrow_when_a_number_is_given_that_few_have(name: str, text: str, narrow: bool) -> None:
    assert Query(Level.STUDY, [Key((attribute(name),), text)]).is_narrow == narrow


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ({}, True),
        ({"PatientName": "DOE*"}, True),
        ({"PatientName": "*DOE"}, False),
        ({"PatientName": "DOE,?OE"}, False),
        ({"StudyDate": "20260101-"}, True),
        ({"StudyDate": "20260101", "ModalitiesInStudy": "MR", "PatientName": "*DOE"}, True),
        ({"StudyDate": "20260101-20260102", "ModalitiesInStudy": "MR"}, False),
        ({"ModalitiesInStudy": "MR"}, False),
        ({"ReferringPhysicianName": "DOE"}, False),
    ],
)
def test_a_search_is_for_a_page_when_an_index_leads_to_all_of_it(asked: dict[str, str], page: bool) -> None:
    keys = [Key((attribute(name),), text) for name, text in asked.items()]
    assert Query(Level.STUDY, keys, limit=25).is_page == page
    assert not Query(Level.STUDY, keys, limit=5000).is_page
    assert not Query(Level.SERIES, keys, limit=25).is_page
