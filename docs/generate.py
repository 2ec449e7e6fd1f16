"""Writes the reference pages that the code itself knows: settings, problems, pixels, keys, the drawn house.

`python -m docs.generate` writes them; `python -m docs.generate --check` only says whether they are up to date.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from docs import faults, house, keys, pixels, statement
from server.settings import Knob, knobs
from server.web.problems import EXPLANATIONS, STATUSES

DOCS = Path(__file__).parent


def settings_page() -> str:
    """`docs/reference/settings.md`, from the settings' own lines."""
    return "\n".join(
        [
            "# Settings",
            "",
            "Every setting once; this page is made from `server/settings.py` (`make docs`). Order: default, then the",
            "file given by `--config` (TOML), then the environment variable, then the flag. An unknown name or a bad",
            "value stops the start and is named. `lightbox settings` prints the values in force and their sources.",
            "",
            "| key | default | variable | flag | what for |",
            "|---|---|---|---|---|",
            *map(_settings_row, knobs()),
            "",
        ]
    )


def _settings_row(knob: Knob) -> str:
    text = str(knob.default).lower() if isinstance(knob.default, bool) else str(knob.default)
    default = f"`{text}`" if text else "empty"
    return f"| `{knob.key}` | {default} | `{knob.variable}` | `{knob.flag}` | {knob.reason} |"


def problems_page() -> str:
    """`docs/reference/problems.md`, from the one table of codes."""
    return "\n".join(
        [
            "# Problems",
            "",
            "Every refusal is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `code` and, where",
            "they help, `facts`. `code` is stable; `title` is a sentence for people. No problem names a patient.",
            "This page is made from `server/web/problems.py` (`make docs`).",
            "",
            "| code | status | title | when, and what to do |",
            "|---|---|---|---|",
            *(
                f"| `{code}` | {status} | {title} | {EXPLANATIONS[code]} |"
                for code, (status, title) in STATUSES.items()
            ),
            "",
        ]
    )


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated file with its content."""
    yield DOCS / "reference" / "settings.md", settings_page()
    yield DOCS / "reference" / "problems.md", problems_page()
    yield DOCS / "reference" / "dicom-conformance-statement.md", statement.page()
    yield DOCS / "reference" / "pixels.md", pixels.page()
    yield DOCS / "reference" / "simulator-faults.md", faults.page()
    yield DOCS / "reference" / "viewer-keys.md", keys.page()
    yield DOCS / "explanation" / "house-server.svg", house.draw("server")
    yield DOCS / "explanation" / "house-simulator.svg", house.draw("simulator")


def main() -> int:
    """Writes or checks all pages; answers 1 when a checked page is out of date."""
    parser = argparse.ArgumentParser("docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    only_check = parser.parse_args().check
    stale = [path for path, content in pages() if not path.exists() or path.read_text() != content]
    for path, content in pages():
        if not only_check:
            path.write_text(content)
    for path in stale:
        print(f"{path.relative_to(DOCS.parent)} {'is out of date: run make docs' if only_check else 'written'}")  # noqa: T201
    return 1 if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
