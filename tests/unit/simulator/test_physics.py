"""What each modality makes agrees with closed forms: noise spectra, partial volume, Rician floors, diffusion, rays."""

from io import BytesIO
from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread

from simulator.codecs import SYNTAXES
from simulator.iods import barcode
from simulator.iods.exam import generator
from simulator.phantoms import ct, mr, projection, trunk, ultrasound
from simulator.phantoms.anatomy import Canvas, Lesion, Point
from simulator.phantoms.enhancement import ARTERIAL, NATIVE, PORTAL, hounsfield_in
from simulator.phantoms.noise import grain
from simulator.phantoms.painted import Painted
from simulator.phantoms.tissues import CHEST_BEAM, LIMB_BEAM, PROPERTIES, Tissue, attenuation, diffusion
from simulator.studies import STUDIES, make_study
from simulator.uids import uid

AXIS = (np.arange(128, dtype=np.float32) - 63.5) * 1.5
INSERTS = {Tissue.AIR: (-50.0, 0.0), Tissue.FLUID: (50.0, 0.0), Tissue.CORTICAL_BONE: (0.0, 50.0)}


class Inserts:
    """A cylinder of muscle 180 mm across along z, with three inserts of 30 mm; below z = 0 it is all fat."""

    body_part = "LEG"
    laterality = "L"
    lesions: tuple[Lesion, ...] = ()
    low: Point = (-96.0, -96.0, -40.0)
    high: Point = (96.0, 96.0, 40.0)

    def paint(self, canvas: Canvas) -> None:
        canvas.fill(np.hypot(canvas.x, canvas.y) + 0 * canvas.z < 90, Tissue.MUSCLE)
        for tissue, (x, y) in INSERTS.items():
            canvas.fill(np.hypot(canvas.x - x, canvas.y - y) + 0 * canvas.z < 15, tissue)
        canvas.turn(np.hypot(canvas.x, canvas.y) * (canvas.z < 0) > 0, (Tissue.MUSCLE,), Tissue.FAT)


def scan(z: list[float], thickness: float, kernel: ct.Kernel, mas: float) -> NDArray[np.int16]:
    grid = ct.Grid(AXIS, AXIS, np.array(z, dtype=np.float32), thickness)
    return np.stack(list(ct.slices(Inserts(), grid, kernel, mas, generator(1, "noise"))))


def disc(x: float, y: float, radius: float) -> NDArray[np.bool_]:
    return np.asarray(np.hypot(AXIS[None, :] - x, AXIS[:, None] - y) < radius)


@pytest.mark.parametrize(("tissue", "x", "y"), [(Tissue.MUSCLE, 0.0, 0.0), *((t, *p) for t, p in INSERTS.items())])
def test_inserts_have_their_ct_number(tissue: Tissue, x: float, y: float) -> None:
    image = scan([20.0] * 8, 2, ct.SOFT, 200)
    region = image[:, disc(x, y, 10)]
    assert region.mean() == pytest.approx(max(PROPERTIES[tissue].hu, ct.LOWEST_HU), abs=3)


@pytest.mark.parametrize("kernel", [ct.SOFT, ct.SHARP, ct.HEAD], ids=lambda kernel: kernel.name)
@pytest.mark.parametrize(("mas", "thickness"), [(50, 1), (200, 1), (200, 4)])
def test_noise_in_the_images_is_what_kernel_dose_and_thickness_announce(
    kernel: ct.Kernel, mas: float, thickness: float
) -> None:
    image = scan([20.0] * 24, thickness, kernel, mas)
    measured = image[:, disc(0, 0, 12)].std(axis=0, ddof=1).mean()
    middle = 1.05  # the map of deviations at its centre
    assert measured == pytest.approx(middle * ct.noise_hu(kernel, mas, thickness), rel=0.12)


@pytest.mark.parametrize("kernel", [ct.SOFT, ct.SHARP], ids=lambda kernel: kernel.name)
def test_the_spectrum_of_the_noise_is_the_kernels(kernel: ct.Kernel) -> None:
    tile = grain(generator(3, "tile"), 1024, 0.7, kernel.peak_per_mm)
    power = np.abs(np.fft.rfft2(tile)) ** 2
    frequency = np.hypot(np.fft.fftfreq(1024, 0.7)[:, None], np.fft.rfftfreq(1024, 0.7))
    edges = np.linspace(0.03, 0.68, 27)
    band = np.digitize(frequency, edges)
    measured = np.array([power[band == index].mean() for index in range(1, len(edges))])
    middle = (edges[1:] + edges[:-1]) / 2
    expected = middle * np.exp(-((middle / kernel.peak_per_mm) ** 2))
    scale = measured.sum() / expected.sum()
    strong = expected > 0.05 * expected.max()
    np.testing.assert_allclose(measured[strong], scale * expected[strong], rtol=0.08)
    assert middle[measured.argmax()] == pytest.approx(kernel.peak_per_mm / np.sqrt(2), abs=0.04)


def test_a_thick_slice_is_the_mean_of_the_thin_ones_it_contains() -> None:
    z = np.arange(19.5, -20, -1, dtype=np.float32)
    painted = Painted(Inserts(), AXIS, AXIS, z)
    thick = ct.Grid(AXIS, AXIS, np.array([0.0], dtype=np.float32), 10)
    thin = ct.Grid(AXIS, AXIS, z[np.abs(z) < 5], 1)
    mean = np.mean(list(ct.clean(painted, thin, ct.SOFT)), axis=0)
    np.testing.assert_allclose(next(ct.clean(painted, thick, ct.SOFT)), mean, atol=0.01)
    fat, muscle = PROPERTIES[Tissue.FAT].hu, PROPERTIES[Tissue.MUSCLE].hu
    assert mean[64, 64] == pytest.approx((fat + muscle) / 2, abs=0.1)


def test_contrast_comes_and_goes_with_the_phase() -> None:
    aorta, vein, kidney, liver = (
        [int(hounsfield_in(phase)[tissue]) for phase in (NATIVE, ARTERIAL, PORTAL)]
        for tissue in (Tissue.ENHANCED_BLOOD, Tissue.VENOUS_BLOOD, Tissue.KIDNEY_CORTEX, Tissue.LIVER)
    )
    assert aorta[1] > aorta[2] > aorta[0]
    assert vein == sorted(vein)
    assert liver == sorted(liver)
    assert kidney[1] > kidney[2] > kidney[0]


@pytest.mark.parametrize("name", ["nodule-1", "liver-1"])
def test_lesions_grow_with_their_doubling_time(name: str) -> None:
    def volume(days: float) -> float:
        body = trunk.make(generator(5, "body"), 1.0, days)
        return next(one.diameter_mm for one in body.lesions if one.name == name) ** 3

    days = {"nodule-1": 110.0, "liver-1": trunk.METASTASIS_DOUBLING_DAYS}[name]
    assert volume(days) / volume(0) == pytest.approx(2)
    assert volume(-days) / volume(0) == pytest.approx(0.5)


def test_a_film_and_the_ct_of_one_body_agree_ray_by_ray() -> None:
    body = Inserts()
    step = 1.5
    sums = projection.ray_sums(body, step, CHEST_BEAM)
    z = np.array([20.0], dtype=np.float32)
    grid = ct.Grid(AXIS, AXIS, z, 1)
    hu = next(ct.clean(Painted(body, AXIS, AXIS, z), grid, ct.SOFT))
    bone = hu > 150
    per_mm = CHEST_BEAM.water_per_mm * (1 + hu / 1000 * np.where(bone, CHEST_BEAM.bone, 1))
    rays = np.maximum(per_mm, 0).sum(axis=0) * step
    row = round((body.high[2] - 20.0) / step)
    film = np.interp(AXIS, body.low[0] + step * (np.arange(sums.views["AP"].shape[1]) + 0.5), sums.views["AP"][row])
    inside = np.abs(AXIS) < 80
    np.testing.assert_allclose(rays[inside], film[inside], rtol=0.05)


def test_monochrome1_is_monochrome2_upside_down() -> None:
    study = make_study("wrist-cr", 7, scale="small")
    image = dcmread(BytesIO(next(study.instances()).data))
    assert image.PhotometricInterpretation == "MONOCHROME1"
    pixels = image.pixel_array
    assert np.median(pixels[:, :4]) > np.median(pixels), "the collimated border is black, so its value is the largest"
    assert float(image.WindowCenter) > 2048


def test_bone_counts_less_in_a_harder_beam() -> None:
    def contrast(table: NDArray[np.float32]) -> float:
        return float(table[Tissue.CORTICAL_BONE] / table[Tissue.MUSCLE])

    assert contrast(attenuation(LIMB_BEAM)) > 1.2 * contrast(attenuation(CHEST_BEAM))


@pytest.mark.parametrize("true", [0.0, 40.0, 200.0, 1500.0])
def test_mr_noise_is_rician(true: float) -> None:
    sigma = 0.012 * mr.FULL_SCALE
    labels = np.full((256, 256), Tissue.WHITE_MATTER, dtype=np.uint8)
    known = float(mr.signal(mr.T2)[Tissue.WHITE_MATTER]) * mr.T2.gain * mr.FULL_SCALE
    coil = np.full((256, 256), true / known, dtype=np.float32)
    found = mr.image(labels, mr.T2, coil, 0.012, generator(1, "n")).astype(float)
    # The second moment of a Rician distribution is known exactly.
    assert (found**2).mean() == pytest.approx(true**2 + 2 * sigma**2, rel=0.02)


def test_diffusion_is_measured_back_from_the_images() -> None:
    body = np.full((128, 128), Tissue.GREY_MATTER, dtype=np.uint8)
    ones = np.ones((128, 128), dtype=np.float32)
    images = [mr.image(body, one, ones, 0.004, generator(one.b_value, "n")) for one in mr.DIFFUSION]
    assert [image.mean() for image in images] == sorted((image.mean() for image in images), reverse=True)
    found = mr.apparent_diffusion(images[0], images[2], 1000)
    assert found.mean() == pytest.approx(1e6 * diffusion()[Tissue.GREY_MATTER], rel=0.03)
    assert not mr.apparent_diffusion(images[0] // 50, images[2] // 50, 1000).any(), "no map of noise"


def test_proton_density_orders_the_brain() -> None:
    white, grey, csf = mr.signal(mr.PD)[[Tissue.WHITE_MATTER, Tissue.GREY_MATTER, Tissue.CSF]]
    assert grey > white > csf


def test_ultrasound_shows_fluid_black_and_bone_with_a_shadow() -> None:
    labels = np.full((240, 320), Tissue.LIVER, dtype=np.uint8)
    labels[60:90, 130:150] = Tissue.FLUID
    labels[100:110, 180:200] = Tissue.CORTICAL_BONE
    grey = ultrasound.image(labels, generator(1, "s")).astype(float)
    liver = grey[120:140, 120:140].mean()
    assert grey[68:82, 136:144].mean() < 0.2 * liver
    assert grey[130:150, 188:200].mean() < 0.7 * liver
    assert grey[0, 0] == 0


@pytest.mark.parametrize(
    "name", [name for name, story in STUDIES.items() if story.modality in ("CT", "MR", "Enhanced CT")]
)
def test_a_barcode_says_the_slices_number(name: str) -> None:
    study = make_study(name, 7, scale="small", slices=3, has_barcode=True)
    plain = make_study(name, 7, scale="small", slices=3)
    assert study.study_uid != plain.study_uid, "other pixels, other UIDs"
    stacks = [series for series in study.series if series.shows_lesions]
    for series in stacks:
        for number, image in enumerate(series.images(), start=1):
            assert image.pixels is not None
            frames = image.pixels if image.pixels.ndim == 3 else image.pixels[None]
            first = number if len(frames) == 1 else 1
            assert [barcode.read(frame) for frame in frames] == list(range(first, first + len(frames)))
    unmarked = next(next(one for one in plain.series if one.shows_lesions).images()).pixels
    assert unmarked is not None
    assert barcode.read(unmarked.reshape(-1, unmarked.shape[-1])) is None


@pytest.mark.parametrize(
    ("name", "least", "most"), [("chest-ct", 2.0, 4.5), ("brain-mr", 1.6, 4.0), ("knee-cr", 2.0, 6.0)]
)
def test_lossless_compression_is_as_hard_as_for_real_images(name: str, least: float, most: float) -> None:
    # Slices as thick as the protocol's: thicker ones have less noise, and would compress too well.
    study = make_study(name, 7, scale="small" if name == "knee-cr" else "full")
    middle = next(islice(study.series[0].images(), min(12, study.series[0].size - 1), None))
    assert middle.pixels is not None
    compress = SYNTAXES["jpeg-ls"].compress
    assert compress is not None
    ratio = middle.pixels.nbytes / len(compress(middle.pixels, 12))
    assert least < ratio < most


def test_a_million_uids_of_many_seeds_are_all_different() -> None:
    seeds, each = 500, 2000
    made = {uid(seed, "chest-ct", "series", 2, "instance", number) for seed in range(seeds) for number in range(each)}
    assert len(made) == seeds * each
