"""An image is described as one before it only when nothing that its description depends on is another."""

import struct
from collections.abc import Sequence

import pytest

from server.archive.part10 import examine
from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from server.errors import Malformed
from server.rendering import described as memory
from server.rendering.describe import describe
from server.rendering.described import Described, described
from tests.factories import part10


def of(content: bytes, kind: str = "OW") -> Described:
    structure = examine(content)
    structure.place_bulk_data("somewhere")
    found = described(structure.attributes, structure.bulk_reader(content), kind, EXPLICIT_VR_LITTLE_ENDIAN)
    alone = describe(structure.attributes, structure.bulk_reader(content), kind, EXPLICIT_VR_LITTLE_ENDIAN)
    assert found.image == alone
    return found


def test_a_second_instance_of_a_series_is_not_described_again() -> None:
    assert of(part10()) is of(part10(SOPInstanceUID="1.2.3", InstanceNumber=2, PatientName="Another^Name"))


@pytest.mark.parametrize(
    "other",
    [
        {"WindowCenter": "40", "WindowWidth": "400"},
        {"RescaleSlope": "2", "RescaleIntercept": "-1024"},
        {"BitsStored": 12, "HighBit": 11},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"PixelPaddingValue": 0},
        {"PixelAspectRatio": ["1", "2"]},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [2, 3], "RadiusOfCircularShutter": 2},
    ],
)
def test_whatever_the_picture_depends_on_makes_it_another(other: dict[str, object]) -> None:
    plain = of(part10())
    assert of(part10(**other)).image != plain.image
    assert of(part10()).image == plain.image


def test_another_kind_of_pixels_is_another_image() -> None:
    assert of(part10(), "OB").image.kind != of(part10(), "OW").image.kind


def test_a_table_that_is_read_from_the_file_is_read_of_each() -> None:
    def palette(entries: Sequence[int]) -> bytes:
        data = struct.pack(f"<{len(entries)}H", *entries)
        tables = {f"{name}PaletteColorLookupTableData": data for name in ("Red", "Green", "Blue")}
        shapes = {f"{name}PaletteColorLookupTableDescriptor": [1024, 0, 16] for name in ("Red", "Green", "Blue")}
        return part10(PhotometricInterpretation="PALETTE COLOR", **tables, **shapes)

    for first in (5, 6):
        found = of(palette([first] * 1024)).image.palette
        assert found is not None
        assert found[0].entries[0] == first


def test_what_cannot_be_drawn_is_refused_every_time() -> None:
    for _ in range(2):
        with pytest.raises(Malformed):
            of(part10(SamplesPerPixel=3))


def test_what_is_remembered_is_bounded() -> None:
    for number in range(70):
        of(part10(WindowCenter=str(number), WindowWidth="80"))
    assert all(len(images) <= 64 for images in memory._known.values())
    assert len(memory._known) <= 8
