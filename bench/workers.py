"""One process and two on the same machine: `python -m bench.workers` prints a row for each case.

Both servers run over folders of their own, take turns inside every case, and share the machine with the client.
"""

import argparse
import itertools
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.cases import Case, listed_studies, readings, stores
from bench.connection import Connection
from bench.machine import disk_folder
from bench.measure import Row, measure
from bench.samples import Samples, make_samples
from bench.targets import Target, stop_ours
from e2e.running import RunningServer

_NAMES = {1: "one process", 2: "two processes"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser("bench.workers", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1, help="how long each of a case's three runs lasts")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", default="", help="cases with this in their names")
    options = parser.parse_args(arguments)
    samples = make_samples(40, "small", 40, 200, 0)
    heads = [f"{name} {what}" for name in _NAMES.values() for what in ("/s", "p99 ms", "CPU ms")]
    print(f"| case | {' | '.join(heads)} | rate two/one | CPU two/one |\n|---|{'---:|' * (len(heads) + 2)}")
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="lightbox-workers-", dir=disk_folder())))
        targets = [_started(number, name, folder, samples, ending) for number, name in _NAMES.items()]
        for case in _cases(samples):
            if options.only in case.name:
                print(_line(measure(case, targets, 3, options.seconds, options.connections)), flush=True)
    return 0


def _cases(samples: Samples) -> itertools.chain[Case]:
    return itertools.chain(readings(samples), stores(samples))


def _started(processes: int, name: str, folder: Path, samples: Samples, ending: ExitStack) -> Target:
    server = RunningServer(folder / str(processes), "--workers", str(processes)).start()
    ending.callback(stop_ours, server)
    assert server.process is not None
    target = Target(name, server.port, "/dicomweb", server.process.pid)
    connection = Connection(target.port)
    for request in listed_studies(samples):
        answer = connection.ask(request.pieces(target.port, target.prefix), keep=True)
        if answer.status != 200:
            raise RuntimeError(f"The studies were not taken: {answer.status} {answer.body[:300]!r}")
    connection.close()
    return target


def _line(row: Row) -> str:
    one, two = (row.figures[name] for name in _NAMES.values())
    figures = [f"{f.rate:.0f} | {f.p99_ms:.1f} | {f.cpu_ms:.2f}" for f in (one, two)]
    return f"| {row.case} | {' | '.join(figures)} | {two.rate / one.rate:.2f} | {two.cpu_ms / one.cpu_ms:.2f} |"


if __name__ == "__main__":
    raise SystemExit(main())
