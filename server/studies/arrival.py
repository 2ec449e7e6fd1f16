"""A file that has arrived, read once: everything that will ever be asked of it, for the catalogue."""

import mmap
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from server.archive.frames import FrameMap, map_frames
from server.archive.part10 import Structure, examine, texts
from server.archive.store import Incoming
from server.catalogue.entries import Entry
from server.dicom.attributes import tag
from server.dicom.dicomjson import Attributes, value
from server.dicom.resources import InstanceRef
from server.dicom.spans import PIXEL_DATA, Buffer, PixelData
from server.dicom.uids import is_uid
from server.errors import Malformed
from server.rendering.codecs import jpeg_2000
from server.rendering.codecs.index import CODECS
from server.rendering.codecs.recognise import recognise
from server.rendering.describe import number_of_frames
from server.rendering.described import as_json, described
from server.rendering.image import NO_PIXEL_DATA, Image, not_renderable

_IDENTIFIERS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
_NAMES = ("Study Instance UID", "Series Instance UID", "SOP Instance UID", "SOP Class UID")
_LONGEST_HEADER = 4096
"""A JPEG 2000 main header has said how it is coded within so many bytes."""

_KINDS = dict(zip(PIXEL_DATA, ("", "float", "double"), strict=True))


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file says it is; its UIDs may be unusable."""

    study_uid: str
    series_uid: str
    instance_uid: str
    sop_class_uid: str


def read(incoming: Incoming, organisation: str) -> Entry:
    """The catalogue entry of a file; `Malformed` says why it cannot be kept."""
    if incoming.content is not None:
        return _entry(incoming.content, incoming.digest, organisation, incoming.sums)
    return read_file(incoming.path, incoming.size, incoming.digest, organisation, incoming.sums)


def read_file(path: Path, size: int, digest: str, organisation: str, sums: bytes) -> Entry:
    """The catalogue entry of a file wherever it lies; `Malformed` says why there can be none."""
    if not size:
        return _entry(b"", digest, organisation, sums)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _entry(data, digest, organisation, sums)


def _entry(data: Buffer, digest: str, organisation: str, sums: bytes) -> Entry:
    if len(data) < 132:
        raise Malformed("This is not a DICOM Part 10 file: it is shorter than the preamble.", size=len(data))
    structure = examine(data)
    attributes = structure.attributes
    identity = _identity(attributes)
    ref = InstanceRef(identity.study_uid, identity.series_uid, identity.instance_uid)
    structure.place_bulk_data(ref.path)
    image, frames, reason = _pixels(structure, data)
    attributes[tag("AvailableTransferSyntaxUID")] = {"vr": "UI", "Value": [structure.transfer_syntax_uid]}
    return Entry(
        ref=ref,
        organisation=organisation,
        digest=digest,
        size=len(data),
        transfer_syntax_uid=structure.transfer_syntax_uid,
        attributes=dict(sorted(attributes.items())),
        frames=orjson.dumps(frames.to_json()).decode() if frames else None,
        image=image,
        not_renderable=reason,
        sums=sums,
    )


def instance_uid_of(path: Path) -> str:
    """The SOP Instance UID that a file claims, wherever it lies; "unknown" when it says none that can be one."""
    try:
        with path.open("rb") as file:
            [said] = texts(file.read(2**20), [int(tag("SOPInstanceUID"), 16)])
    except OSError:
        said = ""
    return said if is_uid(said) else "unknown"


def identify(incoming: Incoming) -> Identity | None:
    """What a file that cannot be kept says it is, as far as it can be read; None when it says nothing."""
    with incoming.path.open("rb") as file:
        said = texts(file.read(2**20), [int(tag(keyword), 16) for keyword in _IDENTIFIERS])
    return Identity(*said) if any(said) else None


def _identity(attributes: Attributes) -> Identity:
    uids = [str(value(attributes, keyword) or "") for keyword in _IDENTIFIERS]
    for name, uid in zip(_NAMES, uids, strict=True):
        if not is_uid(uid):
            raise Malformed(f"The {name} is {'no valid UID (PS3.5 9.1)' if uid else 'missing'}.")
    return Identity(*uids)


def _pixels(structure: Structure, data: Buffer) -> tuple[str | None, FrameMap | None, str | None]:
    """How to draw the image, as JSON, and where its frames lie; the reason when either is impossible."""
    pixels = structure.pixel_data
    if pixels is None:
        return None, None, NO_PIXEL_DATA
    syntax = structure.transfer_syntax_uid
    kind = _KINDS[pixels.tag] or pixels.vr or "OW"
    try:
        found = described(structure.attributes, structure.bulk_reader(data), kind, syntax)
    except Malformed as error:
        return None, _frames_alone(structure, pixels, data), not_renderable(syntax, error.message)
    image = found.image
    try:
        frames = map_frames(structure, pixels, data, image.number_of_frames, image.frame_bits)
    except Malformed as error:
        return found.json, None, not_renderable(syntax, error.message)
    coded = _as_coded(image, frames, data)
    told = found.json if coded is image else as_json(coded)
    if syntax not in CODECS:
        return told, frames, not_renderable(syntax, "no decoder for this transfer syntax")
    return told, frames, None


def _as_coded(image: Image, frames: FrameMap, data: Buffer) -> Image:
    """The image, of the colour transform that its JPEG 2000 frames say they went through where the header does not.

    PS3.5 8.2.4: decoding undoes that transform, so what comes of it is RGB and no YBR_FULL.
    """
    if not image.photometric.startswith("YBR_FULL") or image.transfer_syntax_uid not in jpeg_2000.SYNTAXES:
        return image
    offset, length = frames.pieces_of(1)[0]
    with suppress(Malformed):
        said = recognise(bytes(data[offset : offset + min(length, _LONGEST_HEADER)])).photometric
        if said in {"YBR_RCT", "YBR_ICT"}:
            return replace(image, photometric=said)
    return image


def _frames_alone(structure: Structure, pixels: PixelData, data: Buffer) -> FrameMap | None:
    """The frames of an image that cannot be drawn, when they are encapsulated and can be told apart all the same."""
    try:
        return map_frames(structure, pixels, data, number_of_frames(structure.attributes), 0)
    except Malformed:
        return None
