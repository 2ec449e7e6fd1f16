"""The worklist page as a person uses it."""

from collections.abc import Sequence
from pathlib import Path

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

    @property
    def current(self) -> Locator:
        """The row the keyboard is on."""
        return self.page.locator('[data-testid="study"][aria-current]')

    @property
    def preview(self) -> Locator:
        return self.page.locator("study-preview")

    def search(self, text: str) -> None:
        self.page.get_by_test_id("search").fill(text)

    def modality(self, name: str) -> None:
        self.page.get_by_test_id(f"modality-{name}").click()

    def store(self, files: Sequence[Path]) -> None:
        """Chooses files to be stored."""
        self.page.get_by_label("Files to store", exact=True).set_input_files(files)

    @property
    def state(self) -> Locator:
        return self.page.get_by_test_id("list-state")
