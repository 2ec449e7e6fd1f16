"""How each value of a data set is told in DICOM JSON: as values, as InlineBinary, or by BulkDataURI (PS3.18 F.2).

What is told inline is bounded, however large the header.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from server.dicom.character_sets import DEFAULT, CharacterSet
from server.dicom.dictionary import Attributes, settled_vr
from server.dicom.spans import Buffer, Span
from server.dicom.values import BINARY, SIZES, inline, json_values

LARGEST_INLINE = 1024
"""Binary values beyond this many bytes are told by BulkDataURI."""

LARGEST_TEXT = 2**20
"""So are text and numbers beyond this many."""

MOST_TEXT = 64 * 2**20
"""Once this many bytes of text and numbers are told, any of more than `LARGEST_INLINE` bytes is a BulkDataURI."""

# PS3.18 F.2.2 allows a BulkDataURI for these too; text of another VR can only be so long by mistake
_MAY_BE_BULK = BINARY.keys() | set("DS FL FD IS LT SL SS ST SV UC UL US UT UV".split())
_LUT_DESCRIPTORS = frozenset({0x00281101, 0x00281102, 0x00281103, 0x00283002})


@dataclass(frozen=True, slots=True)
class BulkValue:
    """A value told by BulkDataURI: its element, its path of tags and item numbers, and where it lies."""

    element: Attributes
    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Ambiguous:
    """An element whose VR is told by neighbours that may follow it; `datasets` from its own outwards."""

    element: Attributes
    tag: int
    path: str
    span: Span
    datasets: Sequence[Attributes]


class Telling:
    """Tells the elements of one data set; `bulk` are those that it told by BulkDataURI.

    Their URIs are the paths alone, since where the instance is found is only known when all of it was told.
    """

    def __init__(self, data: Buffer) -> None:
        self.bulk: list[BulkValue] = []
        self._data = data
        self._ambiguous: list[_Ambiguous] = []
        self._text_left = MOST_TEXT

    def tell(self, tag: int, span: Span, characters: CharacterSet, path: Callable[[int], str]) -> Attributes:
        """An element of a VR other than SQ as DICOM JSON; `path` answers the path of its tag."""
        vr, offset, length, order = span
        if not length:
            return {"vr": vr}  # PS3.18 F.2.5
        if vr in BINARY or length % SIZES.get(vr, 1):  # numbers of a wrong length are none
            kind = vr if vr in BINARY else "UN"
            if length > LARGEST_INLINE:
                return self.in_bulk(span._replace(vr=kind), path(tag))
            return {"vr": kind, "InlineBinary": inline(span._replace(vr=kind).read(self._data))}
        if length > LARGEST_INLINE and not self._has_room(length):
            return self.in_bulk(span._replace(vr=vr if vr in _MAY_BE_BULK else "UN"), path(tag))
        values = json_values(vr, self._data[offset : offset + length], characters, order)
        if values is None:
            return self.in_bulk(span, path(tag))
        if vr == "SS" and tag in _LUT_DESCRIPTORS:
            values[0] &= 0xFFFF  # PS3.3 C.7.6.3.1.5: the number of entries is unsigned whatever the VR
        return {"vr": vr, "Value": values} if values else {"vr": vr}

    def tell_later(self, tag: int, span: Span, path: str, datasets: Sequence[Attributes]) -> Attributes:
        """An element of an ambiguous VR: told, in place, by `settle`."""
        element: Attributes = {"vr": "UN"}
        self._ambiguous.append(_Ambiguous(element, tag, path, span, datasets))
        return element

    def in_bulk(self, span: Span, path: str) -> Attributes:
        """An element told by BulkDataURI."""
        element = {"vr": span.vr, "BulkDataURI": path}
        self.bulk.append(BulkValue(element, path, span))
        return element

    def settle(self) -> None:
        """Tells what waited for its neighbours."""
        for one in self._ambiguous:
            span = one.span._replace(vr=settled_vr(one.span.vr, one.datasets))
            told = self.tell(one.tag, span, DEFAULT, {one.tag: one.path}.__getitem__)
            one.element.update(told)
            if "BulkDataURI" in told:
                self.bulk[-1] = replace(self.bulk[-1], element=one.element)

    def mark(self) -> tuple[int, int]:
        """How much has been told, for `forget`."""
        return len(self.bulk), len(self._ambiguous)

    def forget(self, mark: tuple[int, int]) -> None:
        """Takes back whatever was told since the mark."""
        del self.bulk[mark[0] :], self._ambiguous[mark[1] :]

    def _has_room(self, length: int) -> bool:
        if length > LARGEST_TEXT or length > self._text_left:
            return False
        self._text_left -= length
        return True
