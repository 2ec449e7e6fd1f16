"""A report as a page of HTML without a script, everything that came from outside escaped (PS3.18 table 8.7.4-1)."""

from collections.abc import Iterator
from html import escape

from server.rendering.reports.content import Node, Report

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #10202f; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; border-bottom: 1px solid #9ab; }
dt, .about { color: #3a4b5c; } dd { margin: 0; } ul { list-style: none; padding-left: 1.25rem; margin: 0; }
.value { white-space: pre-line; overflow-wrap: anywhere; } .how { font-style: italic; color: #5b6b7d; }
h2, h3, h4, h5, h6 { margin: 1rem 0 0; font-size: 1.1rem; }
"""
_HOW = {
    "HAS OBS CONTEXT": "context",
    "HAS CONCEPT MOD": "namely",
    "HAS PROPERTIES": "property",
    "HAS ACQ CONTEXT": "acquisition",
    "INFERRED FROM": "inferred from",
    "SELECTED FROM": "selected from",
}
"""How the relationships that are more than "contains" are told (PS3.3 C.17.3.2.4)."""


def page(report: Report, root: str) -> str:
    """The whole page; `root` is the DICOMweb root, for links to what the report refers to."""
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>\n" for label, value in report.facts)
    body = "".join(_children(report.root, root, 2)) or "<p>The report has no content.</p>"
    ending = "" if report.complete else "<p>The report goes on; what is beyond is too long for a page.</p>"
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(report.title)}</h1>\n<dl>\n{facts}</dl>\n{body}\n{ending}</body></html>\n"
    )


def relationship(node: Node) -> str:
    """How an item belongs to its parent, "" when it is simply contained."""
    return _HOW.get(node.relationship, "")


def _children(node: Node, root: str, level: int) -> Iterator[str]:
    if not node.children:
        return
    yield "<ul>\n"
    for child in node.children:
        yield from _item(child, root, level)
    yield "</ul>\n"


def _item(node: Node, root: str, level: int) -> Iterator[str]:
    how = f'<span class="how">{escape(relationship(node))}</span> ' if relationship(node) else ""
    if node.kind == "CONTAINER":
        heading = f"h{min(level, 6)}"
        title = f"<{heading}>{how}{escape(node.concept)}</{heading}>" if node.concept else ""
        yield f"<li>{title}\n"
    else:
        about = f'<span class="about">{escape(node.concept)}:</span> ' if node.concept else ""
        yield f'<li>{how}{about}<span class="value">{escape(node.value)}</span>{_links(node, root)}\n'
    yield from _children(node, root, level + 1)
    yield "</li>\n"


def _links(node: Node, root: str) -> str:
    told = (
        f' <a href="{escape(f"{root}/{link.path}/rendered", quote=True)}" rel="noreferrer">{escape(link.label)}</a>'
        if link.path
        else f" <span>{escape(link.label)}</span>"
        for link in node.links
    )
    return f"{escape(node.kind.lower())}{''.join(told)}" if node.links else ""
