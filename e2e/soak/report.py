"""What a soak found, as a row of `docs/reference/durability.md`: each run replaces its own row."""

from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "durability.md"


def report(what: str, found: str) -> None:
    """Writes the row that begins with `what`, which the page must have, and says it."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    row = f"| {what} | {found} | {day} |"
    print(row)
    lines = PAGE.read_text().splitlines()
    [number] = [number for number, line in enumerate(lines) if line.startswith(f"| {what} |")]
    lines[number] = row
    PAGE.write_text("\n".join(lines) + "\n")
