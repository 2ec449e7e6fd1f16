"""Overlays and shutters: bits and shapes whose every pixel is known (PS3.3 C.9.2, C.7.6.11)."""

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian

from server.rendering.request import Viewport, Window
from tests.factories import part10
from tests.goldens.drawing import drawn
from tests.goldens.images import coloured, grey

ROWS, COLUMNS = 40, 50
VALUES = (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) % 200).astype("u1")
PLAIN = {"WindowCenter": 128, "WindowWidth": 256}
BITS = np.random.default_rng(3).random((ROWS, COLUMNS)) < 0.2


def with_overlay(dataset: Dataset, bits: np.ndarray, group: int = 0x6000, **extra: Any) -> Dataset:
    """`dataset` with an overlay plane of a group; `extra` by element name: origin, frames, first_frame."""
    rows, columns = bits.shape[-2:]
    dataset.add_new((group, 0x0010), "US", rows)
    dataset.add_new((group, 0x0011), "US", columns)
    dataset.add_new((group, 0x0040), "CS", "G")
    dataset.add_new((group, 0x0050), "SS", extra.get("origin", [1, 1]))
    dataset.add_new((group, 0x0100), "US", 1)
    dataset.add_new((group, 0x0102), "US", 0)
    if "frames" in extra:
        dataset.add_new((group, 0x0015), "IS", extra["frames"])
    if "first_frame" in extra:
        dataset.add_new((group, 0x0051), "US", extra["first_frame"])
    data = np.packbits(bits.ravel(), bitorder="little").tobytes()
    dataset.add_new((group, 0x3000), "OW", data + b"\0" * (len(data) % 2))
    return dataset


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_an_overlay_is_drawn_in_white_over_grey(syntax: str) -> None:
    dataset = with_overlay(grey(VALUES, **PLAIN), BITS)
    if syntax == ExplicitVRBigEndian:
        dataset["PixelData"].VR = "OB"
        dataset[0x6000, 0x3000].value = np.frombuffer(dataset[0x6000, 0x3000].value, "<u2").byteswap().tobytes()
    assert (drawn(part10(dataset, syntax)) == np.where(BITS, 255, VALUES)).all()
    assert (drawn(part10(dataset, syntax), overlays=False) == VALUES).all()


def test_a_large_overlay_is_found_where_bulk_data_is() -> None:
    values = np.zeros((200, 300), "u1")
    bits = np.random.default_rng(4).random(values.shape) < 0.5
    assert (drawn(part10(with_overlay(grey(values, **PLAIN), bits))) == bits * 255).all()


@pytest.mark.parametrize(("row", "column"), [(1, 1), (5, 11), (-3, -4), (39, 48), (100, 100)])
def test_an_overlay_lies_where_its_origin_says_and_is_cut_off_at_the_edges(row: int, column: int) -> None:
    bits = BITS[:10, :16]
    expected = VALUES.copy()
    for y, x in zip(*np.nonzero(bits), strict=True):
        at = (y + row - 1, x + column - 1)
        if 0 <= at[0] < ROWS and 0 <= at[1] < COLUMNS:
            expected[at] = 255
    file = part10(with_overlay(grey(VALUES, **PLAIN), bits, 0x6002, origin=[row, column]))
    assert (drawn(file) == expected).all()


def test_the_frames_of_an_overlay_lie_over_the_frames_that_they_are_for() -> None:
    frames = np.stack([VALUES[:5, :7]] * 4)
    bits = np.random.default_rng(5).random((2, 5, 7)) < 0.5
    dataset = grey(frames[0], NumberOfFrames=4, PixelData=frames.tobytes(), **PLAIN)
    file = part10(with_overlay(dataset, bits, frames=2, first_frame=2))
    for number, over in ((1, None), (2, bits[0]), (3, bits[1]), (4, None)):
        expected = frames[0] if over is None else np.where(over, 255, frames[0])
        assert (drawn(file, number) == expected).all()


def test_one_plane_lies_over_every_frame() -> None:
    frames = np.stack([VALUES[:5, :7]] * 2)
    dataset = grey(frames[0], NumberOfFrames=2, PixelData=frames.tobytes(), **PLAIN)
    file = part10(with_overlay(dataset, BITS[:5, :7]))
    for number in (1, 2):
        assert (drawn(file, number) == np.where(BITS[:5, :7], 255, frames[0])).all()


@pytest.mark.parametrize("bit", [12, 15])
def test_an_overlay_in_the_unused_bits_is_drawn(bit: int) -> None:
    words = (VALUES.astype("<u2") * 16) | (BITS.astype("<u2") << bit)
    dataset = grey(words, BitsStored=12, WindowCenter=2048, WindowWidth=4096)
    for element, value in ((0x0010, ROWS), (0x0011, COLUMNS), (0x0100, 16), (0x0102, bit)):
        dataset.add_new((0x6000, element), "US", value)
    dataset.add_new((0x6000, 0x0050), "SS", [1, 1])
    without = drawn(part10(grey(VALUES.astype("<u2") * 16, BitsStored=12, WindowCenter=2048, WindowWidth=4096)))
    assert (drawn(part10(dataset)) == np.where(BITS, 255, without)).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {0x0010: 0},
        {0x0011: 65535},
        {0x0050: [1]},
        {0x3000: b"\0\0"},
        {0x3000: None, 0x0102: 7},
        {0x3000: None, 0x0102: 99},
        {0x3000: None, 0x0102: 20},
    ],
)
def test_an_overlay_that_makes_no_sense_does_not_spoil_the_picture(wrong: dict[int, Any]) -> None:
    dataset = with_overlay(grey(VALUES, **PLAIN), BITS)
    for element, value in wrong.items():
        if value is None:
            del dataset[0x6000, element]
        else:
            dataset[0x6000, element].value = value
    assert (drawn(part10(dataset)) == VALUES).all()


def test_an_overlay_over_colour_is_white_and_follows_region_and_size() -> None:
    rgb = np.repeat(VALUES[:, :, None], 3, axis=2)
    file = part10(with_overlay(coloured(rgb), BITS))
    assert (drawn(file) == np.where(BITS[:, :, None], 255, rgb)).all()
    region = drawn(file, viewport=Viewport(50, 50, (10, 5, -20, -10)))
    assert (region == np.where(BITS[:, :, None], 255, rgb)[5:15, 10:30][::-1, ::-1]).all()
    assert drawn(file, viewport=Viewport(25, 20)).shape == (20, 25, 3)


def shutter(**attributes: Any) -> Dataset:
    return grey(VALUES, **PLAIN, **attributes)


RECTANGLE = {
    "ShutterLeftVerticalEdge": 5,
    "ShutterRightVerticalEdge": 30,
    "ShutterUpperHorizontalEdge": 3,
    "ShutterLowerHorizontalEdge": 20,
}
ROW, COLUMN = np.arange(1, ROWS + 1)[:, None], np.arange(1, COLUMNS + 1)[None, :]
IN_RECTANGLE = (COLUMN >= 5) & (COLUMN <= 30) & (ROW >= 3) & (ROW <= 20)
IN_CIRCLE = (ROW - 18) ** 2 + (COLUMN - 25) ** 2 <= 12**2


def test_a_rectangular_shutter_covers_what_is_outside_in_black() -> None:
    file = part10(shutter(ShutterShape="RECTANGULAR", **RECTANGLE))
    assert (drawn(file) == np.where(IN_RECTANGLE, VALUES, 0)).all()
    assert (drawn(file, shutters=False) == VALUES).all()


def test_shapes_together_leave_what_is_inside_all_of_them() -> None:
    dataset = shutter(
        ShutterShape=["CIRCULAR", "RECTANGULAR"],
        CenterOfCircularShutter=[18, 25],
        RadiusOfCircularShutter=12,
        ShutterPresentationValue=0x8080,
        **RECTANGLE,
    )
    assert (drawn(part10(dataset)) == np.where(IN_RECTANGLE & IN_CIRCLE, VALUES, 128)).all()


def test_a_polygonal_shutter_has_its_corners_as_row_and_column() -> None:
    dataset = shutter(ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=[3, 5, 3, 30, 20, 30, 20, 5])
    assert (drawn(part10(dataset)) == np.where(IN_RECTANGLE, VALUES, 0)).all()


def test_a_shutter_over_colour_has_a_colour() -> None:
    rgb = np.repeat(VALUES[:, :, None], 3, axis=2)
    white = [65535, 0x8080, 0x8080]
    dataset = coloured(rgb, ShutterShape="RECTANGULAR", ShutterPresentationColorCIELabValue=white, **RECTANGLE)
    assert (drawn(part10(dataset)) == np.where(IN_RECTANGLE[:, :, None], rgb, 255)).all()


def test_each_frame_has_its_own_shutter() -> None:
    frames, groups = np.stack([VALUES] * 2), []
    for left in (5, 10):
        module, group = Dataset(), Dataset()
        module.ShutterShape = "RECTANGULAR"
        for keyword, value in (RECTANGLE | {"ShutterLeftVerticalEdge": left}).items():
            setattr(module, keyword, value)
        group.FrameDisplayShutterSequence = Sequence([module])
        groups.append(group)
    dataset = grey(VALUES, NumberOfFrames=2, PixelData=frames.tobytes(), **PLAIN)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    assert (drawn(part10(dataset), 1) == np.where(IN_RECTANGLE, VALUES, 0)).all()
    assert (drawn(part10(dataset), 2) == np.where(IN_RECTANGLE & (COLUMN >= 10), VALUES, 0)).all()


@pytest.mark.parametrize(
    "attributes",
    [
        {"ShutterShape": "RECTANGULAR"},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2, 3]},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [18, 25]},
        {"ShutterShape": "STAR", **RECTANGLE},
    ],
)
def test_a_shutter_that_makes_no_sense_covers_nothing(attributes: dict[str, Any]) -> None:
    assert (drawn(part10(shutter(**attributes)), window=Window(128, 256)) == VALUES).all()


@pytest.mark.parametrize(("width", "height"), [(200, 200), (333, 257), (64, 1000)])
def test_what_lies_over_a_large_film_fits_it_however_small_it_is_drawn(width: int, height: int) -> None:
    values = np.full((2002, 1501), 1000, "<u2")
    bits = np.zeros(values.shape, np.bool_)
    bits[: values.shape[0] // 2] = True
    dataset = with_overlay(grey(values, WindowCenter=2048, WindowWidth=4096, BitsStored=12), bits)
    file = part10(dataset)
    without = drawn(file, reducing=True, viewport=Viewport(width, height), overlays=False)
    found = drawn(file, reducing=True, viewport=Viewport(width, height))
    middle = found.shape[0] // 2
    assert found.shape == without.shape
    assert (found[: middle - 1] == 255).all()
    assert (found[middle + 1 :] == without[middle + 1 :]).all()
