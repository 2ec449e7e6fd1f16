"""From planes to a grid: every order and orientation of a series, and the reasons why some make none."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from server.errors import NotAcceptable
from server.rendering.volume.geometry import Grid, Plane, arrange

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def planes(
    count: int = 5, step: tuple[float, float, float] = (0, 0, 2.5), orientation: tuple[float, ...] = AXIAL
) -> list[Plane]:
    return [
        Plane(
            (-10.0 + step[0] * n, -20.0 + step[1] * n, 30.0 + step[2] * n),
            (*orientation,),  # type: ignore[arg-type]
            (0.5, 0.75),
            6,
            8,
        )
        for n in range(count)
    ]


def place(grid: Grid, slice_index: int, row: int, column: int) -> list[float]:
    return [round(float(one), 6) for one in (grid.to_patient @ (slice_index, row, column, 1))[:3]]


@pytest.mark.parametrize(
    ("orientation", "step"),
    [(AXIAL, (0, 0, 2.5)), (AXIAL, (0, 0, -2.5)), (CORONAL, (0, 1.5, 0)), (SAGITTAL, (-3, 0, 0))],
)
def test_a_voxel_lies_where_its_header_says(orientation: tuple[float, ...], step: tuple[float, float, float]) -> None:
    made = planes(5, step, orientation)
    grid = arrange(made)
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    for index, number in enumerate(grid.order):
        for j, i in ((0, 0), (5, 7), (2, 3)):
            # PS3.3 C.7.6.2.1.1
            wanted = np.array(made[number].position) + row * 0.75 * i + column * 0.5 * j
            assert place(grid, index, j, i) == pytest.approx(list(wanted))


def test_slices_are_put_in_their_order_in_space() -> None:
    made = planes(6)
    shuffled = [made[n] for n in (3, 0, 5, 1, 4, 2)]
    grid = arrange(shuffled)
    assert [shuffled[n] for n in grid.order] == made
    assert grid.spacing == pytest.approx((2.5, 0.5, 0.75))


def test_a_tilted_gantry_leaves_a_sheared_grid_and_every_voxel_in_its_place() -> None:
    made = planes(5, (0, 0.8, 2.5))
    grid = arrange(made)
    assert place(grid, 4, 0, 0) == pytest.approx([-10, -20 + 3.2, 40])
    assert grid.spacing == pytest.approx((2.5, 0.5, 0.75))


def test_what_a_header_rounds_away_is_forgiven() -> None:
    made = [replace(plane, position=(-10.0, -20.0, round(30 + n / 3, 2))) for n, plane in enumerate(planes(40))]
    assert arrange(made).spacing[0] == pytest.approx(1 / 3, abs=1e-3)


def at(number: int, **changes: object) -> Callable[[list[Plane]], list[Plane]]:
    def change(made: list[Plane]) -> list[Plane]:
        return [replace(plane, **changes) if n == number else plane for n, plane in enumerate(made)]  # type: ignore[arg-type]

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda made: made[:2], "3 slices at least"),
        (at(2, rows=7), "differ in size"),
        (at(2, orientation=CORONAL), "differ in orientation"),
        (at(2, spacing=(0.5, 0.8)), "pixel spacing"),
        (at(2, frame_of_reference_uid="1.2"), "frames of reference"),
        (lambda made: [*made, made[2]], "same place"),
        (lambda made: made[:2] + made[3:], "1 of its slices are missing after the one numbered 2"),
        (at(2, position=(-10.0, -20.0, 36.0)), "not even"),
        (at(2, position=(-7.0, -20.0, 35.0)), "straight line"),
        (lambda made: [replace(one, orientation=(1, 0, 0, 1, 0, 0)) for one in made], "right angles"),
        (lambda made: [replace(one, spacing=(0.0, 0.0)) for one in made], "above zero"),
    ],
)
def test_what_makes_no_volume_says_why(change: Callable[[list[Plane]], list[Plane]], reason: str) -> None:
    with pytest.raises(NotAcceptable, match=reason):
        arrange(change(planes(6)))
