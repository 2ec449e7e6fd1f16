"""`docs/reference/viewer-keys.md`, from the viewer's own lists of commands and of keys in panels."""

import json
import subprocess
from pathlib import Path
from typing import Any

_STATE = Path(__file__).parents[1] / "static" / "js" / "state"
_SCRIPT = """Promise.all([import({commands}), import({panels})]).then(([{{ COMMANDS, keyText }}, {{ PANEL_KEYS }}]) =>
    console.log(JSON.stringify([...COMMANDS, ...PANEL_KEYS].map(
        ({{ keys, act, ...one }}) => ({{ group: '', place: '', row: false, ...one, keys: keys.map(keyText) }})))))"""
_LISTS = {"commands": "commands", "panels": "panel-keys"}
_HAND = (
    ("Left drag", "The chosen tool; with `Alt` always window and level"),
    ("Middle drag, right drag", "Move and zoom, or what the person has chosen"),
    ("Left and right drag", "Scroll through the images"),
    ("Wheel; `Shift` wheel; `Ctrl` wheel", "One image; a twentieth of the stack; zoom at the cursor"),
    ("Double-click", "This viewport alone, and back"),
    ("One finger, two, three", "The chosen tool; move and enlarge; window and level"),
    ("One finger from the edge", "The next series; from the left edge the one before"),
    ("Long press", "Point for everybody in the session"),
)


def page() -> str:
    """Every command once, by its group, with its keys; and what the mouse and fingers do."""
    modules = {name: json.dumps((_STATE / f"{file}.js").as_uri()) for name, file in _LISTS.items()}
    script = _SCRIPT.format(**modules)
    said = subprocess.run(["node", "--eval", script], capture_output=True, text=True, check=True)  # noqa: S603, S607 - our own script, the node of the tests
    found = json.loads(said.stdout)
    commands, panels = [one for one in found if one["group"]], [one for one in found if one["place"]]
    lines = [
        "# Keys, mouse and fingers of the viewer",
        "",
        "This page is made from `static/js/state/commands.js` and `panel-keys.js` (`make docs`). `?` or `F1` shows the",
        "same in the viewer, where each key and the two other mouse buttons can be chosen anew; the choice is kept in",
        "that browser, for who signs in at every desk, and begins with habits of OHIF and Weasis if one likes.",
        "A tooltip says what a control does and by which key.",
        "",
        "| mouse and fingers | what for |",
        "|---|---|",
        *(f"| {hand} | {what} |" for hand, what in _HAND),
    ]
    for group in dict.fromkeys(command["group"] for command in commands):
        lines += ["", f"## {group}", "", "| key | what for |", "|---|---|"]
        lines += [_row(command) for command in commands if command["group"] == group]
    lines += [
        "",
        "## In panels and dialogs",
        "",
        "`F6` takes the keyboard from the images into the panels, on to the series and the tools, `Shift F6` back, and",
        "`Esc` to the images. In a panel `↓` and `↑` go from line to line. Its keys work while the focus is in it,",
        "those of a line while the focus is in that line, those with `Alt` from anywhere.",
    ]
    for place in dict.fromkeys(one["place"] for one in panels):
        lines += ["", f"### {place}", "", "| key | what for |", "|---|---|"]
        lines += [_row(one) for one in panels if one["place"] == place]
    return "\n".join([*lines, ""])


def _row(one: dict[str, Any]) -> str:
    keys = ", ".join("`` ` ``" if key == "`" else f"`{key}`" for key in one["keys"])
    return f"| {keys} | {one['title']}{' (in its line)' if one['row'] else ''} |"
