"""`lightbox-sim faults`: a catalogue of faults tried on an archive, verdicts got against verdicts wanted."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from simulator.commands.arguments import add_destination, check_destination, number, web_address, whole
from simulator.commands.telling import complain, say
from simulator.faults.index import FAULTS
from simulator.faults.run import Trial, try_faults
from simulator.workload.archive import TurnedAway, Unreachable

NAME = "faults"

_EXAMPLES = """\
examples:
  everything, with a report:
    lightbox-sim faults --to http://127.0.0.1:8080/dicomweb --report verdicts.json
  one fault among nine good instances:
    lightbox-sim faults --to http://127.0.0.1:8080/dicomweb --only truncated-pixels --rate 0.1

Each fault is made from a good synthetic study with UIDs of its own; another --seed, other UIDs. Try an archive that
holds nobody's images: what the faults leave behind stays there. Exit status 1 when any verdict differs."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    named = "\n".join(f"  {fault.name:30} {fault.what}" for fault in FAULTS.values())
    parser = commands.add_parser(
        NAME,
        help="try an archive with what goes wrong in hospitals",
        description=f"Do {len(FAULTS)} things wrong, one after the other, and judge what the archive makes of each.",
        epilog=f"faults:\n{named}\n\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_destination(parser, web_address, "the DICOMweb root of the archive to try")
    parser.add_argument(
        "--only", metavar="NAME", action="append", choices=list(FAULTS), default=[], help="one fault; again for more"
    )
    parser.add_argument(
        "--rate", metavar="R", type=number(0.01, 1), default=1.0, help="share of instances that are faulty (1: all)"
    )
    parser.add_argument("--seed", metavar="N", type=whole(0, 2**63), default=1, help="same seed, same bytes (1)")
    parser.add_argument("--report", metavar="FILE", type=Path, help="write the verdicts as JSON")
    parser.set_defaults(run=lambda options: run(parser, options))


def run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Try the faults; return 0 when every verdict is one of those wanted. Raises OSError."""
    check_destination(parser, options)
    trials: list[Trial] = []
    say(f"{'fault':31}{'wanted':42}got")
    try:
        for trial in try_faults(options.to, options.only, seed=options.seed, rate=options.rate):
            trials.append(trial)
            _show(trial)
    except (Unreachable, TurnedAway) as error:
        complain(f"{options.to}: {error}")
        return 1
    differing = [trial for trial in trials if not trial.agrees]
    say(f"{len(trials) - len(differing)} of {len(trials)} verdicts as wanted")
    if options.report:
        _write(options, trials)
    return 1 if differing else 0


def _show(trial: Trial) -> None:
    wanted = " or ".join(str(one) for one in trial.fault.wanted)
    got = str(trial.got) if trial.agrees else f"{trial.got}   <-- differs: {trial.got.detail}"
    say(f"{trial.fault.name:31}{wanted:42}{got}")


def _write(options: argparse.Namespace, trials: Sequence[Trial]) -> None:
    report = {
        "archive": options.to,
        "seed": options.seed,
        "rate": options.rate,
        "tried": len(trials),
        "as_wanted": sum(trial.agrees for trial in trials),
        "verdicts": [trial.to_json() for trial in trials],
    }
    options.report.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
