"""The `lightbox-sim` command: make synthetic studies, send them as a modality does, and try an archive with faults."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from simulator.commands import device, faults, making, sending
from simulator.commands.selection import study_list
from simulator.commands.telling import complain

_COMMANDS = (making, sending, device, faults)
_EXAMPLES = """\
  lightbox-sim make --out studies --seed 7
  lightbox-sim make --out studies --seed 7 --study chest-ct --slices 300
  lightbox-sim send --to http://127.0.0.1:8080/dicomweb --seed 7
  lightbox-sim send --to http://127.0.0.1:8080/dicomweb --from studies
  lightbox-sim modality --worklist list.csv --to http://127.0.0.1:8080/dicomweb --spool spool --speed 60
  lightbox-sim faults --to http://127.0.0.1:8080/dicomweb"""


class _Parser(argparse.ArgumentParser):
    """Says in one line what was wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when all is done, 1 when something went wrong, 2 for a wrong argument."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (OSError, ValueError) as error:
        complain(str(error))
    except KeyboardInterrupt:
        complain("interrupted")
    return 1


def parser() -> argparse.ArgumentParser:
    """The whole command line; each command adds its own part."""
    whole = _Parser(
        prog="lightbox-sim",
        description="Make synthetic studies of people who do not exist, and send them as a modality does.",
        epilog=f"studies:\n{study_list()}\n\nexamples:\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = " | ".join(command.NAME for command in _COMMANDS)
    commands = whole.add_subparsers(dest="command", required=True, metavar=names)
    for command in _COMMANDS:
        command.add(commands)
    return whole
