"""A real client that nobody here wrote: dicomweb-client stores, searches, retrieves and renders."""

import io
from collections.abc import Callable

import numpy as np
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from PIL import Image

from e2e.running import RunningServer
from simulator.studies import make_study


@pytest.fixture
def client(new_server: Callable[[], RunningServer]) -> DICOMwebClient:
    return DICOMwebClient(url=new_server().dicomweb)


def _made() -> list[pydicom.Dataset]:
    study = make_study("chest-ct", seed=3, scale="small", slices=4)
    return [pydicom.dcmread(io.BytesIO(instance.data)) for instance in study.instances()]


def _without_pixels(item: dict[str, dict[str, object]]) -> pydicom.Dataset:
    assert item["7FE00010"]["BulkDataURI"]
    return pydicom.Dataset.from_json({tag: value for tag, value in item.items() if tag != "7FE00010"})


def test_a_client_stores_searches_and_retrieves(client: DICOMwebClient) -> None:
    made = _made()
    answer = client.store_instances(datasets=made)
    assert len(answer.ReferencedSOPSequence) == 4
    assert "FailedSOPSequence" not in answer

    study, series = made[0].StudyInstanceUID, made[0].SeriesInstanceUID
    [found] = client.search_for_studies(search_filters={"PatientID": made[0].PatientID})
    assert pydicom.Dataset.from_json(found).PatientName == made[0].PatientName
    [found_series] = client.search_for_series(study)
    assert found_series["0020000E"]["Value"] == [series]
    assert len(client.search_for_instances(study, series, fields=["ImagePositionPatient"])) == 4
    assert client.search_for_studies(search_filters={"PatientID": "nobody"}) == []

    metadata = client.retrieve_series_metadata(study, series)
    described = {item["00080018"]["Value"][0]: _without_pixels(item) for item in metadata}
    for dataset in made:
        assert described[dataset.SOPInstanceUID].ImagePositionPatient == dataset.ImagePositionPatient

    retrieved = client.retrieve_series(study, series)
    by_uid = {dataset.SOPInstanceUID: dataset for dataset in retrieved}
    for dataset in made:
        assert by_uid[dataset.SOPInstanceUID].PixelData == dataset.PixelData


def test_a_client_retrieves_frames_and_pictures(client: DICOMwebClient) -> None:
    made = _made()[0]
    client.store_instances(datasets=[made])
    uids = made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID

    [frame] = client.retrieve_instance_frames(*uids, frame_numbers=[1])
    assert frame == made.PixelData

    params = {"window": "40,400,linear"}
    rendered = client.retrieve_instance_rendered(*uids, media_types=("image/png",), params=params)
    picture = np.asarray(Image.open(io.BytesIO(rendered)))
    hounsfield = made.pixel_array * float(made.RescaleSlope) + float(made.RescaleIntercept)
    expected = np.clip((hounsfield - 39.5) / 399 + 0.5, 0, 1) * 255
    assert np.abs(picture - expected).max() <= 0.51

    frames = client.retrieve_instance_frames_rendered(*uids, frame_numbers=[1], media_types=("image/jpeg",))
    assert Image.open(io.BytesIO(frames)).size == (made.Columns, made.Rows)
