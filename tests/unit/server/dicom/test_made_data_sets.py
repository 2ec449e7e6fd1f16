"""Data sets of every VR, made at random and written by pydicom in each uncompressed transfer syntax."""

import base64
import io
import warnings
from typing import Any, NamedTuple

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from server.archive.part10 import examine

WORDS = {"OB": 1, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2}
INTEGERS = {"SL": 32, "SS": 16, "SV": 64, "UL": 32, "US": 16, "UV": 64}
CODES = {
    "AE": r"[A-Z]{1,16}",
    "AS": r"[0-9]{3}[DWMY]",
    "CS": r"[A-Z0-9_]([A-Z0-9_ ]{0,6}[A-Z0-9_])?",
    "DA": r"20[0-9]{2}1[0-2][01][0-9]",
    "DT": r"20[0-9]{2}1[0-2][01][0-9]1[0-9]",
    "TM": r"1[0-9][0-5][0-9]",
    "UI": r"1\.2\.[1-9][0-9]{0,20}",
}
LETTERS = st.characters(whitelist_categories=("L", "N"), max_codepoint=0xFF)
WORD = st.text(LETTERS, min_size=1, max_size=8)


class Made(NamedTuple):
    """An element: what pydicom is to write and what the DICOM JSON is to say, by byte order for binary values."""

    vr: str
    written: Any
    told: list[Any] | bytes


def _tags_of(vr: str) -> list[int]:
    """Attributes of one VR that mean nothing special to a reader."""
    special = {0x0002, 0x0028, 0x7FE0}
    rows = sorted(DicomDictionary.items())
    return [tag for tag, row in rows if row[0] == vr and tag > 0x00080010 and tag >> 16 not in special][:3]


TAGS = {vr: _tags_of(vr) for vr in (*WORDS, *INTEGERS, *CODES, *"AT DS FD FL IS LO LT PN SH SQ ST UC UR UT".split())}


def test_every_vr_has_attributes_to_be_made() -> None:
    assert [vr for vr, tags in TAGS.items() if not tags] == []


def values(vr: str) -> st.SearchStrategy[Made]:
    """Elements of that VR."""
    if vr in WORDS:
        made = st.binary(max_size=8).map(lambda content: content * WORDS[vr])
        return made.map(lambda content: Made(vr, content + bytes(len(content) % 2), content + bytes(len(content) % 2)))
    if vr in INTEGERS:
        bits, signed = INTEGERS[vr], vr[0] == "S"
        whole = st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1)
        return st.lists(whole, max_size=3).map(lambda some: Made(vr, some, [_exact(one) for one in some]))
    several: dict[str, st.SearchStrategy[Any]] = {
        "AT": st.integers(0, 2**32 - 1),
        "DS": st.integers(-(10**12), 10**12).map(lambda number: number / 8),
        "FD": st.floats(allow_nan=False, allow_infinity=False),
        "FL": st.floats(allow_nan=False, allow_infinity=False, width=32),
        "IS": st.integers(-(2**31), 2**31 - 1),
        **dict.fromkeys(("LO", "SH", "UC"), WORD),
        **{code: st.from_regex(pattern, fullmatch=True) for code, pattern in CODES.items()},
    }
    if vr in several:
        return st.lists(several[vr], max_size=3).map(lambda some: Made(vr, _written(vr, some), _told(vr, some)))
    if vr == "PN":
        name = st.lists(st.just("") | WORD, min_size=1, max_size=3).filter(any)
        return st.lists(name, max_size=2).map(lambda some: Made(vr, ["=".join(one) for one in some], _told(vr, some)))
    text = st.lists(WORD, min_size=1, max_size=3).map(("\\" if vr != "UR" else "/").join)
    return text.map(lambda one: Made(vr, one, [one]))


def _exact(number: int) -> int | str:
    return number if abs(number) < 2**53 else str(number)


def _written(vr: str, some: list[Any]) -> list[Any]:
    return [f"{number:.15g}" for number in some] if vr == "DS" else some


def _told(vr: str, some: list[Any]) -> list[Any]:
    if vr == "AT":
        return [f"{tag:08X}" for tag in some]
    if vr == "DS":
        return [float(f"{number:.15g}") for number in some]
    if vr == "PN":
        groups = ("Alphabetic", "Ideographic", "Phonetic")
        return [{group: part for group, part in zip(groups, one, strict=False) if part} for one in some]
    return some


ELEMENT = st.sampled_from([(tag, vr) for vr, tags in TAGS.items() for tag in tags if vr != "SQ"]).flatmap(
    lambda row: st.tuples(st.just(row[0]), values(row[1]))
)
ITEM = st.recursive(
    st.lists(ELEMENT, max_size=6).map(dict),
    lambda inner: st.builds(
        lambda plain, tag, items: plain | {tag: Made("SQ", items, [])},
        st.lists(ELEMENT, max_size=3).map(dict),
        st.sampled_from(TAGS["SQ"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


def dataset_of(made: dict[int, Made]) -> Dataset:
    dataset = Dataset()
    for tag, one in made.items():
        written = [dataset_of(item) for item in one.written] if one.vr == "SQ" else one.written
        dataset.add_new(tag, one.vr, written)
    return dataset


def expected(made: dict[int, Made], *, swapped: bool) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for tag, one in sorted(made.items()):
        element = told[f"{tag:08X}"] = {"vr": one.vr}
        if one.vr == "SQ":
            element |= {"Value": [expected(item, swapped=swapped) for item in one.written]} if one.written else {}
        elif isinstance(one.told, bytes):
            element |= {"InlineBinary": _base64(one.told, WORDS[one.vr] if swapped else 1)} if one.told else {}
        elif one.told:
            element["Value"] = one.told
    return told


def _base64(content: bytes, words: int) -> str:
    swapped = b"".join(content[at : at + words][::-1] for at in range(0, len(content), words))
    return base64.b64encode(swapped).decode()


def file_of(dataset: Dataset, syntax: str) -> bytes:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    dataset.file_meta.MediaStorageSOPClassUID = "1.2"
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2"
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
@pytest.mark.parametrize("character_set", ["ISO_IR 100", "ISO_IR 192"])
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(made=ITEM, undefined=st.booleans())
def test_a_made_data_set_is_told_as_it_was_meant(
    syntax: str, character_set: str, made: dict[int, Made], undefined: bool
) -> None:
    whole = {0x00080005: Made("CS", character_set, ["ISO_IR 192"])} | made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = dataset_of(whole)
    for element in dataset:
        element.is_undefined_length = undefined and element.VR == "SQ"
    found = examine(file_of(dataset, syntax)).attributes
    assert found == expected(whole, swapped=syntax == ExplicitVRBigEndian)
    assert list(found) == sorted(found)
