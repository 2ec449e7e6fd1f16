"""Codes, names, dates and times of a report as people read them."""

import re

from server.dicom.attributes import tag
from server.rendering.header import Header, items, text

_MOMENT = re.compile(r"([0-9]{8})([0-9]{0,6})(?:\.[0-9]*)?(?:([+-][0-9]{2})([0-9]{2}))?")


def code(item: Header, keyword: str, *, symbol: bool = False) -> str:
    """The meaning of the first code of a sequence; its value for a `symbol`, such as a unit."""
    for found in items(item, keyword)[:1]:
        written = (text(found, keyword) for keyword in ("CodeValue", "LongCodeValue", "URNCodeValue"))
        value = next(filter(None, written), "")
        meaning = text(found, "CodeMeaning")
        return (value or meaning) if symbol else (meaning or value)
    return ""


def person(item: Header, keyword: str) -> str:
    """A name as family name, comma, the rest, with its other groups in brackets."""
    for name in (item.get(tag(keyword)) or {}).get("Value", [])[:1]:
        if isinstance(name, dict):
            written = (str(name.get(group, "")) for group in ("Alphabetic", "Ideographic", "Phonetic"))
            groups = [_person(group) for group in written if group]
            return groups[0] + "".join(f" ({group})" for group in groups[1:]) if groups else ""
    return ""


def _person(written: str) -> str:
    family, given, middle, prefix, suffix = [*(part.strip() for part in written.split("^")), "", "", "", "", ""][:5]
    rest = " ".join(filter(None, (prefix, given, middle, suffix)))
    return ", ".join(filter(None, (family, rest)))


def date(written: str) -> str:
    """2026-11-21 of 20261121; what is no date as it is written."""
    plain = written.replace(".", "")
    return f"{plain[:4]}-{plain[4:6]}-{plain[6:]}" if len(plain) == 8 and plain.isdecimal() else written


def time(written: str) -> str:
    """10:15:30 of 101530.25; what is no time as it is written."""
    plain = written.replace(":", "").partition(".")[0]
    if not plain.isdecimal() or len(plain) not in {2, 4, 6}:
        return written
    return ":".join(plain[at : at + 2] for at in range(0, len(plain), 2))


def date_time(written: str) -> str:
    """2026-11-21 10:15:30 +01:00 of 20261121101530+0100; what is no moment as it is written."""
    found = _MOMENT.fullmatch(written)
    if found is None:
        return written
    zone = f"{found[3]}:{found[4]}" if found[3] else ""
    return " ".join(filter(None, (date(found[1]), time(found[2]), zone)))
