"""What lies in the archive when the table is run: a synthetic patient or more for everything that is asked about."""

import io
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders import (
    JPEG2000LosslessEncoder,
    JPEGLSLosslessEncoder,
    RLELosslessEncoder,
)
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from tests.factories import element, image, part10, raw_part10, uid

BASIC_TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11"
ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
MR_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.4"
XA_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.12.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

PRIVATE_BULK = bytes(range(256)) * 12
ICON = bytes(range(256)) * 16
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CAPTURE = np.arange(24 * 32 * 3, dtype=np.uint32).reshape(24, 32, 3).astype("u1")

_ROOT = "1.2.826.0.1.3680043.10.2"


@dataclass(frozen=True)
class Archived:
    """One instance that the server holds: its data set, its bytes, and the paths of its resources."""

    study_uid: str
    series_uid: str
    instance_uid: str
    dataset: Dataset
    file: bytes

    @property
    def study(self) -> str:
        """The path of its study below the DICOMweb root, without the slash before."""
        return f"studies/{self.study_uid}"

    @property
    def series(self) -> str:
        """The path of its series."""
        return f"{self.study}/series/{self.series_uid}"

    @property
    def instance(self) -> str:
        """The path of the instance."""
        return f"{self.series}/instances/{self.instance_uid}"


class Fresh:
    """An instance that a row makes and stores itself; nobody has seen its UIDs before."""

    def __init__(self) -> None:
        self.study_uid, self.series_uid, self.instance_uid, self.other_uid = uid(), uid(), uid(), uid()
        self.study = f"studies/{self.study_uid}"
        self.series = f"{self.study}/series/{self.series_uid}"
        self.instance = f"{self.series}/instances/{self.instance_uid}"
        self.other = f"{self.series}/instances/{self.other_uid}"
        self.file_before = b""

    def image(self, **keywords: Any) -> Dataset:
        """The instance's data set; keywords replace attributes, None takes one away."""
        uids = {
            "StudyInstanceUID": self.study_uid,
            "SeriesInstanceUID": self.series_uid,
            "SOPInstanceUID": self.instance_uid,
            "PatientID": "FRESH",
            "PatientName": "Fresh^Freda",
        }
        return image(**uids | keywords)

    def file(self, transfer_syntax: str = ExplicitVRLittleEndian, **keywords: Any) -> bytes:
        """The instance as a Part 10 file, remembered as `file_before`."""
        self.file_before = part10(self.image(**keywords), transfer_syntax)
        return self.file_before

    def another(self, **keywords: Any) -> bytes:
        """A second instance of the same series."""
        return part10(self.image(**{"SOPInstanceUID": self.other_uid} | keywords))


def make() -> dict[str, Archived]:
    """Everything, by the name that rows call it; the same bytes each time."""
    made: dict[str, Archived] = {}
    numbers = itertools.count(1)

    def add(
        name: str, write: Callable[[Dataset], bytes] = part10, of: str = "", beside: str = "", **keywords: Any
    ) -> None:
        """One instance, in the study `of` another, or in the series `beside` another."""
        study = made[of or beside].study_uid if of or beside else f"{_ROOT}.{next(numbers)}"
        series = made[beside].series_uid if beside else f"{_ROOT}.{next(numbers)}"
        uids = {
            "StudyInstanceUID": study,
            "SeriesInstanceUID": series,
            "SOPInstanceUID": f"{_ROOT}.{next(numbers)}",
        }
        given = {"PatientID": f"CONF-{name.upper()}"} | keywords | uids
        dataset = image(**{keyword: value for keyword, value in given.items() if value is not None})
        for keyword in (keyword for keyword, value in given.items() if value is None):
            delattr(dataset, keyword)
        made[name] = Archived(study, series, uids["SOPInstanceUID"], dataset, write(dataset))

    _add_ct(add)
    _add_pictures(add)
    _add_encodings(add)
    _add_documents(add)
    _add_character_sets(add)
    _add_to_be_found(add)
    return made


def _add_ct(add: Callable[..., None]) -> None:
    pixels = (np.arange(24 * 32, dtype="<u2") * 3).tobytes()
    study = {
        "PatientID": "CONF-CT",
        "PatientName": "Conformance^Anna^Maria^Dr^PhD",
        "IssuerOfPatientID": "HOSPITAL",
        "PatientBirthDate": "19600102",
        "PatientSex": "F",
        "StudyDate": "20260115",
        "StudyTime": "101500.25",
        "AccessionNumber": "ACC-CT",
        "StudyID": "SID1",
        "StudyDescription": "Chest with contrast",
        "ReferringPhysicianName": "Referrer^Rose",
        "TimezoneOffsetFromUTC": "+0100",
    }
    series = {
        "Rows": 24,
        "Columns": 32,
        "PixelData": pixels,
        "SeriesDescription": "Axial 5mm",
        "BodyPartExamined": "CHEST",
        "Laterality": "L",
        "PerformedProcedureStepStartDate": "20260115",
        "PerformedProcedureStepStartTime": "101000",
        "RequestAttributesSequence": _items(ScheduledProcedureStepID="SPS1", RequestedProcedureID="RP1"),
        "ProcedureCodeSequence": _items(CodeValue="CTCHEST", CodingSchemeDesignator="99LB", CodeMeaning="CT Chest"),
        "RescaleSlope": "1",
        "RescaleIntercept": "-1024",
        "WindowCenter": "40",
        "WindowWidth": "400",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "InstitutionName": "Lightbox General",
    }

    def with_private(dataset: Dataset) -> bytes:
        block = dataset.private_block(0x0009, "LIGHTBOX", create=True)
        block.add_new(0x01, "LO", "private text")
        block.add_new(0x02, "OB", PRIVATE_BULK)
        icon = image(Rows=64, Columns=64, BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=ICON)
        for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientName", "PatientID"):
            delattr(icon, keyword)
        dataset.IconImageSequence = Sequence([icon])
        return part10(dataset)

    add("ct1", with_private, **study | series, InstanceNumber=1)
    add("ct2", beside="ct1", **study | series, InstanceNumber=2)
    add("ct3", beside="ct1", **study | series, InstanceNumber=3)
    other = {"Modality": "MR", "SeriesNumber": 2, "SOPClassUID": MR_IMAGE_STORAGE, "SeriesDescription": "Localiser"}
    add("mr", of="ct1", **study | other)


def _add_pictures(add: Callable[..., None]) -> None:
    frames = np.stack([np.full((24, 32), 1000 * n, "<u2") + np.arange(32, dtype="<u2") for n in range(1, 6)])
    several = {"Rows": 24, "Columns": 32, "NumberOfFrames": 5, "PixelData": frames.tobytes(), "Modality": "XA"}
    add("frames", **several, SOPClassUID=XA_IMAGE_STORAGE, StudyDate="20251231", PatientName="Conformance^Frames")
    add("rgb", **_colour(CAPTURE), SOPClassUID=SECONDARY_CAPTURE, Modality="OT")
    palette: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR", "Modality": "US"}
    for colour, ramp in (("Red", range(256)), ("Green", range(255, -1, -1)), ("Blue", [7] * 256)):
        palette[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        palette[f"{colour}PaletteColorLookupTableData"] = (np.array(ramp, "<u2") * 257).tobytes() * 4
    palette |= {f"{colour}PaletteColorLookupTableDescriptor": [1024, 0, 16] for colour in ("Red", "Green", "Blue")}
    add("palette", **palette)
    add("mono1", PhotometricInterpretation="MONOCHROME1", Modality="CR")
    add("no_pixels", PixelData=None, PatientName="Conformance^Nothing")


def _colour(samples: "np.ndarray[Any, Any]") -> dict[str, Any]:
    return {
        "Rows": samples.shape[0],
        "Columns": samples.shape[1],
        "SamplesPerPixel": 3,
        "PhotometricInterpretation": "RGB",
        "PlanarConfiguration": 0,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelData": samples.tobytes(),
    }


def _add_encodings(add: Callable[..., None]) -> None:
    film = ((np.add.outer(np.arange(64), np.arange(48)) * 37) % 4096).astype("<u2")
    grey = {"Rows": 64, "Columns": 48, "BitsStored": 12, "HighBit": 11, "PixelData": film.tobytes(), "Modality": "CR"}
    for name, syntax, encoder in (
        ("rle", RLELossless, RLELosslessEncoder),
        ("jls", JPEGLSLossless, JPEGLSLosslessEncoder),
        ("j2k", JPEG2000Lossless, JPEG2000LosslessEncoder),
    ):
        frame = encoder.encode(film, **_shape(film, 12))
        compressed = {"PixelData": encapsulate([frame])}
        add(name, lambda dataset, syntax=syntax: part10(dataset, syntax), **grey | compressed)
    three = [RLELosslessEncoder.encode(film + n, **_shape(film, 12)) for n in range(3)]
    several = {"NumberOfFrames": 3, "PixelData": encapsulate(three)}
    add("rle3", lambda dataset: part10(dataset, RLELossless), **grey | several)
    jpeg = io.BytesIO()
    smooth = np.add.outer(np.arange(64), np.arange(48)).astype("u1")
    Image.fromarray(smooth).save(jpeg, "JPEG", quality=95)
    eight = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelData": encapsulate([jpeg.getvalue()])}
    lossy = {
        "LossyImageCompression": "01",
        "LossyImageCompressionMethod": "ISO_10918_1",
        "LossyImageCompressionRatio": "4",
    }
    add("jpeg", lambda dataset: part10(dataset, JPEGBaseline8Bit), **grey | eight | lossy)
    add("implicit", lambda dataset: part10(dataset, ImplicitVRLittleEndian), **grey)
    add("deflated", lambda dataset: part10(dataset, DeflatedExplicitVRLittleEndian), **grey)
    swapped = {"PixelData": film.astype(">u2").tobytes()}
    add("big", lambda dataset: part10(dataset, ExplicitVRBigEndian), **grey | swapped)


def _shape(film: "np.ndarray[Any, Any]", bits: int) -> dict[str, Any]:
    return {
        "rows": film.shape[0],
        "columns": film.shape[1],
        "samples_per_pixel": 1,
        "number_of_frames": 1,
        "bits_allocated": 16,
        "bits_stored": bits,
        "pixel_representation": 0,
        "photometric_interpretation": "MONOCHROME2",
    }


_NO_IMAGE: dict[str, Any] = dict.fromkeys(
    "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
    "PixelData".split()
)


def _add_documents(add: Callable[..., None]) -> None:
    content = Sequence([_item(ValueType="TEXT", RelationshipType="CONTAINS", TextValue="Nothing to see.")])
    title = _items(CodeValue="121060", CodingSchemeDesignator="DCM", CodeMeaning="History")
    report = {"Modality": "SR", "ValueType": "CONTAINER", "ContinuityOfContent": "SEPARATE", "ContentSequence": content}
    report |= {"ConceptNameCodeSequence": title, "CompletionFlag": "COMPLETE", "VerificationFlag": "UNVERIFIED"}
    add("sr", **_NO_IMAGE | report, SOPClassUID=BASIC_TEXT_SR)
    document = {
        "Modality": "DOC",
        "MIMETypeOfEncapsulatedDocument": "application/pdf",
        "EncapsulatedDocument": PDF * 20,
    }
    add("pdf", **_NO_IMAGE | document, SOPClassUID=ENCAPSULATED_PDF)
    add("vrs", _every_vr, PatientName="Conformance^Every^VR")


def _every_vr(dataset: Dataset) -> bytes:
    """A value or more of every VR, under attributes that have it (PS3.5 6.2)."""
    dataset.update(
        {
            "SelectorAEValue": ["LIGHTBOX", "OTHER"],
            "SelectorASValue": "045Y",
            "SelectorATValue": [0x00280010, 0x00280011],
            "SelectorCSValue": ["ONE", "", "THREE"],
            "SelectorDAValue": "20260101",
            "SelectorDSValue": ["1.5", "-2E-3"],
            "SelectorDTValue": "20260101101500.123456+0100",
            "SelectorFDValue": [0.1, -2.5],
            "SelectorFLValue": 0.5,
            "SelectorISValue": ["-7", "12"],
            "SelectorLOValue": "long string",
            "SelectorLTValue": "long\r\ntext",
            "SelectorOBValue": b"\x01\x02\x03\x04",
            "SelectorODValue": np.array([0.25], "<f8").tobytes(),
            "SelectorOFValue": np.array([0.5], "<f4").tobytes(),
            "SelectorOLValue": np.array([5], "<u4").tobytes(),
            "SelectorOVValue": np.array([6], "<u8").tobytes(),
            "SelectorOWValue": np.array([7], "<u2").tobytes(),
            "SelectorPNValue": ["Doe^Jane", "Roe^Richard"],
            "SelectorSHValue": "short",
            "SelectorSLValue": -70000,
            "SelectorSSValue": -7,
            "SelectorSTValue": "short text",
            "SelectorSVValue": -(2**40),
            "SelectorTMValue": "101500.5",
            "SelectorUCValue": ["unlimited", "characters"],
            "SelectorUIValue": "1.2.3",
            "SelectorULValue": 70000,
            "SelectorUNValue": b"\x07\x08",
            "SelectorURValue": "http://127.0.0.1/x",
            "SelectorUSValue": 65535,
            "SelectorUTValue": "unlimited text",
            "SelectorUVValue": 2**63,
            "PatientComments": "",
        }
    )
    return part10(dataset)


def _add_character_sets(add: Callable[..., None]) -> None:
    for name, character_set, person in (
        ("latin", "ISO_IR 100", "Müller^Änne"),
        ("greek", "ISO_IR 126", "Διονυσιος"),
        ("cyrillic", "ISO_IR 144", "Люкceмбypг"),
        ("hebrew", "ISO_IR 138", "שרון^דבורה"),
        ("utf8", "ISO_IR 192", "Wang^XiaoDong=王^小东"),
        ("gb18030", "GB18030", "Zhang^XiaoDong=张^小东"),
    ):
        add(name, SpecificCharacterSet=character_set, PatientName=person, PatientID=f"CONF-CS-{name.upper()}")
    # PS3.5 annexes H and I, to the byte
    add("japanese", _raw(["", "ISO 2022 IR 87"], _JAPANESE), PatientID="CONF-CS-JAPANESE")
    add("korean", _raw(["", "ISO 2022 IR 149"], _KOREAN), PatientID="CONF-CS-KOREAN")


_JAPANESE = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"
_KOREAN = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf"


def _raw(character_set: list[str], name: bytes) -> Callable[[Dataset], bytes]:
    """Writes the data set with a name whose very bytes are given."""

    def write(dataset: Dataset) -> bytes:
        texts = {
            0x00080005: ("CS", "\\".join(character_set)),
            0x00080016: ("UI", dataset.SOPClassUID),
            0x00080018: ("UI", dataset.SOPInstanceUID),
            0x00080020: ("DA", dataset.StudyDate),
            0x00080030: ("TM", dataset.StudyTime),
            0x00080060: ("CS", dataset.Modality),
            0x00100010: ("PN", name),
            0x00100020: ("LO", dataset.PatientID),
            0x0020000D: ("UI", dataset.StudyInstanceUID),
            0x0020000E: ("UI", dataset.SeriesInstanceUID),
        }
        written = [
            element(number, vr, _even(value if isinstance(value, bytes) else str(value).encode(), vr))
            for number, (vr, value) in texts.items()
        ]
        return raw_part10(*written)

    return write


def _even(value: bytes, vr: str) -> bytes:
    return value + (b"\0" if vr == "UI" else b" ") * (len(value) % 2)


def _add_to_be_found(add: Callable[..., None]) -> None:
    empty = {"PatientBirthDate": "", "PatientSex": "", "StudyDescription": "", "ReferringPhysicianName": ""}
    add("empty", **empty, AccessionNumber="", PatientName="Conformance^Empty")
    moments = {"night": ("20260301", "080000"), "dawn": ("20260302", "030000"), "dusk": ("20260302", "220000")}
    for name, (day, hour) in moments.items():
        add(name, StudyDate=day, StudyTime=hour, PatientID=f"CONF-MOMENT-{name.upper()}")
    for number in range(1, 8):
        add(f"page{number}", StudyDate="20240101", PatientID=f"CONF-PAGE-{number}")
    add("special", PatientID="CONF-A%B_C&D=E/F[G", PatientName="Conformance^O'Hara")


def _item(**keywords: Any) -> Dataset:
    item = Dataset()
    for keyword, value in keywords.items():
        setattr(item, keyword, value)
    return item


def _items(**keywords: Any) -> Sequence:
    return Sequence([_item(**keywords)])
