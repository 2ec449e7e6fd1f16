"""Fingers on a touch screen."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import CDPSession, Locator, Page

from e2e.pages.viewer import drawn

Place = tuple[float, float]


class Fingers:
    """As many as wanted, at places counted from the middle of an element."""

    def __init__(self, page: Page, element: Locator) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._page = page
        box = element.bounding_box()
        assert box is not None
        self._middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def _touch(self, kind: str, places: list[Place]) -> None:
        points = [{"x": self._middle[0] + x, "y": self._middle[1] + y, "id": i} for i, (x, y) in enumerate(places)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def move(self, *ways: tuple[Place, Place], steps: int = 6) -> None:
        """Fingers go down one after the other, each goes from its first place to its second, and all are lifted."""
        starts = [start for start, _ in ways]
        for count in range(1, len(ways) + 1):
            self._touch("touchStart", starts[:count])
        for step in range(1, steps + 1):
            self._touch("touchMove", [_between(start, end, step / steps) for start, end in ways])
        self._touch("touchEnd", [])
        drawn(self._page)

    @contextmanager
    def held(self, place: Place) -> Iterator[None]:
        """One finger that goes down and stays."""
        self._touch("touchStart", [place])
        yield
        self._touch("touchEnd", [])


def _between(start: Place, end: Place, share: float) -> Place:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
