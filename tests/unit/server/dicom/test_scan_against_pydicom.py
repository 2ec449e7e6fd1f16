"""Every DICOM file that an installed package carries: our JSON is pydicom's, but for what the standard asks for.

A difference that no row of `DIFFERENCES` explains fails, and so does a row that no file needs.
"""

import base64
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pydicom
from pydicom.dataset import Dataset

from server.archive.part10 import examine, find_value
from server.errors import ServerError

PACKAGES = Path(pydicom.__file__).parents[1]
BIG_ENDIAN = "1.2.840.10008.1.2.2"
Told = dict[str, Any]


class Difference(NamedTuple):
    """One element that is told in two ways."""

    syntax: str
    path: str
    ours: Told
    theirs: Told


def part10_files() -> dict[str, Path]:
    """Every file below site-packages that has the DICOM prefix, by its name there."""
    found = {}
    for path in sorted(PACKAGES.rglob("*")):
        if path.suffix not in {".py", ".pyc"} and path.is_file() and path.stat().st_size > 132:
            with path.open("rb") as file:
                if file.read(132)[128:] == b"DICM":
                    found[path.relative_to(PACKAGES).as_posix()] = path
    return found


def told_by_pydicom(dataset: Dataset) -> Told:
    """The JSON of each element by itself, since one that pydicom cannot tell would cost all the others."""
    told = {}
    for tag in sorted(dataset.keys()):
        try:
            element = dataset[tag]
            if element.VR == "SQ":
                told[f"{tag:08X}"] = {"vr": "SQ", "Value": [told_by_pydicom(item) for item in element.value]}
            else:
                told[f"{tag:08X}"] = json.loads(json.dumps(element.to_json_dict(None, 0)))
        except Exception as error:  # noqa: BLE001 - whatever a bad value happens to trip
            told[f"{tag:08X}"] = {"vr": "raises", "error": repr(error)}
    return told


def resolved(attributes: Told, data: bytes) -> Told:
    """Our JSON with the bytes that each BulkDataURI leads to in its place."""
    made = {}
    for name, element in attributes.items():
        if "BulkDataURI" in element:
            content = find_value(data, element["BulkDataURI"]).read(data)
            made[name] = {"vr": element["vr"], "InlineBinary": base64.b64encode(content).decode()}
        elif element["vr"] == "SQ":
            made[name] = {"vr": "SQ", "Value": [resolved(item, data) for item in element.get("Value", [])]}
        else:
            made[name] = element
    return made


def differences(syntax: str, ours: Told, theirs: Told, path: str = "") -> Iterator[Difference]:
    for name in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(name, {"vr": "missing"}), theirs.get(name, {"vr": "missing"})
        if mine["vr"] == other["vr"] == "SQ" and len(mine["Value"]) == len(other["Value"]):
            for number, (left, right) in enumerate(zip(mine["Value"], other["Value"], strict=True), 1):
                yield from differences(syntax, left, right, f"{path}{name}/{number}/")
        elif json.dumps(mine) != json.dumps(other):
            yield Difference(syntax, path + name, mine, other)


def _unicode(one: Difference) -> bool:
    return one.path.endswith("00080005") and one.ours == {"vr": "CS", "Value": ["ISO_IR 192"]}


def _swapped(one: Difference) -> bool:
    words = {"OW": 2}.get(one.ours["vr"])
    if one.syntax != BIG_ENDIAN or not words or "InlineBinary" not in one.theirs:
        return False
    theirs = base64.b64decode(one.theirs["InlineBinary"])
    swapped = b"".join(theirs[at : at + words][::-1] for at in range(0, len(theirs), words))
    return base64.b64decode(one.ours["InlineBinary"]) == swapped


def _values(one: Difference, as_ours: Callable[[Any], Any]) -> bool:
    same_vr = one.ours["vr"] == one.theirs["vr"]
    return same_vr and one.ours.get("Value") == [as_ours(value) for value in one.theirs.get("Value", [])]


def _group_length(one: Difference) -> bool:
    return one.path.endswith("0000") and one.ours == {"vr": "missing"}


def _null(one: Difference) -> bool:
    return _values(one, lambda value: None if value == "" else value)


def _unpadded(one: Difference) -> bool:
    return one.ours["vr"] == "CS" and _values(one, lambda value: value.strip(" "))


def _text_for_a_number(one: Difference) -> bool:
    return one.theirs["vr"] == "raises" and one.ours["vr"] == "IS" and isinstance(one.ours["Value"][0], str)


DIFFERENCES = {
    "PS3.3 C.12.1.1.2: the strings are in UTF-8, which is ISO_IR 192 (RFC 8259 8.1)": _unicode,
    "PS3.18 8.7.3, PS3.5 7.3: binary values leave in little endian, whatever the file's byte order": _swapped,
    "PS3.18 F.2.2: group lengths (gggg,0000) shall not be included": _group_length,
    "PS3.18 F.2.5: an empty value among others is null": _null,
    "PS3.5 6.2: leading and trailing blanks of a CS are not significant": _unpadded,
    "PS3.18 F.2.3: what makes no number of an IS is told as a string": _text_for_a_number,
}


def test_our_json_differs_from_pydicoms_only_where_a_clause_says_so() -> None:
    needed: set[str] = set()
    unexplained: list[str] = []
    compared = 0
    for name, path in part10_files().items():
        data = path.read_bytes()
        try:
            structure = examine(data)
        except ServerError:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = told_by_pydicom(pydicom.dcmread(path))
        compared += 1
        for one in differences(structure.transfer_syntax_uid, resolved(structure.attributes, data), theirs):
            reasons = {clause for clause, explains in DIFFERENCES.items() if explains(one)}
            needed |= reasons
            if not reasons:
                unexplained.append(f"{name} {one.path}: {str(one.ours)[:80]} for {str(one.theirs)[:80]}")
    assert unexplained == []
    assert needed == DIFFERENCES.keys()
    assert compared > 170
