"""Presentation states rendered by reference: pixels by closed forms (PS3.4 N.2, PS3.18 8.3.5.1)."""

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydicom.dataset import Dataset

from tests.factories import image, part10, uid
from tests.http.conftest import Client
from tests.http.test_wado import address, parts
from tests.states import area, graphic, item, layer, reference, state
from tests.work import little_work

ROWS, COLUMNS = 4, 6
RAMP = np.arange(24, dtype="<u2").reshape(ROWS, COLUMNS)
PNG = {"Accept": "image/png"}
FULL = {"SoftcopyVOILUTSequence": [item(WindowCenter="12", WindowWidth="24", VOILUTFunction="LINEAR_EXACT")]}
STORED = RAMP.astype(np.float64)
GREY = np.floor(np.clip((STORED - 12) / 24 + 0.5, 0, 1) * 255 + 0.5)
"""The ramp in that window."""


def shown(client: Client, query: str = "", source: Dataset | None = None, **keywords: Any) -> NDArray[np.uint8]:
    source = source or image(PixelData=RAMP.tobytes())
    made = state([source], **(FULL | keywords))
    assert client.stow(part10(source), part10(made)).status_code == 200
    answer = client.get(f"{address(made)}/rendered{query}", headers=PNG)
    assert answer.status_code == 200, answer.text
    return np.asarray(Pillow.open(io.BytesIO(answer.content)))


def test_the_window_of_the_state_goes_before_that_of_the_image(client: Client) -> None:
    source = image(PixelData=RAMP.tobytes(), WindowCenter="1", WindowWidth="2", RescaleSlope="7", RescaleIntercept="9")
    assert (shown(client, source=source) == GREY).all()


def test_without_a_voi_lut_all_values_that_can_be_stored_are_shown(client: Client) -> None:
    source = image(PixelData=(RAMP * 2730).tobytes())
    found = shown(client, source=source, SoftcopyVOILUTSequence=[])
    assert (found == np.floor(STORED * 2730 / 65535 * 255 + 0.5)).all()


def test_a_rescale_in_the_state_comes_before_the_window(client: Client) -> None:
    found = shown(client, RescaleSlope="2", RescaleIntercept="-12", RescaleType="US")
    assert (found == np.floor(np.clip((STORED * 2 - 12 - 12) / 24 + 0.5, 0, 1) * 255 + 0.5)).all()


def test_a_voi_is_for_the_images_that_it_names(client: Client) -> None:
    source = image(PixelData=RAMP.tobytes())
    other = item(WindowCenter="0", WindowWidth="1", ReferencedImageSequence=[reference(image())])
    own = item(WindowCenter="5", WindowWidth="1", ReferencedImageSequence=[reference(source)])
    assert (shown(client, source=source, SoftcopyVOILUTSequence=[other, own]) == np.where(RAMP > 4.5, 255, 0)).all()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_the_state_alone_decides_on_polarity(client: Client, photometric: str) -> None:
    source = image(PixelData=RAMP.tobytes(), PhotometricInterpretation=photometric)
    assert (shown(client, source=source) == GREY).all()
    # a half rounds up on either side, so the inverse may differ by one
    assert np.abs(shown(client, source=source, PresentationLUTShape="INVERSE") - (255 - GREY)).max() <= 1


def test_a_presentation_lut_takes_the_whole_range_of_the_voi(client: Client) -> None:
    table = item(LUTDescriptor=[4, 0, 8], LUTData=np.array([0, 10, 100, 255], "<u2").tobytes())
    table["LUTDescriptor"].VR = "US"
    found = shown(client, PresentationLUTShape="", PresentationLUTSequence=[table])
    share = np.clip((STORED - 12) / 24 + 0.5, 0, 1)
    assert (found == np.array([0, 10, 100, 255])[np.rint(share * 3).astype(int)]).all()


@pytest.mark.parametrize("flip", ["N", "Y"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_it_is_rotated_clockwise_and_then_flipped(client: Client, rotation: int, flip: str) -> None:
    turned = np.rot90(GREY, -rotation // 90)
    expected = turned[:, ::-1] if flip == "Y" else turned
    assert (shown(client, ImageRotation=rotation, ImageHorizontalFlip=flip) == expected).all()


def test_the_corners_of_the_displayed_area_are_those_on_the_screen(client: Client) -> None:
    expected = np.rot90(GREY[1:4, 0:2], -1)
    found = shown(client, ImageRotation=90, DisplayedAreaSelectionSequence=[area(1, 4, 2, 2)])
    assert (found == expected).all()


def test_what_the_displayed_area_has_beyond_the_image_is_black(client: Client) -> None:
    found = shown(client, PresentationLUTShape="INVERSE", DisplayedAreaSelectionSequence=[area(-1, 0, 8, 5)])
    assert found.shape == (6, 10)
    assert (np.delete(found, np.s_[1:5], axis=0) == 0).all()
    assert np.abs(found[1:5, 2:8] - (255 - GREY)).max() <= 1


def test_a_magnified_area_is_cut_off_by_the_viewport(client: Client) -> None:
    flat = image(PixelData=np.full((4, 6), 24, "<u2").tobytes())
    chosen = {"DisplayedAreaSelectionSequence": [area(1, 1, 6, 4, "MAGNIFY", PresentationPixelMagnificationRatio=10)]}
    assert shown(client, source=flat, **chosen).shape == (40, 60)
    assert (shown(client, "?viewport=7,5", source=flat, **chosen) == np.full((5, 7), 255)).all()


@pytest.mark.parametrize("mode", ["SCALE TO FIT", "TRUE SIZE"])
def test_others_are_fitted_into_the_viewport(client: Client, mode: str) -> None:
    found = shown(client, "?viewport=120,120", DisplayedAreaSelectionSequence=[area(1, 1, 6, 4, mode)])
    assert found.shape == (80, 120)


def test_pixels_that_are_not_square_are_made_so(client: Client) -> None:
    chosen = area(1, 1, 6, 4, PresentationPixelAspectRatio=[2, 1])
    assert shown(client, DisplayedAreaSelectionSequence=[chosen]).shape == (8, 6)
    assert shown(client, ImageRotation=90, DisplayedAreaSelectionSequence=[chosen]).shape == (6, 8)


def test_a_shutter_hides_with_its_own_grey(client: Client) -> None:
    found = shown(
        client,
        ShutterShape="RECTANGULAR",
        ShutterLeftVerticalEdge=2,
        ShutterRightVerticalEdge=4,
        ShutterUpperHorizontalEdge=2,
        ShutterLowerHorizontalEdge=3,
        ShutterPresentationValue=65535,
    )
    expected = np.full((4, 6), 255.0)
    expected[1:3, 1:4] = GREY[1:3, 1:4]
    assert (found == expected).all()


def test_shutters_of_several_shapes_each_hide_more(client: Client) -> None:
    source = image(Rows=20, Columns=30, PixelData=np.full((20, 30), 24, "<u2").tobytes())
    found = shown(
        client,
        source=source,
        ShutterShape=["CIRCULAR", "POLYGONAL"],
        CenterOfCircularShutter=[10, 15],
        RadiusOfCircularShutter=8,
        VerticesOfThePolygonalShutter=[1, 1, 1, 15, 20, 15, 20, 1],
    )
    row, column = np.ogrid[1:21, 1:31]
    assert (found == np.where(((row - 10) ** 2 + (column - 15) ** 2 <= 64) & (column <= 15), 255, 0)).all()


def black(**keywords: Any) -> Dataset:
    return image(Rows=40, Columns=40, PixelData=bytes(3200), **keywords)


def drawn(client: Client, *graphics: Dataset, query: str = "", **keywords: Any) -> NDArray[np.uint8]:
    marks = item(GraphicLayer="ONE", GraphicObjectSequence=list(graphics))
    keywords = {"GraphicLayerSequence": [layer("ONE", grey=65535)]} | keywords
    return shown(client, query, black(), GraphicAnnotationSequence=[marks], **keywords)


def test_a_line_is_where_its_points_are(client: Client) -> None:
    found = drawn(client, graphic("POLYLINE", 5, 10, 30, 10))
    assert (found[10, 5:31] == 255).all()
    assert found.sum() == 255 * 26
    twice = drawn(client, graphic("POLYLINE", 0.25, 0.5, 0.75, 0.5, units="DISPLAY"), query="?viewport=80,80")
    assert (twice[40, 20:61] == 255).all()


def test_marks_of_the_image_turn_with_it_and_those_of_the_area_do_not(client: Client) -> None:
    turned = drawn(client, graphic("POLYLINE", 5, 10, 30, 10), ImageRotation=90)
    assert (turned[5:31, 30] == 255).all()
    still = drawn(client, graphic("POLYLINE", 0.25, 0.5, 0.75, 0.5, units="DISPLAY"), ImageRotation=90)
    assert (still[20, 10:31] == 255).all()


def test_circles_ellipses_and_curves_go_through_their_points(client: Client) -> None:
    circle = drawn(client, graphic("CIRCLE", 20, 20, 30, 20))
    rows, columns = np.nonzero(circle)
    assert np.abs(np.hypot(rows - 20, columns - 20) - 10).max() < 1.5
    ellipse = drawn(client, graphic("ELLIPSE", 5, 20, 35, 20, 20, 15, 20, 25))
    assert all(ellipse[row, column] for row, column in [(20, 5), (20, 35), (15, 20), (25, 20)])
    assert not ellipse[20, 20]
    curve = drawn(client, graphic("INTERPOLATED", 5, 5, 20, 30, 35, 5))
    assert all(curve[row, column] for row, column in [(5, 5), (30, 20), (5, 35)])
    assert drawn(client, graphic("POLYLINE", 5, 5, 35, 5, 35, 35, 5, 5, filled="Y"))[10, 30] == 255


def test_layers_are_drawn_in_their_order_and_colour(client: Client) -> None:
    square = graphic("POLYLINE", 5, 5, 35, 5, 35, 35, 5, 35, 5, 5, filled="Y")
    marks = [item(GraphicLayer=name, GraphicObjectSequence=[square]) for name in ("UPPER", "LOWER")]
    layers = [layer("UPPER", 2, lab=[35_000, 55_000, 50_000]), layer("LOWER", 1, grey=65535)]
    found = shown(client, source=black(), GraphicAnnotationSequence=marks, GraphicLayerSequence=layers)
    red, green, blue = found[20, 20]
    assert red > 2 * green
    assert red > 2 * blue


def test_text_stands_in_its_box(client: Client) -> None:
    source = image(Rows=200, Columns=200, PixelData=bytes(80_000))
    words = item(
        UnformattedTextValue="Lesion <b>\r\n12 mm",
        BoundingBoxAnnotationUnits="PIXEL",
        BoundingBoxTopLeftHandCorner=[100.0, 100.0],
        BoundingBoxBottomRightHandCorner=[190.0, 150.0],
        BoundingBoxTextHorizontalJustification="LEFT",
    )
    marks = item(GraphicLayer="ONE", TextObjectSequence=[words])
    found = shown(client, source=source, GraphicAnnotationSequence=[marks])
    rows, columns = np.nonzero(found)
    assert 98 <= columns.min() < 105
    assert columns.max() <= 192
    assert rows.min() >= 99
    assert rows.max() <= 152


BITS = np.array([[1, 0, 0, 0, 0, 1], [0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 1]], np.uint8)


def with_plane(dataset: Dataset, group: int, bits: NDArray[np.uint8] = BITS, layer: str = "") -> Dataset:
    """The data set with an overlay plane, and the layer it is shown in."""
    rows, columns = bits.shape
    for element, number in ((0x0010, rows), (0x0011, columns), (0x0100, 1), (0x0102, 0)):
        dataset.add_new((group, element), "US", number)
    dataset.add_new((group, 0x0040), "CS", "G")
    dataset.add_new((group, 0x0050), "SS", [1, 1])
    packed = np.packbits(bits, bitorder="little").tobytes()
    dataset.add_new((group, 0x3000), "OW", packed + b"\0" * (len(packed) % 2))
    if layer:
        dataset.add_new((group, 0x1001), "CS", layer)
    return dataset


def applied(client: Client, source: Dataset, made: Dataset) -> NDArray[np.uint8]:
    assert client.stow(part10(source), part10(made)).status_code == 200
    answer = client.get(f"{address(made)}/rendered", headers=PNG)
    assert answer.status_code == 200, answer.text
    return np.asarray(Pillow.open(io.BytesIO(answer.content)))


def test_a_bitmap_shutter_hides_what_its_bits_say(client: Client) -> None:
    source = image(PixelData=RAMP.tobytes())
    shutter = {"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6002, "ShutterPresentationValue": 0x8080}
    made = with_plane(state([source], **(FULL | shutter)), 0x6002)
    assert (applied(client, source, made) == np.where(BITS, 128, GREY)).all()


@pytest.mark.parametrize("flip", ["N", "Y"])
def test_an_overlay_of_the_state_is_shown_in_the_grey_of_its_layer(client: Client, flip: str) -> None:
    source = image(PixelData=RAMP.tobytes())
    layers = {"GraphicLayerSequence": [layer("SHOWN", 1, grey=0x4040)], "ImageHorizontalFlip": flip}
    made = with_plane(state([source], **(FULL | layers)), 0x6000, layer="SHOWN")
    expected = np.where(BITS, 0x40, GREY)
    assert (applied(client, source, made) == (expected[:, ::-1] if flip == "Y" else expected)).all()


def test_an_overlay_of_the_image_is_shown_when_the_state_says_so_and_not_otherwise(client: Client) -> None:
    source = with_plane(image(PixelData=RAMP.tobytes()), 0x6004)
    silent = state([source], **FULL)
    assert (applied(client, source, silent) == GREY).all()
    telling = state([source], **(FULL | {"GraphicLayerSequence": [layer("A")]}))
    telling.add_new((0x6004, 0x1001), "CS", "A")
    telling.add_new((0x6006, 0x1001), "CS", "A")  # there is none
    assert (applied(client, source, telling) == np.where(BITS, 255, GREY)).all()


def test_the_states_own_plane_goes_before_the_images_of_the_same_group(client: Client) -> None:
    source = with_plane(image(PixelData=RAMP.tobytes()), 0x6000)
    made = with_plane(state([source], **FULL), 0x6000, 1 - BITS, layer="A")
    assert (applied(client, source, made) == np.where(BITS, GREY, 255)).all()


def test_layers_of_overlays_may_have_colours(client: Client) -> None:
    source = image(PixelData=RAMP.tobytes())
    red = {"GraphicLayerSequence": [layer("RED", 1, lab=(34_939, 53_457, 50_171))]}
    found = applied(client, source, with_plane(state([source], **(FULL | red)), 0x6000, layer="RED"))
    assert found.shape == (ROWS, COLUMNS, 3)
    assert (found[BITS == 0] == GREY[BITS == 0][:, None]).all()
    assert (found[BITS == 1][:, 0] > 200).all()
    assert (found[BITS == 1][:, 2] < 60).all()


@pytest.mark.parametrize("lie", [{"rows": 65535}, {"rows": 0}, {"group": 0x601E}, {"group": 0x7FE0}])
def test_planes_that_make_no_sense_are_left_out(client: Client, lie: dict[str, int]) -> None:
    source = image(PixelData=RAMP.tobytes())
    shutter = {"ShutterShape": "BITMAP", "ShutterOverlayGroup": lie.get("group", 0x6000)}
    made = with_plane(state([source], **(FULL | shutter)), 0x6000)
    made[0x6000, 0x0010].value = lie.get("rows", ROWS)
    assert (applied(client, source, made) == GREY).all()


def test_only_what_the_request_may_say_is_taken(client: Client) -> None:
    source = image(PixelData=RAMP.tobytes())
    made = state([source], **FULL)
    client.stow(part10(source), part10(made))
    path = address(made) + "/rendered"
    assert client.get(f"{path}?window=1,2,linear").status_code == 400
    assert client.get(f"{path}?viewport=4,4,0,0,2,2").status_code == 400
    assert client.get(f"{path}?annotation=patient,technique").status_code == 200
    assert client.get(f"{address(made)}/frames/1/rendered").status_code == 406
    assert client.get(f"{address(made)}/thumbnail").status_code == 200
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert first.headers["etag"] != client.get(address(source) + "/rendered").headers["etag"]


def test_every_image_that_a_state_refers_to_is_a_part(client: Client) -> None:
    study_uid = uid()
    sources = [image(StudyInstanceUID=study_uid, PixelData=(RAMP + shift).tobytes()) for shift in (0, 5)]
    made = state(sources, **FULL)
    client.stow(*map(part10, sources), part10(made))
    every = {"Accept": 'multipart/related; type="image/png"'}
    answer = client.get(address(made) + "/rendered", headers=every)
    assert (answer.status_code, len(parts(answer))) == (200, 2)
    series = address(made).rpartition("/instances")[0]
    assert len(parts(client.get(series + "/rendered", headers=every))) == 2
    # beside images a state is no picture of its own
    whole = client.get(f"/dicomweb/studies/{study_uid}/rendered", headers=every)
    assert len(parts(whole)) == 2


def test_a_state_whose_images_are_elsewhere_says_so(client: Client) -> None:
    missing, here = image(), image()
    made = state([missing], StudyInstanceUID=here.StudyInstanceUID)
    client.stow(part10(here), part10(made))
    answer = client.get(address(made) + "/rendered")
    assert answer.status_code == 406
    assert "refers to" in answer.json()["title"]


@pytest.mark.parametrize(
    "keywords",
    [
        {"ReferencedSeriesSequence": []},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.11.4"},
    ],
)
def test_what_is_not_applied_is_not_acceptable(client: Client, keywords: dict[str, Any]) -> None:
    source = image()
    made = state([source], **keywords)
    client.stow(part10(source), part10(made))
    assert client.get(address(made) + "/rendered").status_code == 406


HOSTILE: list[dict[str, Any]] = [
    {"DisplayedAreaSelectionSequence": [area(-(2**31), -(2**31), 2**31 - 1, 2**31 - 1)]},
    {"DisplayedAreaSelectionSequence": [area(6, 4, 6, 4, "MAGNIFY", PresentationPixelMagnificationRatio=1e30)]},
    {"DisplayedAreaSelectionSequence": [area(1, 1, 6, 4, "MAGNIFY", PresentationPixelMagnificationRatio=1e-30)]},
    {"DisplayedAreaSelectionSequence": [area(10**8, 1, 10**9, 4)]},
    {"DisplayedAreaSelectionSequence": [area(1, 1, 6, 4, "MAGNIFY", PresentationPixelMagnificationRatio=float("nan"))]},
    {"DisplayedAreaSelectionSequence": [area(1, 1, 6, 4, PresentationPixelAspectRatio=[2**31 - 1, 1])]},
    {"ImageRotation": 45, "PresentationLUTShape": "SIDEWAYS"},
    {"SoftcopyVOILUTSequence": [item(WindowCenter="1e30", WindowWidth="-1")]},
    {
        "ShutterShape": ["CIRCULAR", "POLYGONAL"],
        "CenterOfCircularShutter": [2**31 - 1, -(2**31)],
        "RadiusOfCircularShutter": 2**31 - 1,
        "VerticesOfThePolygonalShutter": [2**31 - 1, 1] * 500,
    },
    {
        "GraphicAnnotationSequence": [
            item(
                GraphicLayer="NONE",
                GraphicObjectSequence=[
                    *(graphic("POLYLINE", -1e30, 1, 1e30, 5) for _ in range(5)),
                    graphic("CIRCLE", 0, 0, 1e9, 0),
                    graphic("ELLIPSE", 1e9, 0, -1e9, 0, 0, 1e9, 0, -1e9, filled="Y"),
                    graphic("POLYLINE", *np.random.default_rng(1).uniform(-1e9, 1e9, 100_000).tolist()),
                    graphic("INTERPOLATED", *np.random.default_rng(2).uniform(-1e6, 1e6, 100_000).tolist()),
                    graphic("POLYLINE", float("nan"), 1, 2, 3),
                    graphic("POINT", 1e9, 1e9),
                    graphic("SPIRAL", 1, 1),
                ],
                TextObjectSequence=[
                    item(
                        UnformattedTextValue="A" * 20_000 + "\n" * 20_000,
                        BoundingBoxAnnotationUnits="PIXEL",
                        BoundingBoxTopLeftHandCorner=[-1e9, -1e9],
                        BoundingBoxBottomRightHandCorner=[1e9, 1e9],
                    )
                ]
                * 50,
            )
        ]
    },
]


@pytest.mark.parametrize("keywords", HOSTILE)
@pytest.mark.parametrize("query", ["", "?viewport=300,300"])
def test_absurd_states_cost_little_and_break_nothing(client: Client, keywords: dict[str, Any], query: str) -> None:
    source = image(PixelData=RAMP.tobytes())
    made = state([source], **(FULL | keywords))
    client.stow(part10(source), part10(made))
    with little_work(seconds=10):
        assert client.get(f"{address(made)}/rendered{query}", headers=PNG).status_code in {200, 406, 404}
