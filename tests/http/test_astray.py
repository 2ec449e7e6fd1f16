"""Addresses that lead nowhere: a page for a person, a problem for a program, and the same status for both."""

import pytest

from tests.http.conftest import Client

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(("path", "said"), [("/nowhere", "Nothing here"), ("/join/ABCD-EFGH", "No such session")])
def test_a_person_reads_a_page_and_a_program_a_problem(client: Client, path: str, said: str) -> None:
    page, told = client.get(path, headers=BROWSER), client.get(path)
    assert (page.status_code, told.status_code) == (404, 404)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<h1>{said}</h1>" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["code"] == "not-found"


@pytest.mark.parametrize("path", ["/dicomweb/nothing", "/api/nothing", "/wado", "/static/x/y.js"])
def test_what_is_for_programs_answers_browsers_as_it_answers_programs(client: Client, path: str) -> None:
    assert client.get(path, headers=BROWSER).headers["content-type"] == "application/problem+json"


def test_what_was_typed_is_not_repeated_as_markup(client: Client) -> None:
    assert "<script>" not in client.get("/join?code=<script>alert(1)</script>", headers=BROWSER).text


def test_a_method_that_a_page_does_not_have_is_refused_with_those_that_it_has(client: Client) -> None:
    answer = client.get("/leave", headers=BROWSER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "The resource does not have this method" in answer.text
