"""The planes of a multiplanar view as a person uses them."""

import re

from playwright.sync_api import Locator, Page, expect

from e2e.pages.viewer import MIDDLE, drawn

CENTROID = """([canvas, x, y, radius]) => {
    const side = Math.ceil(2 * radius) + 1, [left, top] = [Math.round(x - radius), Math.round(y - radius)];
    const data = canvas.getContext('2d').getImageData(left, top, side, side).data;
    let [sum, across, down] = [0, 0, 0];
    for (let j = 0; j < side; j += 1) for (let i = 0; i < side; i += 1) {
        const level = data[4 * (j * side + i)];
        if (level < 150 || Math.hypot(i - radius, j - radius) > radius) continue;
        sum += 1; across += left + i + 0.5; down += top + j + 0.5;
    }
    return [across / sum - x, down / sum - y];
}"""


class Planes:
    """The open multiplanar view of a viewer page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self) -> "Planes":
        self.page.keyboard.press("m")
        self.expect_exact()
        return self

    def plane(self, number: int) -> Locator:
        return self.page.locator(f'[data-testid="plane"][data-plane="{number}"]')

    def expect_exact(self) -> None:
        """Waits until every plane shows what is wished for since the last thing done here, exactly."""
        drawn(self.page)
        for number in range(3):
            expect(self.plane(number)).to_have_attribute("data-current", "true")
            expect(self.plane(number)).to_have_attribute("data-quality", "exact")

    def expect_same_as(self, other: "Planes") -> None:
        """Waits until every plane shows exactly what the same plane of another screen shows."""
        other.expect_exact()
        place = other.page.get_by_test_id("cross-place").input_value()
        expect(self.page.get_by_test_id("cross-place")).to_have_value(place)
        for number in range(3):
            query = other.plane(number).get_attribute("data-query")
            expect(self.plane(number)).to_have_attribute("data-query", str(query))
        self.expect_exact()

    def go_to(self, left: float, back: float, head: float) -> None:
        """Types a place in the patient."""
        box = self.page.get_by_test_id("cross-place")
        box.fill(f"{left}, {back}, {head}")
        box.press("Enter")
        self.plane(0).focus()
        self.expect_exact()

    def pixels(self, number: int) -> list[int]:
        """The red channel of the middle of a plane's picture, read from the canvas."""
        pixels: list[int] = self.plane(number).locator("canvas").first.evaluate(MIDDLE)
        return pixels

    @property
    def place(self) -> tuple[float, ...]:
        text = self.page.get_by_test_id("cross-place").input_value()
        return tuple(float(part) for part in text.split(","))

    def cross_on_screen(self, number: int) -> tuple[float, float]:
        """Where the cross-hair is drawn, from the plane's corner: between the handles of its lines."""
        handles = self.plane(number).locator("circle")
        ends = [(float(one.get_attribute("cx") or 0), float(one.get_attribute("cy") or 0)) for one in handles.all()]
        assert len(ends) == 4
        return sum(x for x, _ in ends) / 4, sum(y for _, y in ends) / 4

    def pixels_per_mm(self, number: int) -> float:
        """From the ruler on the screen."""
        ruler = self.plane(number).get_by_test_id("scale-bar").bounding_box()
        text = self.plane(number).get_by_test_id("scale-text").inner_text()
        length = re.fullmatch(r"([0-9.]+) (cm|mm)", text)
        assert ruler is not None
        assert length is not None
        return (ruler["width"]) / (float(length[1]) * (10 if length[2] == "cm" else 1))

    def bright_spot_off_the_cross(self, number: int, radius_mm: float) -> tuple[float, float]:
        """How far the middle of what is bright around the cross-hair lies from it, in mm on the screen."""
        x, y = self.cross_on_screen(number)
        scale = self.pixels_per_mm(number)
        canvas = self.plane(number).locator("canvas").element_handle()
        across, down = self.page.evaluate(CENTROID, [canvas, x, y, radius_mm * scale])
        return across / scale, down / scale
