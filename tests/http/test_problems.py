"""Errors as problem+json: the one table, every code of it, and nothing said that should not be."""

from typing import Any

import pytest

from server import errors
from server.web.problems import STATUSES, problem
from tests.http.conftest import Client


def codes(error: type[errors.ServerError]) -> set[str]:
    return {error.code}.union(*map(codes, error.__subclasses__()))


def test_every_error_has_its_row_in_the_table() -> None:
    assert codes(errors.ServerError) <= set(STATUSES)


@pytest.mark.parametrize("code", STATUSES)
def test_a_problem_says_what_it_is(code: str) -> None:
    status, title = STATUSES[code]
    answer = problem(code, limit=7)
    assert answer.status_code == status
    assert answer.media_type == "application/problem+json"
    assert ("retry-after" in answer.headers) == (status == 503)
    assert answer.headers["cache-control"] == "no-store"
    assert f'"title":"{title}"' in bytes(answer.body).decode()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/dicomweb/studies?limit=x", 400, "malformed"),
        ("GET", "/dicomweb/studies/1.2.3", 404, "not-found"),
        ("GET", "/dicomweb/nothing", 404, "not-found"),
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/static/x/%2e%2e/secret", 404, "not-found"),
        ("DELETE", "/dicomweb/studies", 405, "method-not-allowed"),
        ("GET", "/api/sessions/unknown", 404, "not-found"),
        ("POST", "/dicomweb/studies", 415, "unsupported-media"),
    ],
)
def test_each_fault_has_its_code(client: Client, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unforeseen_error_is_told_in_one_sentence_without_its_reason(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise RuntimeError("CANARY^Patient")

    monkeypatch.setattr("server.studies.search.Search.search", fail)
    answer = client.get("/dicomweb/studies")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "CANARY" not in answer.text


def test_a_resource_that_has_other_methods_names_them(client: Client) -> None:
    answer = client.request("DELETE", "/dicomweb/series")
    assert "GET" in answer.headers["allow"]
