"""Images that are described as one before them was, because all that was asked of its header is the same here.

What `describe` answers depends on nothing but what it asks of the header. Elements that were told before are the very
same ones (`dicom.repeated`), so of the hundreds of instances of a series one is described and the others are compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from server.rendering.describe import describe
from server.rendering.header import BulkReader, Header
from server.rendering.image import Image

_MOST_QUESTIONS = 8
_MOST_IMAGES = 64


@dataclass(frozen=True, slots=True)
class Described:
    """An image and the JSON of it that is catalogued."""

    image: Image
    json: str


def described(header: Header, read: BulkReader, kind: str, transfer_syntax_uid: str) -> Described:
    """As `describe`, and its `Malformed`."""
    get = header.get
    for names, images in tuple(_known.items()):
        same = images.get((kind, transfer_syntax_uid, *map(id, map(get, names))))
        if same is not None:
            return same.described
    asked = _Asked(header)

    def read_once(uri: str) -> bytes:
        asked.is_all = False
        return read(uri)

    image = describe(asked, read_once, kind, transfer_syntax_uid)
    made = Described(image, as_json(image))
    if asked.is_all:
        _remember(kind, transfer_syntax_uid, asked.answers, made)
    return made


def as_json(image: Image) -> str:
    """The image as it is catalogued."""
    return orjson.dumps(image.to_json()).decode()


class _Asked(Mapping[str, Any]):
    """A header that notes what is asked of it; `is_all` while nothing else can have been known of the instance."""

    def __init__(self, header: Header) -> None:
        self.answers: dict[str, Any] = {}
        self.is_all = True
        self._header = header

    def get(self, name: str, default: Any = None) -> Any:
        found = self.answers[name] = self._header.get(name)
        return default if found is None else found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __getitem__(self, name: str) -> Any:
        self.get(name)
        return self._header[name]

    def __iter__(self) -> Iterator[str]:
        self.is_all = False
        return iter(self._header)

    def __len__(self) -> int:
        self.is_all = False
        return len(self._header)


@dataclass(frozen=True, slots=True)
class _Same:
    """What was made of these answers, which are kept: an `id` stands for one only as long as it is there."""

    described: Described
    answers: tuple[Any, ...]


_known: dict[tuple[str, ...], dict[tuple[object, ...], _Same]] = {}


def _remember(kind: str, transfer_syntax_uid: str, asked: Mapping[str, Any], made: Described) -> None:
    names, answers = tuple(asked), tuple(asked.values())
    if names not in _known and len(_known) >= _MOST_QUESTIONS:
        _known.clear()
    images = _known.setdefault(names, {})
    if len(images) >= _MOST_IMAGES:
        images.clear()
    images[kind, transfer_syntax_uid, *map(id, answers)] = _Same(made, answers)
