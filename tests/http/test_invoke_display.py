"""Being opened from elsewhere: IHE Invoke Image Display, signed links, and pages inside other pages."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from pydicom.dataset import Dataset

from server.access.audit import Audit
from server.access.links import Links
from server.cli import main
from server.database.sqlite import Database
from tests.factories import CT_IMAGE_STORAGE, image, part10
from tests.http.conftest import Client, audit_records, running, settings_for
from tests.states import item, without_pixels

ID = "9990000018"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Three studies of one person, 1.2.1 the oldest, and one of another."""
    with running(settings_for(tmp_path_factory.mktemp("invoked") / "root")) as client:
        for number in (1, 2, 3):
            keywords = {"StudyInstanceUID": f"1.2.{number}", "AccessionNumber": f"ACC{number}"}
            client.stored(
                **keywords, StudyDate=f"2026010{number}", Modality="CT" if number < 3 else "MR", StudyTime="090000"
            )
        client.stored(StudyInstanceUID="1.2.21", PatientID="NAMED", PatientName="O'NEILL^Seán^^Mr", StudyTime=None)
        client.stored(StudyInstanceUID="1.2.9", PatientID="OTHER", AccessionNumber="ACC*")
        for study, day, issuer in (
            ("1.2.11", "20260101", "LEEDS"),
            ("1.2.12", "20260102", "YORK"),
            ("1.2.13", "20260103", None),
        ):
            client.stored(StudyInstanceUID=study, PatientID="SHARED", StudyDate=day, IssuerOfPatientID=issuer)
        yield client


def invoke(server: Client, **query: str) -> httpx.Response:
    return server.get("/IHEInvokeImageDisplay", params=query)


@pytest.mark.parametrize(
    ("query", "opened"),
    [
        ({"requestType": "STUDY", "studyUID": "1.2.1"}, "1.2.1"),
        ({"requestType": "STUDY", "studyUID": "1.2.1,1.2.2"}, "1.2.2,1.2.1"),
        ({"requestType": "STUDY", "accessionNumber": "ACC1,ACC3", "viewerType": "IHE_BIR"}, "1.2.1,1.2.3"),
        ({"requestType": "PATIENT", "patientID": f"{ID}^^^NHS&2.16.840.1.113883.2.1.4.1&ISO"}, "1.2.3"),
        ({"requestType": "PATIENT", "patientID": ID, "mostRecentResults": "2"}, "1.2.3,1.2.2"),
        ({"requestType": "PATIENT", "patientID": ID, "modalitiesInStudy": "CT"}, "1.2.2"),
        ({"requestType": "PATIENT", "patientID": ID, "upperDateTime": "2026-01-01T23:59:59"}, "1.2.1"),
        ({"requesttype": "patient", "PatientID": ID, "patientBirthDate": "19600102"}, "1.2.3"),
        ({"requestType": "PATIENT", "patientID": "SHARED^^^Leeds", "mostRecentResults": "9"}, "1.2.13,1.2.11"),
        ({"requestType": "PATIENT", "patientID": "SHARED^^^YORK&1.2.826&ISO", "upperDateTime": "2026-01-02"}, "1.2.12"),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "keyImagesOnly": "false"}, "1.2.1"),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "diagnosticQuality": "true", "patientID": ID}, "1.2.1"),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "accessionNumber": "1.2.840.7.ELSEWHERE"}, "1.2.1"),
        (
            {"requestType": "PATIENT", "patientID": "NAMED", "patientName": "ÓNeill^SEAN^Patrick", "idCDA": "7"},
            "1.2.21",
        ),
        (
            {"requestType": "PATIENT", "patientID": "NAMED", "patientName": "O'Neill&O", "mostRecentResults": ""},
            "1.2.21",
        ),
        ({"requestType": "PATIENT", "patientID": ID, "upperDateTime": "2026-01-03T12:00:00"}, "1.2.3"),
        ({"requestType": "PATIENT", "patientID": ID, "upperDateTime": "2026-01-03T08:59:00"}, "1.2.2"),
        ({"requestType": "PATIENT", "patientID": "NAMED", "lowerDateTime": "2026-01-01T23:00:00"}, "1.2.21"),
    ],
)
def test_the_viewer_opens_at_an_address_of_uids_alone(server: Client, query: dict[str, str], opened: str) -> None:
    answer = invoke(server, **query)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/viewer?StudyInstanceUIDs={opened}"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"requestType": "STUDY", "studyUID": "1.2.77"}, 404),
        ({"requestType": "PATIENT", "patientID": "NOBODY"}, 404),
        ({"requestType": "PATIENT", "patientID": ID, "patientBirthDate": "19600103"}, 404),
        ({"requestType": "PATIENT", "patientID": ID, "patientName": "SOMEBODY^Else"}, 404),
        ({"requestType": "STUDY", "studyUID": "1.2.21", "patientName": "O'NEILL^Mary"}, 404),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "patientID": "OTHER"}, 404),
        ({"requestType": "PATIENT", "patientID": ID, "lowerDateTime": "2026-01-03T09:01:00"}, 404),
        ({"requestType": "PATIENT", "patientID": ID, "patientBirthDate": "1960*"}, 400),
        ({"requestType": "PATIENT", "patientID": ID, "studyUID": "1.2.1"}, 400),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "modalitiesInStudy": "CT"}, 400),
        ({"requestType": "STUDY", "studyUID": ",".join(f"1.2.{n}" for n in range(21))}, 400),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "diagnosticQuality": "best"}, 400),
        ({"requestType": "SERIES"}, 400),
        ({}, 400),
        ({"requestType": "STUDY"}, 400),
        ({"requestType": "STUDY", "studyUID": "<script>"}, 400),
        ({"requestType": "STUDY", "accessionNumber": "ACC*"}, 400),
        ({"requestType": "PATIENT", "patientID": "*"}, 400),
        ({"requestType": "PATIENT", "patientID": ID, "lowerDateTime": "yesterday"}, 400),
        ({"requestType": "PATIENT", "patientID": ID, "mostRecentResults": "0"}, 400),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "viewerType": "IHE_XYZ"}, 400),
        ({"requestType": "PATIENT", "patientID": "SHARED"}, 409),
        ({"requestType": "PATIENT", "patientID": "SHARED^^^HULL", "upperDateTime": "2026-01-02"}, 404),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "keyImagesOnly": "yes"}, 400),
        ({"requestType": "STUDY", "studyUID": "1.2.1", "keyImagesOnly": "true"}, 404),
    ],
)
def test_what_cannot_be_shown_is_said_on_a_page(server: Client, query: dict[str, str], status: int) -> None:
    answer = invoke(server, **query)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert re.search(r'data-testid="message">[A-Za-z][^<]+\.</p>', answer.text)
    assert ID not in answer.text
    assert "<script" not in answer.text
    assert "neill" not in answer.text.lower()


def test_lists_may_be_repeated_and_nothing_else(server: Client) -> None:
    path = "/IHEInvokeImageDisplay?requestType=STUDY"
    assert server.get(f"{path}&studyUID=1.2.1&studyUID=1.2.2").headers["location"].endswith("=1.2.2,1.2.1")
    twice = server.get(f"{path}&studyUID=1.2.1&patientName=A&patientName=B")
    assert (twice.status_code, "patientName is given once." in twice.text) == (400, True)


def test_another_name_under_the_number_is_said_for_what_it_is(server: Client) -> None:
    answer = invoke(server, requestType="PATIENT", patientID="NAMED", patientName="SMYTHE^John")
    assert "of a person with another name or date of birth" in answer.text


def test_only_studies_with_key_images_are_opened_for_these_and_rejected_ones_are_none(client: Client) -> None:
    for study in ("1.2.1", "1.2.2", "1.2.3"):
        client.stow(
            part10(image(StudyInstanceUID=study, SeriesInstanceUID=f"{study}.1", SOPInstanceUID=f"{study}.1.1"))
        )
    chosen = {"study_uid": "1.2.1", "series_uid": "1.2.1.1", "instance_uid": "1.2.1.1.1", "frame_number": 1}
    assert client.post("/api/studies/1.2.1/key-objects", json={"images": [chosen]}).status_code == 201
    client.stow(part10(selection("1.2.2", "113001")))
    expected = [{"series_uid": "1.2.1.1", "instance_uid": "1.2.1.1.1", "frames": [], "reasons": ["Of Interest"]}]
    assert client.get("/api/studies/1.2.1/key-objects").json() == expected
    answer = invoke(client, requestType="STUDY", studyUID="1.2.1,1.2.2,1.2.3", keyImagesOnly="true")
    assert answer.headers["location"] == "/viewer?StudyInstanceUIDs=1.2.1&keyImagesOnly=true"
    none = invoke(client, requestType="STUDY", studyUID="1.2.2", keyImagesOnly="true")
    assert 'href="/viewer?StudyInstanceUIDs=1.2.2"' in none.text
    assert ">Open all images</a>" in none.text


def selection(study: str, title: str) -> Dataset:
    """A key object selection of the one image of a study."""
    image_item = item(ReferencedSOPInstanceUID=f"{study}.1.1", ReferencedSOPClassUID=CT_IMAGE_STORAGE)
    series = item(SeriesInstanceUID=f"{study}.1", ReferencedSOPSequence=[image_item])
    evidence = item(StudyInstanceUID=study, ReferencedSeriesSequence=[series])
    name = item(CodeValue=title, CodingSchemeDesignator="DCM", CodeMeaning="Rejected")
    return without_pixels(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.88.59",
        Modality="KO",
        StudyInstanceUID=study,
        ConceptNameCodeSequence=[name],
        CurrentRequestedProcedureEvidenceSequence=[evidence],
        ContentSequence=[item(ValueType="IMAGE", ReferencedSOPSequence=[image_item])],
    )


def test_a_command_makes_a_link_that_the_server_opens(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(settings_for(root)) as client:
        client.stow(part10(image(StudyInstanceUID="1.2.3")))
        public = "--public-address", "https://pacs.example.nhs.uk/"
        assert main(["link", "1.2.3", "--days", "1", "--root", str(root), *public]) == 0
        address = capsys.readouterr().out.strip()
        assert address.startswith("https://pacs.example.nhs.uk/open?link=")
        assert client.get(address.partition("nhs.uk")[2]).headers["location"] == "/viewer?StudyInstanceUIDs=1.2.3"
        assert [
            main(["link", *wrong, "--root", str(root)]) for wrong in (["1.2.4"], ["x"], ["1.2.3", "--days", "91"])
        ] == [1] * 3


def make_link(server: Client, *uids: str, days: float = 1) -> httpx.Response:
    return server.post("/api/links", json={"StudyInstanceUIDs": uids, "days": days})


def test_a_signed_link_opens_its_studies_and_leaves_a_record(client: Client, root: Path) -> None:
    client.stow(part10(image(StudyInstanceUID="1.2.3")))
    made = make_link(client, "1.2.3").json()
    assert made["address"].startswith("http://127.0.0.1:8080/open?link=")
    answer = client.get(made["address"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/viewer?StudyInstanceUIDs=1.2.3")
    assert [record["action"] for record in audit_records(root)][-2:] == ["share", "render"]


def test_a_forged_or_cut_link_opens_nothing(server: Client) -> None:
    address = make_link(server, "1.2.1").json()["address"]
    told, _, signature = address.partition("=")[2].partition(".")
    other = make_link(server, "1.2.9").json()["address"].partition("=")[2].partition(".")[0]
    for link in (f"{other}.{signature}", f"{told}.", told, f"{told}.{signature[:-2]}", "", "é.ü", "." * 9000):
        answer = server.get("/open", params={"link": link})
        assert answer.status_code == 404, link
        assert "not made by this server" in answer.text


def test_a_link_ends_when_its_time_is_over(server: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = make_link(server, "1.2.1", days=2).json()["address"]
    later = time.time_ns() + (2 * 86_400 + 1) * 10**9
    with monkeypatch.context() as clock:
        clock.setattr(time, "time_ns", lambda: later)
        answer = server.get(address)
        assert answer.status_code == 410
        assert "has expired" in answer.text
    assert server.get(address).status_code == 410, "also when the clock is put back"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"StudyInstanceUIDs": ["1.2.1"], "days": 0}, 400),
        ({"StudyInstanceUIDs": ["1.2.1"], "days": 91}, 400),
        ({"StudyInstanceUIDs": ["x"]}, 400),
        ({"StudyInstanceUIDs": []}, 400),
        ({"StudyInstanceUIDs": "1.2.1"}, 400),
        ([], 400),
        ({"StudyInstanceUIDs": ["1.2.77"]}, 404),
    ],
)
def test_a_link_is_to_studies_that_are_there(server: Client, body: object, status: int) -> None:
    assert server.post("/api/links", json=body).status_code == status


def test_the_key_is_the_root_s_own_and_stays(tmp_path: Path) -> None:
    databases = [Database(tmp_path / f"{name}.sqlite") for name in "ab"]
    for database in databases:
        Audit(database)
    one, again, other = Links(databases[0]), Links(databases[0]), Links(databases[1])
    link = one.make(["1.2.3"], 100)
    assert again.read(link, 99) == ("1.2.3",)
    with pytest.raises(Exception, match="not made by this server"):
        other.read(link, 99)
    for database in databases:
        database.close()


def test_only_pages_of_configured_origins_may_hold_the_viewer(client_with: Callable[..., Client]) -> None:
    client = client_with(web={"framed_by": "https://portal.example.nhs.uk, http://127.0.0.1:9000"})
    for path in ("/", "/viewer"):
        policy = client.get(path).headers["content-security-policy"]
        assert (
            policy.partition("frame-ancestors ")[2].split(";")[0]
            == "https://portal.example.nhs.uk http://127.0.0.1:9000"
        )
