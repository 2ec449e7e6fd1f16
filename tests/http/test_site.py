"""The pages: revalidated themselves, what they load kept for a year, and nothing from elsewhere."""

import re

import pytest

from server.web.site import Site, static_folder
from tests.http.conftest import Client


@pytest.mark.parametrize("path", ["/", "/viewer", "/viewer?session=abc"])
def test_a_page_is_revalidated_and_locked_down(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/viewer"])
def test_all_that_a_page_names_is_there_and_may_be_kept(client: Client, path: str) -> None:
    page = client.get(path).text
    named = set(re.findall(r'(?:src|href)="([^"]+)"', page))
    assert not [address for address in named if "//" in address]
    static = [address for address in named if address.startswith("/static/")]
    assert len(static) > 5
    for address in static:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_pages_and_files_are_sent_as_small_as_the_browser_takes_them(client: Client, coding: str) -> None:
    as_it_is = client.get("/viewer", headers={"Accept-Encoding": "identity"}).content
    page = client.get("/viewer", headers={"Accept-Encoding": coding})
    assert (page.content, page.headers["vary"]) == (as_it_is, "Accept-Encoding")
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    files = [client.get(address, headers={"Accept-Encoding": coding}) for address in sorted(set(named))]
    assert {file.headers["vary"] for file in files} == {"Accept-Encoding"}
    sent = sum(int(file.headers["content-length"]) for file in files)
    whole = sum(len(file.content) for file in files)
    assert sent == whole if coding == "identity" else sent < whole / 2.2


def test_an_address_of_another_release_is_not_kept(client: Client) -> None:
    assert client.get("/static/0123456789ab/css/tokens.css").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "%2e%2e/pyproject.toml",
        "..%2f..%2fpyproject.toml",
        "%2fetc%2fpasswd",
        "js",
        "",
        "js/none.js",
        "css/%2e%2e/%2e%2e/x",
    ],
)
def test_nothing_outside_the_folder_can_be_had(client: Client, name: str) -> None:
    assert client.get(f"/static/x/{name}").status_code == 404


def test_every_module_that_a_page_loads_is_preloaded() -> None:
    site = Site(static_folder())
    modules = site.modules("js/viewer.js")
    assert modules[0] == "js/viewer.js"
    assert len(modules) == len(set(modules))


def test_it_says_that_it_is_alive_and_ready(client: Client) -> None:
    assert client.get("/healthz").text == "healthy\n"
    assert client.get("/readyz").text == "ready\n"
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_the_worklist_fetches_what_the_viewer_will_need_when_there_is_nothing_else_to_do(client: Client) -> None:
    later = set(re.findall(r'rel="prefetch" href="([^"]+)"', client.get("/").text))
    viewer = client.get("/viewer").text.partition("<template")[0]
    needed = set(
        re.findall(r'(?:rel="stylesheet"|rel="modulepreload") href="([^"]+)">|type="module".* src="([^"]+)"', viewer)
    )
    assert later == {address for pair in needed for address in pair if address}


def test_who_leaves_a_desk_has_the_browser_forget(client: Client) -> None:
    answer = client.post("/leave")
    assert (answer.status_code, answer.headers["clear-site-data"]) == (204, '"cache", "storage"')
    assert "This desk is clear" in client.get("/left").text
    assert client.get("/leave").status_code == 405
    elsewhere = client.post("/leave", headers={"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403
