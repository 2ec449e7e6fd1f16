"""Hostile paths, queries, headers and bodies on every route: answered with a problem, and never with a 5xx."""

import itertools
from urllib.parse import quote

import httpx
import pytest

from tests.factories import image, part10
from tests.http.conftest import Client

STUDY = "/dicomweb/studies/{}"
SERIES = STUDY + "/series/{}"
INSTANCE = SERIES + "/instances/{}"
RESOURCES = [STUDY, SERIES, INSTANCE]
ROUTES = [
    *("/dicomweb/studies", "/dicomweb/series", "/dicomweb/instances"),
    *(STUDY + "/series", STUDY + "/instances", SERIES + "/instances"),
    *(path + suffix for path in RESOURCES for suffix in ("", "/metadata", "/rendered", "/thumbnail")),
    *(INSTANCE + "/frames/{}" + suffix for suffix in ("", "/rendered", "/thumbnail")),
    INSTANCE + "/bulkdata/{}",
    *("/api/sessions", "/api/sessions/{}", "/", "/viewer", "/static/{}/{}", "/healthz", "/readyz", "/nothing"),
]
HOSTILE = [
    "../../../etc/passwd",
    "1.2.3'; DROP TABLE study; --",
    "1." * 200,
    "\0",
    "%00",
    "\r\nX-Injected: yes",
    "١.٢.٣",
    "0,1,2",
    "-1",
    "9" * 40,
    "*?[a",
    "😀",
]
KEYS = [
    *("PatientName", "PatientID", "StudyDate", "StudyTime", "ModalitiesInStudy", "StudyInstanceUID", "InstanceNumber"),
    *("00100020", "includefield", "limit", "offset", "fuzzymatching", "accept", "charset"),
    *("window", "viewport", "quality", "frames", "", ".", "SQ.x", "0040A730.00080100"),
]
VALUES = [*HOSTILE, "", ",", "\\", "-", "20260101-20250101", "1e400,1,linear", "nan,nan,sigmoid", "1,1,0,0,-1,-1"]


def is_no_failure(answer: httpx.Response) -> None:
    assert answer.status_code < 500, f"{answer.request.method} {str(answer.request.url)[:200]}: {answer.text[:300]}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


@pytest.fixture
def stocked(client: Client) -> tuple[Client, list[str]]:
    dataset = image()
    client.stow(part10(dataset))
    return client, [dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID]


def filled(route: str, uids: list[str], last: str) -> str:
    """The route with a real resource, but for `last` in its last place."""
    places = route.count("{}")
    return route.format(*[*uids, "1", "1"][: places - 1], last) if places else route


@pytest.mark.parametrize("route", ROUTES)
def test_a_hostile_path_is_no_failure(stocked: tuple[Client, list[str]], route: str) -> None:
    client, uids = stocked
    for text in HOSTILE:
        is_no_failure(client.get(filled(route, uids, quote(text, safe=""))))
        is_no_failure(client.get(filled(route, uids, quote(text, safe="/"))))


@pytest.mark.parametrize("route", ROUTES)
def test_a_hostile_query_is_no_failure(stocked: tuple[Client, list[str]], route: str) -> None:
    client, uids = stocked
    path = filled(route, uids, uids[min(2, route.count("{}") - 1)] if "frames" not in route else "1")
    pairs = list(itertools.product(KEYS, VALUES))
    step = 1 if route.endswith(("/studies", "/rendered")) else 7
    for key, text in pairs[::step]:
        is_no_failure(client.get(path, params={key: text}))


METHODS = ["PUT", "DELETE", "PATCH", "OPTIONS", "POST", "HEAD", "TRACE", "PROPFIND"]


def test_any_method_is_no_failure(client: Client) -> None:
    for route, method in itertools.product(ROUTES, METHODS):
        answer = client.request(method, filled(route, ["1.2", "1.3", "1.4"], "1.5"), content=b"x")
        assert answer.status_code < 500
        if method != "HEAD":
            is_no_failure(answer)


@pytest.mark.parametrize(
    "query",
    [
        "&".join(["PatientID=1"] * 1500),
        "PatientName=" + "*" * 60_000,
        "PatientID=" + "*a" * 3000 + "b",
        "StudyInstanceUID=" + ",".join(["1.2"] * 16_000),
        "ModalitiesInStudy=" + ",".join(["CT"] * 2000),
        "ModalitiesInStudy=,",
        "includefield=" + ",".join(["PatientID"] * 6000),
        "limit=999999999&offset=999999999",
    ],
    ids=lambda query: query[:40],
)
def test_a_query_made_to_break_the_database_is_no_failure(stocked: tuple[Client, list[str]], query: str) -> None:
    is_no_failure(stocked[0].get(f"/dicomweb/instances?{query}"))


HEADERS = ["", ";", "a/b;q=nan", '*/*;q=2;x="\\', ",,,", "/", "http://[::1", "é", "x" * 9000]


@pytest.mark.parametrize("header", ["accept", "content-type", "if-none-match", "accept-encoding", "origin"])
def test_a_hostile_header_is_no_failure(stocked: tuple[Client, list[str]], header: str) -> None:
    client, uids = stocked
    for path in ("/dicomweb/studies", INSTANCE.format(*uids), INSTANCE.format(*uids) + "/rendered"):
        for text in HEADERS:
            is_no_failure(client.get(path, headers={header: text.encode("latin-1")}))
            is_no_failure(client.post(path, headers={header: text.encode("latin-1")}, content=b"x"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"StudyInstanceUIDs": 1}',
        b'{"StudyInstanceUIDs": [1]}',
        b'{"StudyInstanceUIDs": ["x"]}',
        b"[" * 5000,
        b"\xff\xfe",
        b'{"StudyInstanceUIDs": ["' + b"1." * 99 + b'1"]}',
    ],
)
def test_a_hostile_body_is_no_failure(client: Client, body: bytes) -> None:
    answer = client.post("/api/sessions", content=body)
    is_no_failure(answer)
    assert answer.status_code == 400
