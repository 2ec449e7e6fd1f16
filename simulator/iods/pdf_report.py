"""Encapsulated PDF Storage, PS3.3 A.45.1: the report as a page."""

from collections.abc import Iterator
from datetime import timedelta

from pydicom.dataset import Dataset
from pydicom.uid import EncapsulatedPDFStorage

from simulator.iods import findings, modules
from simulator.iods.exam import Exam, Image, Series
from simulator.phantoms.anatomy import Body

_NUMBER = 904
_LEFT, _TOP, _LINE = 72, 760, 20


def make(exam: Exam, body: Body, series: tuple[Series, ...]) -> Series:  # noqa: ARG001 - every document's shape
    """Return the page as a series of one document."""
    printed = exam.start + timedelta(hours=2, minutes=5)

    def images() -> Iterator[Image]:
        own = modules.instance(exam, _NUMBER, 1, printed)
        yield Image(modules.without(own, "Acquisition"), None)

    shared = modules.join(
        modules.sop_common(exam, EncapsulatedPDFStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, _NUMBER, "DOC", "Report as PDF", "", printed),
        modules.equipment(exam, "Reference workstation", "WS1"),
        _encapsulated(page(_lines(exam, body))),
    )
    del shared.ProtocolName
    uid = str(shared.SeriesInstanceUID)
    return Series(uid, _NUMBER, "DOC", "Report as PDF", 1, shared, images, shows_lesions=False)


def page(lines: list[str]) -> bytes:
    """Return a PDF 1.4 file of one A4 page with these lines in Helvetica, those of Latin-1 as they are."""
    shown = [line.encode("cp1252", "replace").replace(b"\\", b"\\\\") for line in lines]
    shown = [line.replace(b"(", b"\\(").replace(b")", b"\\)") for line in shown]
    strokes = b"".join(b"(%s) Tj 0 -%d Td\n" % (line, _LINE) for line in shown)
    content = b"BT /F1 12 Tf %d %d Td\n%sET" % (_LEFT, _TOP, strokes)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    ending = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return written + ending % (count, written.rindex(b"xref"))


def _lines(exam: Exam, body: Body) -> list[str]:
    family, _, given = exam.person.name.partition("^")
    return [
        exam.person.hospital.name,
        f"{exam.description}, {exam.start:%d-%b-%Y}",
        f"{family.upper()}, {given.split('^')[0]}   born {exam.person.birth_date:%d-%b-%Y}",
        f"NHS number {exam.person.nhs_number}   accession {exam.accession_number}",
        "",
        *findings.sentences(body),
        "",
        "Synthetic study with a known truth. Not a person.",
    ]


def _encapsulated(document: bytes) -> Dataset:
    """PS3.3 C.24.2 Encapsulated Document, and C.8.6.1 SC Equipment."""
    part = Dataset()
    part.ConversionType = "WSD"
    part.AcquisitionDateTime = ""
    part.BurnedInAnnotation = "YES"
    part.DocumentTitle = "Radiology report"
    part.ConceptNameCodeSequence = [modules.code("18748-4", "LN", "Diagnostic imaging report")]
    part.MIMETypeOfEncapsulatedDocument = "application/pdf"
    part.EncapsulatedDocument = document + bytes(len(document) % 2)
    part.EncapsulatedDocumentLength = len(document)
    return part
