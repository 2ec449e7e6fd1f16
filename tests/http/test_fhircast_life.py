"""An application's whole life at the hub, over a real WebSocket, with a token: FHIRcast 3.0, clause by clause."""

import json
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from server.web import fhircast_channel
from tests.http.test_fhircast import Hub, hub, names, stored, told
from tests.http.test_live import event, heard, live, server

__all__ = ["hub", "live", "server"]


def token(hub: Hub, scope: str, **more: Any) -> httpx.Response:
    address = f"http://{hub.live.address}/api/sessions/{hub.topic}/fhircast-tokens"
    return httpx.post(address, content=json.dumps({"scope": scope, **more}))


def bearing(hub: Hub, scope: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(hub, scope).json()['access_token']}"}


def sync_error(hub: Hub, about: str) -> dict[str, Any]:
    coding = [{"system": "https://fhircast.hl7.org/events/syncerror/eventid", "code": about}]
    issue = [{"severity": "warning", "code": "processing", "details": {"coding": coding}}]
    outcome = {"resourceType": "OperationOutcome", "issue": issue}
    context = [{"key": "operationoutcome", "resource": outcome}]
    said = {"hub.topic": hub.topic, "hub.event": "syncerror", "context": context}
    return {"timestamp": "2026-11-22T10:00:00Z", "id": "late-1", "event": said}


def test_the_whole_life_of_a_subscriber(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, _ = hub.live.join("Anna")
    headers = bearing(hub, "fhircast/*.read fhircast/ImagingStudy-open.write fhircast/SyncError.write")
    # 2.1: whoever discovers the session is told hub.url and hub.topic together with the token
    made = token(hub, "fhircast/*.read").json()
    assert (made["hub.url"], made["hub.topic"], made["token_type"]) == (hub.url, hub.topic, "Bearer")
    # 2.7: conformance
    said = httpx.get(f"{hub.url}/.well-known/fhircast-configuration", headers=headers).json()
    assert {"eventsSupported", "websocketSupport", "fhircastVersion", "getCurrentSupport"} <= said.keys()
    # 2.4: subscription request, response, and the confirmation as the first message on the channel
    monkeypatch.setattr(httpx, "post", lambda url, **options: real_post(url, **_with(options, headers)))
    epr, endpoint = hub.subscribed(subscriber_name="EPR")
    report, _ = hub.subscribed(subscriber_name="Reporting")
    assert told(epr)["hub.mode"] == "subscribe"
    told(report)
    # 2.5: notification and answer
    event(anna, 1, type="image/set", viewport=0, image=hub.live.image)
    assert names(epr, 2) == ["Patient-open", "ImagingStudy-open"]
    assert names(report, 2, answer="202") == ["Patient-open", "ImagingStudy-open"]
    # 2.9: current context, with the version of the event
    now = httpx.get(f"{hub.url}/{hub.topic}", headers=headers).json()
    assert (now["context.type"], [one["key"] for one in now["context"]]) == ("ImagingStudy", ["patient", "study"])
    # 2.5, 3.2.1: after a 202 the subscriber finds that it cannot follow
    late = json.dumps(sync_error(hub, "ImagingStudy-open"))
    kind = {"Content-Type": "application/fhir+json"}
    assert real_post(hub.url, content=late, headers=headers | kind).status_code == 202
    assert [told(one)["event"]["hub.event"] for one in (epr, report)] == ["SyncError", "SyncError"]
    # 2.6: a request is echoed to everybody with its id, after the close of what was open
    other = stored(hub, PatientID="OTHER", PatientName="OTHER^PATIENT")
    assert hub.ask("ImagingStudy-open", other, event_id="asked-9").status_code == 202
    assert names(epr, 3) == ["ImagingStudy-close", "Patient-close", "Patient-open"]
    assert told(epr)["id"] == "asked-9"
    # 2.4: unsubscribing, the denial on the channel, and nothing afterwards
    assert hub.post(hub_mode="unsubscribe", **{"hub_channel.endpoint": endpoint}).status_code == 202
    assert told(epr)["hub.mode"] == "denied"
    with pytest.raises(ConnectionClosed):
        told(epr)


real_post = httpx.post


def _with(options: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    return options | {"headers": options.get("headers", {}) | headers}


def test_a_token_is_for_some_events_of_one_session_and_for_a_while(hub: Hub) -> None:
    hub.live.join("Anna")
    headers = bearing(hub, "fhircast/imagingstudy-OPEN.read")
    form = {"hub.channel.type": "websocket", "hub.mode": "subscribe", "hub.topic": hub.topic}
    allowed = httpx.post(hub.url, data=form | {"hub.events": "ImagingStudy-open"}, headers=headers)
    refused = httpx.post(hub.url, data=form | {"hub.events": "ImagingStudy-open,Patient-open"}, headers=headers)
    assert (allowed.status_code, refused.status_code) == (202, 403), "2.2: a scope names events"
    kind = {"Content-Type": "application/fhir+json"}
    body = json.dumps(sync_error(hub, "x"))
    assert httpx.post(hub.url, content=body, headers=headers | kind).status_code == 403, "2.2: read is not write"
    elsewhere = {"hub.topic": "another", "hub.events": "ImagingStudy-open"}
    assert httpx.post(hub.url, data=form | elsewhere, headers=headers).status_code == 404
    for wrong in ("Bearer nothing", "Basic YTpi", "Bearer"):
        answer = httpx.get(f"{hub.url}/{hub.topic}", headers={"Authorization": wrong})
        assert answer.status_code == 401, wrong


@pytest.mark.parametrize("scope", ["", "patient/*.read", "fhircast/*", "fhircast/*.delete", None, 5])
def test_a_token_without_a_scope_is_refused(hub: Hub, scope: Any) -> None:
    assert token(hub, scope).status_code == 400


def test_a_token_lasts_a_day_at_most(hub: Hub) -> None:
    assert token(hub, "fhircast/*.*", expires_in=24 * 3600 + 1).status_code == 400
    assert token(hub, "fhircast/*.*", expires_in=True).status_code == 400


def test_withdrawn_tokens_send_everybody_away(hub: Hub) -> None:
    headers = bearing(hub, "fhircast/*.*")
    epr, endpoint = hub.subscribed()
    told(epr)
    tokens = f"http://{hub.live.address}/api/sessions/{hub.topic}/fhircast-tokens"
    assert httpx.delete(tokens).status_code == 204
    assert told(epr)["hub.reason"] == "the tokens are withdrawn"
    assert httpx.get(f"{hub.url}/{hub.topic}", headers=headers).status_code == 401
    with pytest.raises(InvalidStatus):
        connect(endpoint)


def test_who_does_not_answer_is_named_and_unsubscribed(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhircast_channel, "SUBSCRIBER_SECONDS", 0.2)
    anna, _ = hub.live.join("Anna")
    silent, endpoint = hub.subscribed(subscriber_name="Silent", hub_events="ImagingStudy-open")
    other, _ = hub.subscribed(subscriber_name="Other", hub_events="Home-open,SyncError")
    told(silent), told(other)
    event(anna, 1, type="image/set", viewport=0, image=hub.live.image)
    assert told(silent)["event"]["hub.event"] == "ImagingStudy-open"
    assert told(other)["event"]["hub.event"] == "SyncError", "2.5: the others hear of it"
    assert told(silent)["hub.mode"] == "denied", "2.5: the hub SHALL unsubscribe the subscriber"
    with pytest.raises(InvalidStatus):
        connect(endpoint)


@pytest.mark.parametrize(("code", "expected"), [(1011, True), (1000, False)])
def test_a_connection_that_breaks_is_told_and_one_that_is_closed_is_not(hub: Hub, code: int, expected: bool) -> None:
    anna, _ = hub.live.join("Anna")
    leaving, _ = hub.subscribed(subscriber_name="Leaving")
    other, _ = hub.subscribed(subscriber_name="Other", hub_events="SyncError,ImagingStudy-close")
    told(leaving), told(other)
    event(anna, 1, type="image/set", viewport=0, image=hub.live.image)
    names(leaving, 2)
    leaving.close(code)
    event(anna, 2, type="anonymous/set", anonymous=True)
    heard(anna, "event", id=2)
    heard_next = {told(other)["event"]["hub.event"] for _ in range(1 + expected)}
    assert heard_next == ({"SyncError", "ImagingStudy-close"} if expected else {"ImagingStudy-close"})


@pytest.mark.parametrize("context", [[], [{"key": "operationoutcome", "resource": {"resourceType": "Patient"}}], None])
def test_a_sync_error_that_says_nothing_is_refused(hub: Hub, context: Any) -> None:
    said = sync_error(hub, "x")
    said["event"]["context"] = context
    answer = httpx.post(hub.url, content=json.dumps(said), headers={"Content-Type": "application/fhir+json"})
    assert answer.status_code == 400
