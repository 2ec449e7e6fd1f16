"""`lightbox-sim make`: studies as folders of files."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from simulator import codecs
from simulator.commands.arguments import whole
from simulator.commands.selection import add_selection, study_list
from simulator.commands.telling import Bar, progress_bars, say
from simulator.iods.index import DOCUMENTS
from simulator.profiles import profile
from simulator.profiles.profile import Entry, Profile
from simulator.studies import Study
from simulator.workload import files

NAME = "make"
_DEFAULT = "everything"
_EXAMPLES = """\
  lightbox-sim make --out studies --seed 7
      one of everything the simulator can make
  lightbox-sim make --out studies --seed 7 --profile demo
      a smaller set, quickly; --profile also takes a file of your own
  lightbox-sim make --out studies --seed 7 --study chest-ct --slices 300 --barcode
      one study, its slices numbered by bars that a program can read off the screen
  lightbox-sim make --out studies --seed 7 --study brain-mr --syntax jpeg-ls --with kos gsps
      compressed, with key images and a presentation state
  lightbox-sim make --out studies --seed 7 --study chest-ct --copies 50 --bodies 2
      fifty patients for a load test, who share two bodies: ten times as fast"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    profiles = "\n".join(f"  {name:16} {title}" for name, title in profile.titles().items())
    parser = commands.add_parser(
        NAME,
        help="write studies as files",
        description="Write DIR/<study>/<series>/<NNNN>.dcm and DIR/<study>/truth.json, which says what is in the study:"
        " the patient, the series, and every lesion's place, size, density and best slice.",
        epilog=f"profiles:\n{profiles}\n\nstudies:\n{study_list()}\n\nexamples:\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to write below")
    parser.add_argument(
        "--profile", metavar="NAME|FILE", default=_DEFAULT, help=f"which studies to make ({_DEFAULT}); or use --study"
    )
    add_selection(parser, seed_required=True)
    parser.add_argument(
        "--syntax",
        action="append",
        choices=list(codecs.SYNTAXES),
        help="transfer syntax, explicit unless said; again for a mix, drawn for each series; htj2k needs imagecodecs",
    )
    parser.add_argument(
        "--with", dest="documents", nargs="+", choices=list(DOCUMENTS), default=[], help="documents to add"
    )
    parser.add_argument("--barcode", action="store_true", help="each slice carries its number as bars at its top edge")
    parser.add_argument(
        "--copies", metavar="N", type=whole(1, 100_000), default=1, help="each --study of that many patients"
    )
    parser.add_argument(
        "--bodies", metavar="N", type=whole(0, 100), default=0, help="the copies share that many bodies, for speed"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the studies; return 0. Raises OSError when a file cannot be written, ValueError for a wrong profile."""
    for name in options.syntax or []:
        codecs.require(name)
    studies = _studies(options)
    made = []
    with progress_bars() as progress:
        for study in studies:
            bar = Bar(progress, study.name, study.size)
            files.write(study, options.out, bar.advance)
            made.append((study.name, study.size))
    for name, size in made:
        say(f"{options.out / name}: {size} instances")
    return 0


def _studies(options: argparse.Namespace) -> Iterator[Study]:
    chosen = _chosen(options) if options.study else profile.read(options.profile)
    if options.syntax or options.documents or options.slices or options.scale != "full":
        chosen = Profile(chosen.title, tuple(_as_asked(entry, options) for entry in chosen.entries))
    return chosen.studies(options.seed, options.today, has_barcode=options.barcode)


def _chosen(options: argparse.Namespace) -> Profile:
    entries = (Entry(name, copies=options.copies, bodies=options.bodies) for name in options.study)
    return Profile("", tuple(entries))


def _as_asked(entry: Entry, options: argparse.Namespace) -> Entry:
    syntaxes = dict.fromkeys(options.syntax, 1.0) if options.syntax else entry.syntaxes
    return Entry(
        entry.name,
        options.scale if options.scale != "full" else entry.scale,
        options.slices or entry.slices,
        tuple(options.documents) or entry.documents,
        entry.copies,
        entry.bodies,
        syntaxes,
    )
