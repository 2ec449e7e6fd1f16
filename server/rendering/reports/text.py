"""A report as plain text, each level of its tree indented (PS3.18 table 8.7.4-1)."""

import unicodedata
from collections.abc import Iterator

from server.rendering.reports.content import Node, Report
from server.rendering.reports.html import relationship


def plain(report: Report) -> str:
    """The whole text, its lines ended by CRLF as text/plain has them (RFC 2046 4.1.1)."""
    lines = [report.title, "=" * min(len(report.title), 80), ""]
    lines += [f"{label}: {value}" for label, value in report.facts]
    lines += ["", *(line for child in report.root.children for line in _lines(child, 0))]
    if not report.complete:
        lines += ["", "The report goes on; what is beyond is too long for a text."]
    return "\r\n".join(map(_printable, lines)) + "\r\n"


def _lines(node: Node, level: int) -> Iterator[str]:
    links = ", ".join(link.label for link in node.links)
    said = " ".join(filter(None, (node.value, f"{node.kind.lower()} {links}" if links else "")))
    head = " ".join(filter(None, (f"({relationship(node)})" if relationship(node) else "", node.concept)))
    indent = "  " * level
    first, *others = (f"{head}: {said}" if head and said else head or said).splitlines() or [""]
    if first:
        yield indent + first
    yield from (f"{indent}  {line}" for line in others)
    for child in node.children:
        yield from _lines(child, level + 1 if first else level)


def _printable(line: str) -> str:
    """Without control characters: a terminal may be what shows it."""
    return "".join(character for character in line if unicodedata.category(character) != "Cc" or character == "\t")
