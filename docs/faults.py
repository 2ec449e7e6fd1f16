"""The page of the simulator's faults, from their registry."""

from collections.abc import Iterator

from simulator.faults.index import FAULTS
from simulator.faults.verdict import MEANINGS

_OPENING = """\
# The simulator's faults

`lightbox-sim faults --to URL` does {count} things wrong, one after the other, and judges what the archive makes of
each. This page is made from `simulator/faults/` (`make docs`).

A verdict is not what the archive says but what turns out to be so: what it calls stored is fetched again and compared
byte by byte, and its lists, metadata and pictures must still answer; what it refuses must not be there. `--rate 0.1`
sends nine good instances with each faulty one: they must all be stored. An acknowledged instance that is lost, changed
or displaced, a server error, and no answer within 15 seconds are never right.

| verdict | means |
|---|---|
"""


def page() -> str:
    """`docs/reference/simulator-faults.md`."""
    rows = "\n".join(f"| {verdict} | {meaning} |" for verdict, meaning in MEANINGS.items())
    return _OPENING.format(count=len(FAULTS)) + rows + "\n" + "\n".join(_groups()) + "\n"


def _groups() -> Iterator[str]:
    for group in dict.fromkeys(fault.group for fault in FAULTS.values()):
        yield f"\n## {group.capitalize()}\n"
        yield "| fault | what is done | wanted | why |\n|---|---|---|---|"
        for fault in FAULTS.values():
            if fault.group == group:
                wanted = " or ".join(str(one) for one in fault.wanted)
                cells = (f"`{fault.name}`", _cell(fault.what), wanted, _cell(fault.why))
                yield f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
