"""Statistics of a region: what the stored pixels say, whatever window or size they are looked at in."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import orjson

from server.access.people import Caller
from server.dicom.resources import InstanceRef
from server.errors import NotAcceptable
from server.rendering.image import Image
from server.rendering.regions import Region
from server.rendering.request import RenderRequest
from server.rendering.steps.grey import modality_values
from server.studies.render import Render


@dataclass(frozen=True, slots=True)
class Summary:
    """Modality values (PS3.3 C.11.1) of the pixels in a region; None of each when no pixel counts.

    `pixels` are those that count and `padding` those left out as no part of the image (PS3.3 C.7.5.1.1.2);
    `deviation` is that of all the pixels (divided by their number).
    """

    pixels: int
    padding: int
    mean: float | None = None
    deviation: float | None = None
    minimum: float | None = None
    maximum: float | None = None

    def plain(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return asdict(self)


class Statistics:
    """Statistics of regions of single frames."""

    def __init__(self, render: Render) -> None:
        self._render = render

    def of(self, caller: Caller, ref: InstanceRef, frame_number: int, region: Region) -> Summary:
        """The summary; `NotFound`, or `NotAcceptable` when the pixels cannot be had or are colours."""
        target = self._render.target(caller, ref, frame_number, RenderRequest("image/png"))
        image = Image.from_json(orjson.loads(target.located.image or "{}"))
        if not image.photometric.startswith("MONOCHROME"):
            raise NotAcceptable("Only grey images have values to be counted; this one has colours.")
        rows, columns, mask = region.cut(image.rows, image.columns)
        if not mask.any():
            return Summary(0, 0)
        stored = self._render.stored(target)[rows, columns][mask]
        counted = np.isfinite(stored) if stored.dtype.kind == "f" else np.ones(stored.shape, dtype=bool)
        if image.padding is not None:
            low, high = image.padding
            counted &= (stored < low) | (stored > high)  # type: ignore[operator]
        values = modality_values(stored[counted].astype(np.float64), image.values_of(frame_number))
        left_out = int(stored.size - values.size)
        if values.size == 0:
            return Summary(0, left_out)
        return Summary(
            int(values.size),
            left_out,
            float(values.mean()),
            float(values.std()),
            float(values.min()),
            float(values.max()),
        )
