"""`docs/reference/pixels.md`: what is decoded and how exactly it is drawn, measured on the tests' made images."""

from collections.abc import Iterable, Iterator, Mapping

from server.dicom.transfer_syntaxes import TRANSFER_SYNTAXES
from server.rendering.codecs.index import CODECS
from server.rendering.encoders.index import ENCODERS
from tests.goldens.samples import SAMPLES, difference
from tests.goldens.table import DEPTHS, VOI, decoded, luts, photometrics

_INTRODUCTION = """# Pixels

What becomes of the pixels of an image: which transfer syntaxes are decoded, and how far pictures are from the truth.
The figures are measured when this page is made (`make docs`), on the images of `tests/goldens/`; the tests ask the
same of every renderable file that the installed packages carry. Why things are drawn as they are is told in
[0011](../adr/0011-what-a-picture-shows.md).

## Transfer syntaxes

Every file is stored and sent as it came, whatever its transfer syntax. *Decoded*: it is rendered, and its frames can be
sent in the syntaxes that are *encoded*, always without loss. What is not decoded says `not renderable here` and why.
*Farthest* is the largest difference of a stored value from the one that was encoded.

| transfer syntax | UID | stored | decoded | encoded | images | farthest |
|---|---|---|---|---|---|---|"""

_PHOTOMETRICS = """
## Photometric interpretations and depths

The largest difference, in grey levels of 255, between a PNG and the reference: pydicom's decoding and LUTs, or the
closed form where pydicom has none. Half a level is what rounding to 8 bits costs; YBR of 8 bits is rounded twice. A
dash: the standard has no such image.
"""

_LUTS = """
## Modality and VOI LUTs

The same for an image of 12 bits with every kind of modality LUT (down) and VOI LUT (across), the larger one of
MONOCHROME1 and MONOCHROME2.
"""


_SAMPLES = """
## The files of installed packages

{count} images come with pydicom and pynetdicom that are rendered. No pixel of any is farther from pydicom's decoding
and LUTs than {farthest:.2f} grey levels.
"""


def page() -> str:
    """`docs/reference/pixels.md`."""
    lines = [_INTRODUCTION, *_syntaxes(), _PHOTOMETRICS]
    lines += _matrix("", DEPTHS, {(row, column): cell for row, column, cell in photometrics()})
    lines += [_LUTS, *_matrix("modality \\ VOI", VOI, {(row, column): cell for row, column, cell in luts()})]
    found = [difference(file) for file in SAMPLES]
    lines.append(_SAMPLES.format(count=len(found), farthest=max(found)).rstrip())
    return "\n".join(lines) + "\n"


def _syntaxes() -> Iterator[str]:
    measured = decoded()
    for uid, syntax in TRANSFER_SYNTAXES.items():
        found = measured.get(uid)
        off = "" if found is None else f"{found.farthest}{' (lossy)' if found.is_lossy else ''}"
        images = "" if found is None else str(found.images)
        can = ["yes", "yes" if uid in CODECS else "no", "yes" if uid in ENCODERS else ""]
        yield f"| {syntax.name} | `{uid}` | {' | '.join(can)} | {images} | {off} |"


def _matrix(corner: str, columns: Iterable[str], cells: Mapping[tuple[str, str], float | None]) -> Iterator[str]:
    names = list(columns)
    yield f"| {corner} | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for row in dict.fromkeys(row for row, _ in cells):
        told = ["–" if (cell := cells[row, name]) is None else f"{cell:.1f}" for name in names]
        yield f"| {row} | {' | '.join(told)} |"
