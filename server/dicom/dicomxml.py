"""The Native DICOM Model of a data set in XML (PS3.19 A.1), to and from the DICOM JSON model.

Both say the same of a data set; what is catalogued is the JSON, so the XML is written from it and read into it.
"""

import re
from typing import Any
from xml.etree.ElementTree import ParseError, XMLParser
from xml.sax.saxutils import escape, quoteattr

from pydicom.datadict import dictionary_has_tag, dictionary_keyword

from server.dicom.dicomjson import Attributes
from server.errors import Malformed

NAMESPACE = "http://dicom.nema.org/PS3.19/models/NativeDICOM"
MOST_NESTED = 64 * 5
"""Open XML elements: a data set nested 64 deep opens four for each sequence and its item, and a name three more."""
MOST_LEFT_OUT = 10_000
"""Values that the numbers of a document may pass over."""

_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="{NAMESPACE}" xml:space="preserve">'
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_PARTS = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")
# XML 1.0 2.2: these characters cannot be written, not even escaped
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WHOLE = frozenset("IS SL SS SV UL US UV".split())
_DECIMAL = frozenset("DS FL FD".split())


def to_xml(attributes: Attributes) -> bytes:
    """The data set as an XML document in UTF-8; characters that XML cannot hold become U+FFFD."""
    pieces = [_HEAD]
    _write(attributes, pieces)
    pieces.append("</NativeDicomModel>\n")
    return "".join(pieces).encode()


def _write(attributes: Attributes, pieces: list[str]) -> None:
    creators = {name: _creator(one) for name, one in attributes.items() if _is_creator(name)}
    for name, one in attributes.items():
        pieces.append(f"<DicomAttribute {_head(name, one['vr'], creators)}>")
        if "InlineBinary" in one:
            pieces.append(f"<InlineBinary>{one['InlineBinary']}</InlineBinary>")
        elif "BulkDataURI" in one:
            pieces.append(f"<BulkData uri={quoteattr(one['BulkDataURI'])}/>")
        for number, value in enumerate(one.get("Value", ()), 1):
            _write_value(one["vr"], number, value, pieces)
        pieces.append("</DicomAttribute>")


def _head(name: str, vr: str, creators: dict[str, str]) -> str:
    """Tag, VR and keyword; of a private attribute the tag without its block, and who reserved that."""
    creator = creators.get(f"{name[:4]}00{name[4:6]}") if name[4:6] != "00" else None
    if creator:
        return f'tag="{name[:4]}00{name[6:]}" vr="{vr}" privateCreator={quoteattr(_text(creator))}'
    number = int(name, 16)
    keyword = dictionary_keyword(number) if dictionary_has_tag(number) else ""
    return f'tag="{name}" vr="{vr}"' + (f' keyword="{keyword}"' if keyword else "")


def _is_creator(name: str) -> bool:
    """Whether the tag reserves a block of private ones (PS3.5 7.8.1)."""
    return int(name[3], 16) % 2 == 1 and name[4:6] == "00" and int(name[6:], 16) >= 0x10


def _creator(one: dict[str, Any]) -> str:
    values = one.get("Value")
    return values[0] if values and isinstance(values[0], str) else ""


def _write_value(vr: str, number: int, value: Any, pieces: list[str]) -> None:
    if vr == "SQ":
        pieces.append(f'<Item number="{number}">')
        _write(value or {}, pieces)
        pieces.append("</Item>")
    elif vr == "PN":
        pieces.append(f'<PersonName number="{number}">')
        for group in _GROUPS:
            if text := (value or {}).get(group):
                pieces += [f"<{group}>", *_name_parts(text), f"</{group}>"]
        pieces.append("</PersonName>")
    else:
        text = "" if value is None else escape(_text(str(value)), {"\r": "&#13;"})
        pieces.append(f'<Value number="{number}">{text}</Value>')


def _name_parts(text: str) -> list[str]:
    parts = text.split("^", 4)
    return [f"<{tag}>{escape(_text(part))}</{tag}>" for tag, part in zip(_PARTS, parts, strict=False) if part]


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)


def from_xml(document: bytes) -> Attributes:
    """The data set of an XML document; `Malformed` when it is none, or has a document type declaration."""
    model = _Model()
    parser = XMLParser(target=model)  # noqa: S314 - `_Model` refuses declarations, so no entity can be defined
    try:
        parser.feed(document)
        parser.close()
    except (ParseError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise Malformed("The metadata is not well-formed XML.", cause=str(error)[:120]) from error
    if model.found is None:
        raise Malformed("The XML has no NativeDicomModel (PS3.19 A.1).")
    return model.found


class _Model:
    """Builds the attributes while the parser reads; knows one level of the document at a time."""

    def __init__(self) -> None:
        self.found: Attributes | None = None
        self._datasets: list[Attributes] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._attributes: list[Attributes] = []
        self._name: dict[str, list[str]] = {}
        self._text: list[str] = []
        self._left_out = 0

    def doctype(self, *_declared: object) -> None:
        """Called before anything that a declaration could define."""
        raise Malformed("XML metadata must not have a document type declaration.")

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element opens."""
        name = tag.rpartition("}")[2]
        if len(self._open) >= MOST_NESTED:
            raise Malformed("The XML is nested too deeply.", most=MOST_NESTED)
        self._open.append((name, given))
        self._text = []
        if name == "NativeDicomModel" or name == "Item":
            self._datasets.append({})
        elif name == "DicomAttribute":
            self._attributes.append(self._begin(given))
        elif name == "PersonName":
            self._name = {}
        elif name == "BulkData" and self._attributes:
            self._attributes[-1]["BulkDataURI"] = given.get("uri") or given.get("uuid") or ""

    def data(self, text: str) -> None:
        """Characters of the element that is open."""
        self._text.append(text)

    def end(self, _tag: str) -> None:
        """The element that is open closes."""
        name, given = self._open.pop()
        if name == "NativeDicomModel":
            self.found = self._datasets.pop()
        elif name == "DicomAttribute" and self._attributes:
            self._attributes.pop()
        elif name == "Item":
            self._put(given, self._datasets.pop())
        elif name == "Value":
            self._put(given, "".join(self._text))
        elif name == "InlineBinary" and self._attributes:
            self._attributes[-1]["InlineBinary"] = "".join("".join(self._text).split())
        elif name in _PARTS and self._open and self._open[-1][0] in _GROUPS:
            parts = self._name.setdefault(self._open[-1][0], [""] * 5)
            parts[_PARTS.index(name)] = "".join(self._text)
        elif name == "PersonName":
            self._put(given, {group: "^".join(parts).rstrip("^") for group, parts in self._name.items()} or None)
        self._text = []

    def close(self) -> None:
        """The document ends."""

    def _begin(self, given: dict[str, str]) -> Attributes:
        tag, vr = given.get("tag", ""), given.get("vr", "")
        if not self._datasets or not re.fullmatch("[0-9A-Fa-f]{8}", tag) or not re.fullmatch("[A-Z]{2}", vr):
            raise Malformed("A DicomAttribute has a tag of eight hex digits and a vr.", tag=tag[:20], vr=vr[:20])
        attribute: Attributes = {"vr": vr}
        self._datasets[-1][self._placed(tag.upper(), given.get("privateCreator", ""))] = attribute
        return attribute

    def _placed(self, tag: str, creator: str) -> str:
        """The whole tag: a private one is put into its creator's block, reserved now if nobody has."""
        if not creator or tag[4:6] != "00":
            return tag
        dataset, group = self._datasets[-1], tag[:4]
        reserved = {name: _creator(one) for name, one in dataset.items() if name[:4] == group and _is_creator(name)}
        for name, owner in reserved.items():
            if owner == creator:
                return f"{group}{name[6:]}{tag[6:]}"
        for block in range(0x10, 0x100):
            if (name := f"{group}00{block:02X}") not in reserved:
                dataset[name] = {"vr": "LO", "Value": [creator]}
                return f"{group}{block:02X}{tag[6:]}"
        raise Malformed("Every block of a private group is taken.", group=group)

    def _put(self, given: dict[str, str], value: Any) -> None:
        """Puts a value at its number; numbers left out are empty values."""
        if not self._attributes:
            raise Malformed("The XML has a value outside any DicomAttribute.")
        attribute = self._attributes[-1]
        values = attribute.setdefault("Value", [])
        text = given.get("number", "")
        number = int(text) if re.fullmatch("[0-9]{1,6}", text) else len(values) + 1
        missing = number - len(values) - 1
        self._left_out += missing
        if missing < 0 or self._left_out > MOST_LEFT_OUT:
            raise Malformed("The values of a DicomAttribute are numbered from 1 upwards.", number=text[:20])
        values += [{} if attribute["vr"] == "SQ" else None] * missing
        values.append(_typed(attribute["vr"], value) if isinstance(value, str) else value)


def _typed(vr: str, text: str) -> Any:
    """The value as DICOM JSON has it (PS3.18 F.2.3); a number that is none stays the text it is."""
    try:
        if vr in _WHOLE:
            return int(text)
        if vr in _DECIMAL:
            return float(text)
    except ValueError:
        return text
    return text or None
