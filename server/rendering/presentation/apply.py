"""One frame as a presentation state wants it seen, step by step in the order of PS3.4 N.2."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from server.rendering.image import Image, Shutter, Values
from server.rendering.pipeline import Attached, Drawing
from server.rendering.presentation.drawing import annotate, overlaid
from server.rendering.presentation.placement import lay, place, whole_image
from server.rendering.presentation.state import State
from server.rendering.request import Viewport, Window
from server.rendering.steps.colour import colour
from server.rendering.steps.covering import Bits, inside, srgb_of
from server.rendering.steps.covering import place as over
from server.rendering.steps.grey import grey


def present(
    stored: NDArray[np.generic],
    image: Image,
    state: State,
    instance_uid: str,
    frame_number: int,
    viewport: Viewport | None,
    attached: Attached,
    asked: Window | None = None,
) -> Drawing:
    """The picture of the frame's stored values; `attached` has the overlay planes of the image.

    A window that is `asked` for takes the place of the state's VOI LUT.
    """
    window: Window | None = None
    if image.photometric.startswith("MONOCHROME"):
        pixels, window = _grey(stored, image, state, instance_uid, frame_number, asked)
    else:
        pixels = colour(stored, image)
    areas = (area for area in state.areas if area.selection.covers(instance_uid, frame_number))
    area = next(areas, None) or whole_image(image.columns, image.rows)
    if state.shutter is not None:
        pixels = _shut(pixels, replace(image, aspect=(round(area.aspect * 1000), 1000)), state, state.shutter)
    placement = place(state, area, image.columns, image.rows, viewport)
    picture = overlaid(lay(pixels, placement), state, placement, _planes(state, image, attached))
    return Drawing(annotate(picture, state, placement, instance_uid, frame_number), window)


def in_place(state: State) -> State:
    """The state without all that moves an image or is written over it: for who turns, enlarges and draws by itself."""
    return replace(state, areas=(), rotation=0, flipped=False, annotations=())


def _shut(pixels: NDArray[np.uint8], image: Image, state: State, shutter: Shutter) -> NDArray[np.uint8]:
    covered: NDArray[np.uint8] = pixels.copy()
    is_lab = pixels.ndim == 3 and len(shutter.lab) == 3
    outside = inside(image, shutter) == 0
    if (bitmap := state.planes.get(state.covering or 0)) is not None:
        outside |= over(bitmap.bits, bitmap.overlay, image) == 1
    covered[outside] = srgb_of(shutter.lab) if is_lab else (shutter.grey + 128) // 257
    return covered


def _planes(state: State, image: Image, attached: Attached) -> dict[int, Bits]:
    """The bits over the image of every plane that is shown; the state's own goes before the image's (PS3.3 C.11.7)."""
    found = dict(zip(attached.groups, attached.planes, strict=False))
    found |= {group: over(plane.bits, plane.overlay, image) for group, plane in state.planes.items()}
    return {group: found[group] for group, _ in state.activated if group in found}


def _grey(
    stored: NDArray[np.generic],
    image: Image,
    state: State,
    instance_uid: str,
    frame_number: int,
    asked: Window | None,
) -> tuple[NDArray[np.uint8], Window | None]:
    """The state's own transformations in place of the image's, its polarity too; what it has not is an identity."""
    voi = next((voi.values for voi in state.vois if voi.selection.covers(instance_uid, frame_number)), Values())
    values = replace(state.modality, windows=voi.windows, function=voi.function, voi_lut=voi.voi_lut)
    window = asked or (None if voi.windows or voi.voi_lut is not None else _identity(image, values))
    as_stated = replace(image, photometric="MONOCHROME2", values=values, per_frame=(), inverse=state.inverse)
    return grey(stored, as_stated, values, window)


def _identity(image: Image, values: Values) -> Window | None:
    """PS3.4 N.2.1.2: without a VOI LUT, all values that the modality LUT can answer are shown; None for floats."""
    if values.modality_lut is not None:
        return Window(2.0 ** (values.modality_lut.bits - 1), 2.0**values.modality_lut.bits)
    if image.kind in {"float", "double"}:
        return None
    low = -(2 ** (image.bits_stored - 1)) if image.signed else 0
    ends = sorted(value * values.slope + values.intercept for value in (low, low + 2**image.bits_stored - 1))
    return Window((ends[0] + ends[1]) / 2, max(ends[1] - ends[0], 1e-6), "LINEAR_EXACT")
