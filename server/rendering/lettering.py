"""Letters on pictures: legible on any ground, in the one font that comes with Pillow, and never as boxes.

The font knows little more than ASCII. Accents are left out; what has no Latin spelling is told to be missing.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

LONGEST_LINE = 400
"""Characters of a line; what is beyond is told by an ellipsis."""

_ELLIPSIS = "..."
_SMALLEST, _LARGEST = 9, 48
_WITHOUT = "ßøØæÆœŒđĐłŁþÞðıµμ×–—’‘“”²³·"
_INSTEAD = "ss o O ae AE oe OE d D l L th TH d i u u x - - ' ' \" \" 2 3 ."
_SPELLED = str.maketrans(dict(zip(_WITHOUT, _INSTEAD.split(), strict=True)))


@lru_cache(64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font with letters of that many pixels."""
    found = ImageFont.load_default(size)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType.")
    return found


@lru_cache(8192)
def _has(character: str) -> bool:
    """Whether the font has the character, and not the box that stands for all it has not."""
    if character == " ":
        return True
    mask, box = font(20).getmask(character), font(20).getmask("\uffff")
    return mask.size != box.size or bytes(mask) != bytes(box)


def spelled(text: str) -> str | None:
    """The text in characters that the font has, accents left out; None when it has others that nothing stands for."""
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    plain = "".join(" " if character.isspace() else character for character in apart if not _is_mark(character))
    return plain if all(map(_has, plain)) else None


def told(text: str, what: str) -> str:
    """The text as it can be drawn, and said so where that is not as it was written."""
    plain = spelled(text)
    if plain is None:
        return f"({what} not drawable)"
    return plain if len(plain) == len(text) and plain == text else f"{plain} (accents left out)"


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Cc", "Cf"} and not character.isspace()


def size_for(width: int, height: int) -> int:
    """How high letters are on a picture of this size."""
    return max(_SMALLEST, min(_LARGEST, min(width, height) // 28))


def wrap(text: str, size: int, width: float) -> list[str]:
    """The text in lines no wider than `width` pixels, broken at spaces, or inside a word that is too long."""
    letters = font(size)
    short = text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + _ELLIPSIS
    lines = [""]
    for word in short.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if letters.getlength(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and letters.getlength(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines


def height_of(size: int) -> int:
    """From one line to the next, in pixels."""
    return size * 5 // 4


def write(
    picture: Pillow.Image,
    at: tuple[float, float],
    lines: Sequence[str],
    size: int,
    shade: int | tuple[int, int, int] = 255,
) -> None:
    """Writes lines below each other from their top left corner, with an edge that parts them from any ground."""
    draw = ImageDraw.Draw(picture)
    edge = edge_of(shade) if picture.mode == "L" else _three(edge_of(shade))
    fill = shade if picture.mode == "L" else _three(shade)
    for number, line in enumerate(lines):
        place = (at[0], at[1] + number * height_of(size))
        if place[1] > picture.height:
            return
        draw.text(place, line, fill, font(size), stroke_width=max(1, size // 10), stroke_fill=edge)


def edge_of(shade: int | tuple[int, int, int]) -> int:
    """The grey that parts a shade from any ground: white around what is dark, else black."""
    red, green, blue = _three(shade)
    return 255 if 0.299 * red + 0.587 * green + 0.114 * blue < 64 else 0


def _three(shade: int | tuple[int, int, int]) -> tuple[int, int, int]:
    return (shade, shade, shade) if isinstance(shade, int) else shade
