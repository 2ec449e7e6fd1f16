"""What the steps of the schema call to fill new columns and tables from what an older release has catalogued."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from server.catalogue.moments import date_key, time_key
from server.catalogue.names import groups, name_key, words
from server.catalogue.packing import unpack
from server.dicom.attributes import tag
from server.dicom.dicomjson import text


def _words(name: str | None) -> str:
    return orjson.dumps(words(name)).decode()


def _groups(name: str | None) -> str:
    return orjson.dumps(groups(name)).decode()


def _timezone(packed: bytes | None) -> str | None:
    element = unpack(packed).get(tag("TimezoneOffsetFromUTC")) if packed else None
    return orjson.dumps(element).decode() if element else None


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "date_key": lambda text: text and date_key(text),
    "time_key": lambda text: text and time_key(text),
    "name_key": name_key,
    "name_groups": _groups,
    "name_words": _words,
    "timezone_of": _timezone,
    "institution_of": lambda attributes: text(orjson.loads(attributes), "InstitutionName"),
}
"""SQL functions of one argument, by name; `name_words` and `name_groups` answer JSON lists."""
