"""What people make of images, as DICOM objects: valid to an independent validator, and read back as it was."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image as Pillow
from pydicom.dataset import Dataset

from simulator.studies import make_study
from tests.factories import image, part10
from tests.http.conftest import Client, running, settings_for
from tests.http.test_wado import address, parts
from tests.states import concept, content, item, reference, report

MADE = "2026-11-21T14:32:05.120Z"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with running(settings_for(tmp_path_factory.mktemp("authored") / "root")) as client:
        yield client


@pytest.fixture(scope="module")
def ct(server: Client) -> list[Dataset]:
    return _stored(server, "chest-ct")


@pytest.fixture(scope="module")
def film(server: Client) -> list[Dataset]:
    return _stored(server, "knee-cr")


def _stored(server: Client, name: str) -> list[Dataset]:
    files = [one.data for one in make_study(name, 7, scale="small", slices=3).instances()]
    assert server.stow(*files).status_code == 200
    images = [pydicom.dcmread(io.BytesIO(data)) for data in files]
    series = images[0].SeriesInstanceUID
    return [one for one in images if one.SeriesInstanceUID == series]


def ref(dataset: Dataset, frame_number: int = 1) -> dict[str, Any]:
    uids = {"study_uid": "StudyInstanceUID", "series_uid": "SeriesInstanceUID", "instance_uid": "SOPInstanceUID"}
    return {name: str(dataset[keyword].value) for name, keyword in uids.items()} | {"frame_number": frame_number}


def mark(dataset: Dataset, kind: str, *points: tuple[float, float], number: int = 1, text: str = "") -> dict[str, Any]:
    return {
        "id": f"0f8fad5b-d9cb-469f-a165-{number:012d}",
        "kind": kind,
        "image": ref(dataset),
        "points": [{"x": x, "y": y} for x, y in points],
        "text": text,
        "made": MADE,
    }


def every_kind(dataset: Dataset) -> list[dict[str, Any]]:
    return [
        mark(dataset, "length", (10, 12.5), (40, 52.5), number=1),
        mark(dataset, "angle", (10, 10), (20, 10), (20, 30), number=2),
        mark(dataset, "bidirectional", (10, 20), (40, 20), (25, 12), (25, 28), number=3),
        mark(dataset, "ellipse", (20, 24), (44, 40), number=4),
        mark(dataset, "polygon", (30, 30), (50, 30), (40, 48.25), number=5),
        mark(dataset, "cobb", (10, 10), (30, 12), (10, 40), (30, 36), number=6),
        mark(dataset, "arrow", (12, 50), (30, 40), number=7, text="Nodule, émigré"),
    ]


def save(server: Client, dataset: Dataset, what: str, body: dict[str, Any]) -> Dataset:
    answer = server.post(f"/api/studies/{dataset.StudyInstanceUID}/{what}", json=body)
    assert answer.status_code == 201, answer.text
    return retrieved(server, answer.json())


def retrieved(server: Client, uids: dict[str, str]) -> Dataset:
    path = "/dicomweb/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}".format(**uids)
    [(_, data)] = parts(server.get(path, headers={"Accept": 'multipart/related; type="application/dicom"'}))
    return pydicom.dcmread(io.BytesIO(data))


def complaints(dataset: Dataset, folder: Path) -> list[str]:
    path = folder / "written.dcm"
    dataset.save_as(path)
    binary = Path(sys.executable).with_name("dciodvfy")
    run = subprocess.run([binary, "-new", path], capture_output=True, text=True, check=False)
    lines = (run.stdout + run.stderr).splitlines()
    assert lines, "the validator names the IOD it has recognised"
    return [line for line in lines if re.match(r"(Error|Warning)", line)]


def numbers(dataset: Dataset) -> dict[str, tuple[float, str]]:
    """Every number of a report by its meaning, and its unit."""
    found = {}
    for group in dataset.ContentSequence[-1].ContentSequence:
        for child in group.ContentSequence:
            if child.ValueType == "NUM":
                [measured] = child.MeasuredValueSequence
                unit = measured.MeasurementUnitsCodeSequence[0]
                found[child.ConceptNameCodeSequence[0].CodeMeaning] = float(measured.NumericValue), unit.CodeValue
    return found


def test_a_report_of_every_kind_of_mark_is_valid_and_read_back_as_it_was(
    server: Client, ct: list[Dataset], tmp_path: Path
) -> None:
    marks = every_kind(ct[1])
    written = save(server, ct[1], "measurement-reports", {"marks": marks})
    assert complaints(written, tmp_path) == []
    opened = server.get(f"/api{address(written).removeprefix('/dicomweb')}/marks").json()
    assert opened["left_out"] == []
    assert len(opened["marks"]) == len(marks)
    for before, after in zip(marks, opened["marks"], strict=True):
        places = [[(point["x"], point["y"]) for point in one["points"]] for one in (before, after)]
        assert np.allclose(*places, atol=1e-4)
        assert {**after, "points": before["points"]} == before


def test_a_report_belongs_to_the_patient_and_study_of_its_images(server: Client, ct: list[Dataset]) -> None:
    written = save(server, ct[0], "measurement-reports", {"marks": every_kind(ct[0])})
    for keyword in "PatientName PatientID PatientBirthDate PatientSex StudyDate AccessionNumber StudyID".split():
        assert written[keyword].value == ct[0][keyword].value
    found = server.get("/dicomweb/studies", params={"StudyInstanceUID": ct[0].StudyInstanceUID}).json()
    assert "SR" in found[0]["00080061"]["Value"]
    assert server.get(f"/dicomweb/studies/{ct[0].StudyInstanceUID}/series").status_code == 200
    [listed, *_] = server.get(f"/api/studies/{ct[0].StudyInstanceUID}/measurement-reports").json()
    assert (listed["instance_uid"], listed["marks"]) == (written.SOPInstanceUID, 7)


def test_numbers_are_those_of_the_header_and_the_stored_pixels(server: Client, ct: list[Dataset]) -> None:
    found = numbers(save(server, ct[1], "measurement-reports", {"marks": every_kind(ct[1])[:4]}))
    down, across = map(float, ct[1].PixelSpacing)
    assert found["Length"] == (pytest.approx(np.hypot(30 * across, 40 * down)), "mm")
    assert found["Angle"] == (pytest.approx(90), "deg")
    assert found["Long Axis"] == (pytest.approx(30 * across), "mm")
    assert found["Short Axis"] == (pytest.approx(16 * down), "mm")
    assert found["Area"] == (pytest.approx(np.pi / 4 * 24 * across * 16 * down), "mm2")
    y, x = np.mgrid[: ct[1].Rows, : ct[1].Columns]
    inside = ((x - 32) / 12) ** 2 + ((y - 32) / 8) ** 2 <= 1
    values = ct[1].pixel_array[inside] * float(ct[1].RescaleSlope) + float(ct[1].RescaleIntercept)
    for meaning, truth in (("Mean", values.mean()), ("Standard Deviation", values.std()), ("Minimum", values.min())):
        assert found[meaning] == (pytest.approx(truth), "[hnsf'U]")


@pytest.mark.parametrize(
    ("told", "worth"),
    [
        ({"ImagerPixelSpacing": [0.2, 0.2]}, "at the detector plane"),
        ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.2, 0.2]}, "at the detector plane"),
        ({"ImagerPixelSpacing": [0.25, 0.25], "PixelSpacing": [0.2, 0.2]}, "calibrated"),
        (
            {"ImagerPixelSpacing": [0.25, 0.25], "PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "GEOMETRY"},
            "corrected for magnification",
        ),
        ({"PixelSpacing": [0.2, 0.2]}, "at an unknown plane"),
        ({}, "not calibrated"),
    ],
)
def test_millimetres_of_a_film_say_what_they_are_worth(server: Client, told: dict[str, Any], worth: str) -> None:
    film = {
        "Rows": 64,
        "Columns": 64,
        "PixelData": bytes(64 * 64 * 2),
        "Modality": "DX",
    }
    source = image(**film, **told)
    assert server.stow(part10(source)).status_code == 200
    marks = [mark(source, "length", (1, 1), (11, 1))]
    written = save(server, source, "measurement-reports", {"marks": marks})
    assert numbers(written) == {"Length": (pytest.approx(2), "mm") if told else (10, "{pixels}")}
    [number] = written.ContentSequence[-1].ContentSequence[0].ContentSequence[-1:]
    methods = [part.ConceptCodeSequence[0].CodeMeaning for part in number.ContentSequence if part.ValueType == "CODE"]
    assert methods == ([f"Spacing {worth}"] if told else [])
    look = {"voi": None, "zoom": 1, "pan": {"x": 0, "y": 0}, "rotation": 0}
    state = save(server, source, "presentation-states", {"image": ref(source), "presentation": look, "marks": marks})
    [text] = state.GraphicAnnotationSequence[0].TextObjectSequence
    assert text.UnformattedTextValue == ("2.00 mm" if told else "10.0 px") + f"\r\n{worth}"


def test_a_line_of_known_length_calibrates_its_image_here_and_when_it_is_opened_again(
    server: Client, film: list[Dataset], tmp_path: Path
) -> None:
    line = {**mark(film[0], "calibration", (10, 10), (10, 60), number=1), "known": 25}
    marks = [mark(film[0], "length", (10, 20), (40, 60), number=2), line]
    if len(film) > 1:
        marks.append(mark(film[1], "length", (10, 20), (40, 60), number=3))
    written = save(server, film[0], "measurement-reports", {"marks": marks})
    own = "Unrecognized defined term = <99LIGHTBOX>"
    assert [one for one in complaints(written, tmp_path) if own not in one] == []
    groups = written.ContentSequence[-1].ContentSequence
    lengths = [float(group.ContentSequence[-1].MeasuredValueSequence[0].NumericValue) for group in groups]
    assert lengths[:2] == [pytest.approx(25), 25]
    assert all(one != pytest.approx(25) for one in lengths[2:]), "other images keep their own scale"
    [method, _] = groups[0].ContentSequence[-1].ContentSequence
    assert method.ConceptCodeSequence[0].CodeMeaning == "Spacing calibrated by hand"
    opened = server.get(f"/api{address(written).removeprefix('/dicomweb')}/marks").json()
    assert [(one["kind"], one.get("known")) for one in opened["marks"][:2]] == [("length", None), ("calibration", 25)]


@pytest.mark.parametrize("known", [None, 0, -3, "5", True, 1e9])
def test_a_calibration_says_how_long_it_is(server: Client, film: list[Dataset], known: Any) -> None:
    line = {**mark(film[0], "calibration", (10, 10), (10, 60)), "known": known}
    path = f"/api/studies/{film[0].StudyInstanceUID}/measurement-reports"
    assert server.post(path, json={"marks": [line]}).status_code == 400


def test_frames_of_an_enhanced_image_are_measured_by_their_own_groups(server: Client) -> None:
    [data] = [one.data for one in make_study("chest-ct-enhanced", 7, scale="small", slices=3).instances()][:1]
    assert server.stow(data).status_code == 200
    source = pydicom.dcmread(io.BytesIO(data))
    assert "PixelSpacing" not in source
    down, _ = source.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing
    length = mark(source, "length", (10, 10), (10, 40))
    length["image"]["frame_number"] = 2
    found = numbers(save(server, source, "measurement-reports", {"marks": [length]}))
    assert found == {"Length": (pytest.approx(30 * down), "mm")}


def test_a_mark_beyond_its_image_is_left_out_and_that_is_said(server: Client, ct: list[Dataset]) -> None:
    beyond = mark(ct[0], "length", (-9, 3), (10, 10), number=9)
    body = {"marks": [beyond, *every_kind(ct[0])[:1]]}
    answer = server.post(f"/api/studies/{ct[0].StudyInstanceUID}/measurement-reports", json=body)
    assert answer.status_code == 201
    assert "beyond its image" in answer.json()["left_out"][0]
    alone = server.post(f"/api/studies/{ct[0].StudyInstanceUID}/measurement-reports", json={"marks": [beyond]})
    assert alone.status_code == 406


def test_a_changed_report_names_the_one_before(server: Client, ct: list[Dataset], tmp_path: Path) -> None:
    first = save(server, ct[0], "measurement-reports", {"marks": every_kind(ct[0])[:2]})
    before = {"series_uid": first.SeriesInstanceUID, "instance_uid": first.SOPInstanceUID}
    second = save(server, ct[0], "measurement-reports", {"marks": every_kind(ct[0])[:1], "predecessor": before})
    named = second.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert named.ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert second.SeriesInstanceUID == first.SeriesInstanceUID
    assert second.InstanceNumber > first.InstanceNumber
    assert complaints(second, tmp_path) == []


def test_key_images_are_a_valid_selection(server: Client, ct: list[Dataset], tmp_path: Path) -> None:
    images = [ref(ct[0]), ref(ct[2])]
    body = {"images": images, "title": "for-conference", "description": "Growing nodule"}
    written = save(server, ct[0], "key-objects", body)
    assert complaints(written, tmp_path) == []
    assert written.ConceptNameCodeSequence[0].CodeMeaning == "For Conference"
    named = [one.ReferencedSOPSequence[0] for one in written.ContentSequence if one.ValueType == "IMAGE"]
    assert [one.ReferencedSOPInstanceUID for one in named] == [ct[0].SOPInstanceUID, ct[2].SOPInstanceUID]


LOOK = {"voi": {"center": 40, "width": 400}, "zoom": 1, "pan": {"x": 0, "y": 0}, "rotation": 0}


def drawn(server: Client, dataset: Dataset, state: Dataset | None = None, query: str = "") -> np.ndarray:
    """The frame as the server renders it, or as a presentation state has it."""
    where = f"{address(state)}/rendered" if state is not None else f"{address(dataset)}/frames/1/rendered"
    answer = server.get(f"{where}{query}", headers={"Accept": "image/png"})
    assert answer.status_code == 200, answer.text
    return np.asarray(Pillow.open(io.BytesIO(answer.content)).convert("L")).astype(int)


def test_a_presentation_state_is_valid_and_rendered_with_its_marks(
    server: Client, ct: list[Dataset], tmp_path: Path
) -> None:
    marks = [one for one in every_kind(ct[0]) if one["kind"] != "arrow"]
    body = {"image": ref(ct[0]), "presentation": LOOK, "marks": marks, "description": "As shown"}
    written = save(server, ct[0], "presentation-states", body)
    assert complaints(written, tmp_path) == []
    plain = drawn(server, ct[0], query="?window=40,400,linear")
    with_marks = drawn(server, ct[0], written)
    assert plain.shape == with_marks.shape
    differs = plain != with_marks
    # on the length's line from (10, 12.5) to (40, 52.5), and on the rim of the ellipse around (32, 32)
    for x, y in ((25, 32), (25, 33), (44, 32), (32, 40)):
        assert differs[y - 1 : y + 2, x - 1 : x + 2].any()
    assert not differs[100:, :10].any()
    other = drawn(server, ct[1], query="?window=40,400,linear")
    whole = save(server, ct[0], "presentation-states", {"image": ref(ct[1]), "presentation": LOOK})
    assert (drawn(server, ct[0], whole) == plain).all()
    assert len(whole.ReferencedSeriesSequence[0].ReferencedImageSequence) == len(ct)
    assert not (other == plain).all()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("flips", [(False, False), (True, False), (False, True), (True, True)])
def test_turns_and_flips_are_those_of_the_screen(
    server: Client, ct: list[Dataset], rotation: int, flips: tuple[bool, bool]
) -> None:
    look = LOOK | {"rotation": rotation, "flip_horizontal": flips[0], "flip_vertical": flips[1]}
    written = save(server, ct[0], "presentation-states", {"image": ref(ct[0]), "presentation": look})
    expected = drawn(server, ct[0], query="?window=40,400,linear")
    expected = expected[:, ::-1] if flips[0] else expected
    expected = expected[::-1] if flips[1] else expected
    assert (drawn(server, ct[0], written) == np.rot90(expected, -rotation // 90)).all()


def test_zoom_and_pan_choose_what_is_displayed(server: Client, ct: list[Dataset]) -> None:
    look = LOOK | {"zoom": 2, "pan": {"x": 8, "y": -4}}
    written = save(server, ct[0], "presentation-states", {"image": ref(ct[0]), "presentation": look})
    [area] = written.DisplayedAreaSelectionSequence
    rows, columns = ct[0].Rows, ct[0].Columns
    left, top = columns // 4 - 8, rows // 4 + 4
    assert list(area.DisplayedAreaTopLeftHandCorner) == [left + 1, top + 1]
    assert list(area.DisplayedAreaBottomRightHandCorner) == [left + columns // 2, top + rows // 2]


def test_an_inverted_film_stays_inverted(server: Client, film: list[Dataset], tmp_path: Path) -> None:
    look = {"voi": None, "invert": True}
    written = save(server, film[0], "presentation-states", {"image": ref(film[0]), "presentation": look})
    assert complaints(written, tmp_path) == []
    plain = drawn(server, film[0])
    assert np.abs(drawn(server, film[0], written) - (255 - plain)).max() <= 1


def test_colours_have_no_grayscale_state(server: Client) -> None:
    pixels = bytes(4 * 6 * 3)
    source = image(
        PhotometricInterpretation="RGB", SamplesPerPixel=3, PlanarConfiguration=0, BitsAllocated=8, BitsStored=8,
        HighBit=7, PixelData=pixels,
    )  # fmt: skip
    assert server.stow(part10(source)).status_code == 200
    body = {"image": ref(source), "presentation": LOOK}
    answer = server.post(f"/api/studies/{source.StudyInstanceUID}/presentation-states", json=body)
    assert answer.status_code == 406
    assert "grey" in answer.json()["title"]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("measurement-reports", {}),
        ("measurement-reports", {"marks": [{}]}),
        ("measurement-reports", {"marks": [{"kind": "length", "id": "1", "points": [{"x": 1e300, "y": 0}] * 2}]}),
        ("measurement-reports", {"marks": "length"}),
        ("key-objects", {"images": []}),
        ("key-objects", {"images": [{"study_uid": "1.2"}]}),
        ("presentation-states", {"image": 3}),
        ("presentation-states", {"image": None, "presentation": {"rotation": 45}}),
    ],
)
def test_what_makes_no_sense_is_refused(server: Client, ct: list[Dataset], what: str, body: dict[str, Any]) -> None:
    answer = server.post(f"/api/studies/{ct[0].StudyInstanceUID}/{what}", json=body)
    assert answer.status_code == 400, answer.text


def test_marks_are_on_images_of_the_study_that_is_named(server: Client, ct: list[Dataset], film: list[Dataset]) -> None:
    body = {"marks": every_kind(film[0])[:1]}
    assert server.post(f"/api/studies/{ct[0].StudyInstanceUID}/measurement-reports", json=body).status_code == 400
    unknown = every_kind(ct[0])[:1]
    unknown[0]["image"]["instance_uid"] = "1.2.3"
    body = {"marks": unknown}
    assert server.post(f"/api/studies/{ct[0].StudyInstanceUID}/measurement-reports", json=body).status_code == 404


def scoord(kind: str, data: list[float], source: Dataset) -> Dataset:
    referred = content("IMAGE", relationship="SELECTED FROM", ReferencedSOPSequence=[reference(source)])
    return content(
        "SCOORD", relationship="INFERRED FROM", GraphicType=kind, GraphicData=data, ContentSequence=[referred]
    )


def opened(server: Client, source: Dataset, *groups: Dataset, **told: Any) -> dict[str, Any]:
    """A report by somebody else, as the viewer gets its marks."""
    measurements = content("CONTAINER", ContentSequence=list(groups))
    series = item(SeriesInstanceUID=source.SeriesInstanceUID, ReferencedSOPSequence=[reference(source)])
    evidence = [item(StudyInstanceUID=source.StudyInstanceUID, ReferencedSeriesSequence=[series])]
    made = report(
        measurements,
        StudyInstanceUID=source.StudyInstanceUID,
        CurrentRequestedProcedureEvidenceSequence=evidence,
        ConceptNameCodeSequence=[concept("Imaging Measurement Report", "126000")],
        **told,
    )
    assert server.stow(part10(made)).status_code == 200
    answer = server.get(f"/api{address(made).removeprefix('/dicomweb')}/marks")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def group(*children: Dataset) -> Dataset:
    return content(
        "CONTAINER", ConceptNameCodeSequence=[concept("Measurement Group", "125007")], ContentSequence=list(children)
    )


def test_reports_of_others_are_drawn_by_their_shapes(server: Client, ct: list[Dataset]) -> None:
    source = ct[0]
    number = content("NUM", "Length", ContentSequence=[scoord("POLYLINE", [1.5, 2.5, 8.5, 2.5], source)])
    askew = scoord("ELLIPSE", [10, 10, 20, 20, 13, 17, 17, 13], source)
    circle = scoord("CIRCLE", [10.5, 10.5, 13.5, 14.5], source)
    point = scoord("POINT", [3, 3], source)
    found = opened(server, source, group(number), group(askew), group(circle), group(point), group())
    kinds = [(one["kind"], len(one["points"])) for one in found["marks"]]
    assert kinds == [("length", 2), ("polygon", 72), ("ellipse", 2)]
    assert found["marks"][0]["points"] == [{"x": 1, "y": 2}, {"x": 8, "y": 2}]
    assert found["marks"][2]["points"] == [{"x": 5, "y": 5}, {"x": 15, "y": 15}]
    assert len(found["left_out"]) == 2


def test_what_others_say_of_a_mark_and_when_comes_along(server: Client, ct: list[Dataset]) -> None:
    """A report as OHIF writes it: words typed by a person as a Finding, and no time but that of the document."""
    number = content("NUM", "Length", ContentSequence=[scoord("POLYLINE", [1.5, 2.5, 8.5, 2.5], ct[0])])
    typed = concept("Stent", "CORNERSTONEFREETEXT")
    finding = content("CODE", ConceptNameCodeSequence=[concept("Finding", "121071")], ConceptCodeSequence=[typed])
    [mark] = opened(server, ct[0], group(finding, number), ContentDate="20261122", ContentTime="121255")["marks"]
    assert mark["text"] == "Stent"
    assert mark["made"] == "2026-11-22T12:12:55.000Z"


def test_what_is_no_measurement_report_has_no_marks(server: Client, ct: list[Dataset]) -> None:
    assert server.get(f"/api{address(ct[0]).removeprefix('/dicomweb')}/marks").status_code == 406
