"""Rows about metadata (PS3.18 10.4.1.1.2, annex F): the DICOM JSON model for every VR and character set, and XML."""

import base64
from typing import Any
from xml.etree import ElementTree

import numpy as np

from tests.conformance.instances import JLS, empty
from tests.conformance.table import (
    Clause,
    Exchange,
    Expected,
    ask,
    clause,
    expected,
    get,
    header,
    kind,
    no_header,
    parts,
    problem,
    status,
    values,
)


def attribute(name: str, wanted: Any) -> Expected:
    """The first data set has this attribute (eight digits) in just this form."""

    @expected(f"({name[:4]},{name[4:]}) as {wanted}")
    def check(exchange: Exchange) -> None:
        assert exchange.last.status_code == 200, exchange.last.text[:400]
        assert exchange.last.json()[0].get(name) == wanted, exchange.last.json()[0].get(name)

    return check


def _vr(name: str, vr: str, *found: Any, text_too: bool = False) -> Clause:
    """A value of a VR in the JSON model; `text_too` where table F.2.3-1 lets a number be a string."""

    @expected(f"({name[:4]},{name[4:]}) of {vr} with {list(found)}" + (", numbers or strings" if text_too else ""))
    def check(exchange: Exchange) -> None:
        assert exchange.last.status_code == 200
        told = exchange.last.json()[0][name]
        assert told["vr"] == vr, told
        read = [float(one) for one in told["Value"]] if text_too else told["Value"]
        assert read == list(found), told

    section = "PS3.18 F.2.5" if None in found else "PS3.18 F.2.3"
    return clause(f"metadata-vr-{vr.lower()}", section, f"A value of VR {vr}", get("/{vrs.instance}/metadata"), check)


def _binary(name: str, vr: str, content: bytes) -> Clause:
    wanted = {"vr": vr, "InlineBinary": base64.b64encode(content).decode()}

    @expected("InlineBinary, or a BulkDataURI")
    def check(exchange: Exchange) -> None:
        found = exchange.last.json()[0][name]
        assert found == wanted or (found["vr"] == vr and "BulkDataURI" in found and "Value" not in found), found

    return clause(
        f"metadata-vr-{vr.lower()}",
        "PS3.18 F.2.3",
        f"A value of VR {vr}",
        get("/{vrs.instance}/metadata"),
        status(200) & check,
    )


def _rows_of_metadata() -> list[Clause]:
    one = "/{ct1.instance}/metadata"
    return [
        clause(
            "metadata-study",
            "PS3.18 10.4.1.1.2",
            "Of a study",
            get("/{ct1.study}/metadata"),
            status(200) & kind("application/dicom+json") & _sets(4),
        ),
        clause(
            "metadata-series", "PS3.18 10.4.1.1.2", "Of a series", get("/{ct1.series}/metadata"), status(200) & _sets(3)
        ),
        clause("metadata-instance", "PS3.18 10.4.1.1.2", "Of an instance", get(one), status(200) & _sets(1)),
        clause(
            "metadata-json",
            "PS3.18 10.4.4",
            "Accept: application/dicom+json",
            get(one, accept="application/dicom+json"),
            status(200) & kind("application/dicom+json"),
        ),
        clause(
            "metadata-plain-json",
            "PS3.18 10.4.4",
            "Accept: application/json",
            get(one, accept="application/json"),
            status(200) & kind("application/json"),
        ),
        clause(
            "metadata-xml",
            "PS3.19 A.1",
            "In XML: a part an instance",
            get("/{ct1.series}/metadata", accept='multipart/related; type="application/dicom+xml"'),
            status(200) & _xml(3),
        ),
        clause(
            "metadata-xml-name",
            "PS3.19 A.1.5",
            "A name in XML has its parts",
            get(one, accept='multipart/related; type="application/dicom+xml"'),
            status(200) & _xml_name,
        ),
        clause("metadata-refused", "PS3.18 10.4.3.1", "Nothing acceptable", get(one, accept="image/png"), problem(406)),
        clause(
            "metadata-not-found",
            "PS3.18 10.4.3.1",
            "Of a series that is not here",
            get("/{ct1.study}/series/1.2.3/metadata"),
            problem(404),
        ),
        clause(
            "metadata-head",
            "RFC 9110 9.3.2",
            "HEAD",
            ask("HEAD", one),
            status(200) & kind("application/dicom+json") & empty,
        ),
        clause(
            "metadata-gzip",
            "RFC 9110 12.5.3",
            "gzip where it is accepted",
            get("/{ct1.study}/metadata", accept_encoding="gzip"),
            status(200) & header("Content-Encoding", "gzip") & _sets(4),
        ),
        clause(
            "metadata-gzip-refused",
            "RFC 9110 12.5.3",
            "and not with a weight of zero",
            get("/{ct1.study}/metadata", accept_encoding="gzip;q=0"),
            status(200) & no_header("Content-Encoding"),
        ),
        clause(
            "metadata-etag",
            "RFC 9110 13.1.2",
            "If-None-Match with the ETag",
            get("/{ct1.study}/metadata"),
            get("/{ct1.study}/metadata", if_none_match="{before.headers[etag]}"),
            status(304) & empty,
        ),
        clause(
            "metadata-bulk-uri",
            "PS3.18 F.2.6",
            "Pixel data are a BulkDataURI",
            get(one),
            status(200) & _bulk_uri("7FE00010"),
        ),
        clause(
            "metadata-no-meta", "PS3.18 F.2.2", "No file meta and no group lengths", get(one), status(200) & _no_groups
        ),
        clause(
            "metadata-syntax",
            "PS3.18 table 10.4.1-2",
            "AvailableTransferSyntaxUID",
            get("/{jls.instance}/metadata"),
            attribute("00083002", {"vr": "UI", "Value": [JLS]}),
        ),
        clause(
            "metadata-name",
            "PS3.18 F.2.2",
            "A name is an object of its groups",
            get(one),
            attribute("00100010", {"vr": "PN", "Value": [{"Alphabetic": "Conformance^Anna^Maria^Dr^PhD"}]}),
        ),
        clause(
            "metadata-name-groups",
            "PS3.18 F.2.2",
            "A name of three groups",
            get("/{japanese.instance}/metadata"),
            attribute(
                "00100010",
                {
                    "vr": "PN",
                    "Value": [{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}],
                },
            ),
        ),
        clause(
            "metadata-korean",
            "PS3.5 I.2",
            "Korean by escape sequences",
            get("/{korean.instance}/metadata"),
            attribute(
                "00100010",
                {
                    "vr": "PN",
                    "Value": [{"Alphabetic": "Hong^Gildong", "Ideographic": "洪^吉洞", "Phonetic": "홍^길동"}],
                },
            ),
        ),
        clause(
            "metadata-latin",
            "PS3.5 6.1",
            "ISO_IR 100",
            get("/{latin.instance}/metadata"),
            attribute("00100010", {"vr": "PN", "Value": [{"Alphabetic": "Müller^Änne"}]}),
        ),
        clause(
            "metadata-cyrillic",
            "PS3.5 6.1",
            "ISO_IR 144",
            get("/{cyrillic.instance}/metadata"),
            attribute("00100010", {"vr": "PN", "Value": [{"Alphabetic": "Люкceмбypг"}]}),
        ),
        clause(
            "metadata-gb18030",
            "PS3.5 K",
            "GB18030",
            get("/{gb18030.instance}/metadata"),
            attribute("00100010", {"vr": "PN", "Value": [{"Alphabetic": "Zhang^XiaoDong", "Ideographic": "张^小东"}]}),
        ),
        clause(
            "metadata-charset",
            "PS3.18 F.2",
            "The answer is UTF-8 and says so",
            get("/{latin.instance}/metadata"),
            attribute("00080005", {"vr": "CS", "Value": ["ISO_IR 192"]}),
        ),
        clause(
            "metadata-empty",
            "PS3.18 F.2.5",
            "An empty attribute has a VR and no Value",
            get("/{vrs.instance}/metadata"),
            attribute("00104000", {"vr": "LT"}),
        ),
        clause(
            "metadata-sequence",
            "PS3.18 F.2.2",
            "A sequence has data sets as its values",
            get(one),
            status(200) & _nested,
        ),
        clause(
            "metadata-private",
            "PS3.18 F.2.2",
            "A private attribute with its creator and VR",
            get(one),
            attribute("00090010", {"vr": "LO", "Value": ["LIGHTBOX"]})
            & attribute("00091001", {"vr": "LO", "Value": ["private text"]}),
        ),
        clause(
            "metadata-private-bulk",
            "PS3.18 F.2.6",
            "A large private value is a BulkDataURI",
            get(one),
            status(200) & _bulk_uri("00091002"),
        ),
        clause(
            "metadata-palette-bulk",
            "PS3.18 F.2.6",
            "A palette is told by a BulkDataURI, or inline",
            get("/{palette.instance}/metadata"),
            status(200) & _bulk_or_inline("00281201"),
        ),
        clause(
            "metadata-big-endian",
            "PS3.18 F.2",
            "Numbers of a big endian instance",
            get("/{big.instance}/metadata"),
            attribute("00280010", {"vr": "US", "Value": [64]}),
        ),
        clause(
            "metadata-implicit",
            "PS3.18 F.2",
            "VRs of an implicit VR instance",
            get("/{implicit.instance}/metadata"),
            attribute("00280010", {"vr": "US", "Value": [64]}),
        ),
        _vr("0072005E", "AE", "LIGHTBOX", "OTHER"),
        _vr("0072005F", "AS", "045Y"),
        _vr("00720060", "AT", "00280010", "00280011"),
        _vr("00720062", "CS", "ONE", None, "THREE"),
        _vr("00720061", "DA", "20260101"),
        _vr("00720072", "DS", 1.5, -0.002, text_too=True),
        _vr("00720063", "DT", "20260101101500.123456+0100"),
        _vr("00720074", "FD", 0.1, -2.5),
        _vr("00720076", "FL", 0.5),
        _vr("00720064", "IS", -7, 12, text_too=True),
        _vr("00720066", "LO", "long string"),
        _vr("00720068", "LT", "long\r\ntext"),
        _vr("0072006A", "PN", {"Alphabetic": "Doe^Jane"}, {"Alphabetic": "Roe^Richard"}),
        _vr("0072006C", "SH", "short"),
        _vr("0072007C", "SL", -70000),
        _vr("0072007E", "SS", -7),
        _vr("0072006E", "ST", "short text"),
        _vr("00720082", "SV", -(2**40), text_too=True),
        _vr("0072006B", "TM", "101500.5"),
        _vr("0072006F", "UC", "unlimited", "characters"),
        _vr("0072007F", "UI", "1.2.3"),
        _vr("00720078", "UL", 70000),
        _vr("00720071", "UR", "http://127.0.0.1/x"),
        _vr("0072007A", "US", 65535),
        _vr("00720070", "UT", "unlimited text"),
        _vr("00720083", "UV", 2**63, text_too=True),
        _binary("00720065", "OB", b"\x01\x02\x03\x04"),
        _binary("00720073", "OD", np.array([0.25], "<f8").tobytes()),
        _binary("00720067", "OF", np.array([0.5], "<f4").tobytes()),
        _binary("00720075", "OL", np.array([5], "<u4").tobytes()),
        _binary("00720081", "OV", np.array([6], "<u8").tobytes()),
        _binary("00720069", "OW", np.array([7], "<u2").tobytes()),
        _binary("0072006D", "UN", b"\x07\x08"),
    ]


def _sets(count: int) -> Expected:
    @expected(f"{count} data set{'s' if count > 1 else ''}")
    def check(exchange: Exchange) -> None:
        assert len(exchange.last.json()) == count

    return check


def _xml(count: int) -> Expected:
    @expected(f"{count} parts application/dicom+xml")
    def check(exchange: Exchange) -> None:
        found = parts(exchange.last)
        assert len(found) == count
        for media_type, content in found:
            assert media_type.startswith("application/dicom+xml")
            assert ElementTree.fromstring(content.decode()).tag.endswith("NativeDicomModel")

    return check


@expected("FamilyName, GivenName, MiddleName, NamePrefix and NameSuffix")
def _xml_name(exchange: Exchange) -> None:
    [(_, content)] = parts(exchange.last)
    text = content.decode()
    wanted = ("FamilyName>Conformance<", "GivenName>Anna<", "MiddleName>Maria<", "NamePrefix>Dr<", "NameSuffix>PhD<")
    assert all(one in text for one in wanted), text[:500]


def _bulk_uri(name: str) -> Expected:
    @expected(f"({name[:4]},{name[4:]}) with a BulkDataURI below the instance")
    def check(exchange: Exchange) -> None:
        found = exchange.last.json()[0][name]
        assert set(found) == {"vr", "BulkDataURI"}, found
        assert exchange.archive["ct1"].instance in found["BulkDataURI"]

    return check


def _bulk_or_inline(name: str) -> Expected:
    @expected("InlineBinary or BulkDataURI")
    def check(exchange: Exchange) -> None:
        assert {"InlineBinary", "BulkDataURI"} & set(exchange.last.json()[0][name])

    return check


@expected("no attribute of group 0002, none with element 0000")
def _no_groups(exchange: Exchange) -> None:
    for item in exchange.last.json():
        assert not [name for name in item if name.startswith("0002") or name.endswith("0000")]


@expected("ProcedureCodeSequence with CodeValue CTCHEST")
def _nested(exchange: Exchange) -> None:
    [code] = values(exchange.last.json()[0], "ProcedureCodeSequence")
    assert values(code, "CodeValue") == ["CTCHEST"]


CLAUSES = _rows_of_metadata()
