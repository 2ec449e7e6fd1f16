"""An archive spoken to by DICOMweb: STOW-RS to store, QIDO-RS to see, WADO-RS to compare."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from simulator.studies import Instance
from simulator.workload import http
from simulator.workload.archive import Answer, TurnedAway, Unreachable
from simulator.workload.patience import retry_after

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 507})
"""Answers after which the same request may well succeed."""

_ANSWERED = frozenset({200, 202, 409})
_PAGE = 1000
_UIDS_A_SEARCH = 40


class DicomwebArchive:
    """The DICOMweb root of an archive, over one client."""

    def __init__(self, client: httpx.Client, root: str) -> None:
        self._client = client
        self._root = root.rstrip("/")

    def store(self, instances: Sequence[Instance]) -> Answer:
        """One store transaction, PS3.18 10.5."""
        url = f"{self._root}/studies"
        try:
            response = http.post(self._client, url, instances)
        except httpx.TransportError as error:
            raise Unreachable(_words(error)) from error
        if response.status_code not in _ANSWERED:
            raise _refusal(response)
        try:
            return http.read_answer(response)
        except (ValueError, AttributeError, TypeError) as error:
            raise TurnedAway(f"{url} answered {response.status_code} without a store response.") from error

    def held(self, study_uid: str, series_uid: str) -> frozenset[str]:
        """What QIDO-RS finds in the series, page by page (PS3.18 8.3.4.4)."""
        return frozenset(self._search(study_uid, series_uid, ""))

    def visible(self, study_uid: str, series_uid: str, uids: Sequence[str]) -> frozenset[str]:
        """Those of `uids` that QIDO-RS finds, by a list of UIDs (PS3.4 C.2.2.2.2)."""
        found: set[str] = set()
        for start in range(0, len(uids), _UIDS_A_SEARCH):
            some = ",".join(uids[start : start + _UIDS_A_SEARCH])
            found.update(self._search(study_uid, series_uid, f"&SOPInstanceUID={some}"))
        return frozenset(found)

    def digest(self, study_uid: str, series_uid: str, instance_uid: str) -> str:
        """SHA-256 of the instance as WADO-RS gives it back, in the transfer syntax it was stored in."""
        url = f"{self._instances(study_uid, series_uid)}/{quote(instance_uid, safe='')}"
        accept = "application/dicom; transfer-syntax=*"
        digest = hashlib.sha256()
        try:
            with self._client.stream("GET", url, headers={"Accept": accept}) as response:
                if response.status_code in {404, 410}:
                    return ""
                if response.status_code != 200:
                    response.read()
                    raise _refusal(response)
                for piece in response.iter_bytes():
                    digest.update(piece)
        except httpx.TransportError as error:
            raise Unreachable(_words(error)) from error
        return digest.hexdigest()

    def is_drawn(self, study_uid: str, series_uid: str, instance_uid: str) -> bool:
        """Whether the archive gives a picture of the instance now (PS3.18 10.4.1.1.3)."""
        url = f"{self._instances(study_uid, series_uid)}/{quote(instance_uid, safe='')}/rendered?viewport=256,256"
        response = self._get(url, "image/jpeg")
        return response.status_code == 200 and response.headers.get("content-type", "").startswith("image/")

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def _search(self, study_uid: str, series_uid: str, conditions: str) -> Iterator[str]:
        offset = 0
        while True:
            url = f"{self._instances(study_uid, series_uid)}?limit={_PAGE}&offset={offset}{conditions}"
            matches = self._matches(url)
            yield from matches
            if len(matches) < _PAGE:
                return
            offset += len(matches)

    def _matches(self, url: str) -> list[str]:
        response = self._get(url, "application/dicom+json")
        if response.status_code in {204, 404}:
            return []
        if response.status_code != 200:
            raise _refusal(response)
        try:
            return [_uid(match) for match in response.json()]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise TurnedAway(f"{url.partition('?')[0]} answered a search without DICOM JSON.") from error

    def _get(self, url: str, accept: str) -> httpx.Response:
        try:
            return self._client.get(url, headers={"Accept": accept})
        except httpx.TransportError as error:
            raise Unreachable(_words(error)) from error

    def _instances(self, study_uid: str, series_uid: str) -> str:
        return f"{self._root}/studies/{quote(study_uid, safe='')}/series/{quote(series_uid, safe='')}/instances"


def connection(root: str, timeout: float = 120.0) -> DicomwebArchive:
    """A client of its own for one archive; proxies named in the environment are not used."""
    return DicomwebArchive(httpx.Client(timeout=timeout, trust_env=False), root)


def _uid(match: dict[str, Any]) -> str:
    return str(match["00080018"]["Value"][0])


def _words(error: httpx.TransportError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _refusal(response: httpx.Response) -> Unreachable | TurnedAway:
    url = str(response.request.url).partition("?")[0]
    if response.status_code in PASSING:
        asked_for = retry_after(response.headers.get("Retry-After", ""))
        return Unreachable(f"the server answered {response.status_code}", asked_for)
    detail = " ".join(response.text.split())[:200] or "no reason given"
    return TurnedAway(f"{url} answered {response.status_code}: {detail}", too_large=response.status_code == 413)
