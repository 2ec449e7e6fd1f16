"""From metadata and bulk data that arrived apart to one Part 10 file (PS3.18 8.6.1, 10.5.2), ready to be stored."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.archive.store import Incoming
from server.dicom.attributes import tag
from server.dicom.dicomjson import Attributes, value
from server.dicom.encoding import Bulk, FindBulk, encode
from server.dicom.file_meta import file_head
from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, transfer_syntax
from server.errors import Malformed
from server.rendering.codecs.recognise import Recognised, recognise

COERCED = 0xB000
"""Warning Reason (0008,1196): data elements were coerced (PS3.4 table B.2-1)."""

_PIECE = 2**20
_PIXEL_DATA = tag("PixelData")
_DOCUMENT = tag("EncapsulatedDocument")
_CHARACTER_SET = tag("SpecificCharacterSet")
# what tells of an instance in an archive and is no part of it (PS3.18 tables 10.6.3-3 to 10.6.3-5)
_NOT_OF_THE_INSTANCE = frozenset({tag("AvailableTransferSyntaxUID")})


@dataclass(frozen=True, slots=True)
class BulkPart:
    """A part of a request that holds bulk data: the file it was written to, and what its header says of it."""

    incoming: Incoming
    media_type: str
    transfer_syntax_uid: str | None


@dataclass(frozen=True, slots=True)
class Assembled:
    """A file that was put together, and what was changed in doing so ("" when nothing was)."""

    incoming: Incoming
    coerced: str


def assemble(
    metadata: Attributes, parts: Callable[[str], Sequence[BulkPart]], receive: Callable[[], Incoming]
) -> Assembled:
    """Writes one instance; `parts` answers the parts that a BulkDataURI names, in their order.

    Raises `Malformed` with the reason when the two do not make an instance.
    """
    _check_model(metadata)
    attributes = {
        name: attribute
        for name, attribute in metadata.items()
        if not name.startswith("0002") and not name.endswith("0000") and name not in _NOT_OF_THE_INSTANCE
    }
    changed = _say_unicode(attributes)
    pixels = attributes.get(_PIXEL_DATA)
    syntax, bulk = EXPLICIT_VR_LITTLE_ENDIAN, _found_in(parts)
    if isinstance(pixels, dict) and "BulkDataURI" in pixels:
        frames = parts(str(pixels["BulkDataURI"]))
        if _is_encapsulated(frames[0]):
            seen = [_recognised(frame) for frame in frames]
            syntax = _one_syntax(frames, seen)
            changed += _describe(attributes, seen[0], len(frames))
            pixels["vr"] = "OB"
            bulk = _with_frames(bulk, str(pixels["BulkDataURI"]), frames, seen)
    _name_document(attributes, parts)
    incoming = receive()
    try:
        incoming.write(file_head(_uid(attributes, "SOPClassUID"), _uid(attributes, "SOPInstanceUID"), syntax))
        for piece in encode(attributes, bulk):
            incoming.write(piece)
    except BaseException:
        incoming.discard()
        raise
    return Assembled(incoming, ", ".join(changed))


def _check_model(metadata: object) -> None:
    """That this is a DICOM JSON Model Object as far as it is looked into here (PS3.18 F.2.1)."""
    if not isinstance(metadata, dict):
        raise Malformed("The metadata of an instance are an object with attributes by tag.")
    for name, attribute in metadata.items():
        if not isinstance(attribute, dict) or not isinstance(attribute.get("Value", []), list):
            raise Malformed("An attribute is an object with a vr, and its Value an array.", tag=str(name)[:20])


def _uid(attributes: Attributes, keyword: str) -> str:
    found = value(attributes, keyword)
    if not isinstance(found, str) or not found:
        raise Malformed(f"The metadata has no {keyword}.")
    return found


def _say_unicode(attributes: Attributes) -> list[str]:
    """Metadata are Unicode, so that is what the file says (PS3.18 F.2); another claim is corrected."""
    said = attributes.get(_CHARACTER_SET, {}).get("Value") or []
    attributes[_CHARACTER_SET] = {"vr": "CS", "Value": ["ISO_IR 192"]}
    return ["SpecificCharacterSet"] if said not in ([], ["ISO_IR 192"], ["ISO_IR 6"]) else []


def _found_in(parts: Callable[[str], Sequence[BulkPart]]) -> FindBulk:
    def bulk(uri: str) -> Bulk:
        found = parts(uri)
        pieces = [_bytes_of(part.incoming) for part in found]
        return Bulk(sum(part.size for part in pieces), lambda: (piece for part in pieces for piece in part.pieces()))

    return bulk


def _bytes_of(incoming: Incoming, start: int = 0) -> Bulk:
    def pieces() -> Iterator[bytes]:
        with incoming.path.open("rb") as file:
            file.seek(start)
            while piece := file.read(_PIECE):
                yield piece

    return Bulk(incoming.size - start, pieces)


def _is_encapsulated(part: BulkPart) -> bool:
    """Whether a part holds a compressed frame: by its media type, or by the transfer syntax it names."""
    if part.media_type == "application/octet-stream":
        return part.transfer_syntax_uid is not None and transfer_syntax(part.transfer_syntax_uid).is_encapsulated
    return True


def _recognised(part: BulkPart) -> Recognised | None:
    """What a frame says of itself; None for video and RLE, which name their transfer syntax instead."""
    if part.media_type.startswith("video/") or part.media_type == "image/dicom-rle":
        return None
    with part.incoming.path.open("rb") as file:
        return recognise(file.read(min(_PIECE, os.fstat(file.fileno()).st_size)))


def _one_syntax(frames: Sequence[BulkPart], seen: Sequence[Recognised | None]) -> str:
    """The transfer syntax of all frames; what a codestream says of itself outdoes its header."""
    named = {
        one.transfer_syntax_uid if one else (part.transfer_syntax_uid or _SYNTAX_OF.get(part.media_type, ""))
        for part, one in zip(frames, seen, strict=True)
    }
    if len(named) != 1 or "" in named:
        raise Malformed("The pixel data name no transfer syntax, or several.", found=sorted(named))
    return named.pop()


_SYNTAX_OF = {"image/dicom-rle": "1.2.840.10008.1.2.5"}


def _with_frames(bulk: FindBulk, uri: str, frames: Sequence[BulkPart], seen: Sequence[Recognised | None]) -> FindBulk:
    fragments = tuple(_bytes_of(part.incoming, one.start if one else 0) for part, one in zip(frames, seen, strict=True))

    def found(wanted: str) -> Bulk:
        return Bulk(0, lambda: iter(()), fragments) if wanted == uri else bulk(wanted)

    return found


def _describe(attributes: Attributes, seen: Recognised | None, frames: int) -> list[str]:
    """Fills the Image Pixel attributes in, which may be left out (PS3.18 10.5.2); answers what had to be corrected.

    `Malformed` when the metadata describe another image.
    """
    if seen is None:
        return []
    for keyword, says in (("Rows", seen.rows), ("Columns", seen.columns), ("SamplesPerPixel", seen.samples)):
        given = value(attributes, keyword)
        if given not in (None, says):
            raise Malformed(f"{keyword} is {given} in the metadata and {says} in the image.")
        attributes[tag(keyword)] = _one("US", says)
    filled: dict[str, Any] = {
        "BitsAllocated": seen.bits_allocated,
        "BitsStored": seen.bits_stored,
        "HighBit": seen.bits_stored - 1,
        "PixelRepresentation": int(seen.signed),
    }
    for keyword, says in filled.items():
        if value(attributes, keyword) is None:
            attributes[tag(keyword)] = _one("US", says)
    if seen.samples == 3 and value(attributes, "PlanarConfiguration") is None:
        attributes[tag("PlanarConfiguration")] = _one("US", 0)
    if frames > 1 and value(attributes, "NumberOfFrames") is None:
        attributes[tag("NumberOfFrames")] = _one("IS", frames)
    return _say_colour(attributes, seen) + _say_lossy(attributes, seen)


def _say_colour(attributes: Attributes, seen: Recognised) -> list[str]:
    given = value(attributes, "PhotometricInterpretation")
    grey = seen.samples == 1 and given in {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"}
    if grey or given == seen.photometric:
        return []
    attributes[tag("PhotometricInterpretation")] = _one("CS", seen.photometric)
    return [] if given is None else ["PhotometricInterpretation"]


def _say_lossy(attributes: Attributes, seen: Recognised) -> list[str]:
    """An image that was compressed with loss says so for ever (PS3.3 C.7.6.1.1.5)."""
    if not seen.lossy or value(attributes, "LossyImageCompression") == "01":
        return []
    attributes[tag("LossyImageCompression")] = _one("CS", "01")
    return ["LossyImageCompression"]


def _name_document(attributes: Attributes, parts: Callable[[str], Sequence[BulkPart]]) -> None:
    """An encapsulated document is of the media type it came as (PS3.3 C.24.2)."""
    document = attributes.get(_DOCUMENT)
    if isinstance(document, dict) and "BulkDataURI" in document:
        [part, *_] = parts(str(document["BulkDataURI"]))
        if value(attributes, "MIMETypeOfEncapsulatedDocument") is None:
            attributes[tag("MIMETypeOfEncapsulatedDocument")] = _one("LO", part.media_type)
        if value(attributes, "EncapsulatedDocumentLength") is None:
            attributes[tag("EncapsulatedDocumentLength")] = _one("UL", part.incoming.size)


def _one(vr: str, single: object) -> dict[str, Any]:
    return {"vr": vr, "Value": [single]}


def identity_of(metadata: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Study, series, instance and SOP Class UID as the metadata have them, "" where they do not."""
    keywords = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
    study, series, instance, sop_class = (_text(metadata.get(tag(keyword))) for keyword in keywords)
    return study, series, instance, sop_class


def _text(attribute: object) -> str:
    values = attribute.get("Value") if isinstance(attribute, dict) else None
    return str(values[0])[:128] if isinstance(values, list) and values and isinstance(values[0], str) else ""
