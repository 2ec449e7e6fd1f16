"""Presentation states that a viewer follows itself: what is told of them is what the server draws."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from pydicom.dataset import Dataset

from tests.factories import image, part10
from tests.http.conftest import Client
from tests.http.test_presentation_states import with_plane
from tests.http.test_wado import address
from tests.states import area, graphic, item, layer, reference, state


def look(client: Client, made: Dataset) -> dict[str, Any]:
    assert client.stow(part10(made)).status_code == 200
    answer = client.get(f"/api{address(made).removeprefix('/dicomweb')}/look")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def stored(client: Client, **keywords: Any) -> Dataset:
    made = image(**keywords)
    assert client.stow(part10(made)).status_code == 200
    return made


def test_window_turns_area_shutter_and_marks_are_told(client: Client) -> None:
    shown = stored(client, Rows=8, Columns=8)
    told = look(
        client,
        state(
            [shown],
            SoftcopyVOILUTSequence=[item(WindowCenter=40, WindowWidth=400, ReferencedImageSequence=[reference(shown)])],
            ImageRotation=90,
            ImageHorizontalFlip="Y",
            PresentationLUTShape="INVERSE",
            DisplayedAreaSelectionSequence=[area(3, 2, 6, 5)],
            ShutterShape="RECTANGULAR",
            ShutterLeftVerticalEdge=2,
            ShutterRightVerticalEdge=7,
            ShutterUpperHorizontalEdge=1,
            ShutterLowerHorizontalEdge=8,
            ShutterPresentationValue=0,
            GraphicLayerSequence=[layer("A", 1, 0xFFFF)],
            GraphicAnnotationSequence=[
                item(GraphicLayer="A", GraphicObjectSequence=[graphic("POLYLINE", 0.5, 0.5, 4.5, 2.5)])
            ],
        ),
    )
    covered = [{"instance_uid": shown.SOPInstanceUID, "frames": []}]
    assert told["images"] == [covered[0] | {"series_uid": shown.SeriesInstanceUID}]
    assert told["windows"] == [{"images": covered, "center": 40, "width": 400}]
    # turned to the right and then flipped is flipped and then turned to the left
    assert (told["rotation"], told["flip_horizontal"], told["invert"]) == (270, True, True)
    [displayed] = told["areas"]
    assert [displayed[side] for side in ("left", "right", "top", "bottom")] == [1.5, 5.5, 0.5, 4.5]
    assert told["shutter"] == {"rectangle": [2, 7, 1, 8], "circle": [], "polygon": [], "grey": 0}
    [annotation] = told["annotations"]
    assert annotation["colour"] == "#ffffff"
    assert annotation["graphics"] == [{"points": [[0, 0], [4, 2]], "displayed": False, "filled": False}]
    assert told["left_out"] == []


def test_a_film_whose_high_values_are_dark_is_inverted_only_against_its_nature(client: Client) -> None:
    film = stored(client, PhotometricInterpretation="MONOCHROME1")
    assert look(client, state([film], PresentationLUTShape="INVERSE"))["invert"] is False
    assert look(client, state([film], PresentationLUTShape="IDENTITY"))["invert"] is True


def test_what_cannot_be_followed_is_said(client: Client) -> None:
    shown = stored(client)
    made = state(
        [shown], DisplayedAreaSelectionSequence=[area(1, 1, 4, 4, "TRUE SIZE", PresentationPixelSpacing=[1, 1])]
    )
    assert look(client, made)["left_out"] == ["It asks for true size, which no browser knows."]


def table(*entries: int) -> Dataset:
    made = item(LUTDescriptor=[len(entries), 0, 8], LUTData=np.array(entries, "<u2").tobytes())
    made["LUTDescriptor"].VR = "US"
    return made


TABLE = {"SoftcopyVOILUTSequence": [item(VOILUTSequence=[table(0, 40, 250)])]}


@pytest.mark.parametrize(
    ("keywords", "greys"),
    [
        ({}, False),
        (TABLE, True),
        ({"SoftcopyVOILUTSequence": [item(WindowCenter=9, WindowWidth=4, VOILUTFunction="SIGMOID")]}, True),
        ({"PresentationLUTSequence": [table(0, 255)]}, True),
        ({"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6002}, True),
    ],
)
def test_what_only_the_server_can_draw_is_marked(client: Client, keywords: dict[str, Any], greys: bool) -> None:
    told = look(client, state([stored(client, PhotometricInterpretation="MONOCHROME1")], **keywords))
    assert told["greys"] is greys
    assert told["invert"] is not greys, "such pictures have the polarity of the state already"
    assert (told["windows"], told["left_out"]) == ([], [])


def test_its_greys_come_with_the_image_where_it_lies(client: Client) -> None:
    ramp = np.arange(24, dtype="<u2").reshape(4, 6)
    shown = stored(client, Rows=4, Columns=6, PixelData=ramp.tobytes())
    bits = np.tile([[0, 0, 1]], (4, 2)).astype("u1")
    marks = [item(GraphicLayer="A", GraphicObjectSequence=[graphic("POLYLINE", 0, 0, 6, 4)])]
    moved = {"ImageRotation": 90, "DisplayedAreaSelectionSequence": [area(2, 2, 3, 3)]}
    shutter = {"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6002, "ShutterPresentationValue": 0x8080}
    made = state(
        [shown], **(TABLE | moved | shutter), GraphicLayerSequence=[layer("A")], GraphicAnnotationSequence=marks
    )
    assert client.stow(part10(with_plane(made, 0x6002, bits))).status_code == 200

    def picture(**query: str) -> Any:
        path = f"{address(shown)}/frames/1/rendered"
        by = {"presentation": f"{made.SeriesInstanceUID},{made.SOPInstanceUID}"}
        answer = client.get(path, params=by | query, headers={"Accept": "image/png"})
        assert answer.status_code == 200, answer.text
        return np.asarray(Pillow.open(io.BytesIO(answer.content))), answer.headers.get("lightbox-window")

    found, window = picture()
    assert (found == np.where(bits, 128, np.array([0, 40, 250])[np.clip(ramp, 0, 2)])).all()
    assert window is None
    found, window = picture(window="12,24,linear-exact")
    assert window == "12,24,linear-exact"
    assert found[0, 0] < found[0, 1] < found[1, 0] < found[3, 4]
    assert (found[bits == 1] == 128).all()


@pytest.mark.parametrize(("presentation", "status"), [("1.2", 400), ("1.2,x", 400), ("1.2,1.3", 404)])
def test_a_state_that_is_none_here_is_a_problem(client: Client, presentation: str, status: int) -> None:
    shown = stored(client)
    path = f"{address(shown)}/frames/1/rendered"
    assert client.get(path, params={"presentation": presentation}).status_code == status


def test_a_state_is_not_laid_on_images_that_it_is_not_about(client: Client) -> None:
    shown = stored(client)
    other = stored(client, StudyInstanceUID=shown.StudyInstanceUID)
    made = state([shown], **TABLE)
    assert client.stow(part10(made)).status_code == 200
    query = {"presentation": f"{made.SeriesInstanceUID},{made.SOPInstanceUID}"}
    assert client.get(f"{address(other)}/frames/1/rendered", params=query).status_code == 406
    study = {"Accept": 'multipart/related; type="image/png"'}
    assert client.get(f"{address(shown)}/rendered", params=query, headers=study).status_code == 400


def test_the_states_of_a_study_are_listed_and_nothing_else_is_one(client: Client) -> None:
    shown = stored(client)
    look(client, state([shown], ContentLabel="FIRST", ContentDescription="Lungs"))
    look(client, state([shown], ContentLabel="SECOND"))
    listed = client.get(f"/api/studies/{shown.StudyInstanceUID}/presentation-states").json()
    assert [(one["label"], one["description"]) for one in listed] == [("SECOND", ""), ("FIRST", "Lungs")]
    assert client.get(f"/api{address(shown).removeprefix('/dicomweb')}/look").status_code == 406
