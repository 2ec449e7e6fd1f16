"""The worklist page as a person uses it."""

from playwright.sync_api import Locator, Page


class WorklistPage:
    """One open worklist."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> "WorklistPage":
        self.page.goto(f"{address}/")
        return self

    @property
    def studies(self) -> Locator:
        return self.page.get_by_test_id("study")

    def search(self, text: str) -> None:
        self.page.get_by_test_id("search").fill(text)

    @property
    def state(self) -> Locator:
        return self.page.get_by_test_id("list-state")
