"""Logs and errors: one line a request, and never a name, number or birth date of a patient."""

import logging
from collections.abc import Iterator

import orjson
import pytest

from tests.factories import image, part10
from tests.http.conftest import Client

CANARIES = {
    "PatientName": "KANARIENVOGEL^Klara",
    "PatientID": "CANARY4711",
    "PatientBirthDate": "19111111",
    "AccessionNumber": "CANARY0815",
    "StudyDescription": "CANARY description",
    "PatientComments": "CANARY comment",
}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the client's own lines are not the server's
    yield caplog
    logging.getLogger("httpx").setLevel(logging.NOTSET)


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.name == "lightbox.requests"]


def has_no_canary(text: str) -> None:
    for canary in (*CANARIES.values(), "Klara", "KANARIENVOGEL"):
        assert canary not in text


def test_no_patient_is_named_in_logs_or_errors(client: Client, log: pytest.LogCaptureFixture) -> None:
    good, broken = part10(**CANARIES), part10(**CANARIES)[:-9]
    bad_values = part10(**CANARIES, StudyDate="CANARY date", SOPInstanceUID="CANARY.uid")
    answers = [
        client.stow(good, broken),
        client.stow(bad_values),
        client.stow(part10(**CANARIES, PatientAge="CANARY age", SpecificCharacterSet="CANARY set")),
    ]
    for answer in answers:
        has_no_canary(answer.text.replace("CANARY.uid", ""))  # the sender's own identifier, so that it finds the file
    for query in ("PatientID=CANARY4711", "PatientName=KANARIENVOGEL*", "PatientBirthDate=19111111", "limit=x"):
        client.get(f"/dicomweb/studies?{query}")
    [study, *_] = client.get("/dicomweb/studies").json()
    root = study["00081190"]["Value"][0]
    for suffix in ("/rendered?window=CANARY", "/series/1.2.3/instances/4.5/frames/9"):
        has_no_canary(client.get(root + suffix).text.replace('"window":"CANARY"', ""))
    for record in log.records:
        has_no_canary(record.getMessage())
        has_no_canary(record.exc_text or "")


def test_each_request_is_one_line_with_its_id(client: Client, log: pytest.LogCaptureFixture) -> None:
    answers = [
        client.get("/dicomweb/studies?PatientName=KANARIENVOGEL"),
        client.get("/nothing%0d%0aX-Forged: line"),
        client.stow(part10()),
        client.get("/", headers={"Host": "evil.example"}),
    ]
    told = [orjson.loads(line) for line in lines(log)]
    assert [line["status"] for line in told] == [204, 404, 200, 421]
    assert [line["request_id"] for line in told] == [answer.headers["request-id"] for answer in answers]
    assert told[0].keys() == {"request_id", "method", "path", "status", "ms"}
    assert not any("\n" in line or "\r" in line for line in lines(log))


def test_a_very_long_path_is_cut_in_the_log(client: Client, log: pytest.LogCaptureFixture) -> None:
    client.get("/dicomweb/studies/" + "1." * 5000)
    assert len(lines(log)[0]) < 600


def test_an_unforeseen_error_is_logged_in_full(
    client: Client, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = image()
    client.stow(part10(dataset))
    monkeypatch.setattr("server.studies.search.Search.search", lambda *_: 1 / 0)
    assert client.get("/dicomweb/studies").status_code == 500
    assert [record for record in log.records if record.exc_info and record.levelname == "ERROR"]
