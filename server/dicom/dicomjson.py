"""Reading the DICOM JSON model of a data set (PS3.18 annex F), as the scan of an arrived instance made it."""

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import normalize

from server.dicom.attributes import tag
from server.dicom.dictionary import Attributes

__all__ = ["Attributes", "only", "text", "value"]


def value(attributes: Mapping[str, Any], keyword: str) -> Any:
    """The first value of an attribute, or None; a person name as one string with its groups joined by '='."""
    values = attributes.get(tag(keyword), {}).get("Value")
    if not values:
        return None
    first = values[0]
    if isinstance(first, dict) and ("Alphabetic" in first or "Ideographic" in first or "Phonetic" in first):
        groups = [first.get(group, "") for group in ("Alphabetic", "Ideographic", "Phonetic")]
        return "=".join(groups).rstrip("=")
    return first


def text(attributes: Mapping[str, Any], keyword: str) -> str | None:
    """The first value as it is compared: characters composed, without blanks around it; None when there is none."""
    first = value(attributes, keyword)
    return normalize("NFC", str(first)).strip() or None if isinstance(first, str | int | float) else None


def only(attributes: Mapping[str, Any], tags: Iterable[str]) -> Attributes:
    """The attributes among `tags`, in tag order."""
    return {name: attributes[name] for name in sorted(set(tags) & attributes.keys())}
