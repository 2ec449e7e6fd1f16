"""Draws the house: folders as rooms, files inside them, imports as arrows, read from the code as it is.

The floors are those that import-linter holds, so the picture and the rule have one source.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

CHECKOUT = Path(__file__).parents[1]
_WIDTH, _MARGIN, _GAP, _LINE, _HEAD, _BETWEEN = 1240, 20, 18, 15, 24, 46
_LETTER = 7.1


@dataclass(frozen=True)
class Room:
    """One folder or file on a floor: where its box lies, and the files in it."""

    name: str
    files: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


def draw(package: str) -> str:
    """The package's house as SVG. Raises `ValueError` when an arrow would run up or round in a circle."""
    graph = grimp.build_graph(package)
    rooms = _place(package, _floors(package), graph.modules)
    arrows = _arrows(package, graph, rooms)
    for lower, upper in arrows:
        if rooms[upper].y <= rooms[lower].y:
            raise ValueError(f"{package}.{lower} imports {package}.{upper}, which is not below it")
    height = max(room.y + room.height for room in rooms.values()) + _MARGIN
    lines = [_arrow(rooms[a], rooms[b], count) for (a, b), count in sorted(arrows.items())]
    boxes = [_box(room) for room in rooms.values()]
    return "\n".join([_OPENING.format(width=_WIDTH, height=round(height)), *lines, *boxes, "</svg>", ""])


_OPENING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 8 4 0 8z" fill="#5b6b7d"/></marker></defs>
<rect width="100%" height="100%" fill="#fbfcfd"/>"""


def _floors(package: str) -> list[list[str]]:
    """The floors from the top, each with its rooms, as the layers contract of this package names them."""
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract.get("containers") == [package]]
    return [[name.strip() for name in floor.split("|")] for floor in layers]


def _place(package: str, floors: list[list[str]], modules: set[str]) -> dict[str, Room]:
    rooms: dict[str, Room] = {}
    y = float(_MARGIN)
    for floor in floors:
        files = {name: _files(package, name, modules) for name in floor}
        wide = (_WIDTH - 2 * _MARGIN - _GAP * (len(floor) - 1)) / len(floor)
        widths = {name: min(wide, _wanted(name, files[name])) for name in floor}
        heights = {name: _HEAD + _LINE * len(_wrapped(files[name], widths[name])) + 6 for name in floor}
        x = (_WIDTH - sum(widths.values()) - _GAP * (len(floor) - 1)) / 2
        for name in floor:
            rooms[name] = Room(name, files[name], x, y, widths[name], max(heights.values()))
            x += widths[name] + _GAP
        y += max(heights.values()) + _BETWEEN
    return rooms


def _files(package: str, name: str, modules: set[str]) -> tuple[str, ...]:
    prefix = f"{package}.{name}."
    return tuple(sorted(m.removeprefix(prefix) for m in modules if m.startswith(prefix) and not _is_folder(m)))


def _is_folder(module: str) -> bool:
    return (CHECKOUT / Path(*module.split("."))).is_dir()


def _wanted(name: str, files: tuple[str, ...]) -> float:
    return max(110, 9 * len(name) + 30, min(760, _LETTER * len("   ".join(files)) + 24))


def _wrapped(files: tuple[str, ...], width: float) -> list[str]:
    lines: list[str] = []
    for file in files:
        longer = f"{lines[-1]}   {file}" if lines else file
        if lines and len(longer) * _LETTER <= width - 20:
            lines[-1] = longer
        else:
            lines.append(file)
    return lines


def _arrows(package: str, graph: grimp.ImportGraph, rooms: dict[str, Room]) -> dict[tuple[str, str], int]:
    arrows: dict[tuple[str, str], int] = {}
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            pair = _room(package, importer), _room(package, imported)
            if pair[0] != pair[1] and pair[0] in rooms and pair[1] in rooms:
                arrows[pair] = arrows.get(pair, 0) + 1
    return arrows


def _room(package: str, module: str) -> str:
    return module.removeprefix(f"{package}.").partition(".")[0]


def _arrow(upper: Room, lower: Room, count: int) -> str:
    share = (lower.x + lower.width / 2) / _WIDTH
    x1 = upper.x + upper.width * (0.15 + 0.7 * share)
    x2 = lower.x + lower.width * (0.15 + 0.7 * (upper.x + upper.width / 2) / _WIDTH)
    y1, y2 = upper.y + upper.height, lower.y
    bend = (y2 - y1) / 2
    path = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
    near = y2 - y1 <= _BETWEEN + 1
    look = f'stroke-width="{min(1 + count / 4, 3.5):.1f}" opacity="{0.9 if near else 0.35}"'
    return f'<path d="{path}" fill="none" stroke="#5b6b7d" {look} marker-end="url(#tip)"/>'


def _box(room: Room) -> str:
    x, y = round(room.x), round(room.y)
    size = f'width="{room.width:.0f}" height="{room.height:.0f}"'
    lines = [
        f'<rect x="{x}" y="{y}" {size} rx="5" fill="#e7eef5" stroke="#2f4256"/>',
        f'<text x="{x + 10}" y="{y + 17}" font-size="14" font-weight="600" fill="#10202f">{escape(room.name)}</text>',
    ]
    for number, text in enumerate(_wrapped(room.files, room.width)):
        place = f'x="{x + 10}" y="{y + _HEAD + _LINE * (number + 1) - 4}"'
        lines.append(f'<text {place} font-size="11.5" fill="#3a4b5c" xml:space="preserve">{escape(text)}</text>')
    return "\n".join(lines)
