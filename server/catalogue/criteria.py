"""From the text of a key to what it asks of a value, by the attribute's VR (PS3.4 C.2.2.2); pure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from server.catalogue.moments import Span, date_span, moment_span, time_span
from server.catalogue.names import name_key, words
from server.catalogue.query import Key, Query
from server.catalogue.wildcards import has_wildcard
from server.dicom.attributes import Attribute
from server.dicom.uids import is_uid
from server.errors import Malformed

LONGEST_VALUE = 1024
MOST_UIDS = 20_000
MOST_VALUES = 64
MOST_FUZZY_WORDS = 16
"""Bounds of one key, well inside what the database can take."""


@dataclass(frozen=True, slots=True)
class Equal:
    """The value is one of these texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """The value matches the pattern, with its case (C.2.2.2.4)."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Within:
    """A date (DA), time (TM) or moment (DT) lies in the span; `is_range` when it was written as one (C.2.2.2.5)."""

    vr: str
    span: Span
    is_range: bool = True


@dataclass(frozen=True, slots=True)
class Number:
    """The value is this number, however it is written; `closely` when it is kept in 32 bits only."""

    value: float
    closely: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A person's name, as `names.name_key` has it, with wild cards or without; whole or one of its groups."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Sounding:
    """A person's name with these words, or words that sound so (PS3.18 8.3.4.2); or one that `literal` finds."""

    words: tuple[tuple[str, str], ...]
    literal: Named | None


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no value, or an empty one (C.2.2.2.7)."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several is met."""

    criteria: "tuple[Criterion, ...]"


@dataclass(frozen=True, slots=True)
class Each:
    """Each is met, by whichever of the values (C.2.2.2.8)."""

    criteria: "tuple[Criterion, ...]"


Criterion = Equal | Like | Within | Number | Named | Sounding | Nothing | AnyOf | Each

# PS3.4 C.2.2.2.4: the VRs that have wild cards; PS3.4 C.2.2.2.8: those that have several values
_WILD = frozenset("AE CS LO LT SH ST UC UR UT".split())
_SEVERAL = frozenset("AE AS AT CS LO PN SH UC".split())
_WHOLE = frozenset("IS SL SS SV UL US UV".split())
_DECIMAL = frozenset("DS FD FL".split())
_SPANS: dict[str, Callable[[str], Span]] = {"DA": date_span, "TM": time_span, "DT": moment_span}


def criterion(key: Key, query: Query) -> Criterion | None:
    """What the key asks for; None when it matches everything (C.2.2.2.3). `Malformed` names a key that cannot be."""
    text = unicodedata.normalize("NFC", key.text).strip()
    attribute = key.path[-1]
    if not text:
        return None
    if text == '""' and query.empty_values:
        return Nothing()
    try:
        return _criterion(attribute, text, query)
    except Malformed as error:
        raise Malformed(error.message, **{"attribute": key.name, **error.facts}) from None


def _criterion(attribute: Attribute, text: str, query: Query) -> Criterion | None:
    vr = attribute.vr.split()[0]  # such as 'US or SS'
    if vr == "UI":
        return _uids(text)
    if vr in _SPANS:
        return Within(vr, _SPANS[vr](text), "-" in text)
    if len(text) > LONGEST_VALUE:
        raise Malformed(f"A value to match has {LONGEST_VALUE} characters at most.", length=len(text))
    if vr in _SEVERAL:
        return _several(attribute, vr, text, query)
    return _one(vr, text, query)


def _several(attribute: Attribute, vr: str, text: str, query: Query) -> Criterion | None:
    """Values between backslashes, of code strings between commas too, which no code string has."""
    texts = [one.strip() for one in re.split(r"[\\,]" if vr == "CS" else r"\\", text)]
    if len(texts) == 1:
        return _one(vr, text, query)
    if not all(texts) or len(texts) > MOST_VALUES:
        raise Malformed(f"A list has 1 to {MOST_VALUES} values, none of them empty.", value=text[:80])
    # C.2.2.2.8 leaves the meaning open unless multiple value matching was asked for: then, any of them
    each = query.multiple_values and attribute.vm != "1"
    if each and any(map(has_wildcard, texts)):
        raise Malformed("The values of a multiple value matching have no wild cards.", value=text[:80])
    criteria = tuple(one for one in (_one(vr, text, query) for text in texts) if one is not None)
    if each:
        return Each(criteria)
    return AnyOf(criteria) if len(criteria) == len(texts) else None


def _one(vr: str, text: str, query: Query) -> Criterion | None:
    if vr in _WILD and not text.strip("*"):
        return None  # C.2.2.2.4, note 1: '*' alone matches everything
    if vr in _WILD and has_wildcard(text):
        return Like(text)
    if vr == "PN":
        return _name(text, query)
    if vr == "AT":
        if not re.fullmatch(r"[0-9A-Fa-f]{8}", text):
            raise Malformed("A tag is matched by eight hex digits.", value=text[:80])
        return Equal((text.upper(),))
    if vr in _WHOLE or vr in _DECIMAL:
        return _number(vr, text)
    if vr in _WILD or vr == "AS":
        return Equal((text,))
    raise Malformed("The values of this attribute cannot be matched.", vr=vr)


def _uids(text: str) -> Criterion:
    # PS3.4 C.2.2.2.2: a list of UIDs is separated by backslashes; PS3.18 8.3.4.1 separates by commas
    uids = tuple(uid.strip() for uid in re.split(r"[\\,]", text) if uid.strip())
    if not 1 <= len(uids) <= MOST_UIDS:
        raise Malformed(f"A list has 1 to {MOST_UIDS} UIDs.", uids=len(uids))
    for uid in uids:
        if not is_uid(uid):
            raise Malformed("A UID is dotted numbers of 64 characters at most.", value=uid[:80])
    return Equal(uids)


def _number(vr: str, text: str) -> Criterion:
    if vr in _WHOLE and re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return Number(int(text))
    if vr in _DECIMAL and re.fullmatch(r"[+-]?([0-9]{1,32}\.?[0-9]{0,32}|\.[0-9]{1,32})([eE][+-]?[0-9]{1,3})?", text):
        return Number(float(text), closely=vr == "FL")
    raise Malformed(f"A number ({vr}) is matched by one number.", value=text[:80])


def _name(text: str, query: Query) -> Criterion | None:
    literal = Named(name_key(text) or "")
    if not literal.pattern.strip("*"):
        return None
    if not query.fuzzy:
        return literal
    asked = words(text)[:MOST_FUZZY_WORDS]
    if not asked:
        return literal
    # words that begin as they shall are found as words; a wild card before or inside one only literally
    inside = re.search(r"\?|\*(?=\w)", text)
    return Sounding(tuple(asked), literal if inside else None)
