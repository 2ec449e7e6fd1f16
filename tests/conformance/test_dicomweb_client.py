"""A real client that nobody here wrote: dicomweb-client stores, searches, retrieves, renders and deletes."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pydicom
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from pydicom.encaps import generate_frames

from simulator.studies import make_study
from tests.conformance.archive import Archived
from tests.conformance.conftest import Server
from tests.factories import part10

FOUR_SLICES = [
    pydicom.dcmread(io.BytesIO(instance.data))
    for instance in make_study("chest-ct", seed=3, scale="small", slices=4).instances()
]
STUDY, SERIES, INSTANCE = (
    FOUR_SLICES[0][keyword].value for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
)


@pytest.fixture(scope="module")
def client(server: Callable[[str], Server]) -> DICOMwebClient:
    made = DICOMwebClient(url=server("client")[0].dicomweb)
    answer = made.store_instances(datasets=FOUR_SLICES)
    assert len(answer.ReferencedSOPSequence) == 4
    assert "FailedSOPSequence" not in answer
    return made


def _data_set(item: dict[str, Any]) -> pydicom.Dataset:
    assert item["7FE00010"]["BulkDataURI"]
    return pydicom.Dataset.from_json({tag: value for tag, value in item.items() if "BulkDataURI" not in value})


def test_it_searches_at_three_levels(client: DICOMwebClient) -> None:
    [study] = client.search_for_studies(search_filters={"PatientID": FOUR_SLICES[0].PatientID})
    assert pydicom.Dataset.from_json(study).PatientName == FOUR_SLICES[0].PatientName
    [series] = client.search_for_series(STUDY, search_filters={"Modality": "CT"}, fields=["BodyPartExamined"])
    assert series["0020000E"]["Value"] == [SERIES]
    assert len(client.search_for_instances(STUDY, SERIES, fields=["ImagePositionPatient"])) == 4
    [instance] = client.search_for_instances(search_filters={"SOPInstanceUID": INSTANCE})
    assert instance["00080018"]["Value"] == [INSTANCE]
    assert client.search_for_studies(search_filters={"PatientID": "nobody"}) == []


def test_it_pages_through_all_instances(client: DICOMwebClient) -> None:
    first = client.search_for_instances(STUDY, limit=3)
    rest = client.search_for_instances(STUDY, limit=3, offset=3)
    assert {item["00080018"]["Value"][0] for item in first + rest} == {one.SOPInstanceUID for one in FOUR_SLICES}
    assert len(client.search_for_instances(STUDY, limit=2, get_remaining=True)) == 4


def test_it_searches_by_names_dates_and_wildcards(client: DICOMwebClient) -> None:
    family = str(FOUR_SLICES[0].PatientName).partition("^")[0]
    for filters in (
        {"PatientName": f"{family}*"},
        {"PatientName": f"{family.lower()}*"},
        {"StudyDate": f"{FOUR_SLICES[0].StudyDate}-{FOUR_SLICES[0].StudyDate}"},
        {"00100020": f"*{FOUR_SLICES[0].PatientID[1:]}"},
        {"ModalitiesInStudy": "CT", "StudyInstanceUID": STUDY},
    ):
        found = client.search_for_studies(search_filters=filters)
        assert STUDY in {item["0020000D"]["Value"][0] for item in found}, filters


def test_it_retrieves_a_study_a_series_and_an_instance(client: DICOMwebClient) -> None:
    made = {dataset.SOPInstanceUID: dataset for dataset in FOUR_SLICES}
    for retrieved in (client.retrieve_study(STUDY), client.retrieve_series(STUDY, SERIES), client.iter_study(STUDY)):
        found = {dataset.SOPInstanceUID: dataset for dataset in retrieved}
        assert found == made
    assert client.retrieve_instance(STUDY, SERIES, INSTANCE) == FOUR_SLICES[0]


def test_it_retrieves_metadata_at_three_levels(client: DICOMwebClient) -> None:
    for metadata in (client.retrieve_study_metadata(STUDY), client.retrieve_series_metadata(STUDY, SERIES)):
        described = {item["00080018"]["Value"][0]: _data_set(item) for item in metadata}
        for dataset in FOUR_SLICES:
            assert described[dataset.SOPInstanceUID].ImagePositionPatient == dataset.ImagePositionPatient
    assert _data_set(client.retrieve_instance_metadata(STUDY, SERIES, INSTANCE)).Rows == FOUR_SLICES[0].Rows


def test_it_follows_a_bulk_data_uri(client: DICOMwebClient, archive: Mapping[str, Archived]) -> None:
    one = archive["ct1"]
    metadata = client.retrieve_instance_metadata(one.study_uid, one.series_uid, one.instance_uid)
    [private] = client.retrieve_bulkdata(metadata["00091002"]["BulkDataURI"])
    assert private == bytes(range(256)) * 12
    [icon] = client.retrieve_bulkdata(metadata["00880200"]["Value"][0]["7FE00010"]["BulkDataURI"])
    assert icon == bytes(range(256)) * 16
    [pixels] = client.retrieve_bulkdata(metadata["7FE00010"]["BulkDataURI"])
    assert pixels == one.dataset.PixelData


def test_it_retrieves_native_frames(client: DICOMwebClient, archive: Mapping[str, Archived]) -> None:
    [frame] = client.retrieve_instance_frames(STUDY, SERIES, INSTANCE, frame_numbers=[1])
    assert frame == FOUR_SLICES[0].PixelData
    several = archive["frames"]
    uids = several.study_uid, several.series_uid, several.instance_uid
    found = [np.frombuffer(one, "<u2")[0] for one in client.iter_instance_frames(*uids, frame_numbers=[4, 2])]
    assert found == [4000, 2000]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("jpeg", "image/jpeg"), ("jls", "image/jls"), ("j2k", "image/jp2"), ("rle", "image/dicom-rle")],
)
def test_it_retrieves_compressed_frames(
    client: DICOMwebClient, archive: Mapping[str, Archived], name: str, media_type: str
) -> None:
    one = archive[name]
    uids = one.study_uid, one.series_uid, one.instance_uid
    syntax = pydicom.dcmread(io.BytesIO(one.file)).file_meta.TransferSyntaxUID
    [stored] = generate_frames(one.dataset.PixelData, number_of_frames=1)
    for media_types in ((media_type,), ((media_type, syntax),)):
        [frame] = client.retrieve_instance_frames(*uids, frame_numbers=[1], media_types=media_types)
        assert frame.rstrip(b"\0") == stored.rstrip(b"\0")


def test_it_retrieves_pictures(client: DICOMwebClient) -> None:
    params = {"window": "40,400,linear"}
    rendered = client.retrieve_instance_rendered(STUDY, SERIES, INSTANCE, media_types=("image/png",), params=params)
    picture = np.asarray(Image.open(io.BytesIO(rendered)))
    made = FOUR_SLICES[0]
    hounsfield = made.pixel_array * float(made.RescaleSlope) + float(made.RescaleIntercept)
    expected = np.clip((hounsfield - 39.5) / 399 + 0.5, 0, 1) * 255
    assert np.abs(picture - expected).max() <= 0.51
    frame = client.retrieve_instance_frames_rendered(
        STUDY, SERIES, INSTANCE, frame_numbers=[1], media_types=("image/jpeg",)
    )
    assert Image.open(io.BytesIO(frame)).size == (made.Columns, made.Rows)
    whole = client.retrieve_series_rendered(STUDY, SERIES, media_types=("image/jpeg",))
    assert Image.open(io.BytesIO(whole)).size == (made.Columns, made.Rows)


def test_addresses_have_the_port_though_the_client_leaves_it_out_of_host(client: DICOMwebClient) -> None:
    [instance] = client.search_for_instances(search_filters={"SOPInstanceUID": INSTANCE})
    [address] = instance["00081190"]["Value"]
    assert address.startswith(client.base_url)
    answer = requests.get(address, headers={"Accept": "application/dicom"}, timeout=30)
    assert pydicom.dcmread(io.BytesIO(answer.content)) == FOUR_SLICES[0]


def test_it_deletes_an_instance_a_series_and_a_study(client: DICOMwebClient) -> None:
    made = [
        pydicom.dcmread(
            io.BytesIO(
                part10(
                    StudyInstanceUID="1.2.826.0.1.3680043.10.3.1",
                    SOPInstanceUID=f"1.2.826.0.1.3680043.10.3.{n}",
                    SeriesInstanceUID=f"1.2.826.0.1.3680043.10.3.9{n % 2}",
                )
            )
        )
        for n in (2, 3, 4)
    ]
    client.store_instances(datasets=made)
    study = made[0].StudyInstanceUID
    client.delete_instance(study, made[0].SeriesInstanceUID, made[0].SOPInstanceUID)
    assert len(client.search_for_instances(study)) == 2
    client.delete_series(study, made[1].SeriesInstanceUID)
    assert len(client.search_for_instances(study)) == 1
    client.delete_study(study)
    assert client.search_for_instances(study) == []
    with pytest.raises(requests.HTTPError, match="404"):
        client.retrieve_study(study)
