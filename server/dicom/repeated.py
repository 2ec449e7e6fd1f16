"""Elements that were told before: the instances of a series share nearly all of theirs, bit for bit.

What is told of an element with a short length in explicit VR little endian depends on its bytes and the character set
alone, so the same bytes are told once; whoever is handed it shares it, and changes nothing in it.
"""

from typing import NamedTuple

from server.dicom.character_sets import CharacterSet
from server.dicom.dictionary import Attributes, name_of
from server.dicom.headers import SHORT_LENGTH, short_vr
from server.dicom.spans import Buffer, Span

LONGEST = 136
"""Bytes of an element, header and all, that is remembered."""

_MOST_ELEMENTS = 2048
_MOST_SETS = 8


class Repeated(NamedTuple):
    """What the bytes of an element say: its tag, that as a name in DICOM JSON, its VR, and what is told there."""

    tag: int
    name: str
    vr: str
    told: Attributes


Known = dict[bytes, Repeated]
"""Elements in one character set, by their bytes."""

_known: dict[CharacterSet, Known] = {}


def known(characters: CharacterSet) -> Known:
    """What is remembered of data sets in this character set."""
    found = _known.get(characters)
    if found is None:
        if len(_known) >= _MOST_SETS:
            _known.clear()
        found = _known[characters] = {}
    return found


def read(
    known: Known,
    data: Buffer,
    position: int,
    limit: int,
    last: int,
    attributes: Attributes,
    elements: dict[int, Span] | None,
) -> tuple[int, int]:
    """Reads elements as long as they are known and ascend, from `position` and the tag `last` on.

    Adds them to `attributes` and where they lie to `elements`; answers where the next begins, and the tag before it.
    """
    while position + 8 <= limit:
        length = SHORT_LENGTH(data, position + 6)[0]
        end = position + 8 + length
        found = known.get(data[position:end]) if length < LONGEST else None
        if found is None or found[0] <= last or end > limit:
            break
        last, name, vr, told = found
        attributes[name] = told
        if elements is not None:
            elements[last] = Span(vr, position + 8, length)
        position = end
    return position, last


def remember(known: Known, element: bytes, tag: int, told: Attributes) -> None:
    """Keeps what an element told, if that depends on its bytes alone; once there is much, all else is forgotten."""
    vr = short_vr(element)
    if vr is None or "BulkDataURI" in told:
        return
    if len(known) >= _MOST_ELEMENTS:
        known.clear()
    known[element] = Repeated(tag, name_of(tag), vr, told)
