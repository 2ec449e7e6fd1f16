"""Whether pixels may say whose they are (PS3.3 C.7.6.1.1.7)."""

import pytest

from server.dicom.burned_in import may_name

CT, CAPTURE = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.7.4"


@pytest.mark.parametrize(
    ("said", "modality", "sop_class", "expected"),
    [
        ("YES", "CT", CT, True),
        ("NO", "US", CAPTURE, False),
        ("", "CT", CT, False),
        ("", "US", CT, True),
        ("", "CT", CAPTURE, True),
        ("no ", "XA", CT, False),
        ("maybe", "SC", CT, True),
    ],
)
def test_only_no_is_a_promise(said: str, modality: str, sop_class: str, expected: bool) -> None:
    header = {
        "00280301": {"vr": "CS", "Value": [said]},
        "00080060": {"vr": "CS", "Value": [modality]},
        "00080016": {"vr": "UI", "Value": [sop_class]},
    }
    assert may_name(header) is expected


def test_nothing_is_known_of_an_empty_header() -> None:
    assert may_name({}) is False
