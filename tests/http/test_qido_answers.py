"""What a search answers: the tables of PS3.18 10.6.3.3, includefield, JSON and XML, HEAD, and pages."""

from typing import Any
from xml.etree import ElementTree

import pytest
from pydicom.dataset import Dataset

from server.dicom.attributes import tag
from server.dicom.dicomxml import NAMESPACE
from tests.factories import part10, uid
from tests.http.conftest import Client

STUDY = (
    "StudyDate StudyTime AccessionNumber InstanceAvailability ModalitiesInStudy ReferringPhysicianName RetrieveURL "
    "PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyID NumberOfStudyRelatedSeries "
    "NumberOfStudyRelatedInstances SpecificCharacterSet TimezoneOffsetFromUTC"
)
SERIES = (
    "Modality SeriesDescription RetrieveURL SeriesInstanceUID SeriesNumber NumberOfSeriesRelatedInstances "
    "PerformedProcedureStepStartDate PerformedProcedureStepStartTime RequestAttributesSequence "
    "SpecificCharacterSet TimezoneOffsetFromUTC"
)
INSTANCE = (
    "SOPClassUID SOPInstanceUID InstanceAvailability RetrieveURL InstanceNumber Rows Columns BitsAllocated "
    "NumberOfFrames AvailableTransferSyntaxUID SpecificCharacterSet TimezoneOffsetFromUTC"
)


def requested() -> Dataset:
    item = Dataset()
    item.ScheduledProcedureStepID = "S1"
    item.RequestedProcedureID = "R1"
    item.RequestedProcedureDescription = "Thorax"
    return item


FULL: dict[str, Any] = {
    "SpecificCharacterSet": "ISO_IR 100",
    "PatientName": "Müller^Zoë",
    "ReferringPhysicianName": "O'Brien^Siân",
    "StudyID": "1",
    "TimezoneOffsetFromUTC": "+0100",
    "SeriesDescription": "axial",
    "PerformedProcedureStepStartDate": "20261121",
    "PerformedProcedureStepStartTime": "1015",
    "NumberOfFrames": 1,
    "PatientComments": "note",
    "StationName": "CT1",
    "ImageType": ["ORIGINAL", "PRIMARY"],
}


@pytest.fixture
def full(client: Client) -> tuple[Client, str, str]:
    """One image that has everything; the client, the study and the series."""
    study_uid, series_uid = uid(), uid()
    client.stored(
        StudyInstanceUID=study_uid, SeriesInstanceUID=series_uid, RequestAttributesSequence=[requested()], **FULL
    )
    return client, study_uid, series_uid


def only(client: Client, path: str, **parameters: Any) -> dict[str, Any]:
    [match] = client.get(f"/dicomweb/{path}", params=parameters).json()
    return match


def tags(keywords: str) -> set[str]:
    return {tag(keyword) for keyword in keywords.split()}


def test_every_level_answers_the_attributes_of_its_table(full: tuple[Client, str, str]) -> None:
    """PS3.18 tables 10.6.3-3 to 10.6.3-5; those of the levels above where the URL does not name them."""
    client, study_uid, series_uid = full
    study, series, instance = map(tags, (STUDY, SERIES, INSTANCE))
    shown = {tag(keyword) for keyword in ("IssuerOfPatientID", "StudyDescription", "BodyPartExamined", "Laterality")}
    for path, expected in {
        "studies": study,
        "series": study | series,
        "instances": study | series | instance,
        f"studies/{study_uid}/series": series,
        f"studies/{study_uid}/instances": series | instance,
        f"studies/{study_uid}/series/{series_uid}/instances": instance,
    }.items():
        match = only(client, path)
        assert match.keys() - shown == expected, path
        assert list(match) == sorted(match)
        assert match["00080005"]["Value"] == ["ISO_IR 192"]


def test_required_keys_are_there_without_a_value_too(client: Client) -> None:
    """PS3.4 C.2.2.1.2."""
    absent = dict.fromkeys("StudyDate StudyTime AccessionNumber PatientName PatientID SeriesNumber Modality".split())
    client.stored(**absent)
    match = only(client, "series")
    for keyword in absent:
        assert "Value" not in match[tag(keyword)]
    assert match["00100010"] == {"vr": "PN"}


def test_text_is_utf_8_whatever_the_file_had(full: tuple[Client, str, str]) -> None:
    answer = full[0].get("/dicomweb/studies?PatientName=m%C3%BCller*")
    assert "Müller^Zoë".encode() in answer.content
    assert answer.json()[0]["00100010"]["Value"] == [{"Alphabetic": "Müller^Zoë"}]


@pytest.mark.parametrize(
    "fields",
    [
        ["PatientComments", "00081010"],
        ["PatientComments,StationName"],
        ["PatientComments,", "StationName, 00104000"],
    ],
)
def test_fields_may_be_repeated_and_listed(full: tuple[Client, str, str], fields: list[str]) -> None:
    match = full[0].get("/dicomweb/series", params={"includefield": fields}).json()[0]
    assert match["00104000"]["Value"] == ["note"]
    assert match["00081010"]["Value"] == ["CT1"]


def test_a_comma_in_a_list_may_be_encoded(full: tuple[Client, str, str]) -> None:
    match = full[0].get("/dicomweb/series?includefield=PatientComments%2CStationName").json()[0]
    assert {"00104000", "00081010"} <= match.keys()


def test_fields_below_the_level_are_not_returned(full: tuple[Client, str, str]) -> None:
    """PS3.18 10.6.3.3.1, 10.6.3.3.2; those above are, also where the URL names the study."""
    client, study_uid, series_uid = full
    everything = "PatientComments,StationName,ImageType"
    assert only(client, "studies", includefield=everything).keys() & tags(everything.replace(",", " ")) == {"00104000"}
    series = only(client, f"studies/{study_uid}/series", includefield=everything)
    assert {"00104000", "00081010"} <= series.keys()
    assert not {"00080008", "00100010"} & series.keys()
    instance = only(client, f"studies/{study_uid}/series/{series_uid}/instances", includefield=everything)
    assert {"00104000", "00081010", "00080008"} <= instance.keys()


def test_all_is_what_is_kept_of_the_level_and_those_above(full: tuple[Client, str, str]) -> None:
    client, study_uid, _ = full
    study, series = only(client, "studies", includefield="all"), only(client, "series", includefield="PatientID,all")
    assert {"00104000", "00080062", "00201200", "00201204"} <= study.keys()
    assert "00081010" not in study
    assert {"00104000", "00081010", "00201209"} <= series.keys()
    assert "00080008" not in series
    instance = only(client, f"studies/{study_uid}/instances", includefield="all")
    assert {"00104000", "00081010", "00080008", "7FE00010"} <= instance.keys()
    assert instance["7FE00010"]["BulkDataURI"] == f"{instance['00081190']['Value'][0]}/bulkdata/7FE00010"


def test_a_nested_field_brings_the_sequence_with_it_alone(full: tuple[Client, str, str]) -> None:
    """PS3.18 8.3.4.3; a sequence that is returned anyway comes whole."""
    client, study_uid, series_uid = full
    nested = "RequestAttributesSequence.RequestedProcedureDescription"
    path = f"studies/{study_uid}/series/{series_uid}/instances"
    for field in (nested, "00400275.00321060"):
        assert only(client, path, includefield=field)["00400275"]["Value"] == [
            {"00321060": {"vr": "LO", "Value": ["Thorax"]}}
        ]
    both = f"{nested},RequestAttributesSequence"
    assert len(only(client, path, includefield=both)["00400275"]["Value"][0]) == 3
    assert len(only(client, "series", includefield=nested)["00400275"]["Value"][0]) == 3


def test_of_a_sequence_the_items_that_match_are_returned(client: Client) -> None:
    """PS3.4 C.2.2.2.6."""
    other = requested()
    other.ScheduledProcedureStepID = "S2"
    client.stored(RequestAttributesSequence=[requested(), other])
    path = "RequestAttributesSequence.ScheduledProcedureStepID"
    assert len(only(client, "series")["00400275"]["Value"]) == 2
    [item] = only(client, "series", **{path: "S2"})["00400275"]["Value"]
    assert item["00400009"]["Value"] == ["S2"]
    assert len(only(client, "series", includefield="00400275", **{path: "S2"})["00400275"]["Value"]) == 2


def test_what_was_matched_on_is_returned(full: tuple[Client, str, str]) -> None:
    client, study_uid, series_uid = full
    path = f"studies/{study_uid}/series/{series_uid}/instances"
    assert "00104000" in only(client, "studies", PatientComments="n*")
    assert "00080008" in only(client, "instances", ImageType="PRIMARY")
    assert only(client, path, PatientName="M*")["00100010"]
    assert only(client, path, ModalitiesInStudy="CT")["00080061"]["Value"] == ["CT"]
    assert only(client, f"studies/{study_uid}/series", InstanceAvailability="")["00080056"]["Value"] == ["ONLINE"]


def test_what_is_counted_of_a_patient_comes_when_it_is_included(client: Client) -> None:
    """PS3.4 table C.6-5."""
    study_uid, series_uid = uid(), uid()
    client.stow(
        part10(PatientID="P", StudyInstanceUID=study_uid, SeriesInstanceUID=series_uid),
        part10(PatientID="P", StudyInstanceUID=study_uid, SeriesInstanceUID=series_uid),
        part10(PatientID="P"),
        part10(PatientID="P", IssuerOfPatientID="elsewhere"),
        part10(PatientID=None),
    )
    counted = "NumberOfPatientRelatedStudies,NumberOfPatientRelatedSeries,NumberOfPatientRelatedInstances"
    study = only(client, "studies", StudyInstanceUID=study_uid, includefield=counted + ",SOPClassesInStudy")
    assert [study[tag(keyword)]["Value"] for keyword in counted.split(",")] == [[2], [2], [3]]
    assert study["00080062"]["Value"] == ["1.2.840.10008.5.1.4.1.1.2"]
    assert "00201200" not in only(client, "studies", StudyInstanceUID=study_uid)
    nobody = only(client, "studies", PatientID='""', emptyvaluematching="true", includefield=counted)
    assert nobody["00201200"]["Value"] == [0]


def test_xml_is_one_part_a_match(client: Client) -> None:
    """PS3.18 10.6.1, 8.7.3.2: multipart/related of application/dicom+xml."""
    client.stow(part10(PatientName="A&B^<C>"), part10())
    for accept in ('multipart/related; type="application/dicom+xml"', "multipart/related", "multipart/*"):
        answer = client.get("/dicomweb/studies?limit=5", headers={"Accept": accept})
        kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
        assert (answer.status_code, kind) == (200, 'multipart/related; type="application/dicom+xml"')
        *parts, end = answer.content.split(f"--{boundary}".encode())[1:]
        assert (len(parts), end) == (2, b"--\r\n")
        for part in parts:
            head, _, body = part.partition(b"\r\n\r\n")
            assert b"Content-Type: application/dicom+xml" in head
            model = ElementTree.fromstring(body.strip())
            assert model.tag == f"{{{NAMESPACE}}}NativeDicomModel"
            assert model.find("*[@keyword='StudyInstanceUID']") is not None
    by_parameter = client.get("/dicomweb/studies", params={"accept": 'multipart/related; type="application/dicom+xml"'})
    assert by_parameter.headers["content-type"].startswith("multipart/related")
    preferred = client.get("/dicomweb/studies", headers={"Accept": "multipart/related;q=0.5, application/dicom+json"})
    assert preferred.headers["content-type"] == "application/dicom+json"


def test_nothing_found_is_no_content_in_every_form(client: Client) -> None:
    """PS3.18 8.3.4.4.1."""
    for accept in ("*/*", "application/dicom+json", "multipart/related"):
        answer = client.get("/dicomweb/studies", headers={"Accept": accept})
        assert (answer.status_code, answer.content) == (204, b"")


def test_head_answers_as_get_does(client: Client) -> None:
    client.stored()
    for path in ("studies", "series", "instances"):
        got = client.get(f"/dicomweb/{path}")
        head = client.request("HEAD", f"/dicomweb/{path}")
        assert (head.status_code, head.headers["content-type"]) == (200, got.headers["content-type"])
        assert head.headers["content-length"] == got.headers["content-length"]
    assert client.request("HEAD", "/dicomweb/studies?PatientID=nobody").status_code == 204


def test_parameters_of_the_answer_are_no_keys(client: Client) -> None:
    client.stored()
    for query in ("charset=utf-8", "accept=application/json", "charset=ISO-8859-1&accept=*/*"):
        answer = client.get(f"/dicomweb/studies?{query}")
        assert (answer.status_code, "warning" in answer.headers) == (200, False)


def test_the_order_is_the_same_at_every_level(client: Client) -> None:
    studies = [uid() for _ in range(3)]
    for number in (2, 1):
        for study_uid, date in zip(studies, ("20260101", "20260301", "20260201"), strict=True):
            client.stored(StudyInstanceUID=study_uid, StudyDate=date, SeriesNumber=number, InstanceNumber=number)
    expected = [studies[1], studies[2], studies[0]]
    assert [match["0020000D"]["Value"][0] for match in client.get("/dicomweb/studies").json()] == expected
    for path in ("series", "instances"):
        found = client.get(f"/dicomweb/{path}").json()
        assert [match["0020000D"]["Value"][0] for match in found] == [one for one in expected for _ in range(2)]
        assert [match["00200011"]["Value"][0] for match in found] == [1, 2] * 3


def test_what_an_instance_says_itself_is_told_of_it(client: Client) -> None:
    study_uid, series_uid = uid(), uid()
    for number, offset in ((1, "+0000"), (2, "+0100")):
        client.stored(
            StudyInstanceUID=study_uid,
            SeriesInstanceUID=series_uid,
            InstanceNumber=number,
            TimezoneOffsetFromUTC=offset,
        )
    found = client.get("/dicomweb/instances").json()
    assert [match["00080201"]["Value"] for match in found] == [["+0000"], ["+0100"]]
