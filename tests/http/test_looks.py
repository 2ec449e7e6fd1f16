"""Presentation states that a viewer follows itself: what is told of them is what the server draws."""

from typing import Any

from pydicom.dataset import Dataset

from tests.factories import image, part10
from tests.http.conftest import Client
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


def test_the_states_of_a_study_are_listed_and_nothing_else_is_one(client: Client) -> None:
    shown = stored(client)
    look(client, state([shown], ContentLabel="FIRST", ContentDescription="Lungs"))
    look(client, state([shown], ContentLabel="SECOND"))
    listed = client.get(f"/api/studies/{shown.StudyInstanceUID}/presentation-states").json()
    assert [(one["label"], one["description"]) for one in listed] == [("SECOND", ""), ("FIRST", "Lungs")]
    assert client.get(f"/api{address(shown).removeprefix('/dicomweb')}/look").status_code == 406
