"""The form of the conformance table: a row asks one thing of the server and says what the standard expects.

`{…}` in a path or header is filled in when the row is run: `{ct1.instance}` is the path of an archived instance,
`{new.study}` that of one this row stores, `{before.headers[etag]}` something of the answer before.
"""

import email
import email.policy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from pydicom.datadict import tag_for_keyword

from tests.conformance.archive import Archived, Fresh

ROOT = "/dicomweb"

Body = tuple[bytes, dict[str, str]]
"""The bytes of a request and the headers that describe them."""


@dataclass(frozen=True)
class Ask:
    """One request: `path` is below the DICOMweb root, or below the server's own where it begins with two slashes."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[["Exchange"], Body] | None = None
    raw: Callable[["Exchange", str], bytes] | None = None
    """Makes all bytes of the request, its own line included, where these are what is asked about."""
    may_fail: bool = False
    """Whether the row goes on when this request, one before the one that is judged, is refused."""

    @property
    def text(self) -> str:
        """How the table prints it."""
        path = self.path[1:] if self.path.startswith("//") else self.path
        told = [f"{name}: {value}" for name, value in self.headers.items() if self.method != "POST" or name == "Accept"]
        return f"{self.method} {path}" + "".join(f", {line}" for line in told)


@dataclass
class Exchange:
    """What a row has asked and been answered so far, and what it may refer to."""

    archive: Mapping[str, Archived]
    new: Fresh
    answers: list[httpx.Response] = field(default_factory=list)

    @property
    def last(self) -> httpx.Response:
        """The answer that the row is about."""
        return self.answers[-1]

    def fill(self, text: str) -> str:
        """`text` with what stands in braces replaced."""
        if "{" not in text:
            return text
        before = {"before": Before(self.answers[-1])} if self.answers else {}
        return text.format_map({**self.archive, "new": self.new, **before})


class Before:
    """The answer before, as a path or header of the next request speaks of it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.headers = answer.headers
        self._answer = answer

        class _BulkData:
            def __getitem__(self, name: str | int) -> str:
                # a format string takes eight decimal digits for a number
                return _bulk_data_uri(answer.json(), f"{name:08}" if isinstance(name, int) else name)

        self.bulk = _BulkData()

    @property
    def retrieve_url(self) -> str:
        """RetrieveURL of the only match."""
        [item] = self._answer.json()
        return str(values(item, "RetrieveURL")[0])


@dataclass(frozen=True)
class Expected:
    """What is expected of an answer: in words for the page, and as a check that raises `AssertionError`."""

    text: str
    check: Callable[[Exchange], None]
    codes: frozenset[int] = frozenset()
    """The statuses that meet it, where it names any."""

    def __and__(self, other: "Expected") -> "Expected":
        def both(exchange: Exchange) -> None:
            self.check(exchange)
            other.check(exchange)

        return Expected(f"{self.text}; {other.text}", both, self.codes | other.codes)


@dataclass(frozen=True)
class Clause:
    """One row. Only the last of the `asked` requests is judged; those before it must succeed."""

    id: str
    section: str
    title: str
    asked: tuple[Ask, ...]
    expected: Expected
    settings: str = ""
    """Which server answers: the one with the defaults, or the one started for this (`limited`, `shared`)."""

    @property
    def request(self) -> str:
        """The request that is judged, as the table prints it."""
        return self.asked[-1].text


def clause(id_: str, section: str, title: str, *asked: Ask | Expected, settings: str = "") -> Clause:
    """A row: its requests, then what is expected of the last answer."""
    *requests, expected = asked
    assert isinstance(expected, Expected)
    assert requests
    assert all(isinstance(one, Ask) for one in requests)
    return Clause(id_, section, title, tuple(one for one in requests if isinstance(one, Ask)), expected, settings)


def ask(method: str, path: str, **headers: str) -> Ask:
    """A request; `if_none_match="…"` is the header If-None-Match."""
    return Ask(method, path, {name.replace("_", "-").title(): value for name, value in headers.items()})


def get(path: str, **headers: str) -> Ask:
    """A GET."""
    return ask("GET", path, **headers)


def post(path: str, body: Callable[[Exchange], Body], **headers: str) -> Ask:
    """A POST with the body that `body` makes; `headers` win over those that describe it."""
    return replace(ask("POST", path, **headers), body=body)


def raw(method: str, path: str, made: Callable[[Exchange, str], bytes]) -> Ask:
    """A request whose every byte `made` writes, for the exchange and the value of the Host header."""
    return Ask(method, path, raw=made)


def tag(keyword: str) -> str:
    """The key of a keyword in DICOM JSON."""
    number = tag_for_keyword(keyword)
    assert number is not None, keyword
    return f"{number:08X}"


def expected(text: str) -> Callable[[Callable[[Exchange], None]], Expected]:
    """Makes a check an expectation that is described by `text`."""
    return lambda check: Expected(text, check)


def status(*codes: int) -> Expected:
    """The answer has one of these statuses."""

    def check(exchange: Exchange) -> None:
        answer = exchange.last
        assert answer.status_code in codes, f"{answer.status_code}: {answer.text[:400]}"

    return Expected(" or ".join(map(str, codes)), check, frozenset(codes))


def header(name: str, value: str) -> Expected:
    """A header of the answer contains `value`."""

    def check(exchange: Exchange) -> None:
        found = exchange.last.headers.get(name)
        assert found is not None, f"no {name} among {sorted(exchange.last.headers)}"
        assert exchange.fill(value).lower() in found.lower(), f"{name}: {found}"

    return Expected(f"{name} with {value}" if value else f"a header {name}", check)


def no_header(name: str) -> Expected:
    """The answer has no such header."""

    def check(exchange: Exchange) -> None:
        assert name not in exchange.last.headers, exchange.last.headers[name]

    return Expected(f"no {name}", check)


def kind(media_type: str) -> Expected:
    """The answer's media type, without its parameters."""

    def check(exchange: Exchange) -> None:
        found = exchange.last.headers.get("content-type", "")
        assert found.partition(";")[0].strip().lower() == media_type, found

    return Expected(media_type, check)


def problem(code: int) -> Expected:
    """A refusal with a problem body."""

    def check(exchange: Exchange) -> None:
        answer = exchange.last
        assert answer.status_code == code, f"{answer.status_code}: {answer.text[:400]}"
        assert answer.headers["content-type"] == "application/problem+json", answer.headers["content-type"]
        assert answer.json()["status"] == code
        assert answer.json()["title"]

    return Expected(f"{code} with a problem body", check, frozenset({code}))


def parts(answer: httpx.Response) -> list[tuple[str, bytes]]:
    """Content type and bytes of every part, as an independent reader finds them."""
    assert answer.headers["content-type"].startswith("multipart/related"), answer.headers["content-type"]
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP)
    found: Any = message.get_payload()
    assert isinstance(found, list), "no parts"
    return [(str(part["Content-Type"]).replace('"', ""), part.get_payload(decode=True)) for part in found]


def part_heads(answer: httpx.Response) -> list[dict[str, str]]:
    """The header of every part, names in lower case."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP)
    found: Any = message.get_payload()
    return [{name.lower(): str(value) for name, value in part.items()} for part in found]


def values(item: Mapping[str, Any], keyword: str) -> Sequence[Any]:
    """The values of an attribute in DICOM JSON; none where there is none."""
    name = keyword if len(keyword) == 8 and keyword[0].isdigit() else tag(keyword)
    found: Sequence[Any] = item.get(name, {}).get("Value", [])
    return found


def _bulk_data_uri(found: Any, path: str) -> str:
    """The BulkDataURI at `path` (tags and item numbers, separated by underscores) of the first data set."""
    item = found[0] if isinstance(found, list) else found
    *sequences, last = path.split("_")
    for name in sequences:
        item = item[name]["Value"][0]
    return str(item[last]["BulkDataURI"])
