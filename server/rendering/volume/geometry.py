"""From the planes of a series to one regular grid in the patient's coordinates, or the reason why there is none.

All lengths are millimetres and all positions LPS (PS3.3 C.7.6.2.1.1). The slices of a grid may be sheared against each
other, which is how a tilted gantry leaves them: nothing is resampled, so nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.errors import NotAcceptable

Vector = NDArray[np.float64]

FEWEST_SLICES = 3
_SAME_DIRECTION = 1e-3
_SAME_SPACING = 1e-3
_EVEN = 0.05
"""Steps between slices may differ by this part of a step, or by 0.02 mm, which is what rounding in headers makes."""

_LEAST_STEP = 1e-3


@dataclass(frozen=True, slots=True)
class Plane:
    """Where one frame lies: Image Position and Orientation (Patient), Pixel Spacing, Rows and Columns.

    `position` is the centre of the first pixel; `orientation` the directions of a row and of a column; `spacing`
    between rows and between columns.
    """

    position: tuple[float, float, float]
    orientation: tuple[float, float, float, float, float, float]
    spacing: tuple[float, float]
    rows: int
    columns: int
    frame_of_reference_uid: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Voxels at `origin` + column x `along_row` + row x `along_column` + slice x `step`, all 3-vectors in mm.

    `order` says which of the planes is which slice. `shape` is slices, rows, columns.
    """

    origin: Vector
    along_row: Vector
    along_column: Vector
    step: Vector
    shape: tuple[int, int, int]
    order: tuple[int, ...]
    frame_of_reference_uid: str = ""

    @property
    def to_patient(self) -> NDArray[np.float64]:
        """The 4 x 4 matrix from (slice, row, column, 1) to (x, y, z, 1)."""
        matrix = np.eye(4)
        matrix[:3] = np.column_stack([self.step, self.along_column, self.along_row, self.origin])
        return matrix

    @property
    def to_voxels(self) -> NDArray[np.float64]:
        """The 4 x 4 matrix from (x, y, z, 1) to (slice, row, column, 1)."""
        inverse: NDArray[np.float64] = np.linalg.inv(self.to_patient).astype(np.float64)
        return inverse

    @property
    def spacing(self) -> tuple[float, float, float]:
        """The distances between slices (along their normal), rows and columns."""
        normal = np.cross(self.along_row, self.along_column)
        distance = abs(float(self.step @ normal) / float(np.linalg.norm(normal)))
        return distance, float(np.linalg.norm(self.along_column)), float(np.linalg.norm(self.along_row))

    @property
    def center(self) -> Vector:
        """The middle of the volume."""
        slices, rows, columns = self.shape
        return (
            self.origin
            + self.along_row * (columns - 1) / 2
            + self.along_column * (rows - 1) / 2
            + self.step * (slices - 1) / 2
        )

    @property
    def corners(self) -> NDArray[np.float64]:
        """The centres of the eight outermost voxels, 8 x 3."""
        ends = [(0, n - 1) for n in self.shape]
        indices = np.array([(k, j, i, 1) for k in ends[0] for j in ends[1] for i in ends[2]], float)
        corners: NDArray[np.float64] = (indices @ self.to_patient.T)[:, :3]
        return corners


def arrange(planes: Sequence[Plane]) -> Grid:
    """The grid that the planes make together; `NotAcceptable` says why they make none."""
    if len(planes) < FEWEST_SLICES:
        raise _refused(f"it takes {FEWEST_SLICES} slices at least, and there are {len(planes)}")
    first = planes[0]
    row, column = _directions(first)
    for plane in planes:
        _require_alike(plane, first)
    normal = np.cross(row, column)
    positions = np.array([plane.position for plane in planes], float)
    distances = positions @ normal
    order = np.argsort(distances, kind="stable")
    positions, distances = positions[order], distances[order]
    step = _even_step(positions, distances)
    between_rows, between_columns = first.spacing
    return Grid(
        origin=positions[0],
        along_row=row * between_columns,
        along_column=column * between_rows,
        step=step,
        shape=(len(planes), first.rows, first.columns),
        order=tuple(int(index) for index in order),
        frame_of_reference_uid=first.frame_of_reference_uid,
    )


def _directions(plane: Plane) -> tuple[Vector, Vector]:
    row, column = np.array(plane.orientation[:3], float), np.array(plane.orientation[3:], float)
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    if not all(abs(length - 1) < 0.01 for length in lengths) or abs(float(row @ column)) > 0.01:
        raise _refused("the directions of its rows and columns are no unit vectors at right angles")
    return row / lengths[0], column / lengths[1]


def _require_alike(plane: Plane, first: Plane) -> None:
    if (plane.rows, plane.columns) != (first.rows, first.columns):
        raise _refused("its images differ in size")
    if plane.frame_of_reference_uid != first.frame_of_reference_uid:
        raise _refused("its images are in several frames of reference")
    if np.abs(np.subtract(plane.orientation, first.orientation)).max() > _SAME_DIRECTION:
        raise _refused("its images differ in orientation, as those of a localizer do")
    if np.abs(np.subtract(plane.spacing, first.spacing)).max() > _SAME_SPACING * max(first.spacing):
        raise _refused("its images differ in pixel spacing")
    if min(plane.spacing) <= 0:
        raise _refused("its pixel spacing is not above zero")


def _even_step(positions: NDArray[np.float64], distances: NDArray[np.float64]) -> Vector:
    """The vector from each slice to the next."""
    steps = np.diff(distances)
    typical = float(np.median(steps))
    if steps.min() < _LEAST_STEP or typical < _LEAST_STEP:
        raise _refused("several of its images lie in the same place, as those of several phases or echoes do")
    tolerance = max(_EVEN * typical, 0.02)
    off = np.abs(steps - typical) > tolerance
    if off.any():
        where = int(np.argmax(off))
        missing = steps[where] / typical - 1
        if missing > 0.5 and abs(missing - round(missing)) * typical <= tolerance:
            raise _refused(f"{round(missing)} of its slices are missing after the one numbered {where + 1} in space")
        raise _refused(f"its slices are {steps.min():.4g} to {steps.max():.4g} mm apart, so they are not even")
    step: Vector = (positions[-1] - positions[0]) / (len(positions) - 1)
    straight = positions[0] + np.arange(len(positions))[:, None] * step
    if np.abs(positions - straight).max() > tolerance:
        raise _refused("its slices do not lie behind each other in a straight line")
    return step


def _refused(reason: str) -> NotAcceptable:
    return NotAcceptable(f"This series makes no volume: {reason}.")
