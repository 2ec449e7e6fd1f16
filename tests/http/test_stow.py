"""Storing over HTTP (PS3.18 10.5): what is kept, what is refused, and that the answer tells the truth."""

from pathlib import Path

import pytest

from tests.factories import image, multipart, part10, uid
from tests.http.conftest import Client


def test_a_stored_instance_is_found_and_comes_back_byte_identical(client: Client) -> None:
    dataset = image()
    file = part10(dataset)
    answer = client.stow(file)
    assert answer.status_code == 200
    [kept] = answer.json()["00081199"]["Value"]
    assert kept["00081155"]["Value"] == [dataset.SOPInstanceUID]
    [found] = client.get("/dicomweb/studies", params={"StudyInstanceUID": dataset.StudyInstanceUID}).json()
    assert found["00100010"]["Value"] == [{"Alphabetic": "SYNTHETIC^Person"}]
    retrieved = client.get(kept["00081190"]["Value"][0], headers={"Accept": "application/dicom"})
    assert retrieved.content == file


def test_one_good_and_one_bad_part_answer_202_and_keep_the_good_one(client: Client) -> None:
    answer = client.stow(part10(), b"no DICOM at all, but long enough to have a preamble" * 4)
    assert answer.status_code == 202
    assert len(answer.json()["00081199"]["Value"]) == 1
    [failure] = answer.json()["0008119A"]["Value"]
    assert failure["00081197"]["Value"] == [0xC000]


def test_an_instance_of_another_study_than_the_url_is_refused(client: Client) -> None:
    study_uid = uid()
    answer = client.stow(part10(), part10(StudyInstanceUID=study_uid), to=f"/dicomweb/studies/{study_uid}")
    assert answer.status_code == 202
    [failure] = answer.json()["00081198"]["Value"]
    assert failure["00081197"]["Value"] == [0xA900]


def test_the_same_bytes_again_are_accepted(client: Client) -> None:
    file = part10()
    assert client.stow(file).status_code == 200
    assert client.stow(file, file).status_code == 200
    assert client.get("/dicomweb/instances").json()[0]["00201208"]["Value"] == [1]


def test_other_bytes_under_the_same_uid_are_refused_and_the_first_stay(client: Client) -> None:
    instance_uid, study_uid, series_uid = uid(), uid(), uid()
    uids = {"SOPInstanceUID": instance_uid, "StudyInstanceUID": study_uid, "SeriesInstanceUID": series_uid}
    first = part10(**uids)
    client.stow(first)
    answer = client.stow(part10(**uids, PatientID="another"))
    assert answer.status_code == 409
    assert answer.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0x0111]
    path = f"/dicomweb/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}"
    assert client.get(path, headers={"Accept": "application/dicom"}).content == first


def test_two_different_instances_with_one_uid_in_one_request_keep_the_first(client: Client) -> None:
    instance_uid = uid()
    answer = client.stow(part10(SOPInstanceUID=instance_uid), part10(SOPInstanceUID=instance_uid, PatientID="x"))
    assert answer.status_code == 202
    assert len(client.get("/dicomweb/instances").json()) == 1


def test_a_single_part_body_is_stored(client: Client) -> None:
    answer = client.post("/dicomweb/studies", content=part10(), headers={"Content-Type": "application/dicom"})
    assert answer.status_code == 200


@pytest.mark.parametrize("cut", [0, 10, 60, 300, -4, -20])
def test_a_body_that_is_cut_off_is_malformed(client: Client, cut: int) -> None:
    content, headers = multipart(part10())
    answer = client.post("/dicomweb/studies", content=content[:cut], headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_boundary_that_never_occurs_is_malformed(client: Client) -> None:
    content, _ = multipart(part10())
    headers = {"Content-Type": "multipart/related; type=application/dicom; boundary=other"}
    assert client.post("/dicomweb/studies", content=content, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "multipart/form-data; boundary=b",
        'multipart/related; type="text/json"; boundary=b',
    ],
)
def test_other_media_types_are_answered_with_415(client: Client, content_type: str) -> None:
    answer = client.post("/dicomweb/studies", content=b"x", headers={"Content-Type": content_type})
    assert answer.status_code == 415


def test_a_truncated_file_is_refused_with_the_reason(client: Client) -> None:
    answer = client.stow(part10()[:-10])
    assert answer.status_code == 409
    [failure] = answer.json()["00081198"]["Value"]
    assert "cut short" in failure["00000902"]["Value"][0]


@pytest.mark.parametrize("instance_uid", ["../../etc/passwd", "1.2.03", "1" * 65, "1.2.x", " "])
def test_an_identifier_that_is_no_uid_is_refused(client: Client, instance_uid: str) -> None:
    assert client.stow(part10(SOPInstanceUID=instance_uid)).status_code == 409
    assert client.get("/dicomweb/instances").status_code == 204


def test_nothing_is_left_in_the_inbox(client: Client, root: Path) -> None:
    client.stow(part10(), b"nonsense")
    content, headers = multipart(part10())
    client.post("/dicomweb/studies", content=content[:-5], headers=headers)
    assert list((root / "archive" / "inbox").iterdir()) == []
