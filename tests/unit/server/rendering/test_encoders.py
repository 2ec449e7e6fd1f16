"""Encoders: every one in the index gives back the very values that it was given, or says why it will not."""

import copy
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from server.archive.part10 import examine
from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, TRANSFER_SYNTAXES
from server.errors import NotAcceptable
from server.rendering.describe import describe
from server.rendering.encoders.index import ENCODERS
from server.rendering.image import Image
from server.rendering.pipeline import decode
from server.rendering.transcoding import changes, decoded, refusal, transcode
from tests.factories import part10
from tests.goldens.images import coloured, grey

RAMP = (np.arange(33 * 40, dtype=np.int64) * 7919).reshape(33, 40)
GREY = {
    "8 bits": (RAMP.astype("u1"), {}),
    "8 bits signed": (RAMP.astype("i1"), {}),
    "12 bits": ((RAMP % 4096).astype("<u2"), {"BitsStored": 12}),
    "12 bits signed": ((RAMP % 4096 - 2048).astype("<i2"), {"BitsStored": 12}),
    "16 bits": (RAMP.astype("<u2"), {}),
    "16 bits signed": (RAMP.astype("<i2"), {}),
    "7 of 16 bits": ((RAMP % 128).astype("<u2"), {"BitsStored": 7}),
    "24 of 32 bits": ((RAMP % 2**24).astype("<u4"), {"BitsStored": 24}),
    "32 bits": ((RAMP * 104_729).astype("<u4"), {}),
    "MONOCHROME1": (RAMP.astype("u1"), {"PhotometricInterpretation": "MONOCHROME1"}),
}
RGB = np.stack([RAMP % 256, RAMP // 256 % 256, 255 - RAMP % 256], axis=-1).astype("u1")


def native(dataset: Dataset) -> tuple[Image, bytes]:
    kind = "OW" if dataset.BitsAllocated > 8 else "OB"
    header = examine(part10(copy.copy(dataset))).attributes
    return describe(header, lambda _: b"", kind, EXPLICIT_VR_LITTLE_ENDIAN), dataset.PixelData


def there_and_back(dataset: Dataset, syntax: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """The stored values before and after an encoding; skips nothing: what is refused raises."""
    image, data = native(dataset)
    encoded = transcode(data, image, 0, syntax)
    changed = changes(image, syntax)
    back = replace(
        decoded(image),
        transfer_syntax_uid=syntax,
        photometric=str(changed.get("PhotometricInterpretation", image.photometric)),
        planar=int(changed.get("PlanarConfiguration", image.planar)),
    )
    return decode(data, image), decode(encoded, back)


def test_every_encoder_is_for_a_known_transfer_syntax_that_can_be_decoded() -> None:
    assert set(ENCODERS) <= set(TRANSFER_SYNTAXES)
    assert not any(TRANSFER_SYNTAXES[syntax].is_lossy for syntax in ENCODERS)


@pytest.mark.parametrize("name", GREY)
@pytest.mark.parametrize("syntax", ENCODERS)
def test_grey_values_survive_exactly_or_are_refused_beforehand(syntax: str, name: str) -> None:
    values, keywords = GREY[name]
    dataset = grey(values, **keywords)
    if refusal(native(dataset)[0], syntax) is not None:
        assert values.itemsize == 4, "only pixels of 32 bits may be refused"
        return
    before, after = there_and_back(dataset, syntax)
    assert (before == values).all()
    assert np.array_equal(before, after)


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize("syntax", ENCODERS)
def test_colours_survive_exactly(syntax: str, photometric: str) -> None:
    before, after = there_and_back(coloured(RGB, photometric), syntax)
    assert np.array_equal(before, after)


@pytest.mark.parametrize("syntax", [one for one in ENCODERS if one != EXPLICIT_VR_LITTLE_ENDIAN])
def test_colour_by_plane_becomes_colour_by_pixel(syntax: str) -> None:
    dataset = coloured(np.ascontiguousarray(np.moveaxis(RGB, -1, 0)), PlanarConfiguration=1, Rows=33, Columns=40)
    before, after = there_and_back(dataset, syntax)
    assert (before == RGB).all()
    assert np.array_equal(before, after)
    assert changes(native(dataset)[0], syntax)["PlanarConfiguration"] == 0


def test_rgb_becomes_the_reversible_transform_in_jpeg_2000_alone() -> None:
    image, _ = native(coloured(RGB))
    assert changes(image, "1.2.840.10008.1.2.4.90") == {"PhotometricInterpretation": "YBR_RCT"}
    assert changes(image, "1.2.840.10008.1.2.4.80") == {}


def test_an_independent_reader_decodes_signed_jpeg_2000_the_same() -> None:
    values, keywords = GREY["12 bits signed"]
    dataset = grey(values, **keywords)
    image, data = native(dataset)
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
    dataset.PixelData = pydicom.encaps.encapsulate([transcode(data, image, 0, "1.2.840.10008.1.2.4.90")])
    dataset["PixelData"].is_undefined_length = True
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    assert np.array_equal(pydicom.dcmread(io.BytesIO(buffer.getvalue())).pixel_array, values)


def test_bits_beyond_those_stored_are_never_lost_in_silence() -> None:
    values = (RAMP % 4096).astype("<u2")
    values[0, 0] |= 0x8000
    image, data = native(grey(values, BitsStored=12))
    for syntax in ENCODERS:
        if syntax in {EXPLICIT_VR_LITTLE_ENDIAN, "1.2.840.10008.1.2.5"}:
            assert transcode(data, image, 0, syntax)
            continue
        with pytest.raises(NotAcceptable, match="unused bits"):
            transcode(data, image, 0, syntax)


@pytest.mark.parametrize("syntax", [one for one in ENCODERS if one != EXPLICIT_VR_LITTLE_ENDIAN])
def test_floats_and_single_bits_have_no_compressed_form_here(syntax: str) -> None:
    image, _ = native(grey(RAMP.astype("<u2")))
    assert refusal(replace(image, kind="float", bits_allocated=32), syntax)
    assert refusal(replace(image, bits_allocated=1, bits_stored=1, high_bit=0), syntax)


def test_what_has_no_encoder_or_decoder_is_refused_with_the_reason() -> None:
    image, _ = native(grey(RAMP.astype("<u2")))
    assert refusal(image, "1.2.840.10008.1.2.4.201") == "no encoder for this transfer syntax"
    video = replace(image, transfer_syntax_uid="1.2.840.10008.1.2.4.102")
    assert "no decoder" in str(refusal(video, EXPLICIT_VR_LITTLE_ENDIAN))
