"""Which studies of the catalogue are meant: the arguments that say so, shared by the commands that make studies."""

import argparse
from collections.abc import Iterator

from simulator.commands.arguments import day, whole
from simulator.profiles import profile
from simulator.studies import TODAY, Study, catalogue, make_study

_MOST_SLICES = 2000


def study_list() -> str:
    """Every study that can be made, one a line, for the help."""
    return "\n".join(f"  {name:16} {summary}" for name, summary in catalogue().items())


def add_selection(parser: argparse.ArgumentParser, *, seed_required: bool) -> None:
    """Add --seed, --study, --slices, --scale and --today."""
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole(0, 2**63),
        required=seed_required,
        help="same seed, same bytes; another seed, other people and no UID in common",
    )
    parser.add_argument(
        "--study",
        metavar="NAME",
        action="append",
        choices=list(catalogue()),
        help="one of the studies below; again for more; without it, a whole set of them",
    )
    parser.add_argument(
        "--slices", metavar="N", type=whole(2, _MOST_SLICES), default=0, help="slices of each CT and MR series"
    )
    parser.add_argument("--scale", choices=("small", "full"), default="full", help="small is quick, for tests")
    parser.add_argument(
        "--today",
        metavar="YYYY-MM-DD",
        type=day,
        default=TODAY,
        help=f"the day the studies are dated from ({TODAY}); never the clock's",
    )


def _demo() -> list[str]:
    return [entry.name for entry in profile.read("demo").entries]


def selected(options: argparse.Namespace) -> Iterator[Study]:
    """The studies that the arguments name, or those of the demo; each made when it is asked for."""
    for name in options.study or _demo():
        yield make_study(name, options.seed, scale=options.scale, slices=options.slices, today=options.today)
