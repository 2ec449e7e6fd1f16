"""Rows about what storing says (STOW-RS, PS3.18 10.5.3): what is kept or refused and why, and the answer's form."""

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

from tests.conformance.archive import BASIC_TEXT_SR, Fresh
from tests.conformance.store import (
    NATIVE,
    failed,
    files,
    kept,
    names_the_failed,
    one,
    referenced,
    same_bytes,
    study_address,
)
from tests.conformance.table import (
    Ask,
    Body,
    Clause,
    Exchange,
    Expected,
    clause,
    expected,
    get,
    header,
    kind,
    post,
    problem,
    status,
    tag,
    values,
)
from tests.factories import element, identifiers, multipart, part10, raw_part10


def _not_dicom(_new: Fresh) -> bytes:
    return b"no DICOM at all, but long enough to have a preamble" * 4


def _rows_of_the_outcome() -> list[Clause]:
    bad_class = files(lambda new: [part10(new.image(SOPClassUID=None))])
    nested = element(0x00081140, "SQ", b"\xfe\xff\x00\xe0\x10\x00\x00\x00")
    return [
        clause(
            "store-references",
            "PS3.18 I.1",
            "What was kept is referenced",
            post("/studies", one()),
            status(200) & kind("application/dicom+json") & referenced,
        ),
        clause(
            "store-study-url",
            "PS3.18 I.1",
            "The study's RetrieveURL is told",
            post("/studies", one()),
            status(200) & study_address,
        ),
        clause(
            "store-several",
            "PS3.18 10.5.1.4",
            "Several instances in one request",
            post("/studies", files(lambda new: [new.file(), new.another()])),
            status(200) & kept(2),
        ),
        clause(
            "store-identical",
            "PS3.18 10.4.3",
            "What was stored comes back to the byte",
            post("/studies", one()),
            get("/{new.instance}", accept="application/dicom; transfer-syntax=*"),
            status(200) & same_bytes,
        ),
        clause(
            "store-found-at-once",
            "PS3.18 10.5.2",
            "What was stored is found by the next search",
            post("/studies", one()),
            get("/studies?StudyInstanceUID={new.study_uid}"),
            status(200) & _counted("NumberOfStudyRelatedInstances", 1),
        ),
        clause(
            "store-metadata-at-once",
            "PS3.18 10.5.2",
            "Its metadata are there at once, of a report too",
            post("/studies", one(SOPClassUID=BASIC_TEXT_SR, Modality="SR", PixelData=None)),
            get("/{new.series}/metadata"),
            status(200) & kind("application/dicom+json"),
        ),
        clause(
            "store-counts",
            "PS3.18 10.6.3.3",
            "A second instance is counted",
            post("/studies", one()),
            post("/studies", files(lambda new: [new.another()])),
            get("/studies?StudyInstanceUID={new.study_uid}"),
            status(200) & _counted("NumberOfStudyRelatedInstances", 2),
        ),
        clause(
            "store-to-study",
            "PS3.18 10.5.1.1",
            "Instances of the study that the URL names",
            post("/{new.study}", one()),
            status(200) & kept(),
        ),
        clause(
            "store-other-study",
            "PS3.18 I.2.2",
            "An instance of another study than the URL's",
            post("/studies/1.2.3.4.5", one()),
            status(409) & failed(0xA900) & names_the_failed,
        ),
        clause(
            "store-other-study-mixed",
            "PS3.18 10.5.3.1",
            "One of this study and one of another",
            post("/{new.study}", files(lambda new: [new.file(), part10()])),
            status(202) & failed(0xA900),
        ),
        clause(
            "store-mixed",
            "PS3.18 10.5.3.1",
            "A good part and one that is no DICOM",
            post("/studies", files(lambda new: [new.file(), _not_dicom(new)])),
            status(202) & failed(0xC000, "OtherFailuresSequence"),
        ),
        clause(
            "store-mixed-kept",
            "PS3.18 10.5.3.1",
            "The good part of a mixed request is kept",
            post("/studies", files(lambda new: [_not_dicom(new), new.file()])),
            get("/{new.instance}", accept="application/dicom; transfer-syntax=*"),
            status(200) & same_bytes,
        ),
        clause(
            "store-all-bad",
            "PS3.18 10.5.3.1",
            "Nothing but parts that are no DICOM",
            post("/studies", files(lambda new: [_not_dicom(new)])),
            status(409) & failed(0xC000, "OtherFailuresSequence"),
        ),
        clause(
            "store-same-again",
            "PS3.18 10.5.2",
            "The same bytes again",
            post("/studies", one()),
            post("/studies", lambda exchange: multipart(exchange.new.file_before)),
            status(200) & kept(),
        ),
        clause(
            "store-same-twice",
            "PS3.18 10.5.2",
            "The same bytes twice in one request",
            post("/studies", files(lambda new: [new.file(), new.file_before])),
            get("/studies?StudyInstanceUID={new.study_uid}"),
            status(200) & _counted("NumberOfStudyRelatedInstances", 1),
        ),
        clause(
            "store-other-bytes",
            "PS3.18 I.2.2",
            "Other bytes under a SOP Instance UID that is kept",
            post("/studies", one()),
            post("/studies", files(lambda new: [part10(new.image(PatientID="OTHER"))])),
            status(409) & failed(0x0111),
        ),
        clause(
            "store-other-bytes-first-stay",
            "PS3.18 10.5.2",
            "After that the first bytes are still there",
            post("/studies", one()),
            _tolerated("/studies", files(lambda new: [part10(new.image(PatientID="OTHER"))])),
            get("/{new.instance}", accept="application/dicom; transfer-syntax=*"),
            status(200) & same_bytes,
        ),
        clause(
            "store-no-class",
            "PS3.18 I.2.2",
            "An instance without SOP Class UID",
            post("/studies", bad_class),
            status(409),
        ),
        clause(
            "store-no-study",
            "PS3.18 I.2.2",
            "An instance without Study Instance UID",
            post("/studies", files(lambda new: [part10(new.image(StudyInstanceUID=None))])),
            status(409),
        ),
        clause(
            "store-truncated",
            "PS3.10 7",
            "A file whose last element is cut short",
            post("/studies", files(lambda new: [new.file()[:-10]])),
            status(409) & failed(0xC000),
        ),
        clause(
            "store-nested-lie",
            "PS3.5 7.5",
            "A sequence whose item ends beyond its parent",
            post("/studies", files(lambda _new: [raw_part10(identifiers(), nested)])),
            status(409),
        ),
        clause(
            "store-private-class",
            "PS3.4 B.3.1",
            "A storage SOP class that nobody has heard of",
            post("/studies", one(SOPClassUID="1.2.826.0.1.3680043.10.1.99")),
            status(200) & kept(),
        ),
        clause(
            "store-meta-disagrees",
            "PS3.10 7.1",
            "A file meta that names another instance: the data set counts",
            post("/studies", one()),
            get("/{new.instance}/metadata"),
            status(200),
        ),
        clause(
            "store-unknown-syntax",
            "PS3.5 10",
            "A transfer syntax that is not known here is kept as it is",
            post("/studies", files(lambda new: [_unknown_syntax(new)])),
            get("/{new.instance}", accept="application/dicom; transfer-syntax=*"),
            status(200) & same_bytes,
        ),
        clause(
            "store-nothing-coerced",
            "PS3.18 I.2.1",
            "Nothing is changed, so no WarningReason is told",
            post("/studies", one()),
            status(200) & _no_warning,
        ),
        *(
            clause(
                f"store-uid-{name}",
                "PS3.5 9.1",
                f"A SOP Instance UID with {name.replace('-', ' ')}",
                post("/studies", one(SOPInstanceUID=text)),
                status(409),
            )
            for name, text in {
                "a-path": "../../etc/passwd",
                "a-leading-zero": "1.2.03",
                "65-characters": "1" * 65,
                "letters": "1.2.x",
                "an-empty-component": "1..2",
            }.items()
        ),
        clause(
            "store-url-uid",
            "PS3.5 9.1",
            "A study in the URL that is no UID",
            post("/studies/1.2.x", one()),
            problem(400),
        ),
    ]


def _unknown_syntax(new: Fresh) -> bytes:
    new.file_before = raw_part10(
        element(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
        *(
            element(number, "UI", text.encode() + b"\0" * (len(text) % 2))
            for number, text in (
                (0x00080018, new.instance_uid),
                (0x0020000D, new.study_uid),
                (0x0020000E, new.series_uid),
            )
        ),
        transfer_syntax="1.2.826.0.1.3680043.10.1.98",
    )
    return new.file_before


def _tolerated(path: str, body: Callable[[Exchange], Body]) -> Ask:
    """A request before the one that is judged that may be refused."""
    return replace(post(path, body), may_fail=True)


def _counted(keyword: str, count: int) -> Expected:
    @expected(f"{keyword} {count}")
    def check(exchange: Exchange) -> None:
        [item] = exchange.last.json()
        assert values(item, keyword) == [count], item

    return check


@expected("no WarningReason")
def _no_warning(exchange: Exchange) -> None:
    [item] = values(exchange.last.json(), "ReferencedSOPSequence")
    assert tag("WarningReason") not in item


def _rows_of_the_answer() -> list[Clause]:
    return [
        clause(
            "store-answer-json",
            "PS3.18 10.5.3",
            "Accept: application/dicom+json",
            post("/studies", one(), accept="application/dicom+json"),
            status(200) & kind("application/dicom+json"),
        ),
        clause(
            "store-answer-plain-json",
            "PS3.18 F.2",
            "Accept: application/json",
            post("/studies", one(), accept="application/json"),
            status(200) & kind("application/json"),
        ),
        clause(
            "store-answer-any",
            "PS3.18 10.5.3",
            "Accept: */*",
            post("/studies", one(), accept="*/*"),
            status(200) & kind("application/dicom+json"),
        ),
        clause(
            "store-answer-xml",
            "PS3.18 10.5.3",
            "Accept: application/dicom+xml",
            post("/studies", one(), accept="application/dicom+xml"),
            status(200) & kind("application/dicom+xml") & _xml_reference,
        ),
        clause(
            "store-answer-neither",
            "RFC 9110 15.5.7",
            "An Accept that nothing satisfies is refused before anything is kept",
            post("/studies", one(), accept="image/png"),
            problem(406),
        ),
        clause(
            "store-answer-xml-failure",
            "PS3.18 I.1",
            "Failures in XML",
            post("/studies/1.2.3.4", one(), accept="application/dicom+xml"),
            status(409) & _xml_failure,
        ),
        clause(
            "store-answer-not-cached",
            "RFC 9111 5.2.2.5",
            "The answer is not to be kept by caches",
            post("/studies", one()),
            status(200) & header("Cache-Control", "no-store"),
        ),
    ]


def _xml_attribute(exchange: Exchange, keyword: str) -> ElementTree.Element:
    document = ElementTree.fromstring(exchange.last.text)
    assert document.tag == f"{{{NATIVE}}}NativeDicomModel", document.tag
    found = document.find(f"{{{NATIVE}}}DicomAttribute[@keyword='{keyword}']")
    assert found is not None, exchange.last.text[:400]
    return found


@expected("a NativeDicomModel with ReferencedSOPSequence")
def _xml_reference(exchange: Exchange) -> None:
    assert exchange.new.instance_uid in ElementTree.tostring(
        _xml_attribute(exchange, "ReferencedSOPSequence"), "unicode"
    )


@expected("a NativeDicomModel with FailedSOPSequence")
def _xml_failure(exchange: Exchange) -> None:
    assert "43264" in ElementTree.tostring(_xml_attribute(exchange, "FailedSOPSequence"), "unicode")


CLAUSES = [*_rows_of_the_outcome(), *_rows_of_the_answer()]
