"""Key Object Selection Document, PS3.3 A.35.4 and PS3.16 TID 2010: the images worth looking at."""

from datetime import timedelta

from pydicom.dataset import Dataset
from pydicom.uid import KeyObjectSelectionDocumentStorage

from simulator.iods import findings, sr
from simulator.iods.exam import Exam, Series
from simulator.phantoms.anatomy import Body

_NUMBER = 902


def make(exam: Exam, body: Body, series: tuple[Series, ...]) -> Series:
    """Return the selection as a series of one document."""
    keys = findings.key_images(series, body)
    root = sr.container(
        ("113000", "DCM", "Of Interest"),
        sr.coded(("121005", "DCM", "Observer Type"), ("121006", "DCM", "Person"), relation="HAS OBS CONTEXT"),
        sr.person(("121008", "DCM", "Person Observer Name"), findings.READER),
        sr.text(("113012", "DCM", "Key Object Description"), " ".join(findings.sentences(body))),
        *(sr.image(str(key.series.shared.SOPClassUID), findings.instance_uid(exam, key)) for key in keys),
        template="2010",
    )
    more = Dataset()
    more.CurrentRequestedProcedureEvidenceSequence = [sr.evidence(exam, series, findings.chosen(keys))]
    read = exam.start + timedelta(hours=2, minutes=1)
    return sr.document(
        exam, _NUMBER, KeyObjectSelectionDocumentStorage, "Key images", root, read, modality="KO", more=more
    )
