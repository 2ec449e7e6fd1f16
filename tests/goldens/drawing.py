"""From a Part 10 file to the picture that the server would send, without HTTP and without an archive."""

import io
import json
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from server.archive.frames import FrameMap, read_frame
from server.archive.store import Incoming
from server.errors import NotAcceptable
from server.rendering.image import Image
from server.rendering.pipeline import Attached, draw, samples
from server.rendering.request import RenderRequest
from server.rendering.steps.reduced import reduce
from server.rendering.steps.stored_values import stored_values as cut_out
from server.studies.arrival import read
from server.studies.attached import attached
from tests.factories import as_arrived


class _Arrived(Incoming):
    def close(self) -> None:
        self.discard()


def first_frame(file: bytes) -> tuple[bytes, Image]:
    """The bytes of the first frame as they are stored, and its image."""
    with tempfile.TemporaryDirectory() as folder, closing(_Arrived(Path(folder) / "file")) as arrived:
        arrived.write(file)
        entry = read(arrived, "LOCAL")
        if entry.image is None or entry.frames is None:
            raise NotAcceptable(entry.not_renderable or "no image")
        frames = FrameMap.from_json(json.loads(entry.frames))
        return read_frame(as_arrived(arrived), frames, 1), Image.from_json(json.loads(entry.image))


def stored_values(file: bytes, frame_number: int = 1) -> tuple[NDArray[np.generic], Image]:
    """The decoded stored values of a frame, and its image as the catalogue would answer it."""
    stored, image, _ = _decoded(file, frame_number)
    return stored, image


def _decoded(file: bytes, frame_number: int) -> tuple[NDArray[np.generic], Image, Attached]:
    with tempfile.TemporaryDirectory() as folder, closing(_Arrived(Path(folder) / "file")) as arrived:
        arrived.write(file)
        entry = read(arrived, "LOCAL")
        if entry.image is None or entry.frames is None or entry.not_renderable is not None:
            raise NotAcceptable(entry.not_renderable or "no image")
        image, frames = Image.from_json(json.loads(entry.image)), FrameMap.from_json(json.loads(entry.frames))
        found = samples(read_frame(as_arrived(arrived), frames, frame_number), image, frames.first_bit(frame_number))
        extra = attached(as_arrived(arrived), image, frame_number, lambda: found)
    return cut_out(found, image), image, extra


def drawn(file: bytes, frame_number: int = 1, *, reducing: bool = False, **wish: Any) -> NDArray[np.uint8]:
    """The pixels of the PNG of a frame; `reducing` makes it small before it is windowed, as the server does."""
    return np.asarray(opened(file, frame_number, reducing=reducing, **wish))


def drawn_pixel_by_pixel(file: bytes) -> NDArray[np.uint8]:
    """The pixels of the PNG of the first frame, were they square."""
    stored, image, extra = _decoded(file, 1)
    picture = draw(stored, replace(image, aspect=(1, 1)), 1, RenderRequest("image/png"), extra)
    return np.asarray(Pillow.open(io.BytesIO(picture.data)))


def opened(file: bytes, frame_number: int = 1, *, reducing: bool = False, **wish: Any) -> Pillow.Image:
    """The PNG of a frame."""
    stored, image, extra = _decoded(file, frame_number)
    small = (lambda factor: reduce(stored, factor)) if reducing else None
    picture = draw(stored, image, frame_number, RenderRequest("image/png", **wish), extra, small)
    return Pillow.open(io.BytesIO(picture.data))


def farthest(found: NDArray[np.uint8], expected: NDArray[Any]) -> float:
    """The largest difference in grey levels; shapes must be the same."""
    assert found.shape == expected.shape
    return float(np.abs(found.astype(np.float64) - expected.astype(np.float64)).max())
