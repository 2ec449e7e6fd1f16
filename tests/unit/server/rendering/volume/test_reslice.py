"""Planes and slabs against closed forms: a linear field, an ellipsoid, a line of one voxel."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow

from server.errors import Malformed
from server.rendering.request import Viewport, Window
from server.rendering.volume.geometry import Plane, arrange
from server.rendering.volume.picture import scene, show
from server.rendering.volume.raycast import cast, coarse, solid_of
from server.rendering.volume.request import VolumeRequest
from server.rendering.volume.reslice import reslice
from server.rendering.volume.view import Camera, View
from server.rendering.volume.voxels import Volume, stack

SHAPE = (40, 48, 56)
SPACING = (1.5, 0.9, 0.7)
ORIGIN = (-20.0, -22.0, -30.0)


def grid_of(shear: float = 0.0):  # type: ignore[no-untyped-def]
    slices, rows, columns = SHAPE
    return arrange(
        [
            Plane(
                (ORIGIN[0], ORIGIN[1] + shear * n, ORIGIN[2] + SPACING[0] * n),
                (1, 0, 0, 0, 1, 0),
                (SPACING[1], SPACING[2]),
                rows,
                columns,
            )
            for n in range(slices)
        ]
    )


def made(field, shear: float = 0.0) -> Volume:  # type: ignore[no-untyped-def]
    """The volume of a function of the patient's x, y and z."""
    grid = grid_of(shear)
    k, j, i = np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij")
    points = np.stack([k, j, i, np.ones_like(k)], -1) @ grid.to_patient.T
    values = field(points[..., 0], points[..., 1], points[..., 2]).astype(np.float32)
    return stack([(one, None) for one in values], grid)


def places(view: View) -> np.ndarray:
    """Where each pixel lies, height x width x 3."""
    rows, columns = np.meshgrid(np.arange(view.height), np.arange(view.width), indexing="ij")
    return np.array(
        [
            [view.point(c, r) for c, r in zip(line_c, line_r, strict=True)]
            for line_c, line_r in zip(columns, rows, strict=True)
        ]
    )


def inside(volume: Volume, points: np.ndarray) -> np.ndarray:
    """Which points lie between voxels, where interpolation of a linear field is exact."""
    voxels = np.concatenate([points, np.ones((*points.shape[:-1], 1))], -1) @ volume.grid.to_voxels.T
    return np.all((voxels[..., :3] >= 0) & (voxels[..., :3] <= np.array(SHAPE) - 1), -1)


def linear(x, y, z):  # type: ignore[no-untyped-def]
    return 3 * x - 2 * y + 5 * z + 7


CAMERAS = {
    **{side: Camera(side=side) for side in "aprlhf"},
    "oblique": Camera(position=(60, -80, 45), look_at=(1, 2, -3)),
    "turned": Camera(side="f", up=(0.3, -1, 0)),
    "near an axis": Camera(position=(0.001, -100, 0), look_at=(0, 0, 0)),
}


@pytest.mark.parametrize("name", CAMERAS)
@pytest.mark.parametrize("shear", [0.0, 0.4])
def test_a_linear_field_is_exact_in_every_plane(name: str, shear: float) -> None:
    volume = made(linear, shear)
    view = CAMERAS[name].view(volume.grid, 40, 40, 0)
    points = places(view)
    wanted = linear(points[..., 0], points[..., 1], points[..., 2])
    where = inside(volume, points)
    assert where.sum() > 200
    found = reslice(volume, view)
    assert np.abs(found - wanted)[where].max() < 1e-3


@pytest.mark.parametrize("name", CAMERAS)
def test_an_ellipsoid_is_cut_within_one_voxel(name: str) -> None:
    """The half-way contour lies on the analytic surface, in every direction of the picture."""
    center, radii = np.array((-1.0, -2.0, 0.5)), np.array((12.0, 14.0, 20.0))

    def ellipsoid(x, y, z):  # type: ignore[no-untyped-def]
        return 1000.0 * (((np.stack([x, y, z], -1) - center) / radii) ** 2).sum(-1).__le__(1)

    volume = made(ellipsoid)
    view = replace(
        CAMERAS[name].view(volume.grid, 120, 120, 0), center=(-1.0, -2.0, 0.5), pixel=0.3, width=161, height=161
    )
    picture = reslice(volume, view)
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        way = np.cos(angle) * np.array(view.right) + np.sin(angle) * np.array(view.down)
        wanted = 1 / np.sqrt(((way / radii) ** 2).sum())
        along = np.arange(0, 26, 0.05)
        columns = np.rint(80 + np.cos(angle) * along / view.pixel).astype(int).clip(0, 160)
        rows = np.rint(80 + np.sin(angle) * along / view.pixel).astype(int).clip(0, 160)
        edge = along[np.argmax(picture[rows, columns] < 500)]
        assert abs(edge - wanted) < max(SPACING)


@pytest.mark.parametrize("name", CAMERAS)
def test_a_maximum_projection_finds_a_bright_line_of_one_voxel(name: str) -> None:
    volume = made(lambda x, y, z: 0 * x)
    voxels = volume.voxels.copy()
    voxels[20, 24, 8:48] = 1000
    line = Volume(voxels, volume.grid, 0)
    view = replace(CAMERAS[name].view(line.grid, 120, 120, 60.0), slab=60.0)
    picture = reslice(line, view, "maximum_ip")
    assert picture.max() > 400
    ends = [(line.grid.to_patient @ (20, 24, i, 1))[:3] for i in (12, 28, 44)]
    for end in ends:
        offset = end - view.point(0, 0)
        column, row = (round(float(offset @ np.array(way)) / view.pixel) for way in (view.right, view.down))
        near = picture[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
        assert near.max() > 400


def test_a_slab_is_the_maximum_minimum_and_mean_of_its_layers() -> None:
    rng = np.random.default_rng(1)
    volume = Volume(rng.integers(-1000, 1000, SHAPE).astype(np.int16), grid_of(), -1000)
    middle = volume.grid.origin + 20 * volume.grid.step
    view = View(tuple(middle + np.array((19.25, 21.15, 0))), (1, 0, 0), (0, 1, 0), 0.7, 56, 1, slab=4 * SPACING[0])
    layers = volume.voxels[18:23]
    for method, wanted in (
        ("maximum_ip", layers.max(0)),
        ("minimum_ip", layers.min(0)),
        ("average_ip", layers.mean(0)),
    ):
        found = reslice(volume, view, method)
        between = (wanted[23].astype(float) + wanted[24]) / 2
        assert found[0] == pytest.approx(between, abs=1e-2), method


@pytest.mark.parametrize("side", "aprlhf")
def test_a_view_along_the_voxels_equals_one_that_is_sampled(side: str) -> None:
    rng = np.random.default_rng(2)
    volume = Volume(rng.integers(-1000, 1000, SHAPE).astype(np.int16), grid_of(), -1000)
    view = CAMERAS[side].view(volume.grid, 60, 60, 0)
    tilted = replace(view, right=tuple(np.array(view.right) + 1e-5 * np.array(view.down)))
    aligned, sampled = reslice(volume, view), reslice(volume, tilted)
    assert np.abs(aligned - sampled)[1:-1, 1:-1].max() < 5


def test_beyond_the_volume_there_is_its_lowest_value() -> None:
    volume = made(linear)
    view = CAMERAS["f"].view(volume.grid, 40, 40, 0)
    for far in (replace(view, center=(0.0, 0.0, 500.0)), replace(view, center=(500.0, 0.0, 0.0))):
        assert (reslice(volume, far) == volume.lowest).all()
        assert (reslice(volume, replace(far, slab=10.0), "maximum_ip") == volume.lowest).all()


def test_whole_values_are_kept_as_sixteen_bits_and_others_as_they_are() -> None:
    grid = grid_of()
    for value, kind in ((-1024.0, np.int16), (0.5, np.float32), (70000, np.float32), (-32768, np.float32)):
        assert stack([(np.full(SHAPE[1:], value), None)] * SHAPE[0], grid).voxels.dtype == kind


def with_padding(high: float) -> Volume:
    """Noise up to `high`, the first twenty columns and four of its slices padding of -2000."""
    values = np.random.default_rng(3).integers(0, int(high), SHAPE)
    padding = np.zeros(SHAPE, np.bool_)
    padding[..., :20] = padding[10:14] = True
    values[padding] = -2000
    return stack(zip(values, padding, strict=True), grid_of())


@pytest.mark.parametrize("high", [1000, 100_000], ids=["16 bits", "floats"])
def test_padding_is_no_value_and_spoils_only_what_is_made_of_it(high: float) -> None:
    volume = with_padding(high)
    assert 0 <= volume.lowest < 100
    x, y, z = volume.grid.origin + 20 * volume.grid.step + np.array((27.5 * SPACING[2], 23.5 * SPACING[1], 0))
    view = View((x, y, z), (1, 0, 0), (0, 1, 0), SPACING[2], 56, 3)
    assert np.isnan(reslice(volume, view)).all(0).tolist() == [True] * 20 + [False] * 36
    half = replace(view, center=(x + SPACING[2] / 2, y, z))
    assert np.isnan(reslice(volume, half)).all(0).tolist()[18:22] == [True, True, False, False]
    assert np.isnan(reslice(volume, replace(view, center=(x, y, z - 8 * SPACING[0])))).all()


@pytest.mark.parametrize("tilt", [0.0, 1e-5])
@pytest.mark.parametrize("method", ["maximum_ip", "minimum_ip", "average_ip"])
def test_a_slab_projects_what_is_no_padding(method: str, tilt: float) -> None:
    volume = with_padding(1000)
    x, y, z = volume.grid.origin + 14 * volume.grid.step + np.array((27.5 * SPACING[2], 24 * SPACING[1], 0))
    right = tuple(np.array((1, tilt, 0)) / np.hypot(1, tilt))
    view = View((x, y, z), right, (0, 1, 0), SPACING[2], 56, 1, slab=4 * SPACING[0])
    found = reslice(volume, view, method)[0]
    assert np.isnan(found[:19]).all()
    assert (found[21:] >= 0).all(), "no padding is in it"
    if tilt == 0:
        layers = volume.voxels[14:17, 24].astype(float)
        of = {"maximum_ip": layers.max(0), "minimum_ip": layers.min(0), "average_ip": layers.mean(0)}[method]
        assert found[20:] == pytest.approx(of[20:], abs=1e-3)


def test_padding_is_black_and_nothing_of_a_solid() -> None:
    volume = with_padding(1000)
    wish = VolumeRequest(
        solid=False,
        method="average_ip",
        viewport=Viewport(64, 64),
        media_type="image/png",
        window=Window(-3000, 10, "LINEAR_EXACT"),
    )
    pixels = np.asarray(Pillow.open(io.BytesIO(show(scene(volume, wish, None, "CT"), lambda: solid_of(volume)).data)))
    assert set(np.unique(pixels)) == {0, 255}, "what is no padding is white"
    assert solid_of(volume).reduced.voxels.min() >= 0


@pytest.mark.parametrize(
    "camera",
    [Camera(position=(0, 0, 0), look_at=(0, 0, 0)), Camera(side="f", up=(0, 0, 1)), Camera(side="a", up=(0, 0, 0))],
)
def test_a_camera_without_a_direction_is_malformed(camera: Camera) -> None:
    with pytest.raises(Malformed):
        camera.view(grid_of(), 10, 10, 0)


def test_the_whole_volume_fits_into_the_box_and_keeps_its_shape() -> None:
    view = CAMERAS["a"].view(grid_of(), 200, 100, 0)
    assert view.width <= 200
    assert view.height <= 100
    across, along = (SHAPE[2] - 1) * SPACING[2], (SHAPE[0] - 1) * SPACING[0]
    assert (view.width - 1) * view.pixel == pytest.approx(across, abs=view.pixel)
    assert (view.height - 1) * view.pixel == pytest.approx(along, abs=view.pixel)


def test_a_solid_ball_is_a_disc_that_is_brightest_where_it_faces_the_viewer() -> None:
    def ball(x, y, z):  # type: ignore[no-untyped-def]
        return np.clip(15 - np.sqrt(x**2 + y**2 + z**2), -2, 2) * 500

    volume = made(ball)
    view = replace(CAMERAS["a"].view(volume.grid, 61, 61, 0), center=(0, 0, 0), pixel=0.7, width=61, height=61)
    picture = cast(solid_of(volume), view, Window(500, 800)).astype(int)
    assert picture[30, 30] > 200
    assert picture[30, 30] > picture[30, 30 + 18] + 30
    assert picture[2, 2] == 0
    radius = np.sqrt((picture > 20).sum() / np.pi) * 0.7
    assert abs(radius - 15) < max(SPACING)


def test_rays_are_cast_for_no_more_pixels_than_they_can_tell_apart() -> None:
    view = View((0, 0, 0), (1, 0, 0), (0, 1, 0), 0.5, 1024, 512)
    few = coarse(view)
    assert (few.width, few.height) == (256, 128)
    assert few.width * few.pixel == view.width * view.pixel
