"""Statistics of regions, held to numpy over the very pixels that were stored."""

from typing import Any

import numpy as np
import pytest

from tests.factories import image, part10
from tests.http.conftest import Client

ROWS, COLUMNS = 40, 60


def stored(client: Client, pixels: np.ndarray, **keywords: Any) -> str:
    made = image(
        Rows=pixels.shape[0], Columns=pixels.shape[1], PixelData=pixels.astype("<u2").tobytes(),
        RescaleSlope=2, RescaleIntercept=-1024, **keywords,
    )  # fmt: skip
    assert client.stow(part10(made)).status_code == 200
    uids = made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID
    return "/api/studies/{}/series/{}/instances/{}/frames/1/statistics".format(*uids)


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 4000, (ROWS, COLUMNS))


def told(client: Client, address: str, shape: str, points: str) -> dict[str, Any]:
    answer = client.get(address, params={"shape": shape, "points": points})
    assert answer.status_code == 200, answer.text
    return answer.json()


def check(found: dict[str, Any], values: np.ndarray) -> None:
    values = values * 2.0 - 1024
    assert found["pixels"] == values.size
    assert found["mean"] == pytest.approx(values.mean())
    assert found["deviation"] == pytest.approx(values.std())
    assert (found["minimum"], found["maximum"]) == (values.min(), values.max())


def test_an_ellipse_is_the_pixels_whose_middle_lies_in_it(client: Client, pixels: np.ndarray) -> None:
    found = told(client, stored(client, pixels), "ellipse", "10.5,5,30.5,25.2")
    y, x = np.mgrid[:ROWS, :COLUMNS]
    check(found, pixels[((x - 20.5) / 10) ** 2 + ((y - 15.1) / 10.1) ** 2 <= 1])


def test_a_polygon_is_even_odd_and_may_reach_out_of_the_image(client: Client, pixels: np.ndarray) -> None:
    y, x = np.mgrid[:ROWS, :COLUMNS]
    found = told(client, stored(client, pixels), "polygon", "-20.5,-20.5,25.5,-20.5,-20.5,25.5")
    check(found, pixels[x + y <= 5])
    bow_tie = told(client, stored(client, pixels), "polygon", "5.5,5.5,15.5,15.5,15.5,5.5,5.5,15.5")
    assert 40 <= bow_tie["pixels"] <= 60


@pytest.mark.parametrize(
    ("says", "unit"),
    [({}, "HU"), ({"RescaleType": "HU"}, "HU"), ({"RescaleType": "Z_EFF"}, ""), ({"Modality": "MR"}, "")],
)
def test_only_what_counts_hounsfield_units_is_said_to(
    client: Client, pixels: np.ndarray, says: dict[str, str], unit: str
) -> None:
    assert told(client, stored(client, pixels, **says), "point", "7,11")["unit"] == unit


def test_a_point_is_the_pixel_under_it(client: Client, pixels: np.ndarray) -> None:
    address = stored(client, pixels)
    check(told(client, address, "point", "7.4,11.6"), pixels[12:13, 7:8])
    assert told(client, address, "point", "-3,4") == {
        "pixels": 0, "padding": 0, "mean": None, "deviation": None, "minimum": None, "maximum": None,
        "outside": 0, "unit": "",
    }  # fmt: skip


def test_padding_is_left_out_and_counted(client: Client, pixels: np.ndarray) -> None:
    padded = pixels.copy()
    padded[:, :30] = 63000
    found = told(client, stored(client, padded, PixelPaddingValue=63000), "polygon", "19.5,-1,39.5,-1,39.5,50,19.5,50")
    check(found, padded[:, 30:40])
    assert found["padding"] == 10 * ROWS


@pytest.mark.parametrize(
    ("shape", "points"),
    [
        ("circle", "1,2"),
        ("ellipse", "1,2"),
        ("ellipse", "1,2,3"),
        ("point", "a,b"),
        ("point", ""),
        ("polygon", "1,1,2,2"),
        ("point", "1e3,2"),
        ("polygon", ",".join(["1"] * 1002)),
    ],
)
def test_nonsense_is_refused_with_what_would_be_right(
    client: Client, pixels: np.ndarray, shape: str, points: str
) -> None:
    answer = client.get(stored(client, pixels), params={"shape": shape, "points": points})
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


def coloured(client: Client, pixels: np.ndarray, **keywords: Any) -> str:
    made = image(
        Rows=pixels.shape[0], Columns=pixels.shape[1], BitsAllocated=8, BitsStored=8, HighBit=7,
        PixelData=pixels.astype("u1").tobytes(), **keywords,
    )  # fmt: skip
    assert client.stow(part10(made)).status_code == 200
    uids = made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID
    return "/api/studies/{}/series/{}/instances/{}/frames/1/statistics".format(*uids)


def test_of_colours_red_green_and_blue_are_told_each_for_itself(client: Client) -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (8, 10, 3))
    address = coloured(client, pixels, SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0)
    found = told(client, address, "polygon", "0.5,0.5,4.5,0.5,4.5,5.5,0.5,5.5")
    within = pixels[1:6, 1:5].reshape(-1, 3)
    assert (found["pixels"], found["mean"]) == (20, None), "colours measure nothing"
    assert [one["mean"] for one in found["channels"]] == pytest.approx(within.mean(axis=0))
    assert [one["deviation"] for one in found["channels"]] == pytest.approx(within.std(axis=0))
    assert [[one["minimum"], one["maximum"]] for one in found["channels"]] == [
        [low, high] for low, high in zip(within.min(axis=0), within.max(axis=0), strict=True)
    ]


def test_entries_of_a_palette_are_told_as_the_colours_they_stand_for(client: Client) -> None:
    table = {"Red": [0, 200], "Green": [10, 0], "Blue": [0, 255]}
    palette = {f"{name}PaletteColorLookupTableDescriptor": [2, 0, 8] for name in table} | {
        f"{name}PaletteColorLookupTableData": bytes(entries) for name, entries in table.items()
    }
    address = coloured(
        client, np.array([[0, 1], [1, 0]]), SamplesPerPixel=1, PhotometricInterpretation="PALETTE COLOR", **palette
    )
    assert [one["mean"] for one in told(client, address, "point", "1,0")["channels"]] == [200, 0, 255]


def test_an_unknown_instance_and_frame_are_not_found(client: Client, pixels: np.ndarray) -> None:
    address = stored(client, pixels)
    query = {"shape": "point", "points": "0,0"}
    assert client.get(address.replace("/frames/1/", "/frames/2/"), params=query).status_code == 404
    assert (
        client.get("/api/studies/1.2.3/series/1.2.4/instances/1.2.5/frames/1/statistics", params=query).status_code
        == 404
    )
