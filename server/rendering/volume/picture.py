"""The picture of a volume that a request asks for, and the parameters that were applied to make it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from server.dicom.attributes import attribute
from server.rendering.encode import encode
from server.rendering.image import Values
from server.rendering.pipeline import Picture
from server.rendering.request import Window
from server.rendering.steps.grey import voi
from server.rendering.volume.raycast import Solid, cast, coarse
from server.rendering.volume.request import VolumeRequest
from server.rendering.volume.reslice import reslice
from server.rendering.volume.view import View
from server.rendering.volume.voxels import Volume

_BONE = Window(500.0, 700.0)
"""What a CT shows as solid unless a window is given: from 150 HU, all of it from 850 HU."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A volume as a request wants it shown: its view and its window."""

    volume: Volume
    view: View
    window: Window
    wish: VolumeRequest


def scene(volume: Volume, wish: VolumeRequest, own_window: Window | None, modality: str) -> Scene:
    """Decides what the request left open; `own_window` is that of the images."""
    view = wish.camera.view(volume.grid, wish.viewport.width, wish.viewport.height, wish.slab, wish.spacing)
    window = wish.window
    if window is None and wish.method == "volume_rendered":
        window = _BONE if modality == "CT" else _upper_half(volume)
    return Scene(volume, view, window or own_window or _full_range(volume), wish)


def show(shown: Scene, ready: Callable[[], Solid]) -> Picture:
    """Draws the scene; `ready` answers the volume made ready for rays, if rays are cast."""
    wish, view = shown.wish, shown.view
    if wish.method == "volume_rendered":
        pixels = _enlarged(cast(ready(), coarse(view), shown.window), view)
    elif wish.solid:
        reduced = ready().reduced
        values = reslice(reduced, _through(reduced, view), wish.method)
        pixels = _enlarged(_grey(values, shown.window), view)
    else:
        pixels = _grey(reslice(shown.volume, view, wish.method), shown.window)
    picture = Pillow.fromarray(pixels)
    return Picture(encode(picture, wish.media_type, wish.quality), wish.media_type, shown.window)


def _through(volume: Volume, view: View) -> View:
    """The view with rays through the whole volume, unless it has a slab."""
    fewer = coarse(view)
    if view.slab:
        return fewer
    depth = 2 * float(np.abs((volume.grid.corners - np.array(view.center)) @ view.forward).max())
    return View(fewer.center, fewer.right, fewer.down, fewer.pixel, fewer.width, fewer.height, depth)


def _grey(values: NDArray[np.float32], window: Window) -> NDArray[np.uint8]:
    # PS3.3 C.7.5.1.1.2: padding is excluded from the grayscale pipeline, and black as on the images themselves
    share = np.nan_to_num(voi(values, Values(), window), copy=False, nan=0.0)
    return np.asarray(share * 255 + 0.5).astype(np.uint8)


def _enlarged(pixels: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    if pixels.shape == (view.height, view.width):
        return pixels
    picture = Pillow.fromarray(pixels).resize((view.width, view.height), Pillow.Resampling.BICUBIC)
    return np.asarray(picture)


def _full_range(volume: Volume) -> Window:
    low, high = volume.lowest, float(np.nanmax(volume.voxels, initial=volume.lowest))
    return Window((low + high) / 2, max(high - low, 1.0), "LINEAR_EXACT")


def _upper_half(volume: Volume) -> Window:
    """Where nothing is known of the values: the upper half of those that are not background is solid."""
    some = volume.values(volume.voxels[::4, ::4, ::4])
    low, high = (float(one) for one in np.percentile(np.nan_to_num(some, nan=volume.lowest), (60, 99.5)))
    return Window((low + high) / 2, max(high - low, 1.0), "LINEAR_EXACT")


def applied(shown: Scene) -> dict[str, Any]:
    """The Rendered Volume Response Module (PS3.18 table K.1-1) as DICOM JSON; also the pixels' size and number."""
    wish, view = shown.wish, shown.view
    position = [float(c - f) for c, f in zip(view.center, view.forward, strict=True)]
    told: dict[str, Any] = {
        "ReformattingOperationType": ["3D_RENDERING" if wish.solid else "MPR"],
        "RenderingMethod": [wish.method.upper()],
        "ViewpointPosition": position,
        "ViewpointLookAtPoint": list(view.center),
        "ViewpointUpDirection": [-float(one) for one in view.down],
        "PixelSpacing": [view.pixel, view.pixel],
        "Rows": [view.height],
        "Columns": [view.width],
    }
    if not wish.solid and wish.slab:
        told["MPRSlabThickness"] = [wish.slab]
    if wish.method != "volume_rendered":
        told |= {
            "VOILUTFunction": [shown.window.function],
            "WindowCenter": [shown.window.center],
            "WindowWidth": [shown.window.width],
        }
    named = ((attribute(keyword), values) for keyword, values in told.items())
    return {one.tag: {"vr": one.vr, "Value": values} for one, values in sorted(named, key=lambda pair: pair[0].tag)}
