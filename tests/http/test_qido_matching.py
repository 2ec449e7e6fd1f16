"""The kinds of matching over HTTP: sequences, moments, fuzzy names, empty and multiple values, and their bounds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from server.catalogue.names import name_text
from tests.factories import part10, uid
from tests.http.conftest import Client, running, settings_for


def ids(client: Client, path: str = "/dicomweb/studies", **keys: Any) -> set[str]:
    """The PatientIDs of what is found."""
    answer = client.get(path, params={"includefield": "PatientID", **keys})
    assert answer.status_code in {200, 204}, answer.text
    assert "warning" not in answer.headers
    return {match["00100020"]["Value"][0] for match in answer.json()} if answer.status_code == 200 else set()


def request(step: str, procedure: str | None) -> Dataset:
    item = Dataset()
    item.ScheduledProcedureStepID = step
    if procedure:
        item.RequestedProcedureID = procedure
    return item


PEOPLE: dict[str, dict[str, Any]] = {
    "smith": {
        "PatientName": "SMITH^Catherine^^Dr",
        "StudyDate": "20260101",
        "StudyTime": "0800",
        "PatientWeight": 80,
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "RequestAttributesSequence": [request("S1", "R1"), request("S2", None)],
        "PerformedProcedureStepStartDate": "20260101",
        "PerformedProcedureStepStartTime": "0800",
        "OperatorsName": "STRAND^Bo",
    },
    "smyth": {
        "PatientName": "Smyth^Kathryn",
        "StudyDate": "20260102",
        "StudyTime": "0300",
        "StudyDescription": "Thorax [low dose] 50%",
        "Modality": "PT",
    },
    "muller": {
        "PatientName": "Müller^Zoë",
        "SpecificCharacterSet": "ISO_IR 100",
        "StudyDate": "20260103",
        "StudyTime": "1200",
        "StudyDescription": "Röntgen & Kopf + Hals",
        "ReferringPhysicianName": "O'Brien^Siân",
        "PatientWeight": 62.5,
    },
    "yamada": {
        "PatientName": "Yamada^Tarou=山田^太郎=やまだ^たろう",
        "SpecificCharacterSet": ["", "ISO 2022 IR 87"],
        "StudyDate": "2026.01.04",
        "StudyTime": "14:30:00",
        "AccessionNumber": "",
    },
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Four people, each with one series of one image."""
    files = [part10(PatientID=patient, **attributes) for patient, attributes in PEOPLE.items()]
    with running(settings_for(tmp_path_factory.mktemp("clinic") / "root")) as client:
        assert client.stow(*files).status_code == 200
        yield client


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        # PS3.4 C.2.2.2.1, C.2.2.2.4: what is kept of the study without a column of its own
        ({"PatientWeight": "80"}, {"smith"}),
        ({"PatientWeight": "62.50"}, {"muller"}),
        ({"00101030": "8e1"}, {"smith"}),
        ({"PatientWeight": ""}, set(PEOPLE)),
        ({"PatientWeight": "80", "PatientSex": "F"}, {"smith"}),
        ({"StudyDescription": "Röntgen & Kopf + Hals"}, {"muller"}),
        ({"0008103E": ""}, None),
        ({"StudyDescription": "*[low*50%"}, {"smyth"}),
        ({"StudyDescription": "*"}, set(PEOPLE)),
        # PS3.4 C.2.2.2.4 and PS3.5 6.2.1.1: names, in whichever group and character set
        ({"PatientName": "山田*"}, {"yamada"}),
        ({"PatientName": "*太郎"}, {"yamada"}),
        ({"PatientName": "YAMADA^TAROU"}, {"yamada"}),
        ({"PatientName": "müller^zoë"}, {"muller"}),
        ({"PatientName": "Mu\u0308ller*"}, {"muller"}),
        ({"PatientName": "muller*"}, set()),
        # PS3.4 C.2.2.2.5: ranges, those of date and time together
        ({"StudyDate": "20260104"}, {"yamada"}),
        ({"StudyTime": "1430"}, {"yamada"}),
        ({"StudyDate": "20260101-20260103", "StudyTime": "0900-1200"}, {"smyth", "muller"}),
        ({"StudyDate": "20260101-", "StudyTime": "0900-"}, {"smyth", "muller", "yamada"}),
        ({"StudyDate": "-20260103", "StudyTime": "-1159"}, {"smith", "smyth"}),
        ({"StudyDate": "20260101-20260104", "StudyTime": "0300"}, {"smyth"}),
        ({"StudyDate": "20260103", "StudyTime": "1100-1300"}, {"muller"}),
        # PS3.18 8.3.4.5: empty values
        ({"AccessionNumber": '""', "emptyvaluematching": "true"}, {"yamada"}),
        ({"PatientWeight": '""', "emptyvaluematching": "true"}, {"smyth", "yamada"}),
        ({"ReferringPhysicianName": '""', "emptyvaluematching": "TRUE"}, {"smith", "smyth", "yamada"}),
        ({"AccessionNumber": '""', "emptyvaluematching": "false"}, set()),
        # counted and listed keys (PS3.4 tables C.6-2, C.6-5)
        ({"NumberOfStudyRelatedInstances": "1"}, set(PEOPLE)),
        ({"NumberOfStudyRelatedSeries": "2"}, set()),
        ({"SOPClassesInStudy": "1.2.840.10008.5.1.4.1.1.2"}, set(PEOPLE)),
        ({"SOPClassesInStudy": "1.2.840.10008.5.1.4.1.1.4"}, set()),
        ({"ModalitiesInStudy": "P?"}, {"smyth"}),
        ({"InstanceAvailability": "ONLINE"}, set(PEOPLE)),
        ({"InstanceAvailability": "OFFLINE"}, set()),
    ],
)
def test_studies(clinic: Client, keys: dict[str, str], expected: set[str] | None) -> None:
    if expected is None:
        assert clinic.get("/dicomweb/studies", params=keys).headers["warning"]
    else:
        assert ids(clinic, **keys) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"RequestAttributesSequence.ScheduledProcedureStepID": "S1"}, {"smith"}),
        ({"RequestAttributesSequence.ScheduledProcedureStepID": "S*"}, {"smith"}),
        ({"00400275.00400009": "S2"}, {"smith"}),
        ({"00400275.ScheduledProcedureStepID": "S2"}, {"smith"}),
        ({"00400275.00400009": "S2", "00400275.00401001": "R1"}, set()),
        ({"00400275.00400009": "S1", "00400275.00401001": "R1"}, {"smith"}),
        ({"00400275.00400009": "none"}, set()),
        ({"00400275.0020000d": "1.2"}, set()),
        ({"00400275.00400009": ""}, set(PEOPLE)),
        ({"RequestAttributesSequence": ""}, set(PEOPLE)),
        ({"RequestAttributesSequence": '""', "emptyvaluematching": "true"}, set(PEOPLE) - {"smith"}),
        ({"OperatorsName": "strand*"}, {"smith"}),
        ({"PerformedProcedureStepStartDate": "20260101-", "PerformedProcedureStepStartTime": "0800-"}, {"smith"}),
        ({"PerformedProcedureStepStartDate": "20260101-", "PerformedProcedureStepStartTime": "0801-"}, set()),
        ({"Modality": "CT", "PatientName": "S*"}, {"smith"}),
        ({"Modality": "PT\\MR"}, {"smyth"}),
        ({"SeriesNumber": "1"}, set(PEOPLE)),
        ({"SeriesNumber": "01", "PatientWeight": "80"}, {"smith"}),
        ({"NumberOfSeriesRelatedInstances": "1"}, set(PEOPLE)),
    ],
)
def test_series(clinic: Client, keys: dict[str, str], expected: set[str]) -> None:
    """PS3.4 C.2.2.2.6 among others: keys of the series and, relationally, of its study."""
    assert ids(clinic, "/dicomweb/series", **keys) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"ImageType": "PRIMARY"}, {"smith"}),
        ({"ImageType": "AXIAL\\PRIMARY", "multiplevaluematching": "true"}, {"smith"}),
        ({"ImageType": "AXIAL\\SECONDARY", "multiplevaluematching": "true"}, set()),
        ({"ImageType": "AXIAL\\SECONDARY"}, {"smith"}),
        ({"Rows": "4"}, set(PEOPLE)),
        ({"Rows": "5"}, set()),
        ({"BitsAllocated": "16", "Modality": "PT"}, {"smyth"}),
        ({"InstanceNumber": "1", "PatientName": "山田*"}, {"yamada"}),
        ({"AvailableTransferSyntaxUID": "1.2.840.10008.1.2.1"}, set(PEOPLE)),
        ({"NumberOfFrames": '""', "emptyvaluematching": "true", "PatientWeight": "80"}, {"smith"}),
    ],
)
def test_instances(clinic: Client, keys: dict[str, str], expected: set[str]) -> None:
    assert ids(clinic, "/dicomweb/instances", **keys) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"PatientName": "smith"}, {"smith", "smyth"}),
        ({"PatientName": "Katherine Smith"}, {"smith", "smyth"}),
        ({"PatientName": "SMYTH, cathryn"}, {"smith", "smyth"}),
        ({"PatientName": "smi*"}, {"smith"}),
        ({"PatientName": "*mith*"}, {"smith"}),
        ({"PatientName": "zoe mull"}, {"muller"}),
        ({"PatientName": "MÜLLER^"}, {"muller"}),
        ({"PatientName": "Mueller"}, {"muller"}),
        ({"PatientName": "太郎"}, {"yamada"}),
        ({"PatientName": "smith zoe"}, set()),
        ({"PatientName": "*"}, set(PEOPLE)),
        ({"PatientName": "^^"}, set(PEOPLE)),
        ({"PatientName": "%"}, set()),
        ({"ReferringPhysicianName": "obrian sian"}, {"muller"}),
        ({"PatientName": "smith", "StudyDate": "20260102"}, {"smyth"}),
    ],
)
def test_names_that_sound_alike_are_found_when_that_is_asked(
    clinic: Client, keys: dict[str, str], expected: set[str]
) -> None:
    """PS3.18 8.3.4.2."""
    assert ids(clinic, fuzzymatching="true", **keys) == expected
    assert ids(clinic, "/dicomweb/instances", fuzzymatching="true", **keys) == expected


def test_a_name_without_a_column_is_found_by_its_sound_too(clinic: Client) -> None:
    assert ids(clinic, "/dicomweb/series", OperatorsName="bow strant", fuzzymatching="false") == set()
    assert ids(clinic, "/dicomweb/series", OperatorsName="bow strand", fuzzymatching="true") == {"smith"}
    assert ids(clinic, "/dicomweb/series", OperatorsName="*tran?^b*", fuzzymatching="true") == {"smith"}


def test_multiple_values_of_a_study_are_all_there(client: Client) -> None:
    """PS3.4 C.2.2.2.8, note 1."""
    both, only = uid(), uid()
    client.stow(
        part10(StudyInstanceUID=both, PatientID="both", Modality="CT"),
        part10(StudyInstanceUID=both, PatientID="both", Modality="PT"),
        part10(StudyInstanceUID=only, PatientID="only", Modality="CT"),
    )
    assert ids(client, ModalitiesInStudy="CT\\PT") == {"both", "only"}
    assert ids(client, ModalitiesInStudy="CT\\PT", multiplevaluematching="true") == {"both"}
    assert ids(client, ModalitiesInStudy="CT,PT", multiplevaluematching="true") == {"both"}
    assert ids(client, NumberOfStudyRelatedSeries="2") == {"both"}


def test_pages_of_what_is_looked_at_neither_repeat_nor_skip(client: Client) -> None:
    client.stow(*(part10(PatientWeight=80 + number % 2) for number in range(9)))
    pages = [
        client.get("/dicomweb/studies", params={"PatientWeight": "80", "limit": 2, "offset": offset})
        for offset in (0, 2, 4, 6)
    ]
    assert [len(page.json()) if page.status_code == 200 else 0 for page in pages] == [2, 2, 1, 0]
    assert ["warning" in page.headers for page in pages] == [True, True, False, False]
    assert len({match["0020000D"]["Value"][0] for page in pages[:3] for match in page.json()}) == 5
    none = client.get("/dicomweb/studies", params={"PatientWeight": "80", "limit": 0})
    assert (none.status_code, "warning" in none.headers) == (204, True)


def test_a_search_that_would_look_at_too_much_says_what_to_add(client_with: Callable[..., Client]) -> None:
    """PS3.18 table 10.6.3-1: 413, the search was too broad."""
    client = client_with(search={"most_examined": 3})
    client.stow(*(part10(PatientID=f"P{number}", PatientWeight=80) for number in range(5)))
    answer = client.get("/dicomweb/studies?PatientWeight=81")
    assert (answer.status_code, answer.json()["facts"]) == (413, {"limit": 3})
    assert "PatientID" in answer.json()["title"]
    assert ids(client, PatientWeight="80", PatientID="P1") == {"P1"}
    assert client.get("/dicomweb/studies?PatientWeight=80&limit=2").status_code == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("StudyDate=20260231", "StudyDate"),
        ("00080030=25", "StudyTime"),
        ("PatientWeight=heavy", "PatientWeight"),
        ("RequestAttributesSequence.StudyInstanceUID=x", "RequestAttributesSequence.StudyInstanceUID"),
        ("PatientNmae=x", "PatientNmae"),
        ("RequestAttributesSequence.Nothing=x", "Nothing"),
    ],
)
def test_what_is_wrong_is_named(clinic: Client, query: str, named: str) -> None:
    answer = clinic.get(f"/dicomweb/instances?{query}")
    assert (answer.status_code, answer.json()["facts"]["attribute"]) == (400, named)


def test_names_are_found_as_they_are_written_in_a_url(clinic: Client) -> None:
    for written in ("PatientName=M%C3%BCller%5EZo%C3%AB", "00100010=m%c3%bcller*", "PatientName=M%55LLER*"):
        answer = clinic.get(f"/dicomweb/studies?{written}")
        assert answer.status_code == (204 if "%55" in written else 200)
    assert clinic.get("/dicomweb/studies?StudyDescription=R%C3%B6ntgen+%26+Kopf+%2B+Hals").status_code == 200


def values(dataset: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """The first value of everything that can be asked for in a data set, by path."""
    for name, element in dataset.items():
        first = (element.get("Value") or [None])[0]
        if name[3] in "13579BDF" or first in (None, "", {}):  # private, or empty
            continue
        if element["vr"] == "SQ":
            yield from values(first, f"{before}{name}.")
        else:
            yield f"{before}{name}", name_text(first) if element["vr"] == "PN" else str(first)


@pytest.mark.parametrize("sample", ["CT_small.dcm", "MR_small.dcm", "reportsi.dcm", "liver_1frame.dcm"])
def test_every_value_of_a_file_finds_it(client: Client, sample: str) -> None:
    path = get_testdata_file(sample, download=False)
    assert isinstance(path, str)
    client.stow(part10(), Path(path).read_bytes(), part10())
    study_uid = next(
        match["0020000D"]["Value"][0]
        for match in client.get("/dicomweb/studies").json()
        if not match["0020000D"]["Value"][0].startswith("1.2.826.0.1.3680043.10.1.")
    )
    [match] = client.get("/dicomweb/instances", params={"includefield": "all", "StudyInstanceUID": study_uid}).json()
    asked = dict(values(match))
    assert len(asked) > 40
    for name, text in asked.items():
        found = client.get("/dicomweb/instances", params={name: text})
        assert found.status_code == 200, (name, text, found.text)
        assert study_uid in found.text, (name, text)
