"""`lightbox-sim make`: studies as folders of files."""

import argparse
from pathlib import Path

from simulator.commands.selection import add_selection, selected, study_list
from simulator.commands.telling import Bar, progress_bars, say
from simulator.workload import files

NAME = "make"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        NAME,
        help="write studies as files",
        description="Write DIR/<study>/<series>/<NNNN>.dcm and DIR/<study>/truth.json.",
        epilog=f"studies:\n{study_list()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to write below")
    add_selection(parser, seed_required=True)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the studies; return 0. Raises OSError when a file cannot be written."""
    studies = list(selected(options))
    with progress_bars() as progress:
        for study in studies:
            bar = Bar(progress, study.name, study.size)
            files.write(study, options.out, bar.advance)
    for study in studies:
        say(f"{options.out / study.name}: {study.size} instances")
    return 0
