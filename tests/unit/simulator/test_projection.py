"""A plain film is the same body as its CT: the sum of what its rays pass through."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.iods.exam import generator
from simulator.phantoms import knee, lettering, projection
from simulator.phantoms.anatomy import Canvas, Lesion, Point, label_map
from simulator.phantoms.tissues import LIMB_BEAM, Tissue, attenuation

FILM = projection.Film(rows=240, columns=200, pixel_mm=1.2)


class Cylinder:
    """Water, 100 mm across, along z."""

    body_part = "LEG"
    laterality = "L"
    lesions: tuple[Lesion, ...] = ()
    low: Point = (-60.0, -60.0, -20.0)
    high: Point = (60.0, 60.0, 20.0)

    def paint(self, canvas: Canvas) -> None:
        canvas.fill(np.hypot(canvas.x, canvas.y) + 0 * canvas.z < 50, Tissue.FLUID)


@pytest.fixture(scope="module")
def fresh() -> knee.Knee:
    return knee.make(generator(4, "body"), 1.0, 1)


@pytest.fixture(scope="module")
def sums(fresh: knee.Knee) -> projection.Sums:
    return projection.ray_sums(fresh, 2.0)


def test_a_cylinder_has_the_chord_of_a_circle() -> None:
    made = projection.ray_sums(Cylinder(), 0.5)
    places = -60 + 0.25 + 0.5 * np.arange(240)
    chord = 2 * np.sqrt(np.maximum(50**2 - places**2, 0))
    for view in ("AP", "LAT"):
        np.testing.assert_allclose(made.views[view][10], chord * attenuation()[Tissue.FLUID], atol=0.03)
    assert attenuation()[Tissue.FLUID] == pytest.approx(LIMB_BEAM.water_per_mm, rel=0.03)


def test_ray_sums_agree_with_the_volume_a_ct_would_show(fresh: knee.Knee, sums: projection.Sums) -> None:
    x, y, z = (np.arange(low + 1, high, 2.0, dtype=np.float32) for low, high in zip(fresh.low, fresh.high, strict=True))
    volume = attenuation()[label_map(fresh, x, y, z)][::-1] * 2.0
    np.testing.assert_allclose(sums.views["AP"], volume.sum(axis=1), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(sums.views["LAT"], volume.sum(axis=2), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(sums.views["AP"].sum(axis=1), sums.views["LAT"].sum(axis=1), rtol=1e-4)


def test_bone_is_brighter_than_flesh_and_flesh_than_air(sums: projection.Sums) -> None:
    image = projection.expose(sums, "AP", FILM, "L", generator(1, "noise")).astype(float)
    middle, through_femur = 100, round(120 - 80 / 1.2)
    bone = image[through_femur - 3 : through_femur + 3, middle - 3 : middle + 3].mean()
    flesh = image[through_femur - 3 : through_femur + 3, middle + 35 : middle + 40].mean()
    air = image[through_femur - 3 : through_femur + 3, 22:28].mean()
    assert bone > 1.2 * flesh > 2 * air
    assert image.max() < 2**projection.BITS_STORED


def test_the_collimated_border_is_black_and_the_marker_bright(sums: projection.Sums) -> None:
    image = projection.expose(sums, "AP", FILM, "L", generator(1, "noise"))
    assert image[:3].max() == image[:, :10].max() == 12
    lead = lettering.marker("L", FILM.rows, FILM.columns, FILM.pixel_mm, FILM.open_part) > 0.7
    assert lead.any()
    assert image[lead].mean() > 6 * image[FILM.rows // 2, 25]


@pytest.mark.parametrize("photons", [26000.0, 13000.0])
def test_the_exposure_index_is_what_reaches_the_detector(photons: float) -> None:
    weakened = 2.0
    film = replace(FILM, photons=photons)
    sums = projection.Sums({"AP": np.full((300, 300), weakened, dtype=np.float32)}, 1.2)
    image = projection.expose(sums, "AP", film, "", generator(1, "noise"))
    reached = photons / 0.14**2 * np.exp(-weakened)
    assert projection.exposure_index(image, film) == pytest.approx(100 * reached / 30_000, rel=0.05)


def test_noise_is_stronger_where_fewer_photons_arrive(sums: projection.Sums) -> None:
    pair = [projection.expose(sums, "AP", FILM, "L", generator(seed, "noise")).astype(float) for seed in (1, 2)]
    difference = np.abs(pair[0] - pair[1])
    assert difference[40:200, 90:110].mean() > 3 * difference[40:200, 22:30].mean()


def test_a_right_knee_is_a_left_one_in_a_mirror() -> None:
    bodies: dict[str, knee.Knee] = {}
    for seed in range(12):
        made = knee.make(generator(seed, "body"), 1.0, 1)
        bodies.setdefault(made.laterality, made)
    heavy = {}
    for side, body in bodies.items():
        frontal = projection.ray_sums(body, 4.0).views["AP"]
        heavy[side] = (frontal.argmax(axis=1) < frontal.shape[1] / 2).mean()
    assert set(heavy) == {"R", "L"}
    # The plate lies on the lateral side: on the image's left for a right knee.
    assert heavy["R"] > 0.5 > heavy["L"]


def test_the_fracture_closes_and_callus_appears() -> None:
    axes = [np.arange(low, high, 1.5, dtype=np.float32) for low, high in ((-45, 45), (-30, 30), (-60, -5))]

    def amount(days: float, tissue: Tissue) -> int:
        labels = label_map(knee.make(generator(4, "body"), 1.0, days), *axes)
        return int((labels == tissue).sum())

    assert amount(1, Tissue.CALLUS) == 0
    assert amount(95, Tissue.CALLUS) > 100
    assert amount(1, Tissue.MUSCLE) > amount(95, Tissue.MUSCLE) > amount(700, Tissue.MUSCLE)
    assert amount(1, Tissue.METAL) == amount(95, Tissue.METAL) > 100
