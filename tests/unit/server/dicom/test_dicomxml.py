"""The Native DICOM Model (PS3.19 A.1): written, read, and the same again."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.dicom.dicomxml import NAMESPACE, from_xml, to_xml
from server.errors import Malformed

EVERYTHING = {
    "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
    "00080008": {"vr": "CS", "Value": ["DERIVED", None, "AXIAL"]},
    "00080020": {"vr": "DA"},
    "00081032": {"vr": "SQ", "Value": [{"00080100": {"vr": "SH", "Value": ["X"]}}, {}]},
    "00090010": {"vr": "LO", "Value": ["ACME 1.1"]},
    "00091001": {"vr": "LO", "Value": ["private & <quoted>"]},
    "00091002": {"vr": "UN", "InlineBinary": "z0x9c8v7"},
    "00100010": {
        "vr": "PN",
        "Value": [{"Alphabetic": "Wang^Xiao Dong^^Dr", "Ideographic": "王^小東"}, None],
    },
    "00180050": {"vr": "DS", "Value": [1.5]},
    "00104000": {"vr": "LT", "Value": ["a\\b\r\nc "]},
    "00200013": {"vr": "IS", "Value": [-3]},
    "00280009": {"vr": "AT", "Value": ["00181063"]},
    "7FE00010": {"vr": "OW", "BulkDataURI": "studies/1.2/series/1.3/instances/1.4/bulkdata/7FE00010"},
}


def document(inside: str) -> bytes:
    return f'<NativeDicomModel xmlns="{NAMESPACE}">{inside}</NativeDicomModel>'.encode()


def test_everything_comes_back_as_it_went() -> None:
    assert from_xml(to_xml(EVERYTHING)) == EVERYTHING


def test_a_private_attribute_names_its_creator_and_leaves_its_block_out() -> None:
    text = to_xml(EVERYTHING).decode()
    assert '<DicomAttribute tag="00090001" vr="LO" privateCreator="ACME 1.1">' in text


def test_a_person_name_is_written_in_its_parts() -> None:
    text = to_xml({"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Wang^Xiao Dong^^Dr"}]}}).decode()
    assert (
        '<DicomAttribute tag="00100010" vr="PN" keyword="PatientName"><PersonName number="1"><Alphabetic>'
        "<FamilyName>Wang</FamilyName><GivenName>Xiao Dong</GivenName><NamePrefix>Dr</NamePrefix>"
        "</Alphabetic></PersonName></DicomAttribute>"
    ) in text


def test_white_space_is_kept() -> None:
    assert 'xml:space="preserve"' in to_xml({}).decode()
    assert from_xml(to_xml(EVERYTHING))["00104000"]["Value"] == ["a\\b\r\nc "]


def test_a_document_without_the_namespace_is_read_too() -> None:
    inside = b'<DicomAttribute tag="0020000d" vr="UI"><Value number="1">1.2</Value></DicomAttribute>'
    assert from_xml(b"<NativeDicomModel>" + inside + b"</NativeDicomModel>") == {
        "0020000D": {"vr": "UI", "Value": ["1.2"]}
    }


def test_a_private_attribute_without_a_block_is_given_one() -> None:
    inside = '<DicomAttribute tag="00090001" vr="LO" privateCreator="{}"><Value number="1">v</Value></DicomAttribute>'
    found = from_xml(document(inside.format("ACME") + inside.format("OTHER")))
    assert found == {
        "00090010": {"vr": "LO", "Value": ["ACME"]},
        "00091001": {"vr": "LO", "Value": ["v"]},
        "00090011": {"vr": "LO", "Value": ["OTHER"]},
        "00091101": {"vr": "LO", "Value": ["v"]},
    }


def test_bulk_data_may_be_named_by_uuid() -> None:
    found = from_xml(document('<DicomAttribute tag="7FE00010" vr="OW"><BulkData uuid="abc"/></DicomAttribute>'))
    assert found == {"7FE00010": {"vr": "OW", "BulkDataURI": "abc"}}


def test_numbers_that_are_passed_over_are_empty_values() -> None:
    inside = '<DicomAttribute tag="00080008" vr="CS"><Value number="3">AXIAL</Value></DicomAttribute>'
    assert from_xml(document(inside)) == {"00080008": {"vr": "CS", "Value": [None, None, "AXIAL"]}}


def test_what_xml_cannot_hold_is_marked() -> None:
    assert from_xml(to_xml({"00081030": {"vr": "LO", "Value": ["a\x1bb\x00c"]}}))["00081030"]["Value"] == ["a�b�c"]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no xml",
        b"<NativeDicomModel>",
        b"<Other/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><NativeDicomModel/>',
        b'<!DOCTYPE NativeDicomModel SYSTEM "file:///etc/passwd"><NativeDicomModel/>',
        b'<?xml version="1.0" encoding="no-such"?><NativeDicomModel/>',
        document('<DicomAttribute tag="1" vr="CS"/>'),
        document('<DicomAttribute tag="00080008"/>'),
        document('<Value number="1">x</Value>'),
        document('<DicomAttribute tag="00080008" vr="CS"><Value number="99999">x</Value></DicomAttribute>'),
        document(
            '<DicomAttribute tag="00080008" vr="CS"><Value number="2">x</Value><Value number="1">y</Value>'
            "</DicomAttribute>"
        ),
        document('<DicomAttribute tag="00081032" vr="SQ"><Item number="1">' * 100),
    ],
)
def test_what_is_no_native_model_is_refused(broken: bytes) -> None:
    with pytest.raises(Malformed):
        from_xml(broken)


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=20)
_NAMES = st.text(string.ascii_letters + "àß王", min_size=1).map(lambda name: {"Alphabetic": name})
_ATTRIBUTES = st.dictionaries(
    st.integers(0x00080000, 0x0008FFFF).map("{:08X}".format),
    st.recursive(
        st.one_of(
            st.lists(_TEXTS, min_size=1, max_size=3).map(lambda values: {"vr": "UC", "Value": values}),
            st.lists(st.integers(-(2**63), 2**64 - 1), min_size=1).map(lambda values: {"vr": "SV", "Value": values}),
            st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1).map(
                lambda values: {"vr": "FD", "Value": values}
            ),
            st.lists(st.one_of(st.none(), _NAMES), min_size=1).map(lambda values: {"vr": "PN", "Value": values}),
            st.sampled_from("AE CS LO OB UN SQ".split()).map(lambda vr: {"vr": vr}),
        ),
        lambda inside: st.lists(st.dictionaries(st.just("00080100"), inside, max_size=1), min_size=1, max_size=3).map(
            lambda items: {"vr": "SQ", "Value": items}
        ),
        max_leaves=6,
    ),
    max_size=6,
)


@given(_ATTRIBUTES)
@settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_it_says_comes_back(attributes: dict[str, object]) -> None:
    assert from_xml(to_xml(attributes)) == attributes
