"""The DICOM conformance statement in the form of PS3.2: facts from the code's own tables, and every tested clause."""

from collections.abc import Iterable, Iterator

from pydicom.charset import python_encoding

from server.catalogue.query import Level
from server.dicom.transfer_syntaxes import TRANSFER_SYNTAXES
from server.dicomweb.operations import OPERATIONS, Operation, keys
from server.dicomweb.resources import MOST_FRAMES_IN_LIST
from server.rendering.codecs.index import CODECS
from server.rendering.encoders.index import ENCODERS
from server.rendering.request import LARGEST_VIEWPORT, MEDIA_TYPES
from server.settings import knobs
from server.web.multipart import LONGEST_BOUNDARY, MOST_PARTS
from server.web.problems import STATUSES
from tests.conformance.index import TRANSACTIONS
from tests.conformance.table import Clause

_MEANINGS = {
    200: "Done",
    202: "Some instances were kept, others not",
    204: "Done, with nothing to say",
    206: "A part of it, as asked",
    304: "What the client has is still so",
    307: "Elsewhere",
    416: "Not within its length",
}
_TITLES = dict(STATUSES.values())
_LIMITS = (
    "archive.largest_instance",
    "search.most_results",
    "search.most_examined",
    "web.most_requests_waiting",
    "web.cors_origins",
)


def page() -> str:
    """`docs/reference/dicom-conformance-statement.md`."""
    return "\n".join([*_overview(), *_services(), *_details(), *_clauses()])


def _overview() -> Iterator[str]:
    count = sum(map(len, TRANSACTIONS.values()))
    yield from f"""# DICOM conformance statement

Lightbox, a DICOMweb archive and viewer server. In the form of PS3.2 (template of annex N, as far as it concerns
web services). This page is made by `make docs` from the code's own tables and from the {count} clauses of section 6,
each of which is asked of a real server over a socket in every test run (`tests/conformance/`); the page cannot say
anything else than the tests prove.

## 1 Overview

Lightbox offers the Studies Service of PS3.18 (chapter 10) and the URI Service (chapter 9) as an origin server. It is
no user agent of either, and offers no DIMSE service and no media.

| service | as origin server | as user agent |
|---|---|---|
| Studies Service: Store Transaction (STOW-RS) | yes | no |
| Studies Service: Search Transaction (QIDO-RS) | yes | no |
| Studies Service: Retrieve Transaction (WADO-RS), rendered and thumbnails included | yes | no |
| URI Service (WADO-URI) | yes | no |
| Retrieve Capabilities Transaction | yes | no |
| Worklist (UPS-RS), Non-Patient Instance, Storage Commitment and Modality Performed Procedure Step Services | no | no |

## 2 Introduction

For whoever connects a modality, a viewer or another archive. Editions: PS3.18 of 2024 and later, with their numbering.
The addresses and the settings named here are explained in [DICOMweb](dicomweb.md) and [settings](settings.md), the
refusals in [problems](problems.md). Conformance to this page does not by itself ensure that two systems work together.

## 3 Services and resources

The base address is `/dicomweb` at the server's address (`web.public_address`, where it is set); of the URI Service
`/wado`.
""".splitlines()
    yield ""


def _services() -> Iterator[str]:
    yield from ("| method and resource | transaction | PS3.18 | answers with |", "|---|---|---|---|")
    for (method, path), operation in OPERATIONS.items():
        answers = ", ".join(f"`{kind}`" for kind in operation.answers) or "no content"
        yield f"| `{method} {path}` | {operation.name} | {operation.section} | {answers} |"
    yield from (
        "",
        "`OPTIONS` of each of them names its methods and describes it. `HEAD` answers what `GET` would.",
        "",
    )
    yield from ("### 3.1 Store", "", "What is taken:", "")
    yield from (f"- `{kind}`" for kind in OPERATIONS["POST", "/studies"].takes)
    yield from """
Instances are kept byte by byte as they come; nothing is coerced, so no Warning Reason is told. The same bytes again
are accepted and change nothing; other bytes under a SOP Instance UID that is kept are refused (0111). Metadata and bulk
data become a Part 10 file in the transfer syntax that they are sent in.

### 3.2 Search

Every attribute that is kept is a key, by keyword or tag, and inside sequences by a dotted path. Found without reading
data sets, and so at any size of the archive:
""".splitlines()
    yield from ("", "| level | keys of this level |", "|---|---|")
    seen: set[str] = set()
    for level in Level:
        own = [keyword for keyword in keys(level) if keyword not in seen]
        seen.update(own)
        yield f"| {level.name.lower()} | {', '.join(own)} |"
    yield from ("", "Keys of the levels above may be asked for too. Other query parameters:", "")
    yield from _parameters(OPERATIONS["GET", "/studies"], without=keys(Level.STUDY))
    yield from """
Single values and UIDs are matched with their case, person names without. `*` and `?` match in text and names. Ranges
of dates and of times, asked for together, are one range of moments (PS3.4 C.2.2.2.5.3).

### 3.3 Rendered pictures
""".splitlines()
    kinds = ", ".join(f"`{kind}`" for kind in MEDIA_TYPES)
    yield from ("", f"Media types: {kinds}. Query parameters:", "")
    yield from _parameters(OPERATIONS["GET", "/studies/{study}/rendered"])
    yield ""


def _parameters(operation: Operation, without: Iterable[str] = ()) -> Iterator[str]:
    yield from ("| parameter | meaning |", "|---|---|")
    for parameter in operation.parameters:
        if parameter.name not in without:
            yield f"| `{parameter.name}` | {parameter.reason} |"


def _details() -> Iterator[str]:
    yield from ("## 4 Details", "", "### 4.1 Status codes", "", "| status | given by |", "|---|---|")
    for code in sorted({code for row in _rows() for code in row.expected.codes}):
        transactions = [name for name, rows in TRANSACTIONS.items() if any(code in row.expected.codes for row in rows)]
        yield f"| {code} {_MEANINGS.get(code) or _TITLES[code]} | {', '.join(transactions)} |"
    yield from """
500 tells a fault of the server, 503 that it is busy (with `Retry-After`), 507 that its disk takes no more.

### 4.2 SOP classes

Instances of every storage SOP class are stored, found and retrieved, those of private classes included; nothing
depends on the class but whether a picture can be drawn.

### 4.3 Transfer syntaxes

Instances of every transfer syntax are stored, and retrieved as they are with `transfer-syntax=*` or its UID. Those that
are decoded can be drawn, their frames sent as `application/octet-stream`, and their instances in Explicit VR Little
Endian, which is the default; into those that are made, instances are transcoded without loss.

| UID | name | frames as | decoded | made |
|---|---|---|---|---|""".splitlines()
    for syntax in TRANSFER_SYNTAXES.values():
        decoded = "yes" if syntax.uid in CODECS else "no"
        made = "yes" if syntax.uid in ENCODERS else "no"
        yield f"| {syntax.uid} | {syntax.name} | `{syntax.media_type}` | {decoded} | {made} |"
    yield from ("", "### 4.4 Character sets", "", "Read are: the default repertoire,")
    yield ", ".join(f"`{term}`" for term in python_encoding if term.startswith(("ISO", "GB"))) + "."
    yield from """Answers are UTF-8 and say so (`ISO_IR 192`). Search values are UTF-8.

### 4.5 Limits
""".splitlines()
    yield from ("", "| limit | value |", "|---|---|")
    for knob in knobs():
        if knob.key in _LIMITS:
            default = f"by default {knob.default}" if knob.default else "none by default"
            yield f"| {knob.reason} | `{knob.key}`, {default} |"
    yield f"| Parts of a multipart body, characters of its boundary | {MOST_PARTS}, {LONGEST_BOUNDARY} |"
    yield f"| Frames of a frame list | {MOST_FRAMES_IN_LIST} |"
    yield f"| Width and height of a viewport | {LARGEST_VIEWPORT} |"
    yield from """
## 5 Security

Until people can sign in, the server listens on loopback alone, over HTTP; a proxy before it gives it TLS. It refuses
requests whose Host names another server, and requests that change something from pages of origins that are not
configured. What a caller may not see is answered as if it were not there. Every search that names a patient, every
retrieval, storage and removal is recorded (PS3.15 A.5). No refusal repeats a patient's data.
""".splitlines()


def _clauses() -> Iterator[str]:
    yield from ("", "## 6 Clauses", "", "Each is a test of that name; `pytest tests/conformance -k <clause>` runs it.")
    for name, rows in TRANSACTIONS.items():
        yield from ("", f"### {name}", "", "| clause | section | asked | expected | result |", "|---|---|---|---|---|")
        for row in rows:
            yield f"| {row.id} | {row.section} | {_cell(row.title)} | {_cell(row.expected.text)} | met |"
    yield ""


def _rows() -> list[Clause]:
    return [row for rows in TRANSACTIONS.values() for row in rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
