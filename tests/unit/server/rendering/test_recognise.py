"""What a codestream says of itself, against the headers of every compressed pydicom sample."""

import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_files
from pydicom.encaps import generate_frames

from server.errors import Malformed
from server.rendering.codecs.recognise import recognise

_OTHERS = {"1.2.840.10008.1.2.5"}

# their headers say one thing and their codestreams another: what pydicom keeps them for
_CONTRADICTING = {
    "693_J2KI.dcm": {"transfer_syntax", "bits_stored"},  # says lossy, uses the reversible transform; 16 bits, not 14
    "SC_rgb_gdcm_KY.dcm": {"transfer_syntax"},  # says lossy, uses the reversible transform
    "J2K_pixelrep_mismatch.dcm": {"signed"},
    "JPEG2000-embedded-sequence-delimiter.dcm": {"transfer_syntax", "columns"},
    "MR_small_jpeg_ls_lossless.dcm": {"signed"},  # JPEG-LS cannot say it
    "SC_jpeg_no_color_transform.dcm": {"photometric"},  # RGB without an Adobe marker
    "SC_rgb_dcmtk_+eb+cy+n1.dcm": {"photometric"},
    "SC_rgb_dcmtk_+eb+cy+n2.dcm": {"photometric"},
    "SC_rgb_jpeg_lossy_gdcm.dcm": {"photometric"},
}


def samples() -> dict[str, Path]:
    found = {}
    for path in map(Path, get_testdata_files()):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                header = pydicom.dcmread(path, stop_before_pixels=True)
                syntax = header.file_meta.TransferSyntaxUID
        except Exception:  # noqa: BLE001 - samples that are no Part 10 files
            continue
        if syntax.is_encapsulated and syntax not in _OTHERS and "Rows" in header:
            found[path.name] = path
    return found


SAMPLES = samples()


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_codestream_says_what_its_header_says(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(SAMPLES[name])
        frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
    if name == "SC_rgb_jpeg.dcm":  # its fragment holds the file's preamble of another image
        with pytest.raises(Malformed):
            recognise(frame)
        return
    found = recognise(frame)
    pairs = {
        "transfer_syntax": (found.transfer_syntax_uid, dataset.file_meta.TransferSyntaxUID),
        "rows": (found.rows, dataset.Rows),
        "columns": (found.columns, dataset.Columns),
        "samples": (found.samples, dataset.SamplesPerPixel),
        "bits_stored": (found.bits_stored, dataset.BitsStored),
        "signed": (found.signed, bool(dataset.PixelRepresentation)),
        "photometric": (found.photometric, dataset.PhotometricInterpretation),
    }
    assert {key for key, (ours, theirs) in pairs.items() if ours != theirs} == _CONTRADICTING.get(name, set())


def test_enough_samples_are_looked_at() -> None:
    assert len(SAMPLES) >= 30


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"\xff\xd8",
        b"\xff\xd8\xff\xc2\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00",
        b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00",
        b"\xff\xd8xx",
        b"\xff\x4f\xff\x51\x00\x29",
        b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0\0\0\x04abcd",
        b"\0\0\0\x0cjP  \r\n\x87\n",
    ],
)
def test_what_is_no_image_for_dicom_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        recognise(data)
