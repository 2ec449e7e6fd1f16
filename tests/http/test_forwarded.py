"""Behind a reverse proxy: the URLs in answers are those of the outside, and only trusted proxies are believed."""

from collections.abc import Callable

import pytest

from tests.http.conftest import Client


def retrieve_url(client: Client, **headers: str) -> str:
    """The RetrieveURL of the one study, asked for with these header fields (underscores for hyphens)."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    answer = client.get("/dicomweb/studies", headers=named)
    assert answer.status_code == 200, answer.text
    return str(answer.json()[0]["00081190"]["Value"][0]).partition("/dicomweb")[0]


@pytest.fixture
def behind(client_with: Callable[..., Client]) -> Client:
    """A server that trusts a proxy at its own address, and one more beyond that."""
    client = client_with(web={"trusted_proxies": "127.0.0.0/8, 192.0.2.7"})
    client.stored()
    return client


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"Forwarded": "for=198.51.100.1;proto=https;host=pacs.example"}, "https://pacs.example"),
        ({"Forwarded": 'For="[2001:db8::1]:4711";Proto=https;Host="pacs.example:8443"'}, "https://pacs.example:8443"),
        ({"Forwarded": "proto=https;host=pacs.example"}, "https://pacs.example"),
        ({"X_Forwarded_Proto": "https", "X_Forwarded_Host": "pacs.example"}, "https://pacs.example"),
        (
            {"X_Forwarded_For": "198.51.100.1", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "pacs.example"},
            "https://pacs.example",
        ),
        ({"X_Forwarded_Proto": "https", "Host": "127.0.0.1:8080"}, "https://127.0.0.1:8080"),
        (
            {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "pacs.example", "X_Forwarded_Prefix": "/lightbox/"},
            "https://pacs.example/lightbox",
        ),
        # RFC 7239 has the newer header say it all
        (
            {"Forwarded": "proto=https;host=pacs.example", "X_Forwarded_Host": "other.example"},
            "https://pacs.example",
        ),
    ],
)
def test_what_a_trusted_proxy_says_is_where_answers_point(behind: Client, headers: dict[str, str], wanted: str) -> None:
    assert retrieve_url(behind, **headers) == wanted


def test_of_several_proxies_the_outermost_trusted_one_counts_and_no_client_before_it(behind: Client) -> None:
    lied = "for=203.0.113.9;proto=http;host=evil.example"
    outer = "for=198.51.100.1;proto=https;host=pacs.example"
    inner = "for=192.0.2.7;proto=http;host=inner.example"
    assert retrieve_url(behind, Forwarded=f"{lied}, {outer}, {inner}") == "https://pacs.example"
    named = {
        "X_Forwarded_For": "203.0.113.9, 198.51.100.1, 192.0.2.7",
        "X_Forwarded_Proto": "http, https, http",
        "X_Forwarded_Host": "evil.example, pacs.example, inner.example",
    }
    assert retrieve_url(behind, **named) == "https://pacs.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"Forwarded": "proto=javascript;host=pacs.example"},
        {"Forwarded": 'host="a b"'},
        {"X_Forwarded_Host": "pacs.example/path"},
        {"X_Forwarded_Prefix": "no-slash"},
        {"X_Forwarded_Prefix": "/a b"},
        {"Forwarded": ";;,="},
    ],
)
def test_what_makes_no_sense_is_not_used(behind: Client, headers: dict[str, str]) -> None:
    said = "http://pacs.example" if "javascript" in str(headers) else "http://127.0.0.1:8080"
    assert retrieve_url(behind, **headers) == said


def test_without_trust_nobody_is_believed(client: Client) -> None:
    client.stored()
    headers = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example", "X_Forwarded_Prefix": "/evil"}
    assert retrieve_url(client, **headers) == "http://127.0.0.1:8080"
    assert retrieve_url(client, Forwarded="proto=https;host=evil.example") == "http://127.0.0.1:8080"


def test_a_configured_public_address_outdoes_every_proxy(client_with: Callable[..., Client]) -> None:
    client = client_with(web={"trusted_proxies": "127.0.0.1", "public_address": "https://public.example"})
    client.stored()
    assert retrieve_url(client, X_Forwarded_Host="pacs.example") == "https://public.example"


def test_bulk_data_point_outside_too(behind: Client) -> None:
    [study] = behind.get("/dicomweb/studies").json()
    path = "/dicomweb" + study["00081190"]["Value"][0].partition("/dicomweb")[2]
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "pacs.example"}
    [metadata] = behind.get(f"{path}/metadata", headers=headers).json()
    assert metadata["7FE00010"]["BulkDataURI"].startswith("https://pacs.example/dicomweb/studies/")


@pytest.mark.parametrize("text", ["not an address", "10.0.0.0/99", "10.0.0.1;10.0.0.2"])
def test_a_bad_network_stops_the_start(client_with: Callable[..., Client], text: str) -> None:
    with pytest.raises(ValueError, match=r"web\.trusted_proxies"):
        client_with(web={"trusted_proxies": text})
