"""Rows about storing metadata and bulk data that come apart (PS3.18 8.6.1.3, 10.5), in JSON and in XML."""

import base64
import io
from typing import Any

import numpy as np
import orjson
from PIL import Image

from tests.conformance.archive import CAPTURE, ENCAPSULATED_PDF, PDF, Fresh
from tests.conformance.store import NATIVE, failed, kept, names_the_failed, referenced
from tests.conformance.table import (
    Body,
    Clause,
    Exchange,
    clause,
    expected,
    get,
    parts,
    post,
    problem,
    status,
    values,
)


def _related(root: str, first: bytes, *others: tuple[str, str, bytes]) -> Body:
    """Metadata and its bulk data: each of `others` is location, media type, bytes."""
    pieces = [f"--b\r\nContent-Type: {root}\r\n\r\n".encode() + first]
    pieces += [
        f"--b\r\nContent-Type: {media_type}\r\nContent-Location: {location}\r\n\r\n".encode() + content
        for location, media_type, content in others
    ]
    return b"\r\n".join(pieces) + b"\r\n--b--\r\n", {"Content-Type": f'multipart/related; type="{root}"; boundary=b'}


def _described(new: Fresh, bulk: dict[str, Any] | None, **keywords: Any) -> dict[str, Any]:
    """The metadata of an image of 24 rows and 32 columns in the DICOM JSON model."""
    dataset = new.image(**{"Rows": 24, "Columns": 32, "PixelData": bytes(24 * 32 * 2)} | keywords)
    made: dict[str, Any] = dataset.to_json_dict()
    made.pop("7FE00010", None)
    if bulk is not None:
        made["7FE00010"] = {"vr": "OW"} | bulk
    made["00083002"] = {"vr": "UI", "Value": ["1.2.840.10008.1.2.1"]}
    return made


PIXELS = (np.arange(24 * 32, dtype="<u2") * 5).tobytes()


def _json(*sets: dict[str, Any]) -> bytes:
    return orjson.dumps(list(sets))


def _json_bulk(exchange: Exchange) -> Body:
    made = _described(exchange.new, {"BulkDataURI": "pixels"})
    return _related("application/dicom+json", _json(made), ("pixels", "application/octet-stream", PIXELS))


def _json_inline(exchange: Exchange) -> Body:
    return _related(
        "application/dicom+json", _json(_described(exchange.new, {"InlineBinary": base64.b64encode(PIXELS).decode()}))
    )


def _json_two(exchange: Exchange) -> Body:
    new = exchange.new
    first, second = (
        _described(new, {"BulkDataURI": "a"}),
        _described(new, {"BulkDataURI": "b"}, SOPInstanceUID=new.other_uid),
    )
    octets = "application/octet-stream"
    return _related("application/dicom+json", _json(first, second), ("a", octets, PIXELS), ("b", octets, PIXELS[::-1]))


def _json_missing(exchange: Exchange) -> Body:
    made = _described(exchange.new, {"BulkDataURI": "missing"})
    return _related("application/dicom+json", _json(made), ("other", "application/octet-stream", PIXELS))


def _jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(CAPTURE).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def _json_jpeg(exchange: Exchange) -> Body:
    made = _described(
        exchange.new,
        {"BulkDataURI": "photo"},
        SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.4",
        SamplesPerPixel=3,
        PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
    )
    made["00083002"] = {"vr": "UI", "Value": ["1.2.840.10008.1.2.4.50"]}
    head = "image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50"
    return _related("application/dicom+json", _json(made), ("photo", head, _jpeg()))


def _json_pdf(exchange: Exchange) -> Body:
    dataset = exchange.new.image(
        SOPClassUID=ENCAPSULATED_PDF, Modality="DOC", PixelData=None, MIMETypeOfEncapsulatedDocument="application/pdf"
    )
    made: dict[str, Any] = dataset.to_json_dict()
    made["00420011"] = {"vr": "OB", "BulkDataURI": "document"}
    return _related("application/dicom+json", _json(made), ("document", "application/pdf", PDF * 20))


def _xml_model(new: Fresh, **keywords: Any) -> bytes:
    made = _described(new, {"BulkDataURI": "pixels"}, **keywords)
    lines = [f'<NativeDicomModel xmlns="{NATIVE}" xml:space="preserve">']
    for name, attribute in sorted(made.items()):
        lines.append(f'<DicomAttribute tag="{name}" vr="{attribute["vr"]}">')
        if "BulkDataURI" in attribute:
            lines.append(f'<BulkData uri="{attribute["BulkDataURI"]}"/>')
        for number, value in enumerate(attribute.get("Value", []), 1):
            if attribute["vr"] == "PN":
                family, _, given = value["Alphabetic"].partition("^")
                names = f"<FamilyName>{family}</FamilyName><GivenName>{given}</GivenName>"
                lines.append(f'<PersonName number="{number}"><Alphabetic>{names}</Alphabetic></PersonName>')
            else:
                lines.append(f'<Value number="{number}">{value}</Value>')
        lines.append("</DicomAttribute>")
    return "".join([*lines, "</NativeDicomModel>"]).encode()


def _xml_bulk(exchange: Exchange) -> Body:
    return _related("application/dicom+xml", _xml_model(exchange.new), ("pixels", "application/octet-stream", PIXELS))


def _no_array(exchange: Exchange) -> Body:
    return _related("application/dicom+json", b"{not json")


@expected("the pixels that were sent")
def _sent_pixels(exchange: Exchange) -> None:
    assert exchange.last.content == PIXELS


@expected("the frame that was sent")
def _sent_jpeg(exchange: Exchange) -> None:
    [(_, content)] = parts(exchange.last)
    assert content.rstrip(b"\0") == _jpeg()


@expected("the document that was sent")
def _sent_pdf(exchange: Exchange) -> None:
    assert exchange.last.content.rstrip(b"\0") == PDF * 20


@expected("PatientName Fresh^Freda")
def _named(exchange: Exchange) -> None:
    assert values(exchange.last.json()[0], "PatientName") == [{"Alphabetic": "Fresh^Freda"}]


def _rows_of_metadata() -> list[Clause]:
    native = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
    frame = get("/{new.instance}/frames/1", accept=native)
    return [
        clause(
            "store-json-bulk",
            "PS3.18 8.6.1.3",
            "Metadata in JSON with pixel data as a part of its own",
            post("/studies", _json_bulk),
            status(200) & kept() & referenced,
        ),
        clause(
            "store-json-bulk-pixels",
            "PS3.18 10.5.2",
            "Its pixels are the part's",
            post("/studies", _json_bulk),
            frame,
            status(200) & _sent_pixels,
        ),
        clause(
            "store-json-bulk-metadata",
            "PS3.18 10.5.2",
            "Its metadata are what was sent",
            post("/studies", _json_bulk),
            get("/{new.instance}/metadata"),
            status(200) & _named,
        ),
        clause(
            "store-json-inline",
            "PS3.18 F.2.7",
            "InlineBinary in place of bulk data",
            post("/studies", _json_inline),
            frame,
            status(200) & _sent_pixels,
        ),
        clause(
            "store-json-two",
            "PS3.18 F.2.1",
            "Several instances in one array",
            post("/studies", _json_two),
            status(200) & kept(2),
        ),
        clause(
            "store-json-missing",
            "PS3.18 10.5.3.1",
            "A BulkDataURI that no part has",
            post("/studies", _json_missing),
            status(409) & names_the_failed,
        ),
        clause(
            "store-json-jpeg",
            "PS3.18 10.5.2",
            "A picture as image/jpeg is kept as it is",
            post("/studies", _json_jpeg),
            get("/{new.instance}/frames/1", accept='multipart/related; type="image/jpeg"'),
            status(200) & _sent_jpeg,
        ),
        clause(
            "store-json-pdf",
            "PS3.18 10.5.2",
            "A document as application/pdf",
            post("/studies", _json_pdf),
            get("/{new.instance}/metadata"),
            get("{before.bulk[00420011]}", accept="application/octet-stream, */*"),
            status(200) & _sent_pdf,
        ),
        clause(
            "store-json-broken",
            "PS3.18 10.5.3.1",
            "Metadata that are no JSON",
            post("/studies", _no_array),
            problem(400),
        ),
        clause(
            "store-json-other-study",
            "PS3.18 I.2.2",
            "Metadata of another study than the URL's",
            post("/studies/1.2.3.4", _json_bulk),
            status(409) & failed(0xA900),
        ),
        clause(
            "store-xml-bulk",
            "PS3.18 8.6.1.3",
            "Metadata in XML with pixel data as a part of its own",
            post("/studies", _xml_bulk),
            status(200) & kept() & referenced,
        ),
        clause(
            "store-xml-bulk-pixels",
            "PS3.19 A.1",
            "Its pixels are the part's",
            post("/studies", _xml_bulk),
            frame,
            status(200) & _sent_pixels,
        ),
        clause(
            "store-xml-bulk-metadata",
            "PS3.19 A.1",
            "Its names are read from their parts",
            post("/studies", _xml_bulk),
            get("/{new.instance}/metadata"),
            status(200) & _named,
        ),
        clause(
            "store-xml-broken",
            "PS3.18 10.5.3.1",
            "Metadata that are no XML",
            post("/studies", lambda _exchange: _related("application/dicom+xml", b"<NativeDicomModel>")),
            problem(400),
        ),
        clause(
            "store-xml-entities",
            "PS3.18 10.5.3.1",
            "A document that declares entities is refused",
            post(
                "/studies",
                lambda _exchange: _related(
                    "application/dicom+xml", b'<!DOCTYPE x [<!ENTITY a "b">]><NativeDicomModel>&a;</NativeDicomModel>'
                ),
            ),
            problem(400),
        ),
    ]


CLAUSES = _rows_of_metadata()
