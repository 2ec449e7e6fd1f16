"""How many studies there are, and searching for them by where they were made."""

from collections.abc import Iterator

import pytest

from tests.factories import image, part10
from tests.http.conftest import Client, audit_records, running, settings_for

PLACES = {"1.2.1": ["Leeds General"], "1.2.2": ["St Luke's, Bradford", "Leeds General"], "1.2.3": [None]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Three studies: of one place, of two, of none."""
    with running(settings_for(tmp_path_factory.mktemp("overview") / "root")) as client:
        for number, (study, places) in enumerate(PLACES.items(), 1):
            keywords = {"StudyInstanceUID": study, "StudyDate": f"2026010{number}", "PatientName": f"NAME{number}^X"}
            client.stow(*(part10(image(**keywords, InstitutionName=place)) for place in places))
        yield client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 3),
        ({"PatientName": "NAME*"}, 3),
        ({"PatientName": "NAME2*", "StudyDate": "20260102"}, 1),
        ({"InstitutionName": "Leeds General", "StudyDate": "20260102-"}, 1),
        ({"ModalitiesInStudy": "MR"}, 0),
        ({"PatientComments": "no column for it"}, None),
    ],
)
def test_as_many_are_counted_as_a_search_finds(server: Client, query: dict[str, str], expected: int | None) -> None:
    answer = server.get("/api/worklist/count", params=query)
    assert answer.json() == {"studies": expected}
    assert answer.headers["cache-control"] == "no-store"
    if expected:
        assert len(server.get("/dicomweb/studies", params=query).json()) == expected


def test_counting_is_audited_as_the_search_that_it_is(client: Client, root: object) -> None:
    client.get("/api/worklist/count", params={"PatientName": "SMITH*"})
    [record] = audit_records(root)  # type: ignore[arg-type]
    assert record["action"] == "search"
    assert "SMITH*" in record["facts"]


def test_a_bad_key_is_refused(server: Client) -> None:
    assert server.get("/api/worklist/count", params={"NoSuchKeyword": "1"}).status_code == 400


def test_the_places_are_listed(server: Client) -> None:
    assert server.get("/api/worklist/institutions").json() == {"institutions": ["Leeds General", "St Luke's, Bradford"]}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Leeds General", ["1.2.2", "1.2.1"]),
        ("St Luke's, Bradford", ["1.2.2"]),
        ("St Luke*", ["1.2.2"]),
        ("Elsewhere\\St Luke's, Bradford", ["1.2.2"]),
        ("Elsewhere", []),
    ],
)
def test_studies_are_found_by_any_of_their_places(server: Client, asked: str, found: list[str]) -> None:
    answer = server.get("/dicomweb/studies", params={"InstitutionName": asked})
    studies = answer.json() if answer.content else []
    assert "warning" not in answer.headers
    assert [study["0020000D"]["Value"][0] for study in studies] == found


def test_studies_without_a_place_are_found_as_such(server: Client) -> None:
    answer = server.get("/dicomweb/studies", params={"InstitutionName": '""', "emptyvaluematching": "true"})
    assert [study["0020000D"]["Value"][0] for study in answer.json()] == ["1.2.3"]


def test_a_study_tells_its_places_and_a_series_its_own(server: Client) -> None:
    studies = server.get("/dicomweb/studies", params={"includefield": "InstitutionName"}).json()
    assert [study["00080080"].get("Value", []) for study in studies] == [
        [],
        sorted(map(str, PLACES["1.2.2"])),
        ["Leeds General"],
    ]
    assert all(list(study) == sorted(study) for study in studies)
    series = server.get("/dicomweb/studies/1.2.2/series", params={"includefield": "all"}).json()
    assert sorted(one["00080080"]["Value"] for one in series) == [["Leeds General"], ["St Luke's, Bradford"]]
    assert "00080080" not in server.get("/dicomweb/studies/1.2.3/series", params={"includefield": "all"}).json()[0]
