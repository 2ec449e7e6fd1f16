"""What holds of every phantom in the registry."""

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.iods.exam import generator
from simulator.phantoms.anatomy import Body, Canvas, Tube, label_map
from simulator.phantoms.branching import Thicket, grow
from simulator.phantoms.index import PHANTOMS
from simulator.phantoms.tissues import Tissue


def body_of(name: str, seed: int = 11, size: float = 1.0, days: float = 30) -> Body:
    return PHANTOMS[name](generator(seed, "body"), size, days)


def volume(body: Body, step: float = 5.0) -> NDArray[np.uint8]:
    axes = (np.arange(low, high, step, dtype=np.float32) for low, high in zip(body.low, body.high, strict=True))
    return label_map(body, *axes)


@pytest.mark.parametrize("name", PHANTOMS)
def test_same_randomness_same_body_and_other_randomness_another(name: str) -> None:
    first = volume(body_of(name))
    np.testing.assert_array_equal(first, volume(body_of(name)))
    assert (first != volume(body_of(name, seed=12))).mean() > 0.01


@pytest.mark.parametrize("name", PHANTOMS)
def test_a_slice_is_the_same_alone_and_in_a_volume(name: str) -> None:
    body = body_of(name)
    axis = np.arange(-80, 80, 4.0, dtype=np.float32)
    heights = np.array([-40.0, 0.0, 35.0], dtype=np.float32)
    whole = label_map(body, axis, axis, heights)
    for index in range(3):
        np.testing.assert_array_equal(label_map(body, axis, axis, heights[index : index + 1])[0], whole[index])


@pytest.mark.parametrize("name", PHANTOMS)
def test_the_body_is_within_its_bounds_and_has_several_tissues(name: str) -> None:
    body = body_of(name)
    labels = volume(body)
    assert len(set(np.unique(labels)) - {Tissue.COUCH}) > 6
    anatomy = (labels != Tissue.AIR) & (labels != Tissue.COUCH)
    for side in (anatomy[:, 0], anatomy[:, -1], anatomy[:, :, 0], anatomy[:, :, -1]):
        assert not side.any()
    assert 0.1 < anatomy.mean() < 0.9


@pytest.mark.parametrize("name", PHANTOMS)
def test_a_larger_patient_has_a_larger_body(name: str) -> None:
    def litres(size: float) -> float:
        labels = volume(body_of(name, size=size))
        return float(((labels != Tissue.AIR) & (labels != Tissue.COUCH)).sum())

    assert litres(1.1) == pytest.approx(1.1**3 * litres(1.0), rel=0.06)


@pytest.mark.parametrize("name", PHANTOMS)
def test_lesions_are_where_and_as_large_as_they_say(name: str) -> None:
    body = body_of(name)
    for lesion in body.lesions:
        step = lesion.diameter_mm / 16
        around = np.arange(-20, 21, dtype=np.float32) * np.float32(step)
        x, y, z = (place + around for place in lesion.centre_mm)
        labels = label_map(body, x, y, z)
        painted = (labels == lesion.tissue).sum() * step**3
        assert (6 * painted / np.pi) ** (1 / 3) == pytest.approx(lesion.diameter_mm, rel=0.03)


def test_a_canvas_part_beyond_the_canvas_is_empty_and_may_be_painted() -> None:
    axis = np.arange(-5, 6, dtype=np.float32)
    canvas = Canvas(axis, axis, axis)
    part = canvas.near((50, 50, 50), (60, 60, 60))
    assert part.is_empty
    part.fill(part.radius((0, 0, 0), (1, 1, 1)) < 1, Tissue.FAT)
    part.tubes([], Tissue.FAT)
    canvas.ellipsoid((50, 0, 0), (3, 3, 3), Tissue.FAT)
    assert not canvas.labels.any()


@pytest.mark.parametrize("order", [1, -1], ids=["feet first", "head first"])
def test_tubes_painted_together_are_those_painted_one_by_one(order: int) -> None:
    chance = generator(2, "tubes")
    places = chance.uniform(-30, 30, size=(40, 6))
    radii = chance.uniform(0.4, 9, size=(40, 2))
    tubes = [
        Tube((a, b, c), (d, e, f), *ends)
        for (a, b, c, d, e, f), ends in zip(places.tolist(), radii.tolist(), strict=True)
    ]
    axis = np.arange(-25, 26, dtype=np.float32)
    canvas, plain = (Canvas(axis, axis, axis[::order]) for _ in range(2))
    for one in (canvas, plain):
        one.fill(one.x + 0 * one.y + 0 * one.z > 0, Tissue.LUNG)
    canvas.tubes(tubes, Tissue.FAT, thicker=0.5, within=(Tissue.LUNG,))
    inside = np.max([plain.depth_in(tube) for tube in tubes], axis=0) > -0.5
    plain.turn(inside, (Tissue.LUNG,), Tissue.FAT)
    np.testing.assert_array_equal(canvas.labels, plain.labels)


def test_a_tree_reaches_every_tip_and_is_thickest_at_the_root() -> None:
    tips = generator(1, "tips").uniform(-40, 40, size=(60, 3))
    tubes = grow((0.0, 0.0, 0.0), tips, 0.5)
    assert {tube.end for tube in tubes} == {tuple(tip) for tip in tips.tolist()}
    ends = {tube.end for tube in tubes} | {(0.0, 0.0, 0.0)}
    assert all(tube.start in ends for tube in tubes), "every twig hangs on the tree"
    thickest = max(tubes, key=lambda tube: tube.start_radius)
    assert thickest.start == (0.0, 0.0, 0.0)
    assert min(tube.end_radius for tube in tubes) == pytest.approx(0.5)


def test_a_thicket_gives_the_tubes_a_slab_meets() -> None:
    low, across, high = (Tube((0, 0, a), (0, 0, b), 1, 1) for a, b in ((-9, -5), (-3, 3), (5, 9)))
    thicket = Thicket([low, across, high])
    assert thicket.between(0, 0) == [across]
    assert thicket.between(-4.5, 4.5) == [low, across, high]
    assert thicket.between(20, 30) == []
