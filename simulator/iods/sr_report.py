"""Enhanced SR, PS3.3 A.35.2 and PS3.16 TID 2000: the radiologist's report with what was measured."""

from datetime import timedelta

from pydicom.dataset import Dataset
from pydicom.uid import EnhancedSRStorage

from simulator.iods import findings, modules, sr
from simulator.iods.exam import Exam, Series
from simulator.phantoms.anatomy import Body, Lesion

_NUMBER = 901


def make(exam: Exam, body: Body, series: tuple[Series, ...]) -> Series:
    """Return the report as a series of one document."""
    read = exam.start + timedelta(hours=2)
    measured = [_measured(exam, lesion, series) for lesion in body.lesions]
    root = sr.container(
        ("18748-4", "LN", "Diagnostic imaging report"),
        sr.coded(
            ("121049", "DCM", "Language of Content Item and Descendants"),
            ("en-GB", "RFC5646", "English (United Kingdom)"),
            relation="HAS CONCEPT MOD",
        ),
        sr.coded(("121005", "DCM", "Observer Type"), ("121006", "DCM", "Person"), relation="HAS OBS CONTEXT"),
        sr.person(("121008", "DCM", "Person Observer Name"), findings.READER),
        sr.container(
            ("121070", "DCM", "Findings"),
            *(sr.text(("121071", "DCM", "Finding"), words) for words in findings.sentences(body)),
            *measured,
        ),
        sr.container(
            ("121076", "DCM", "Conclusions"),
            sr.text(("121077", "DCM", "Conclusion"), "Synthetic study with a known truth. Not a person."),
        ),
        template="2000",
    )
    chosen = findings.chosen(findings.key_images(series, body))
    more = sr.general()
    if measured:
        more.CurrentRequestedProcedureEvidenceSequence = [sr.evidence(exam, series, chosen)]
    return sr.document(exam, _NUMBER, EnhancedSRStorage, "Report", root, read, more=more)


def _measured(exam: Exam, lesion: Lesion, series: tuple[Series, ...]) -> Dataset:
    item = sr.number(("81827009", "SCT", "Diameter"), lesion.diameter_mm, "mm")
    key = findings.key_image(series, lesion)
    uid = findings.instance_uid(exam, key)
    item.ContentSequence = [sr.image(str(key.series.shared.SOPClassUID), uid, "INFERRED FROM")]
    item.ConceptNameCodeSequence = [modules.code("81827009", "SCT", "Diameter")]
    return item
