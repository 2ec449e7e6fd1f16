"""Each MR sequence orders the tissues of the brain as radiologists know them."""

import numpy as np
import pytest

from simulator.iods.exam import generator
from simulator.phantoms import head, mr
from simulator.phantoms.anatomy import label_map
from simulator.phantoms.tissues import Tissue

CSF, GREY, WHITE = Tissue.CSF, Tissue.GREY_MATTER, Tissue.WHITE_MATTER
LESION, FAT, VESSEL = Tissue.BRAIN_LESION, Tissue.FAT, Tissue.FLOWING_BLOOD
AXIS = np.linspace(-114, 114, 160, dtype=np.float32)


@pytest.mark.parametrize(
    ("sequence", "from_dark_to_bright"),
    [
        (mr.T1, (VESSEL, CSF, GREY, WHITE, FAT)),
        (mr.T2, (VESSEL, WHITE, GREY, LESION, CSF)),
        (mr.FLAIR, (CSF, WHITE, GREY, LESION)),
    ],
)
def test_signal_order(sequence: mr.Sequence, from_dark_to_bright: tuple[Tissue, ...]) -> None:
    signals = mr.signal(sequence)[list(from_dark_to_bright)]
    assert np.all(np.diff(signals) > 0.02)


def test_an_image_keeps_the_order_under_coil_and_noise() -> None:
    body = head.make(generator(2, "body"))
    z = np.array([body.lesions[0].centre_mm[2]], dtype=np.float32)
    labels = label_map(body, AXIS, AXIS, z)[0]
    coil = mr.sensitivity(generator(2, "coil"), AXIS, AXIS, z)[0]
    for sequence in (mr.T1, mr.T2, mr.FLAIR):
        image = mr.image(labels, sequence, coil, 0.012, generator(2, "noise"))
        means = [image[labels == tissue].mean() for tissue in (WHITE, LESION)]
        assert (means[1] > 1.3 * means[0]) == (sequence is not mr.T1)


def test_the_background_is_rayleigh() -> None:
    labels = np.zeros((200, 200), dtype=np.uint8)
    ones = np.ones((200, 200), dtype=np.float32)
    air = mr.image(labels, mr.T2, ones, 0.012, generator(1, "noise")).astype(float)
    sigma = 0.012 * mr.FULL_SCALE
    assert air.mean() == pytest.approx(sigma * np.sqrt(np.pi / 2), rel=0.02)
    assert air.std() == pytest.approx(sigma * np.sqrt(2 - np.pi / 2), rel=0.03)


def test_the_coil_is_uneven_but_gently() -> None:
    coil = mr.sensitivity(generator(2, "coil"), AXIS, AXIS, np.array([0.0, 30.0], dtype=np.float32))
    assert coil.shape == (2, 160, 160)
    assert 0.05 < np.ptp(coil) < 0.9
    assert np.abs(np.diff(coil, axis=2)).max() < 0.02


@pytest.mark.parametrize("seed", range(6))
def test_the_lesion_lies_in_the_brain(seed: int) -> None:
    body = head.make(generator(seed, "body"))
    x, y, z = body.lesions[0].centre_mm
    around = np.array([-8.0, 8.0], dtype=np.float32)
    labels = label_map(body, x + around, y + around, z + around)
    assert np.isin(labels, (WHITE, GREY, Tissue.DEEP_GREY_MATTER, CSF)).mean() > 0.95
    assert label_map(body, *(np.array([place], dtype=np.float32) for place in (x, y, z))).item() == LESION


def test_white_matter_lies_under_grey_under_csf() -> None:
    body = head.make(generator(2, "body"))
    labels = label_map(body, AXIS, AXIS, np.array([45.0], dtype=np.float32))[0]
    distance = np.hypot(AXIS[None, :], AXIS[:, None])
    depths = [distance[labels == tissue].mean() for tissue in (WHITE, GREY, CSF)]
    assert depths == sorted(depths)
    assert (labels == WHITE).sum() > (labels == CSF).sum()
