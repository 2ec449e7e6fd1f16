"""`docs/reference/viewer-keys.md`, from the viewer's own list of commands."""

import json
import subprocess
from pathlib import Path

_COMMANDS = Path(__file__).parents[1] / "static" / "js" / "state" / "commands.js"
_SCRIPT = """import({module}).then(({{ COMMANDS, keyText }}) => console.log(JSON.stringify(
    COMMANDS.map(({{ group, title, keys, label }}) => ({{ group, title, label, keys: keys.map(keyText) }})))))"""
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
    script = _SCRIPT.format(module=json.dumps(_COMMANDS.as_uri()))
    said = subprocess.run(["node", "--eval", script], capture_output=True, text=True, check=True)  # noqa: S603, S607 - our own script, the node of the tests
    commands: list[dict[str, str]] = json.loads(said.stdout)
    lines = [
        "# Keys, mouse and fingers of the viewer",
        "",
        "This page is made from `static/js/state/commands.js` (`make docs`). `?` shows the same in the viewer,",
        "where each key and the two other mouse buttons can be chosen anew; the choice is kept in that browser, with",
        "habits of OHIF and Weasis to start from.",
        "",
        "| mouse and fingers | what for |",
        "|---|---|",
        *(f"| {hand} | {what} |" for hand, what in _HAND),
    ]
    for group in dict.fromkeys(command["group"] for command in commands):
        lines += ["", f"## {group}", "", "| key | what for |", "|---|---|"]
        for command in commands:
            if command["group"] == group:
                keys = ", ".join("`` ` ``" if key == "`" else f"`{key}`" for key in command["keys"])
                lines.append(f"| {keys} | {command['title']} |")
    return "\n".join([*lines, ""])
