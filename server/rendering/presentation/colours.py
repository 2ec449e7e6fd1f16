"""The colour of a graphic layer: a P-Value, or CIELab (PS3.3 C.10.7)."""

from server.rendering.header import Header, numbers
from server.rendering.presentation.state import Colour
from server.rendering.steps.covering import srgb_of

_WHITE = 255


def layer_colour(item: Header) -> Colour:
    """What the layer recommends; white when it recommends nothing."""
    lab = [int(min(max(value, 0), 65535)) for value in numbers(item, "GraphicLayerRecommendedDisplayCIELabValue")]
    if len(lab) == 3:
        return srgb_of((lab[0], lab[1], lab[2]))
    grey = numbers(item, "GraphicLayerRecommendedDisplayGrayscaleValue")
    return round(min(max(grey[0], 0), 65535) / 257) if grey else _WHITE
