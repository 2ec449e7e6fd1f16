"""`docs/reference/viewer-keys.md`, from the pages' own lists of commands, of keys in panels and of the worklist."""

import json
import subprocess
from pathlib import Path
from typing import Any

_CODE = Path(__file__).parents[1] / "static" / "js"
_SCRIPT = """Promise.all([{modules}].map(one => import(one))).then(([{{ keyText }}, {{ COMMANDS }}, ...lists]) =>
    console.log(JSON.stringify([COMMANDS, ...lists.map(one => one.PANEL_KEYS ?? one.WORKLIST_KEYS)].map(list =>
        list.map(({{ keys, act, ...one }}) => (
            {{ group: '', place: '', row: false, ...one, keys: keys.map(keyText) }}))))))"""
_LISTS = ("core/keys", "state/commands", "state/panel-keys", "state/worklist-keys")
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
    script = _SCRIPT.format(modules=", ".join(json.dumps((_CODE / f"{name}.js").as_uri()) for name in _LISTS))
    said = subprocess.run(["node", "--eval", script], capture_output=True, text=True, check=True)  # noqa: S603, S607 - our own script, the node of the tests
    commands, panels, worklist = json.loads(said.stdout)
    lines = [
        "# Keys, mouse and fingers of the viewer and the worklist",
        "",
        "This page is made from `commands.js`, `panel-keys.js` and `worklist-keys.js` in `static/js/state` (`make",
        "docs`). `?` or `F1` shows the same on either page, where each key and the two other mouse",
        "buttons can be chosen anew; the choice is kept in that browser, for who signs in at every desk; the",
        "viewer's begins with habits of OHIF and Weasis if one likes.",
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
    lines += [
        "",
        "## In the worklist",
        "",
        "Arrows, page keys, `Home` and `End` go along the list, `Enter` opens, `Esc` goes from the search line to the",
        "list and closes what is open; these are the same for everybody.",
    ]
    for place in dict.fromkeys(one["place"] for one in worklist):
        lines += ["", f"### {place}", "", "| key | what for |", "|---|---|"]
        lines += [_row(one) for one in worklist if one["place"] == place]
    return "\n".join([*lines, ""])


def _row(one: dict[str, Any]) -> str:
    keys = ", ".join("`` ` ``" if key == "`" else f"`{key}`" for key in one["keys"])
    return f"| {keys} | {one['title']}{' (in its line)' if one['row'] else ''} |"
