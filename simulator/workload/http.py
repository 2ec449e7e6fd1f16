"""STOW-RS over HTTP: instances as one multipart/related request, the store response as plain values."""

from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from simulator.studies import Instance
from simulator.workload.archive import Answer

BOUNDARY = "lightbox-simulator-7e1f0c5b9a"
CONTENT_TYPE = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
_PART_HEAD = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
_PART_END = b"\r\n"
_END = f"--{BOUNDARY}--\r\n".encode()

# PS3.18 I.2.2: the attributes of a store response, by tag as PS3.18 F.2 writes them.
_FAILED, _STORED = "00081198", "00081199"
_INSTANCE, _FAILURE_REASON = "00081155", "00081197"


def body(instances: Sequence[Instance]) -> Iterator[bytes]:
    """Yield a PS3.18 8.6.1.2.2 multipart payload piece by piece, without copying an instance."""
    for instance in instances:
        yield _PART_HEAD
        yield instance.data
        yield _PART_END
    yield _END


def body_length(instances: Sequence[Instance]) -> int:
    """Return the number of bytes that `body` yields."""
    around = len(_PART_HEAD) + len(_PART_END)
    return sum(around + len(instance.data) for instance in instances) + len(_END)


def post(client: httpx.Client, studies_url: str, instances: Sequence[Instance]) -> httpx.Response:
    """Send one store transaction, PS3.18 10.5. Raises httpx.TransportError when no answer comes."""
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(body_length(instances)),
        "Accept": "application/dicom+json",
    }
    return client.post(studies_url, content=body(instances), headers=headers)


def read_answer(response: httpx.Response) -> Answer:
    """Return what a 200, 202 or 409 says of each instance, PS3.18 10.5.3.

    Raises ValueError when the payload is no store response.
    """
    payload = response.json()
    dataset = payload[0] if isinstance(payload, list) and payload else payload
    if not isinstance(dataset, dict):
        raise ValueError("the store response is no DICOM JSON object")
    stored = frozenset(str(_value(item, _INSTANCE)) for item in _items(dataset, _STORED))
    refused = {
        str(_value(item, _INSTANCE)): int(_value(item, _FAILURE_REASON) or 0) for item in _items(dataset, _FAILED)
    }
    return Answer(stored, refused)


def _items(dataset: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    items = dataset.get(tag, {}).get("Value", [])
    return [item for item in items if isinstance(item, dict)]


def _value(item: dict[str, Any], tag: str) -> Any:
    values = item.get(tag, {}).get("Value", [])
    return values[0] if values else None
