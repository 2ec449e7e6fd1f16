"""Whoever comes with a pass sees the images and learns nothing of whose they are."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute, Route

from server.sessions.journal import Journal
from server.web.session_records import _now
from tests.factories import image, multipart, part10
from tests.http.conftest import Client
from tests.http.test_live import Live, event, heard, live, server

__all__ = ["live", "server"]

SECRETS = {
    "PatientName": "WHIPPLE^Sophronia", "PatientID": "9990001112", "PatientBirthDate": "19310405",
    "AccessionNumber": "ACC-77123", "InstitutionName": "Saint Elsewhere", "StudyDescription": "CT of Whipple, S",
    "SeriesDescription": "arterial, Sophronia", "ReferringPhysicianName": "KILDARE^James", "StudyDate": "20240229",
    "StationName": "SCANNER-SE-4", "ImageComments": "tell Mrs Whipple",
}  # fmt: skip


class Veiled:
    """A session around one study, and a guest's address into it."""

    def __init__(self, client: Client, guest: bool = True, burned_in: str = "NO") -> None:
        self.client = client
        self.dataset = image(**SECRETS, BurnedInAnnotation=burned_in)
        client.stow(part10(self.dataset))
        self.uids = [
            str(getattr(self.dataset, f"{one}UID")) for one in ("StudyInstance", "SeriesInstance", "SOPInstance")
        ]
        body = json.dumps({"StudyInstanceUIDs": self.uids[:1]})
        self.session_id = client.post("/api/sessions", content=body).json()["session_id"]
        made = client.post(f"/api/sessions/{self.session_id}/passes", content=json.dumps({"guest": guest}))
        assert made.status_code == 201
        self.root = "/anonymous/" + made.json()["address"].partition("anonymous=")[2]

    def get(self, path: str) -> Any:
        return self.client.get(self.root + path)

    def shown(self) -> tuple[str, str, str]:
        """The study, the series and the instance, by the names they have here."""
        study = self.get("/api/sessions/current").json()["study_uids"][0]
        [series] = self.get(f"/dicomweb/studies/{study}/series").json()
        series_uid = series["0020000E"]["Value"][0]
        [instance] = self.get(f"/dicomweb/studies/{study}/series/{series_uid}/instances").json()
        return study, series_uid, instance["00080018"]["Value"][0]


@pytest.fixture
def veiled(client: Client) -> Veiled:
    return Veiled(client)


def test_no_answer_names_the_patient_or_a_uid(veiled: Veiled) -> None:
    study, series, instance = veiled.shown()
    path = f"/dicomweb/studies/{study}/series/{series}"
    everything = "includefield=all"
    answers = [
        veiled.get("/api/sessions/current"),
        veiled.get(f"/dicomweb/studies?StudyInstanceUID={study}&{everything}"),
        veiled.get(f"/dicomweb/studies/{study}/series?{everything}"),
        veiled.get(f"{path}/instances?{everything}"),
        veiled.get(f"{path}/instances/{instance}/frames/1/rendered?annotation=patient,technique"),
        veiled.get(f"{path}/thumbnail"),
        veiled.get(
            f"/api/studies/{study}/series/{series}/instances/{instance}/frames/1/statistics?shape=point&points=1,1"
        ),
    ]
    known = [*SECRETS.values(), *veiled.uids, veiled.session_id, "WHIPPLE", "KILDARE", "Whipple"]
    for answer in answers:
        assert answer.status_code == 200, (answer.url, answer.text)
        said = answer.content + repr(answer.headers).encode()
        assert not [word for word in known if word.encode() in said], answer.url
    [found] = answers[1].json()
    assert found["00100010"]["Value"] == [{"Alphabetic": "ANONYMOUS"}]
    assert found["00100020"]["Value"][0].startswith("ANON-")
    assert answers[3].json()[0]["00280301"]["Value"] == ["NO"], "whether the pixels name somebody is told"


@pytest.mark.parametrize("guest", [True, False], ids=["guest", "member"])
def test_of_everything_the_server_has_no_route_names_the_patient(client: Client, guest: bool) -> None:
    veiled = Veiled(client, guest)
    study, series, instance = veiled.shown()
    values = {"study": study, "series": series, "instance": instance, "frames": "1", "frame": "1", "level": "studies"}
    secret = veiled.root.rpartition("/")[2]
    values |= {"session_id": "current", "topic": veiled.session_id, "secret": secret, "path": "x"}
    asked = 0
    for path in paths_of(client.app.routes):
        for real in (False, True):
            filled = re.sub(r"{(\w+)(:\w+)?}", lambda found: values.get(found[1], "1"), path)
            if real:  # somebody who has learnt the true names elsewhere is told nothing either
                for hidden, uid in zip((study, series, instance), veiled.uids, strict=True):
                    filled = filled.replace(hidden, uid)
            for method in ("GET", "POST"):
                answer = client.request(method, veiled.root + filled)
                said = answer.content + repr(answer.headers).encode()
                known = [*SECRETS.values(), "WHIPPLE", "KILDARE", "Whipple", *(() if real else veiled.uids)]
                assert not [word for word in known if word.encode() in said], (method, path)
                assert answer.status_code < 500, (method, path)
                asked += 1
    assert asked > 200


def paths_of(routes: Sequence[BaseRoute], before: str = "") -> Iterator[str]:
    """Every path that the app answers, those of mounted parts included."""
    for route in routes:
        path = before + getattr(route, "path", "")
        yield from paths_of(getattr(route, "routes", None) or [], path)
        if isinstance(route, Route):
            yield path


def test_pixels_that_may_name_the_patient_are_held_back(client: Client) -> None:
    veiled = Veiled(client, burned_in="YES")
    study, series, instance = veiled.shown()
    path = f"/dicomweb/studies/{study}/series/{series}"
    for picture in (f"{path}/instances/{instance}/frames/1/rendered", f"{path}/thumbnail"):
        answer = veiled.get(picture)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
        assert "held back" in answer.json()["title"]
        assert not [uid for uid in veiled.uids if uid in answer.text]
    assert veiled.get(f"{path}/instances").status_code == 200, "what is shown is known, its pixels are not"


def test_the_leader_shows_them_and_holds_them_back_again(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = image(**SECRETS, Modality="US")
    content, headers = multipart(part10(dataset))
    web = f"http://{live.address}"
    httpx.post(f"{web}/dicomweb/studies", content=content, headers=headers).raise_for_status()
    body = json.dumps({"StudyInstanceUIDs": [str(dataset.StudyInstanceUID)]})
    live.session_id = httpx.post(f"{web}/api/sessions", content=body).json()["session_id"]
    made = httpx.post(f"{web}/api/sessions/{live.session_id}/passes", content='{"guest": true}').json()
    veil = f"{web}/anonymous/{made['address'].partition('anonymous=')[2]}"
    study = httpx.get(f"{veil}/api/sessions/current").json()["study_uids"][0]
    [found] = httpx.get(f"{veil}/dicomweb/studies/{study}/instances").json()
    series, instance = (found[tag]["Value"][0] for tag in ("0020000E", "00080018"))
    picture = f"{veil}/dicomweb/studies/{study}/series/{series}/instances/{instance}/frames/1/rendered"
    leader, _ = live.join("Anna")
    assert httpx.get(picture).status_code == 403, "an ultrasound that promises nothing"
    monkeypatch.setattr(Journal, "room", lambda *_: pytest.fail("a room that is open is not read from the journal"))
    for number, released in enumerate((True, False)):
        event(leader, number, type="pixels/release", series_uid=str(dataset.SeriesInstanceUID), released=released)
        heard(leader, "event", id=number)
        assert httpx.get(picture).status_code == (200 if released else 403)


def test_annotation_of_patient_is_not_drawn(veiled: Veiled) -> None:
    study, series, instance = veiled.shown()
    path = f"/dicomweb/studies/{study}/series/{series}/instances/{instance}/frames/1/rendered"
    assert veiled.get(f"{path}?annotation=patient").content == veiled.get(path).content


def test_what_is_not_on_the_list_is_not_there(veiled: Veiled) -> None:
    study, series, instance = veiled.shown()
    path = f"/dicomweb/studies/{study}/series/{series}/instances/{instance}"
    for closed in (
        path, f"{path}/metadata", f"{path}/rendered", f"{path}/bulkdata/7FE00010", "/dicomweb/changes",
        "/dicomweb/studies", "/dicomweb/studies?PatientName=WHIPPLE*", "/api/sessions/current/journal",
        "/api/sessions/current/code", f"/api/sessions/{veiled.session_id}", "/",
        f"/dicomweb/studies/{veiled.uids[0]}x/series", "/anonymous/x/",
    ):  # fmt: skip
        answer = veiled.get(closed)
        assert answer.status_code == 404, closed
        assert not [uid for uid in veiled.uids if uid in answer.text], closed


def test_another_study_of_the_archive_is_not_there(veiled: Veiled) -> None:
    other = image()
    veiled.client.stow(part10(other))
    assert veiled.get(f"/dicomweb/studies/{other.StudyInstanceUID}/series").status_code == 404
    assert veiled.get(f"/dicomweb/studies?StudyInstanceUID={other.StudyInstanceUID}").status_code == 404


def test_a_withdrawn_pass_opens_nothing(veiled: Veiled) -> None:
    study, *_ = veiled.shown()
    assert veiled.client.request("DELETE", f"/api/sessions/{veiled.session_id}/passes").status_code == 204
    for path in ("/api/sessions/current", f"/dicomweb/studies/{study}/series"):
        assert veiled.get(path).status_code == 404


def test_a_pass_is_good_for_a_day(veiled: Veiled, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = (_now() + 24 * 3600 * 1000 + 1000) * 1_000_000
    with monkeypatch.context() as clock:
        clock.setattr("time.time_ns", lambda: tomorrow)
        assert veiled.get("/api/sessions/current").status_code == 404
    assert veiled.get("/api/sessions/current").status_code == 404, "also when the clock is put back"


def test_two_patients_can_be_told_apart_and_one_stays_one(client: Client) -> None:
    datasets = [image(PatientID=number) for number in ("1", "1", "2")]
    for dataset in datasets:
        client.stow(part10(dataset))
    body = json.dumps({"StudyInstanceUIDs": [str(dataset.StudyInstanceUID) for dataset in datasets]})
    session_id = client.post("/api/sessions", content=body).json()["session_id"]
    address = client.post(f"/api/sessions/{session_id}/passes", content='{"guest": false}').json()["address"]
    root = "/anonymous/" + address.partition("anonymous=")[2]
    room = client.get(f"{root}/api/sessions/current").json()
    assert room["session_id"] == session_id, "who belongs to the session may go back to it"
    found = [client.get(f"{root}/dicomweb/studies?StudyInstanceUID={uid}").json()[0] for uid in room["study_uids"]]
    one, same, other = (study["00100020"]["Value"][0] for study in found)
    assert one == same != other


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"guest": 1}'])
def test_a_pass_is_asked_for_in_so_many_words(client: Client, body: str) -> None:
    session_id = Veiled(client).session_id
    assert client.post(f"/api/sessions/{session_id}/passes", content=body).status_code == 400
