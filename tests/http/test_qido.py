"""Searching over HTTP (PS3.18 10.6): keys, wildcards, ranges, paging, and what an answer contains."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from server.catalogue.returned import OF_A_STACK
from tests.factories import image, part10, uid
from tests.http.conftest import Client, running, settings_for


def found(client: Client, path: str = "/dicomweb/studies", **keys: Any) -> list[dict[str, Any]]:
    answer = client.get(path, params=keys)
    assert answer.status_code in {200, 204}, answer.text
    return answer.json() if answer.status_code == 200 else []


def patients(client: Client, **keys: Any) -> set[str]:
    return {match["00100020"]["Value"][0] for match in found(client, **keys)}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Four people: names, dates and modalities to tell them apart."""
    people = {
        "A1": {"PatientName": "SYNTHETIC^Anna", "StudyDate": "20260101", "StudyTime": "080000", "Modality": "CT"},
        "A2": {"PatientName": "Synthetic^Bert", "StudyDate": "20260201", "StudyTime": "101500.5", "Modality": "MR"},
        "B_1": {"PatientName": "Müller^Änne", "StudyDate": "20260301", "StudyTime": "235959", "Modality": "CR"},
        "B%1": {
            "PatientName": "Yamada^Tarou=山田^太郎=やまだ^たろう",
            "StudyDate": "20250101",
            "StudyTime": "1200",
            "Modality": "CT",
        },
    }
    files = [part10(PatientID=patient, SpecificCharacterSet="ISO_IR 192", **rest) for patient, rest in people.items()]
    with running(settings_for(tmp_path_factory.mktemp("ward") / "root")) as client:
        assert client.stow(*files).status_code == 200
        yield client


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, {"A1", "A2", "B_1", "B%1"}),
        ({"PatientID": ""}, {"A1", "A2", "B_1", "B%1"}),
        ({"PatientID": "A1"}, {"A1"}),
        ({"00100020": "A1"}, {"A1"}),
        ({"PatientID": "a1"}, set()),
        ({"PatientID": "A*"}, {"A1", "A2"}),
        ({"00100020": "*1*"}, {"A1", "B_1", "B%1"}),
        ({"PatientID": "B?1"}, {"B_1", "B%1"}),
        ({"PatientID": "B_1"}, {"B_1"}),
        ({"PatientID": "%"}, set()),
        ({"PatientID": "[AB]1"}, set()),
        ({"PatientName": "synthetic^anna"}, {"A1"}),
        ({"PatientName": "SYN*"}, {"A1", "A2"}),
        ({"PatientName": "*BERT"}, {"A2"}),
        ({"PatientName": "MÜLLER*"}, {"B_1"}),
        ({"PatientName": "山田^太郎"}, {"B%1"}),
        ({"PatientName": "*たろう"}, {"B%1"}),
        ({"StudyDate": "20260201"}, {"A2"}),
        ({"StudyDate": "20260101-20260201"}, {"A1", "A2"}),
        ({"StudyDate": "20260201-"}, {"A2", "B_1"}),
        ({"StudyDate": "-20260101"}, {"A1", "B%1"}),
        ({"StudyDate": "20270101-20200101"}, set()),
        ({"StudyTime": "10"}, {"A2"}),
        ({"StudyTime": "1015"}, {"A2"}),
        ({"StudyTime": "0800-1200"}, {"A1", "A2", "B%1"}),
        ({"StudyTime": "235959-"}, {"B_1"}),
        ({"ModalitiesInStudy": "CT"}, {"A1", "B%1"}),
        ({"ModalitiesInStudy": "CT,MR"}, {"A1", "A2", "B%1"}),
        ({"ModalitiesInStudy": "CT\\CR"}, {"A1", "B_1", "B%1"}),
        ({"ModalitiesInStudy": "CT", "PatientID": "A*"}, {"A1"}),
    ],
)
def test_keys_match_as_the_standard_says(ward: Client, keys: dict[str, str], expected: set[str]) -> None:
    assert patients(ward, **keys) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"PatientName": "SYN*"}, ["A2", "A1"]),
        ({"PatientName": "*a*"}, ["A1", "B%1"]),
        ({"PatientName": "*たろう"}, ["B%1"]),
        ({"PatientName": "*", "ModalitiesInStudy": "CT"}, ["A1", "B%1"]),
        ({"PatientName": "*a*", "ModalitiesInStudy": "CT"}, ["A1", "B%1"]),
        ({"PatientID": "?1", "StudyDate": "20260101-"}, ["A1"]),
        ({"PatientID": "*1*", "PatientName": "*n*"}, ["B_1", "A1"]),
        ({"PatientID": "C*"}, []),
    ],
)
@pytest.mark.parametrize("few", [0, 1, 2000])
def test_many_are_found_as_few_are_the_newest_first(
    ward: Client, monkeypatch: pytest.MonkeyPatch, few: int, keys: dict[str, str], expected: list[str]
) -> None:
    monkeypatch.setattr("server.catalogue.patterns._few", lambda *_: few)
    assert [match["00100020"]["Value"][0] for match in found(ward, **keys)] == expected


def test_a_list_of_uids_is_separated_by_commas_or_backslashes(client: Client) -> None:
    datasets = [image() for _ in range(3)]
    client.stow(*map(part10, datasets))
    first, second, _ = (dataset.StudyInstanceUID for dataset in datasets)
    assert len(found(client, StudyInstanceUID=f"{first},{second}")) == 2
    assert len(found(client, StudyInstanceUID=f"{first}\\{second}")) == 2


@pytest.mark.parametrize(
    "query",
    [
        *("limit=-1", "limit=x", "limit=1.5", "limit=", "offset=-1", "offset=1e3", "limit=٣"),
        *("StudyDate=2026-01-01", "StudyDate=20261301", "StudyDate=-", "StudyTime=25", "StudyTime=noon"),
        *("StudyInstanceUID=1.2.x", "StudyInstanceUID=*", "NoSuchKeyword=1", "includefield=NoSuchKeyword", "=1"),
        *(
            "fuzzymatching=yes",
            "emptyvaluematching=",
            "multiplevaluematching=1",
            "limit=1&limit=2",
            "PatientID=1&00100020=1",
        ),
        *("PatientID.StudyID=1", "RequestAttributesSequence.Nothing=1", ".=1", "PatientID.=1", "00090010=1"),
        "includefield=PatientID.StudyID",
    ],
)
def test_what_cannot_be_a_search_is_malformed(client: Client, query: str) -> None:
    answer = client.get(f"/dicomweb/studies?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_pages_neither_repeat_nor_skip(client: Client) -> None:
    client.stow(*(part10() for _ in range(7)))
    pages = [found(client, limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert len({match["0020000D"]["Value"][0] for page in pages for match in page}) == 7


def test_a_page_that_is_not_the_last_says_so(client: Client) -> None:
    client.stow(part10(), part10())
    assert client.get("/dicomweb/studies?limit=1").headers["warning"].startswith("299 ")
    assert "warning" not in client.get("/dicomweb/studies?limit=2").headers


def test_what_is_not_matched_is_said_and_ignored(client: Client) -> None:
    client.stored()
    for query in ("Modality=MR", "SOPInstanceUID=1.2", "00400275.0020000D=1", "SpecificCharacterSet=x"):
        answer = client.get(f"/dicomweb/studies?{query}")
        assert answer.status_code == 200
        assert answer.headers["warning"].startswith("299 ")


def test_a_study_is_answered_with_its_counts_and_address(client: Client) -> None:
    study_uid, series_uid = uid(), uid()
    client.stow(
        part10(StudyInstanceUID=study_uid, SeriesInstanceUID=series_uid),
        part10(StudyInstanceUID=study_uid, SeriesInstanceUID=series_uid),
        part10(StudyInstanceUID=study_uid, Modality="SR"),
    )
    [study] = found(client)
    assert study["00201206"]["Value"] == [2]
    assert study["00201208"]["Value"] == [3]
    assert study["00080061"]["Value"] == ["CT", "SR"]
    assert study["00080056"]["Value"] == ["ONLINE"]
    assert study["00081190"]["Value"] == [f"http://127.0.0.1:8080/dicomweb/studies/{study_uid}"]
    series = found(client, f"/dicomweb/studies/{study_uid}/series")
    assert sorted(match["00201209"]["Value"][0] for match in series) == [1, 2]
    assert all("00100020" not in match for match in series)
    assert len(found(client, f"/dicomweb/studies/{study_uid}/series/{series_uid}/instances")) == 2


@pytest.mark.parametrize("path", ["/dicomweb/studies", "/dicomweb/studies/{study}/series/{series}/instances"])
def test_what_was_made_on_arrival_is_what_would_be_composed(client: Client, path: str) -> None:
    dataset = image(PatientName="Müller^Änne", SpecificCharacterSet="ISO_IR 192", StudyID=None)
    client.stow(part10(dataset))
    path = path.format(study=dataset.StudyInstanceUID, series=dataset.SeriesInstanceUID)
    ready, composed = (client.get(path, params=more).content for more in ({}, {"includefield": "PatientComments"}))
    assert ready == composed


def test_what_a_stack_is_made_of_is_answered_as_from_the_whole_header(client: Client) -> None:
    series = {"StudyInstanceUID": uid(), "SeriesInstanceUID": uid(), "InstitutionName": "Royal", "Laterality": "L"}
    shown = {"FrameTime": 40, "WindowCenter": [40, -600], "WindowWidth": [400, 1500], "ViewPosition": "AP"}
    client.stow(part10(**series, **shown, InstanceNumber=1), part10(**series, InstanceNumber=2))
    path = f"/dicomweb/studies/{series['StudyInstanceUID']}/series/{series['SeriesInstanceUID']}/instances"
    fields = ",".join([*OF_A_STACK, "Laterality", "InstitutionName"])
    kept, composed = (
        client.get(path, params={"includefield": fields + more}).content for more in ("", ",ImageComments")
    )
    assert kept == composed
    first, second = orjson.loads(kept)
    assert first["00281050"]["Value"] == [40, -600]
    assert "00281050" not in second
    assert second["00200060"]["Value"] == ["L"]


def test_a_relational_search_tells_of_the_levels_above(client: Client) -> None:
    client.stored(Rows=4, Columns=6)
    [match] = found(client, "/dicomweb/instances")
    assert match["00100020"]["Value"] == ["9990000018"]
    assert match["00080060"]["Value"] == ["CT"]
    assert match["00280010"]["Value"] == [4]


def test_fields_that_are_included_come_and_those_below_the_level_do_not(client: Client) -> None:
    client.stored(PatientComments="note", PatientWeight=80)
    assert "00104000" not in found(client)[0]
    assert "00104000" in found(client, includefield="PatientComments,00101030")[0]
    everything = found(client, includefield="all")[0]
    assert {"00104000", "00101030"} <= everything.keys()
    assert "00280010" not in everything


def test_what_viewers_ask_first_is_answered(client: Client) -> None:
    client.stored()
    query = "limit=101&offset=0&fuzzymatching=false&includefield=00081030,00080060,00080090,00100030"
    answer = client.get(f"/dicomweb/studies?{query}", headers={"Accept": "application/dicom+json"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/dicom+json"
    assert answer.headers["cache-control"] == "private, no-store"


def test_what_was_just_stored_is_found_at_once(client: Client) -> None:
    for count in range(1, 6):
        client.stored()
        assert len(found(client)) == count


def test_what_no_search_is_answered_with_is_not_acceptable(client: Client) -> None:
    client.stored()
    assert client.get("/dicomweb/studies", headers={"Accept": "application/json"}).status_code == 200
    for kind in ("image/png", 'multipart/related; type="application/dicom"', "application/dicom+xml"):
        answer = client.get("/dicomweb/studies", headers={"Accept": kind})
        assert answer.status_code == 406
        assert "application/dicom+json" in answer.json()["facts"]["available"]
