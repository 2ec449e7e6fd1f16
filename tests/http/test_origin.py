"""Requests that other sites' pages make through a browser: refused by Host and by Origin."""

from collections.abc import Callable

import pytest

from tests.factories import multipart, part10
from tests.http.conftest import Client

OURS = ["127.0.0.1:8080", "localhost:8080", "localhost", "LOCALHOST:8080", "[::1]:8080", "[::1]"]
FOREIGN = ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "", "127.0.0.1:x"]


@pytest.mark.parametrize("host", OURS)
def test_a_request_to_this_machine_is_answered(client: Client, host: str) -> None:
    assert client.get("/dicomweb/studies", headers={"Host": host}).status_code == 204


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_merely_resolves_here_is_misdirected(client: Client, host: str) -> None:
    for path in ("/", "/dicomweb/studies", "/api/sessions", "/healthz"):
        answer = client.get(path, headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (421, "misdirected")


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://127.0.0.1", "http://127.0.0.1:9999", "null", "", "http://[::1", "127.0.0.1:8080"],
)
def test_a_page_of_another_origin_cannot_change_anything(client: Client, origin: str) -> None:
    content, headers = multipart(part10())
    for path in ("/dicomweb/studies", "/api/sessions"):
        answer = client.post(path, content=content, headers=headers | {"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert client.get("/dicomweb/studies").status_code == 204


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_our_own_pages_may(client: Client, host: str) -> None:
    content, headers = multipart(part10())
    headers |= {"Host": host, "Origin": f"http://{host}"}
    assert client.post("/dicomweb/studies", content=content, headers=headers).status_code == 200


def test_programs_send_no_origin_and_may(client: Client) -> None:
    assert client.stow(part10()).status_code == 200


def test_no_answer_lets_another_origin_read_it(client: Client) -> None:
    client.stored()
    answer = client.get("/dicomweb/studies", headers={"Origin": "http://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_public_address_is_ours_too_and_stands_in_answers(client_with: Callable[..., Client]) -> None:
    client = client_with(web={"public_address": "https://pacs.example.nhs.uk:8443/"})
    client.stored()
    answer = client.get("/dicomweb/studies", headers={"Host": "pacs.example.nhs.uk:8443"})
    [study] = answer.json()
    assert study["00081190"]["Value"][0].startswith("https://pacs.example.nhs.uk:8443/dicomweb/studies/")


def test_a_client_that_leaves_the_port_out_gets_addresses_with_it(client: Client) -> None:
    client.stored()
    [study] = client.get("/dicomweb/studies", headers={"Host": "127.0.0.1"}).json()
    assert study["00081190"]["Value"][0].startswith("http://127.0.0.1:8080/dicomweb/")
