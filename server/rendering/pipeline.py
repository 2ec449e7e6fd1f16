"""From the bytes of one frame to a picture: decode, then one step after the other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from server.errors import Malformed, NotAcceptable
from server.rendering.codecs.index import CODECS, Decode, in_process
from server.rendering.encode import encode
from server.rendering.image import Image, not_renderable
from server.rendering.request import RenderRequest, Window
from server.rendering.steps.colour import colour, supplement
from server.rendering.steps.covering import Bits, overlay, shut
from server.rendering.steps.grey import chosen, grey
from server.rendering.steps.profiles import in_profile
from server.rendering.steps.reduced import Reduced, factor_for, is_linear, windowed
from server.rendering.steps.stored_values import stored_values
from server.rendering.steps.viewport import fit


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to send: its bytes, what they are, and the window that was used (None for colour or a VOI LUT)."""

    data: bytes
    media_type: str
    window: Window | None


def decode(data: bytes, image: Image, first_bit: int = 0, decoder: Decode = in_process) -> NDArray[np.generic]:
    """The stored values of a frame; `NotAcceptable` says why when they cannot be had here."""
    return stored_values(samples(data, image, first_bit, decoder), image)


def samples(data: bytes, image: Image, first_bit: int, decoder: Decode = in_process) -> NDArray[np.generic]:
    """The samples of a frame, unused bits included; `NotAcceptable` says why when they cannot be had here."""
    if image.transfer_syntax_uid not in CODECS:
        raise NotAcceptable(not_renderable(image.transfer_syntax_uid, "no decoder for this transfer syntax"))
    try:
        return decoder(data, image, first_bit)
    except Malformed as error:
        raise NotAcceptable(not_renderable(image.transfer_syntax_uid, error.message), **error.facts) from error


@dataclass(frozen=True, slots=True)
class Attached:
    """What belongs to a frame besides its pixels: overlay planes of its size, and the ICC profile of its colours.

    `groups` are those of the planes' attributes.
    """

    planes: tuple[Bits, ...] = ()
    profile: bytes = b""
    groups: tuple[int, ...] = ()

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return sum(plane.nbytes for plane in self.planes) + len(self.profile) + 1


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that is drawn and not yet encoded, and the window that was used."""

    pixels: Pillow.Image
    window: Window | None = None


def draw(
    stored: NDArray[np.generic],
    image: Image,
    frame_number: int,
    wish: RenderRequest,
    attached: Attached = Attached(),
    reduced: Callable[[int], Reduced] | None = None,
) -> Picture:
    """The picture of a frame's stored values as it is wished, encoded."""
    return finish(drawing_of(lambda: stored, image, frame_number, wish, attached, reduced), attached, wish)


def drawing_of(
    stored: Callable[[], NDArray[np.generic]],
    image: Image,
    frame_number: int,
    wish: RenderRequest,
    attached: Attached = Attached(),
    reduced: Callable[[int], Reduced] | None = None,
) -> Drawing:
    """The picture of a frame's stored values as it is wished; they are asked for only when they are needed.

    `reduced` answers the frame made small by a factor, for pictures so much smaller than it that this is enough.
    """
    window: Window | None = None
    values, factor = image.values_of(frame_number), 1
    if reduced is not None and is_linear(image, values, wish.window):
        factor = factor_for(image, wish.viewport)
    if reduced is not None and factor > 1 and (window := wish.window or chosen(values)):
        pixels = windowed(reduced(factor), stored, image, values, window)
    elif image.photometric.startswith("MONOCHROME"):
        frame = stored()
        pixels, window = grey(frame, image, values, wish.window)
        pixels = supplement(pixels, frame, image)
    else:
        pixels = colour(stored(), image)
    picture = fit(pixels, image, wish.viewport, factor)
    shutter = image.shutter_of(frame_number) if wish.shutters else None
    if shutter is not None:
        picture = shut(picture, image, shutter, wish.viewport)
    if wish.overlays:
        picture = overlay(picture, image, attached.planes, wish.viewport)
    return Drawing(picture, window)


def finish(drawing: Drawing, attached: Attached, wish: RenderRequest) -> Picture:
    """The drawing as the bytes to send, in its profile or another."""
    # a GIF has no room for a profile, so that its colours go where everybody takes them to be
    space = "srgb" if wish.media_type == "image/gif" and attached.profile else wish.profile
    picture = in_profile(drawing.pixels, attached.profile, space)
    return Picture(encode(picture, wish.media_type, wish.quality), wish.media_type, drawing.window)
