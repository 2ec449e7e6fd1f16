"""CT numbers, noise and lesions are what the tissue table, the kernel and the truth say."""

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.pixels import apply_modality_lut

from simulator.iods.exam import generator
from simulator.phantoms import chest, ct
from simulator.phantoms.anatomy import Canvas, Tube, label_map
from simulator.phantoms.noise import Texture, grain, soften
from simulator.phantoms.tissues import PROPERTIES, Tissue, attenuation, hounsfield
from simulator.studies import make_study

AXIS = np.linspace(-186, 186, 192, dtype=np.float32)
MAS, THICKNESS = 150.0, 2.0


def inside(labels: NDArray[np.uint8], tissue: Tissue, margin: int) -> NDArray[np.bool_]:
    """The voxels whose whole neighbourhood is of one tissue, so that no edge has blurred them."""
    same = labels == tissue
    for _ in range(margin):
        for axis in (0, 1):
            same = same & np.roll(same, 1, axis) & np.roll(same, -1, axis)
    return same


@pytest.fixture(scope="module")
def body() -> chest.Chest:
    return chest.make(generator(3, "body"), 1.0, 0)


@pytest.mark.parametrize(
    ("tissue", "z"),
    [
        (Tissue.AIR, -20),
        (Tissue.MUSCLE, 60),
        (Tissue.LIVER, -130),
        (Tissue.ENHANCED_BLOOD, -10),
        (Tissue.FLUID, -140),
        (Tissue.LUNG, 30),
    ],
)
def test_ct_numbers_agree_with_the_table_within_the_noise(body: chest.Chest, tissue: Tissue, z: float) -> None:
    grid = ct.Grid(AXIS, AXIS, np.array([z], dtype=np.float32), THICKNESS)
    image = next(ct.slices(body, grid, ct.SOFT, MAS, generator(1, "noise")))
    labels = label_map(body, AXIS, AXIS, grid.z)[0]
    region = inside(labels, tissue, 3)
    assert region.sum() > 60
    error = 6 * ct.noise_hu(ct.SOFT, MAS, THICKNESS) / np.sqrt(region.sum() / 6)
    assert abs(image[region].mean() - PROPERTIES[tissue].hu) < error


def test_noise_follows_dose_and_thickness() -> None:
    assert ct.noise_hu(ct.SOFT, 200, 1) == pytest.approx(11)
    assert ct.noise_hu(ct.SOFT, 800, 1) == pytest.approx(5.5)
    assert ct.noise_hu(ct.SOFT, 200, 4) == pytest.approx(5.5)


def test_noise_in_the_middle_of_the_body_has_the_deviation_announced(body: chest.Chest) -> None:
    z = np.full(12, -20, dtype=np.float32)
    stack = np.stack(list(ct.slices(body, ct.Grid(AXIS, AXIS, z, THICKNESS), ct.SOFT, MAS, generator(1, "n"))))
    middle = stack[:, 76:116, 76:116].std(axis=0, ddof=1).mean()
    assert middle == pytest.approx(ct.noise_hu(ct.SOFT, MAS, THICKNESS), rel=0.12)
    edge = stack[:, :20, :20].std(axis=0, ddof=1).mean()
    assert edge < 0.8 * middle


def test_a_slices_noise_is_its_own(body: chest.Chest) -> None:
    z = np.full(2, -20, dtype=np.float32)
    first, second = ct.slices(body, ct.Grid(AXIS, AXIS, z, THICKNESS), ct.SOFT, MAS, generator(1, "n"))
    assert np.abs(np.corrcoef((first - second).ravel(), first.ravel())[0, 1]) < 0.2
    assert (first != second).mean() > 0.8


def test_a_sharp_kernel_has_finer_grain() -> None:
    def neighbours_agree(kernel: ct.Kernel) -> float:
        tile = grain(generator(1, "grain"), 256, 0.7, kernel.peak_per_mm)
        return float(np.corrcoef(tile[:, :-1].ravel(), tile[:, 1:].ravel())[0, 1])

    assert neighbours_agree(ct.SOFT) > neighbours_agree(ct.SHARP) + 0.1


def measured_diameter(body: chest.Chest) -> float:
    """The lesion's diameter in mm from its volume above the midpoint between lung and lesion."""
    lesion, step = body.lesions[0], 0.73
    around = np.arange(-step * 14, step * 14.5, step, dtype=np.float32)
    x, y, z = (place + around for place in lesion.centre_mm)
    stack = np.stack(list(ct.slices(body, ct.Grid(x, y, z, THICKNESS), ct.SOFT, MAS, generator(1, "noise"))))
    off = np.sqrt(around[:, None, None] ** 2 + around[:, None] ** 2 + around**2)
    threshold = (PROPERTIES[lesion.tissue].hu + PROPERTIES[Tissue.LUNG].hu) / 2
    volume = float(((off < lesion.diameter_mm / 2 + 1) & (stack > threshold)).sum()) * step**3
    return float((6 * volume / np.pi) ** (1 / 3))


def test_the_nodule_measures_what_the_truth_says_and_has_grown() -> None:
    now, before = (chest.make(generator(5, "body"), 1.0, days) for days in (140, 0))
    for body in (now, before):
        assert measured_diameter(body) == pytest.approx(body.lesions[0].diameter_mm, rel=0.06)
    growth = now.lesions[0].diameter_mm / before.lesions[0].diameter_mm
    assert growth**3 == pytest.approx(2 ** (140 / chest.VOLUME_DOUBLING_DAYS))
    assert now.lesions[0].centre_mm == before.lesions[0].centre_mm


@pytest.mark.parametrize("name", ["chest-ct", "chest-ct-prior"])
def test_the_truth_points_at_the_nodule_in_the_images(name: str) -> None:
    study = make_study(name, 5, scale="small", slices=60)
    lesion = study.truth()["lesions"][0]
    slices = [dcmread(BytesIO(one.data)) for one in study.instances()]
    nearest = min(slices, key=lambda one: abs(float(one.ImagePositionPatient[2]) - lesion["center_mm"][2]))
    x, y, _ = (float(value) for value in nearest.ImagePositionPatient)
    row_spacing, column_spacing = (float(value) for value in nearest.PixelSpacing)
    row = round((lesion["center_mm"][1] - y) / row_spacing)
    column = round((lesion["center_mm"][0] - x) / column_spacing)
    value = float(apply_modality_lut(nearest.pixel_array, nearest)[row, column])
    assert value == pytest.approx(lesion["hu"], abs=5 * 11)


@pytest.mark.parametrize("seed", range(6))
def test_the_nodule_lies_in_the_lung(seed: int) -> None:
    body = chest.make(generator(seed, "body"), 1.0, 0)
    x, y, z = body.lesions[0].centre_mm
    around = np.array([-9.0, 9.0], dtype=np.float32)
    labels = label_map(body, x + around, y + around, z + around)
    lung = (Tissue.LUNG, Tissue.DENSE_LUNG, Tissue.ENHANCED_BLOOD, Tissue.VESSEL_WALL)
    assert np.isin(labels, lung).mean() > 0.8


def test_every_tissue_has_its_own_row_in_every_table() -> None:
    assert len(hounsfield()) == len(attenuation()) == len(Tissue) == max(Tissue) + 1
    order = (Tissue.AIR, Tissue.LUNG, Tissue.FAT, Tissue.MUSCLE, Tissue.CANCELLOUS_BONE, Tissue.CORTICAL_BONE)
    assert np.all(np.diff(hounsfield()[list(order)]) > 0)
    assert np.all(np.diff(attenuation()[list(order)]) > 0)


def test_a_tube_is_as_thick_as_it_says() -> None:
    axis = np.arange(-10, 10.25, 0.5, dtype=np.float32)
    canvas = Canvas(axis, axis, axis)
    canvas.tubes([Tube((0, 0, -30), (0, 0, 30), 4, 4)], Tissue.MUSCLE)
    area = (canvas.labels[20] == Tissue.MUSCLE).sum() * 0.25
    assert area == pytest.approx(np.pi * 16, rel=0.05)


def test_a_texture_has_unit_deviation_and_varies_at_its_wavelength() -> None:
    texture = Texture(generator(1, "t"), 20.0)
    axis = np.arange(0, 190, 1.0, dtype=np.float32)
    field = texture.over(axis, axis[:40], axis[:40])
    assert field.shape == (40, 40, 190)
    assert field.std() == pytest.approx(1, abs=0.25)
    later = np.corrcoef(field[..., :-15].ravel(), field[..., 15:].ravel())[0, 1]
    near = np.corrcoef(field[..., :-1].ravel(), field[..., 1:].ravel())[0, 1]
    assert near > 0.85
    assert later < 0


def test_softening_keeps_the_sum_and_widens_a_point() -> None:
    point = np.zeros((9, 9), dtype=np.float32)
    point[4, 4] = 16
    soft = soften(point)
    assert soft.sum() == pytest.approx(16)
    np.testing.assert_allclose(soft[3:6, 3:6], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
