"""Wild card matching, `*` for any characters and `?` for one (PS3.4 C.2.2.2.4), in time linear in the text."""

from collections.abc import Callable
from functools import reduce


def has_wildcard(text: str) -> bool:
    """Whether a key's value asks for wild card matching."""
    return "*" in text or "?" in text


def wildcard(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches `pattern` as a whole.

    Every state of the search is one bit of a number, and all of them step together at each character, so that no
    pattern can make it try again from the start: bit n says that the first n characters of the pattern, stars left
    out, have been met.
    """
    masks: dict[str, int] = {}
    anything = stays = length = 0
    for character in pattern:
        if character == "*":
            stays |= 1 << length
            continue
        if character == "?":
            anything |= 1 << length
        else:
            masks[character] = masks.get(character, 0) | 1 << length
        length += 1
    met = {character: mask | anything for character, mask in masks.items()}

    def step(state: int, character: str) -> int:
        return (state & met.get(character, anything)) << 1 | state & stays

    return lambda text: bool(reduce(step, text, 1) >> length & 1)
