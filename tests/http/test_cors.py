"""Cross-origin sharing: for the origins that are configured, in every answer, and for nobody else."""

from collections.abc import Callable

import pytest

from tests.factories import multipart, part10
from tests.http.conftest import Client

OHIF = "https://ohif.example"


@pytest.fixture
def sharing(client_with: Callable[..., Client]) -> Client:
    return client_with(web={"cors_origins": f"{OHIF}, http://127.0.0.1:3000"})


@pytest.mark.parametrize(
    ("path", "status"),
    [("/dicomweb/studies", 204), ("/dicomweb/studies?NoSuchWord=1", 400), ("/dicomweb/studies/1.2.3", 404)],
)
@pytest.mark.parametrize("origin", [OHIF, "http://127.0.0.1:3000"])
def test_a_configured_origin_may_read_answers_and_errors(sharing: Client, path: str, status: int, origin: str) -> None:
    answer = sharing.get(path, headers={"Origin": origin})
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == origin
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "Origin" in answer.headers["vary"]


def test_a_configured_origin_may_store_and_delete(sharing: Client) -> None:
    content, headers = multipart(part10(StudyInstanceUID="1.2.3"))
    stored = sharing.post("/dicomweb/studies", content=content, headers=headers | {"Origin": OHIF})
    assert (stored.status_code, stored.headers["access-control-allow-origin"]) == (200, OHIF)
    assert sharing.request("DELETE", "/dicomweb/studies/1.2.3", headers={"Origin": OHIF}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_preflight_is_answered(sharing: Client, method: str) -> None:
    asked = {
        "Origin": OHIF,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = sharing.request("OPTIONS", "/dicomweb/studies", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == OHIF
    assert method in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"]


def test_another_origin_gets_nothing(sharing: Client, client: Client) -> None:
    for server in (sharing, client):
        asked = {"Origin": "https://evil.example"}
        assert "access-control-allow-origin" not in server.get("/dicomweb/studies", headers=asked).headers
        preflight = server.request(
            "OPTIONS", "/dicomweb/studies", headers=asked | {"Access-Control-Request-Method": "POST"}
        )
        assert "access-control-allow-origin" not in preflight.headers
        content, headers = multipart(part10())
        assert server.post("/dicomweb/studies", content=content, headers=headers | asked).status_code == 403


@pytest.mark.parametrize("text", ["*", "ohif.example", "https://ohif.example/viewer", "null"])
def test_what_is_no_origin_stops_the_start(client_with: Callable[..., Client], text: str) -> None:
    with pytest.raises(ValueError, match=r"web\.cors_origins"):
        client_with(web={"cors_origins": text})
