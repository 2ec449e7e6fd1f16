"""From the query string of a search to what it asks (PS3.18 8.3.4): keys, what to include, the page, how to match."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from server.catalogue.query import Key, Level, Path, Query
from server.dicom.attributes import attribute
from server.errors import Malformed

DEFAULT_LIMIT = 1000
DEEPEST_PATH = 8
MOST_INCLUDED = 1000
_OTHERS = {"limit", "offset", "includefield", "fuzzymatching", "emptyvaluematching", "multiplevaluematching"}
_OF_THE_ANSWER = {"accept", "charset"}
"""They are about how the answer is written (PS3.18 8.3.3); JSON and XML are always UTF-8, whatever `charset` says."""


def search_query(parameters: Sequence[tuple[str, str]], level: Level, most_results: int, **within: str | None) -> Query:
    """The query that decoded parameters make, within `study_uid` and `series_uid`; `Malformed` names what is wrong."""
    counted = Counter(name for name, _ in parameters)
    given = dict(parameters)
    for name in _OTHERS - {"includefield"}:
        if counted[name] > 1:
            raise Malformed("This parameter is given once.", parameter=name)
    settings: dict[str, Any] = within
    return Query(
        level=level,
        keys=[
            Key(attribute_path(name), text)
            for name, text in parameters
            if name not in _OTHERS and name not in _OF_THE_ANSWER
        ],
        include=_include([text for name, text in parameters if name == "includefield"]),
        limit=min(_whole("limit", given.get("limit"), DEFAULT_LIMIT), most_results),
        offset=_whole("offset", given.get("offset"), 0),
        fuzzy=_is_true("fuzzymatching", given),
        empty_values=_is_true("emptyvaluematching", given),
        multiple_values=_is_true("multiplevaluematching", given),
        **settings,
    )


def attribute_path(name: str) -> Path:
    """The attribute that keywords or tags separated by full stops name, the first ones sequences (8.3.4.1)."""
    parts = name.split(".")
    if len(parts) > DEEPEST_PATH:
        raise Malformed(f"A path has {DEEPEST_PATH} attributes at most.", attribute=name[:200])
    path = tuple(attribute(part) for part in parts)
    for step in path[:-1]:
        if step.vr != "SQ":
            raise Malformed("Only a sequence has attributes inside it.", attribute=name[:200])
    return path


def _include(fields: Sequence[str]) -> Sequence[Path] | None:
    """The paths of every `includefield`, None for all (8.3.4.3)."""
    names = dict.fromkeys(name.strip() for field in fields for name in field.split(",") if name.strip())
    if len(names) > MOST_INCLUDED:
        raise Malformed(f"includefield names {MOST_INCLUDED} attributes at most; 'all' takes them all.")
    paths = tuple(attribute_path(name) for name in names if name != "all")
    return None if "all" in names else paths


def _whole(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Malformed(f"{name} is a whole number, 0 or more.", parameter=name, value=text[:80])
    return int(text)


def _is_true(name: str, given: dict[str, str]) -> bool:
    text = given.get(name, "false").lower()
    if text not in {"true", "false"}:
        raise Malformed(f"{name} is true or false.", parameter=name, value=text[:80])
    return text == "true"
