"""The FHIRcast hub, with subscribers over real WebSockets."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.sessions.fhircast import EVENTS
from tests.factories import image, multipart, part10
from tests.http.test_live import Live, event, heard, live, server

__all__ = ["live", "server"]

ALL = ",".join(EVENTS)


class Hub:
    """A running hub with one session, and subscribers to it."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.url = f"http://{live.address}/api/fhircast"
        self.topic = live.session_id

    def post(self, **form: str) -> httpx.Response:
        fields = {"hub.channel.type": "websocket", "hub.mode": "subscribe", "hub.topic": self.topic, "hub.events": ALL}
        content = urlencode(fields | {name.replace("_", ".", 1): value for name, value in form.items()})
        return httpx.post(self.url, content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})

    def subscribed(self, **form: str) -> tuple[ClientConnection, str]:
        endpoint = self.post(**form).json()["hub.channel.endpoint"]
        return self.live._connections.enter_context(connect(endpoint)), endpoint

    def ask(self, name: str, study_uid: str = "", patient_id: str = "", event_id: str = "asked-1") -> httpx.Response:
        study = {
            "resourceType": "ImagingStudy",
            "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{study_uid}"}],
        }
        patient = {"resourceType": "Patient", "identifier": [{"value": patient_id}]}
        context = [{"key": "study", "resource": study}] if study_uid else []
        context += [{"key": "patient", "resource": patient}] if patient_id else []
        body = {"timestamp": "2026-11-22T10:00:00Z", "id": event_id, "event": {
            "hub.topic": self.topic, "hub.event": name, "context": context}}  # fmt: skip
        return httpx.post(self.url, content=json.dumps(body), headers={"Content-Type": "application/fhir+json"})


@pytest.fixture
def hub(live: Live) -> Hub:
    return Hub(live)


def told(connection: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(connection.recv(timeout=60))
    return message


def names(connection: ClientConnection, count: int, answer: str = "200") -> list[str]:
    """The names of the next events, each answered."""
    found = []
    for _ in range(count):
        message = told(connection)
        found.append(message["event"]["hub.event"])
        connection.send(json.dumps({"id": message["id"], "status": answer}))
    return found


def stored(hub: Hub, **keywords: Any) -> str:
    dataset = image(**keywords)
    content, headers = multipart(part10(dataset))
    httpx.post(f"http://{hub.live.address}/dicomweb/studies", content=content, headers=headers).raise_for_status()
    return str(dataset.StudyInstanceUID)


def test_the_hub_says_what_it_can(hub: Hub) -> None:
    said = httpx.get(f"{hub.url}/.well-known/fhircast-configuration").json()
    assert said["eventsSupported"] == list(EVENTS)
    assert (said["fhircastVersion"], said["websocketSupport"], said["getCurrentSupport"]) == ("3.0.0", True, True)


def test_a_subscriber_follows_what_the_leader_opens(hub: Hub) -> None:
    anna, _ = hub.live.join("Anna")
    assert httpx.get(f"{hub.url}/{hub.topic}").json() == {"context.type": "", "context": []}
    epr, _ = hub.subscribed(subscriber_name="EPR", hub_lease_seconds="600")
    confirmed = told(epr)
    assert (confirmed["hub.mode"], confirmed["hub.topic"]) == ("subscribe", hub.topic)
    assert 590 <= confirmed["hub.lease_seconds"] <= 600

    event(anna, 1, type="image/set", viewport=0, image=hub.live.image)
    patient, study = told(epr), told(epr)
    assert patient["event"]["hub.event"] == "Patient-open"
    assert study["event"]["hub.event"] == "ImagingStudy-open"
    entries = {one["key"]: one["resource"] for one in study["event"]["context"]}
    uid = hub.live.image["study_uid"]
    assert entries["study"]["identifier"][0] == {"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}
    assert entries["study"]["subject"]["reference"] == f"Patient/{entries['patient']['id']}"
    now = httpx.get(f"{hub.url}/{hub.topic}").json()
    assert now["context.type"] == "ImagingStudy"
    assert now["context"] == study["event"]["context"]
    assert now["context.versionId"] == study["event"]["context.versionId"]

    late, _ = hub.subscribed(hub_events="imagingstudy-OPEN")
    assert told(late)["hub.events"] == "ImagingStudy-open,SyncError"
    assert told(late)["event"]["hub.event"] == "ImagingStudy-open", "whoever comes late is told what is open"
    event(anna, 2, type="image/set", viewport=0, image=hub.live.image | {"frame_number": 2})
    event(anna, 3, type="anonymous/set", anonymous=True)
    assert names(epr, 2) == ["ImagingStudy-close", "Patient-close"], "pages of one study are no change; anonymity is"
    assert httpx.get(f"{hub.url}/{hub.topic}").json()["context"] == []


def test_a_subscriber_drives_the_session(hub: Hub) -> None:
    anna, _ = hub.live.join("Anna")
    epr, _ = hub.subscribed()
    told(epr)
    other = stored(hub, PatientID="SECOND", PatientName="SECOND^PATIENT")
    assert hub.ask("ImagingStudy-open", other).status_code == 202
    shown = heard(anna, "event", id=None)
    while shown["event"]["type"] != "image/set":
        shown = heard(anna, "event", id=None)
    assert shown["event"]["image"]["study_uid"] == other
    messages = [told(epr), told(epr)]
    assert messages[1]["id"] == "asked-1", "the event carries the id of the request"
    assert messages[1]["event"]["hub.event"] == "ImagingStudy-open"
    event(anna, 5, type="image/set", viewport=0, image=hub.live.image)
    assert names(epr, 4) == ["ImagingStudy-close", "Patient-close", "Patient-open", "ImagingStudy-open"]
    assert hub.ask("Patient-open", patient_id="SECOND", event_id="asked-2").status_code == 202
    assert names(epr, 4)[-1] == "ImagingStudy-open"
    event(anna, 6, type="freeze/set", frozen=True)
    heard(anna, "event", id=6)
    assert hub.ask("ImagingStudy-open", hub.live.image["study_uid"]).status_code == 403, "nobody turns frozen pages"


def test_who_does_not_follow_is_named_to_the_others(hub: Hub) -> None:
    anna, _ = hub.live.join("Anna")
    epr, _ = hub.subscribed(subscriber_name="EPR")
    report, _ = hub.subscribed(subscriber_name="Reporting", hub_events="ImagingStudy-open")
    told(epr), told(report)
    event(anna, 1, type="image/set", viewport=0, image=hub.live.image)
    assert names(report, 1, answer="409") == ["ImagingStudy-open"]
    assert names(epr, 2) == ["Patient-open", "ImagingStudy-open"]
    error = told(epr)
    assert error["event"]["hub.event"] == "SyncError"
    [entry] = error["event"]["context"]
    codes = [one["code"] for one in entry["resource"]["issue"][0]["details"]["coding"]]
    assert codes[1:] == ["ImagingStudy-open", "Reporting"]


def test_a_subscription_ends_when_it_is_ended(hub: Hub) -> None:
    epr, endpoint = hub.subscribed()
    told(epr)
    assert hub.post(hub_mode="unsubscribe", **{"hub_channel.endpoint": endpoint}).status_code == 202
    assert told(epr)["hub.mode"] == "denied"
    with pytest.raises(ConnectionClosed):
        told(epr)
    with pytest.raises(InvalidStatus):
        connect(endpoint)


def test_a_lease_ends_by_itself(hub: Hub) -> None:
    epr, _ = hub.subscribed(hub_lease_seconds="1")
    told(epr)
    assert told(epr)["hub.reason"] == "the lease has ended"


def test_nobody_leads_nobody_is_driven(hub: Hub) -> None:
    assert hub.ask("ImagingStudy-open", hub.live.image["study_uid"]).status_code == 409


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"hub_topic": "nothing-of-the-kind"}, 404),
        ({"hub_mode": "watch"}, 400),
        ({"hub_events": "Home-open"}, 400),
        ({"hub_lease_seconds": "-1"}, 400),
        ({"hub_channel.type": "webhook"}, 400),
        ({"hub_mode": "unsubscribe"}, 404),
    ],
)
def test_a_subscription_that_makes_no_sense_is_refused(hub: Hub, form: dict[str, str], status: int) -> None:
    assert hub.post(**form).status_code == status


Answer = Callable[[Hub], httpx.Response]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda hub: hub.ask("ImagingStudy-open", "1.2.3.4.5"), 404),
        (lambda hub: hub.ask("ImagingStudy-close", hub.live.image["study_uid"]), 400),
        (lambda hub: hub.ask("Patient-open", patient_id="nobody"), 409),
        (lambda hub: httpx.post(hub.url, content="{", headers={"Content-Type": "application/json"}), 400),
        (lambda hub: httpx.post(hub.url, content="[1]", headers={"Content-Type": "application/json"}), 400),
        (lambda hub: httpx.post(hub.url, content="x", headers={"Content-Type": "text/plain"}), 415),
        (lambda hub: httpx.get(f"{hub.url}/nothing-of-the-kind"), 404),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(hub: Hub, answer: Answer, status: int) -> None:
    assert answer(hub).status_code == status
