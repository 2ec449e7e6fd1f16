"""The viewer page as a person uses it."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

MIDDLE = """canvas => {
    const side = Math.min(canvas.width, canvas.height, 400);
    const copy = document.createElement('canvas');
    copy.width = copy.height = side;
    const context = copy.getContext('2d');
    const [left, top] = [(canvas.width - side) / 2, (canvas.height - side) / 2];
    context.drawImage(canvas, left, top, side, side, 0, 0, side, side);
    return [...context.getImageData(0, 0, side, side).data].filter((_, i) => i % 4 === 0);
}"""
"""The red channel of the middle of a canvas."""
TAP = """key => {
    const tap = { key, bubbles: true, cancelable: true };
    for (const kind of ['keydown', 'keyup']) document.activeElement.dispatchEvent(new KeyboardEvent(kind, tap));
}"""


def drawn(page: Page) -> None:
    """Waits until a page has drawn what was just done to it."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def draw(on: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags with the mouse between two places on an element, counted from its corner."""
    box = on.bounding_box()
    assert box is not None
    mouse = on.page.mouse
    mouse.move(box["x"] + start[0], box["y"] + start[1])
    mouse.down()
    mouse.move(box["x"] + end[0], box["y"] + end[1], steps=4)
    mouse.up()


@dataclass(frozen=True)
class Shown:
    """What a viewport says that it displays."""

    series_uid: str
    instance_uid: str
    frame_number: str
    window: tuple[float, float]


class ViewerPage:
    """One open viewer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> "ViewerPage":
        """Opens an address and waits for the tools, which come after the first picture."""
        self.page.goto(address)
        expect(self.page.locator("tool-bar")).to_be_attached()
        return self

    def viewport(self, number: int = 0) -> Locator:
        return self.page.locator(f'[data-testid="viewport"][data-viewport="{number}"]')

    def picture(self, number: int = 0) -> Locator:
        return self.viewport(number).locator("canvas").first

    def expect_exact(self, number: int = 0) -> None:
        """Waits until the viewport displays what is wished for since the last thing done here, exactly."""
        drawn(self.page)
        expect(self.viewport(number)).to_have_attribute("data-current", "true")
        expect(self.viewport(number)).to_have_attribute("data-quality", "exact")

    def shown(self, number: int = 0) -> Shown:
        """What is displayed now, once it is exact."""
        self.expect_exact(number)
        said = self.viewport(number).evaluate("viewport => ({ ...viewport.dataset })")
        return Shown(
            said.get("seriesUid", ""),
            said.get("instanceUid", ""),
            said.get("frameNumber", ""),
            (float(said.get("windowCenter", 0)), float(said.get("windowWidth", 0))),
        )

    def expect_shows(self, other: Shown, number: int = 0) -> None:
        """Waits until this viewport displays the same image with the same window, exactly."""
        viewport = self.viewport(number)
        expect(viewport).to_have_attribute("data-instance-uid", other.instance_uid)
        expect(viewport).to_have_attribute("data-frame-number", other.frame_number)
        expect(viewport).to_have_attribute("data-window-center", _number(other.window[0]))
        expect(viewport).to_have_attribute("data-window-width", _number(other.window[1]))
        self.expect_exact(number)

    def pixels(self, number: int = 0) -> list[int]:
        """The red channel of the middle of the displayed picture, read from the canvas."""
        pixels: list[int] = self.picture(number).evaluate(MIDDLE)
        return pixels

    def scroll(self, slices: int, number: int = 0) -> None:
        """Turns the wheel over the viewport, one notch a slice."""
        self.viewport(number).hover()
        for _ in range(abs(slices)):
            self.page.mouse.wheel(0, 100 if slices > 0 else -100)
        drawn(self.page)

    def drag(self, by: tuple[int, int], number: int = 0, button: str = "left") -> None:
        """Drags from the middle of the viewport."""
        box = self.viewport(number).bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down(button=button)  # type: ignore[arg-type]
        self.page.mouse.move(x + by[0], y + by[1], steps=8)
        self.page.mouse.up(button=button)  # type: ignore[arg-type]
        drawn(self.page)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def tap(self, key: str) -> None:
        """Presses a key that means something else when it is held, and lets go at once on however slow a machine."""
        self.page.evaluate(TAP, key)

    def command(self, name: str) -> None:
        self.page.get_by_test_id(f"command-{name}").click()

    def choose(self, tool: str) -> None:
        """Takes a tool that draws into the hand, which comes when it is first chosen."""
        self.command(tool)
        expect(self.page.get_by_test_id(f"command-{tool}")).to_have_attribute("aria-pressed", "true")
        expect(self.page.locator("mark-layer").first).to_be_attached()

    def start_session(self, name: str) -> str:
        """Starts a session under a name and answers the address to share."""
        self.page.get_by_test_id("start-session").click()
        return self.join_as(name)

    def join_as(self, name: str) -> str:
        """Gives a name when asked, waits until the connection is live, and answers the address to share."""
        self.page.get_by_test_id("display-name").fill(name)
        self.page.get_by_test_id("join").click()
        self.expect_live()
        return self.page.get_by_test_id("session-address").input_value()

    def expect_live(self) -> None:
        expect(self.page.get_by_test_id("connection")).to_have_attribute("data-state", "live")

    def person(self, name: str) -> Locator:
        return self.page.get_by_test_id("person").filter(has_text=name)

    def pointer(self, name: str) -> Locator:
        """The name tag beside somebody's pointer."""
        return self.page.get_by_test_id("pointer").get_by_text(name)

    def expect_pointed_at(self, name: str, x: float, y: float, on: Locator | None = None) -> None:
        """Waits until somebody's pointer is drawn there, from the corner of the viewport."""
        tag = (on or self.viewport()).get_by_test_id("pointer").filter(has_text=name)
        there = """([tag, x, y]) => {
            const drawn = new DOMMatrix(getComputedStyle(tag).transform);
            return Math.hypot(drawn.e - x, drawn.f - y) < 2;
        }"""
        self.page.wait_for_function(there, arg=[tag.element_handle(), x, y])


def _number(number: float) -> str:
    return f"{number:.10g}"
