"""Key images as a Key Object Selection (PS3.3 A.35.4, PS3.16 TID 2010)."""

from collections.abc import Iterator, Sequence

from server.authoring import codes, content, document
from server.authoring.content_tree import Item, items, numbers, series_of_instances, text
from server.authoring.document import Authorship, Image
from server.authoring.elements import data_set
from server.dicom.dictionary import Attributes
from server.dicom.resources import InstanceRef

KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"
SERIES_NUMBER = 9003

# CID 7011: selected to be kept out of sight
_REJECTED = {"113001", "113037", "113038", "113039"}


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


def reason(header: Item) -> str:
    """Why a selection was made: the meaning of its document title (CID 7010)."""
    return next((text(one, "CodeMeaning") for one in items(header, "ConceptNameCodeSequence")), "")


def selected(header: Item) -> Iterator[tuple[InstanceRef, list[int]]]:
    """What a selection in its own study points at: instances, and of each the frames, none meaning all.

    A selection of rejected images selects nothing.
    """
    title = items(header, "ConceptNameCodeSequence")[:1]
    if text(header, "SOPClassUID") != KEY_OBJECT_SELECTION or any(text(one, "CodeValue") in _REJECTED for one in title):
        return
    series_of, study_uid = dict(series_of_instances(header)), text(header, "StudyInstanceUID")
    for child in items(header, "ContentSequence"):
        for one in items(child, "ReferencedSOPSequence"):
            instance_uid = text(one, "ReferencedSOPInstanceUID")
            if text(child, "ValueType") == "IMAGE" and instance_uid in series_of:
                frames = [int(number) for number in numbers(one, "ReferencedFrameNumber") if number >= 1]
                yield InstanceRef(study_uid, series_of[instance_uid], instance_uid), frames
