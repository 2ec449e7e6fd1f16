"""Key images as a Key Object Selection (PS3.3 A.35.4, PS3.16 TID 2010)."""

from collections.abc import Sequence

from server.authoring import codes, content, document
from server.authoring.document import Authorship, Image
from server.authoring.elements import data_set
from server.dicom.dictionary import Attributes

KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"
SERIES_NUMBER = 9003


def key_objects(chosen: Sequence[tuple[Image, int]], title: str, description: str, by: Authorship) -> Attributes:
    """The selection of these frames under a title of `codes.TITLES`, with words or without."""
    images = {image.ref: image for image, _ in chosen}
    study = document.of_study(chosen[0][0].header)
    words = [content.text(content.CONTAINS, codes.KEY_OBJECT_DESCRIPTION, description)] if description else []
    head = document.report(
        study,
        by,
        KEY_OBJECT_SELECTION,
        CurrentRequestedProcedureEvidenceSequence=document.evidence(images.values()),
        ValueType="CONTAINER",
        ConceptNameCodeSequence=[codes.TITLES[title].item],
        ContinuityOfContent="SEPARATE",
        ContentTemplateSequence=[data_set(MappingResource="DCMR", TemplateIdentifier="2010")],
        ContentSequence=[
            content.code(content.HAS_CONCEPT_MOD, codes.LANGUAGE, codes.ENGLISH),
            *document.observer(by),
            *words,
            *(content.image(content.CONTAINS, image.reference(number)) for image, number in chosen),
        ],
    )
    series = document.in_series(study, by, "KO", SERIES_NUMBER, "Key images")
    return dict(sorted((study | series | head).items()))
