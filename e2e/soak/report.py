"""What a soak found, in its row of `docs/reference/durability.md`: each run replaces what the last one wrote there."""

from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "durability.md"
_WHAT, _MEASURED, _ON = 1, 2, -1


def report(what: str, measured: str) -> None:
    """Writes what was measured, and today, into the row about `what`, which the page must have; and says it."""
    print(f"{what}: {measured}")
    lines = PAGE.read_text().splitlines()
    [(number, cells)] = [
        (number, cells) for number, line in enumerate(lines) if (cells := _cells(line))[_WHAT:2] == [what]
    ]
    cells[_MEASURED], cells[_ON] = measured, datetime.now(UTC).strftime("%Y-%m-%d")
    lines[number] = f"| {' | '.join(cells)} |"
    PAGE.write_text("\n".join(lines) + "\n")


def told(rounds: int, acknowledged: int) -> str:
    """What rounds of crashes found when nothing was lost."""
    return f"{rounds} rounds, {acknowledged} acknowledged: 0 lost"


def _cells(line: str) -> list[str]:
    """Of a row: goal, what was done, measured, asked for, by, on."""
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
