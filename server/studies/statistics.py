"""Statistics of a region: what the stored pixels say, whatever window or size they are looked at in."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from server.access.people import Caller
from server.authoring.codes import HOUNSFIELD
from server.authoring.measures import unit_of_values
from server.catalogue.search import Located
from server.dicom.resources import InstanceRef, SeriesRef
from server.rendering.image import Image
from server.rendering.regions import Region
from server.rendering.request import RenderRequest
from server.rendering.steps.colour import colour
from server.rendering.steps.grey import modality_values
from server.rendering.volume.request import VolumeRequest
from server.rendering.volume.section import Section
from server.studies.render import Render
from server.studies.retrieve import Retrieve
from server.studies.volumes import Volumes


@dataclass(frozen=True, slots=True)
class Summary:
    """Modality values (PS3.3 C.11.1) of the pixels in a region; None of each when no pixel counts.

    `pixels` are those that count, `padding` those left out as no part of the image (PS3.3 C.7.5.1.1.2), and `outside`
    samples of a plane beyond its volume; `deviation` is that of all the pixels (divided by their number). Of colours
    there are `channels`, red, green and blue as they are drawn, from 0 to 255: they measure nothing, and have no mean.
    `unit` is that of the values, where it is known: HU.
    """

    pixels: int
    padding: int
    mean: float | None = None
    deviation: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    outside: int = 0
    channels: tuple["Summary", ...] = ()
    unit: str = ""

    def plain(self) -> dict[str, Any]:
        """The summary as JSON values."""
        told = {name: value for name, value in asdict(self).items() if name != "channels"}
        return told | ({"channels": [one.plain() for one in self.channels]} if self.channels else {})


class Statistics:
    """Statistics of regions of single frames, and of planes through the volume of a series."""

    def __init__(self, retrieve: Retrieve, render: Render, volumes: Volumes) -> None:
        self._retrieve = retrieve
        self._render = render
        self._volumes = volumes

    def of(self, caller: Caller, ref: InstanceRef, frame_number: int, region: Region) -> Summary:
        """The summary; `NotFound`, or `NotAcceptable` when the pixels cannot be had."""
        target = self._render.target(caller, ref, frame_number, RenderRequest("image/png"))
        image = Image.from_json(orjson.loads(target.located.image or "{}"))
        rows, columns, mask = region.cut(image.rows, image.columns)
        if not mask.any():
            return Summary(0, 0)
        cut = self._render.stored(target)[rows, columns]
        if not image.photometric.startswith("MONOCHROME"):
            drawn = colour(cut, image)[mask].astype(np.float64)
            return Summary(len(drawn), 0, channels=tuple(_summary(channel, 0) for channel in drawn.T))
        stored = cut[mask]
        counted = np.isfinite(stored) if stored.dtype.kind == "f" else np.ones(stored.shape, dtype=bool)
        if image.padding is not None:
            low, high = image.padding
            counted &= (stored < low) | (stored > high)  # type: ignore[operator]
        values = modality_values(stored[counted].astype(np.float64), image.values_of(frame_number))
        return self._counting(target.located, _summary(values, int(stored.size - values.size)))

    def on_plane(self, caller: Caller, series: SeriesRef, section: Section, region: Region) -> Summary:
        """The summary of the samples of a plane or slab; what is made of padding in part is padding.

        `NotFound`, or `NotAcceptable` when the images of the series make no volume.
        """
        found = self._volumes.section(caller, series, section, region)
        [first, *_] = self._volumes.target(caller, series, VolumeRequest(solid=False, method=section.method)).members
        return self._counting(first, _summary(found.values.astype(np.float64), found.padding, found.outside))

    def _counting(self, one: Located, summary: Summary) -> Summary:
        unit = unit_of_values(self._retrieve.header(one))
        return replace(summary, unit="HU") if unit == HOUNSFIELD else summary


def _summary(values: NDArray[np.float64], padding: int, outside: int = 0) -> Summary:
    if values.size == 0:
        return Summary(0, padding, outside=outside)
    return Summary(
        int(values.size),
        padding,
        float(values.mean()),
        float(values.std()),
        float(values.min()),
        float(values.max()),
        outside,
    )
