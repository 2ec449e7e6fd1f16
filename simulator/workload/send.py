"""Sending instances to a DICOMweb server until each one has an answer."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import httpx

from simulator.studies import Instance
from simulator.workload import http

DUPLICATE = 0x0111
_ANSWERED = frozenset({200, 202, 409})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_PAUSE = 30.0


@dataclass
class Ledger:
    """What became of every instance sent, by instance UID."""

    stored: set[str] = field(default_factory=set)
    already_there: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    sent_bytes: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether everything sent is now at the server."""
        return not self.refused and not self.unanswered


class SendError(Exception):
    """The server takes no requests, or does not answer as a DICOMweb server does; `ledger` tells how far it came."""

    def __init__(self, message: str, ledger: Ledger) -> None:
        super().__init__(message)
        self.ledger = ledger


class _NoAnswer(Exception):
    """One request failed for good."""


@dataclass(frozen=True)
class Sender:
    """Sends batches over one client; `pause` waits a number of seconds between attempts."""

    client: httpx.Client
    base_url: str
    instances_per_request: int = 20
    attempts: int = 5
    first_pause: float = 0.5
    pause: Callable[[float], None] = time.sleep

    def send(self, instances: Iterable[Instance], progress: Callable[[int, int], None]) -> Ledger:
        """Send everything, calling `progress(instances, bytes)` after each request.

        Only one batch is in memory at a time. Raises SendError when the server stays out of reach or refuses
        a request as a whole; an instance it refuses is no error but stands in the ledger.
        """
        ledger = Ledger()
        for batch in _batches(instances, self.instances_per_request):
            try:
                answer = self._answer(batch)
            except _NoAnswer as error:
                ledger.unanswered.update(instance.instance_uid for instance in batch)
                raise SendError(str(error), ledger) from error
            self._record(ledger, batch, answer)
            size = sum(len(instance.data) for instance in batch)
            ledger.sent_bytes += size
            progress(len(batch), size)
        return ledger

    def _answer(self, batch: list[Instance]) -> http.Answer:
        url = f"{self.base_url.rstrip('/')}/studies"
        trouble = ""
        for attempt in range(self.attempts):
            wait = min(self.first_pause * 2**attempt, _LONGEST_PAUSE)
            try:
                response = http.post(self.client, url, batch)
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            else:
                if response.status_code not in _PASSING:
                    return _read(response)
                trouble = f"the server answered {response.status_code}"
                wait = min(_retry_after(response) or wait, _LONGEST_PAUSE)
            if attempt + 1 < self.attempts:
                self.pause(wait)
        raise _NoAnswer(f"{url} took no request in {self.attempts} attempts ({trouble}).")

    @staticmethod
    def _record(ledger: Ledger, batch: list[Instance], answer: http.Answer) -> None:
        for instance in batch:
            uid = instance.instance_uid
            code = answer.refused.get(uid)
            if code == DUPLICATE:
                ledger.already_there.add(uid)
            elif code is not None:
                ledger.refused[uid] = http.reason_text(code)
            elif uid in answer.stored:
                ledger.stored.add(uid)
            else:
                ledger.unanswered.add(uid)


def _read(response: httpx.Response) -> http.Answer:
    if response.status_code not in _ANSWERED:
        detail = " ".join(response.text.split())[:200]
        raise _NoAnswer(f"{response.request.url} answered {response.status_code}: {detail or 'no reason given'}")
    try:
        return http.read_answer(response)
    except (ValueError, AttributeError, TypeError) as error:
        raise _NoAnswer(f"{response.request.url} answered {response.status_code} without a store response.") from error


def _retry_after(response: httpx.Response) -> float:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else 0.0


def _batches(instances: Iterable[Instance], size: int) -> Iterator[list[Instance]]:
    rest = iter(instances)
    while batch := list(islice(rest, size)):
        yield batch
