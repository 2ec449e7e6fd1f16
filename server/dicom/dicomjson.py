"""Reading the DICOM JSON model of a data set (PS3.18 annex F), as the scan of an arrived instance made it."""

from collections.abc import Mapping, Set
from typing import Any
from unicodedata import normalize

from server.dicom.attributes import tag
from server.dicom.dictionary import Attributes

_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")

__all__ = ["Attributes", "only", "text", "value"]


def value(attributes: Mapping[str, Any], keyword: str) -> Any:
    """The first value of an attribute, or None; a person name as one string with its groups joined by '='."""
    element = attributes.get(tag(keyword))
    values = element.get("Value") if element else None
    if not values:
        return None
    first = values[0]
    return _told(first) if isinstance(first, dict) else first


def _told(item: Mapping[str, Any]) -> Any:
    if "Alphabetic" in item or "Ideographic" in item or "Phonetic" in item:
        return "=".join(item.get(group, "") for group in _GROUPS).rstrip("=")
    return item


def text(attributes: Mapping[str, Any], keyword: str) -> str | None:
    """The first value as it is compared: characters composed, without blanks around it; None when there is none."""
    first = value(attributes, keyword)
    if isinstance(first, str):
        return (first if first.isascii() else normalize("NFC", first)).strip() or None
    return str(first) if isinstance(first, int | float) else None


def only(attributes: Mapping[str, Any], tags: Set[str]) -> Attributes:
    """The attributes among `tags`, in tag order."""
    return {name: attributes[name] for name in sorted(tags & attributes.keys())}
