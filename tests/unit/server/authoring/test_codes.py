"""Coded concepts are those of PS3.16, as pydicom carries its tables."""

import pytest
from pydicom.sr._concepts_dict import concepts

from server.authoring import codes
from server.authoring.codes import Code

WRITTEN = [*(code for code in vars(codes).values() if isinstance(code, Code)), *codes.TITLES.values()]
NOT_OF_DICOM = {"RFC5646", "99LIGHTBOX"}


@pytest.mark.parametrize(
    "code", [code for code in WRITTEN if code.scheme not in NOT_OF_DICOM and "{" not in code.value]
)
def test_every_code_means_what_the_standard_says(code: Code) -> None:
    meanings = [known[code.value][0].lower() for known in concepts[code.scheme].values() if code.value in known]
    spelled = {"millimeter": "mm"}.get(code.meaning, code.meaning.lower())
    assert spelled in meanings
