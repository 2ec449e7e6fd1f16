"""A softcopy presentation state as values: how which images are to be shown (PS3.3 A.33, PS3.4 N)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.rendering.image import Overlay, Shutter, Values
from server.rendering.steps.covering import Bits

Point = tuple[float, float]
Points = NDArray[np.float64]
"""One point a row: column and row offsets, or shares of the displayed area."""

Colour = int | tuple[int, int, int]
"""A grey from 0 to 255, or red, green and blue."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An image that a state is about, in the study of the state; `frames` is empty for all of them."""

    series_uid: str
    instance_uid: str
    frames: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """The images to which a part of the state applies: instance UIDs with their frames; empty for every image."""

    images: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def covers(self, instance_uid: str, frame_number: int) -> bool:
        """Whether the frame of that instance is one of them."""
        return not self.images or any(
            uid == instance_uid and (not frames or frame_number in frames) for uid, frames in self.images
        )


@dataclass(frozen=True, slots=True)
class Voi:
    """A window or VOI LUT, and the images it is for (PS3.3 C.11.8)."""

    selection: Selection
    values: Values


@dataclass(frozen=True, slots=True)
class Area:
    """What of an image is displayed, and how large (PS3.3 C.10.4).

    The corners are pixels, column and row from 1, as they lie on the screen; `aspect` is the vertical to the horizontal
    size of a pixel. `magnification` counts with MAGNIFY alone.
    """

    selection: Selection
    top_left: tuple[int, int]
    bottom_right: tuple[int, int]
    mode: Literal["SCALE TO FIT", "TRUE SIZE", "MAGNIFY"] = "SCALE TO FIT"
    aspect: float = 1.0
    magnification: float = 1.0


@dataclass(frozen=True, slots=True)
class Graphic:
    """A drawn mark (PS3.3 C.10.5.2): `kind` is its Graphic Type; `displayed` for shares of the displayed area."""

    kind: str
    points: Points
    displayed: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Unformatted text in a box, at an anchor, or both (PS3.3 C.10.5.1)."""

    lines: tuple[str, ...]
    box: tuple[Point, Point] | None = None
    box_displayed: bool = False
    justification: str = "LEFT"
    anchor: Point | None = None
    anchor_displayed: bool = False
    anchor_visible: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """Marks and texts of one layer, and the images they are for."""

    selection: Selection
    layer: str
    graphics: tuple[Graphic, ...] = ()
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """A graphic layer (PS3.3 C.10.7): those of a lower order are drawn first."""

    name: str
    order: int
    colour: Colour = 255


@dataclass(frozen=True, slots=True)
class Plane:
    """An overlay plane of the state's own (PS3.3 C.9.2): where it lies, and its bits, rows x columns."""

    overlay: Overlay
    bits: Bits


@dataclass(frozen=True, slots=True)
class State:
    """A presentation state: `modality` has its rescale or modality LUT, and its presentation LUT if that is a table.

    `planes` are its own overlay planes, by their group; `activated` are the groups of planes, its own or the image's,
    that are shown, with their layer (C.11.7); `covering` is the group of its bitmap shutter (C.7.6.15).
    """

    references: tuple[Reference, ...]
    modality: Values
    vois: tuple[Voi, ...] = ()
    inverse: bool = False
    rotation: int = 0
    flipped: bool = False
    areas: tuple[Area, ...] = ()
    shutter: Shutter | None = None
    layers: tuple[Layer, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    planes: Mapping[int, Plane] = field(default_factory=dict)
    activated: tuple[tuple[int, str], ...] = ()
    covering: int | None = None
