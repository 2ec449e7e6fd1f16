"""How fast the simulator makes, encodes and sends: `make bench-simulator`, images per second of CPU time."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path

from bench.machine import described
from bench.sink import sink
from simulator.codecs import SYNTAXES, CodecMissing, Pixels, require
from simulator.studies import Instance, Study, make_study
from simulator.workload import files
from simulator.workload.dicomweb import connection
from simulator.workload.send import Sender

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "simulator-performance.md"
_SLICES, _COPIES, _BODIES = 100, 4, 1
_TOGETHER = (1, 10, 50)
_REPEATS = 20
Row = tuple[str, str]


def main() -> int:
    """Measure, print, and write the page."""
    rows = [*_ct(), *_others(), *_codecs()]
    PAGE.write_text(page(rows))
    return 0


def page(rows: Iterable[Row]) -> str:
    """The page docs/reference/simulator-performance.md."""
    lines = [
        "# The simulator's performance",
        "",
        f"Written by `make bench-simulator` on {datetime.now(UTC):%Y-%m-%d}; do not edit it by hand. Every figure is",
        "of one core: images for each second of CPU time of the simulator's own process. Where other work shares the",
        "memory and the caches, a figure can be a third lower.",
        "",
        *(f"- {name}: {text}" for name, text in described(Path.cwd()).items() if name not in ("SQLite", "file system")),
        f"- processes at work meanwhile (load average of 5 minutes): {os.getloadavg()[1]:.1f}",
        "",
        "| what | images / CPU second |",
        "|---|---:|",
        *(f"| {what} | {rate} |" for what, rate in rows),
        "",
        "- A new body is painted for its patient alone; a known body is one of a pool, painted before, with this",
        "  patient's own noise, identity and dates (`--copies N --bodies M`). Load is made from known bodies.",
        "- CT is 512 x 512 in 2 mm slices, Explicit VR Little Endian; MR 256 x 256 in T1, T2 and FLAIR; CR a knee film",
        "  of 2140 x 1760. A CR's body is a volume of 0.45 mm that rays are summed through: a new one costs seconds.",
        "- By STOW is the way of `lightbox-sim send` over one connection, to a process that reads every byte and",
        "  answers for every instance; that process is not counted.",
        "- A codec's rate is of one CT slice encoded again and again; the ratio is of that slice.",
        "",
    ]
    return "\n".join(lines)


def _ct() -> Iterable[Row]:
    yield _row("CT, new body, in memory", _made([make_study("chest-ct", 7, slices=40)]))
    crowd = _crowd("chest-ct", slices=_SLICES)
    _made(crowd[:1])  # paints the body
    yield _row("CT, known body, in memory", _made(crowd))
    with tempfile.TemporaryDirectory() as folder:
        yield _row("CT, known body, to files", _per_second(lambda: _written(crowd, Path(folder)), _SLICES * _COPIES))
    for together in _TOGETHER:
        some = crowd[:1] if together == 1 else crowd
        rate = _per_second(lambda: _sent(some, together), _SLICES * len(some))  # noqa: B023 - called at once
        yield _row(f"CT, known body, by STOW at {together} a request", rate)


def _others() -> Iterable[Row]:
    yield _row("MR, new body, in memory", _made([make_study("brain-mr", 7)]))
    yield _row("CR, both films of a new body, in memory", _made([make_study("knee-cr", 7)]))
    films = _crowd("knee-cr")
    _made(films[:1])
    yield _row("CR, both films of a known body, in memory", _made(films))


def _codecs() -> Iterable[Row]:
    middle = next(islice(make_study("chest-ct", 7).series[0].images(), 40, None)).pixels
    assert middle is not None
    for name, syntax in SYNTAXES.items():
        compress = syntax.compress
        if compress is None:
            continue
        try:
            require(name)
        except CodecMissing:
            yield f"{name}, encoding", "its encoder was not installed"
            continue
        coded = compress(middle, 12)
        rate = _per_second(partial(_repeated, compress, middle), _REPEATS)
        yield _row(f"{name}, encoding, ratio {middle.nbytes / len(coded):.2f}", rate)


def _crowd(name: str, slices: int = 0) -> list[Study]:
    return [make_study(name, 7, slices=slices, copy=copy, bodies=_BODIES) for copy in range(_COPIES)]


def _row(what: str, rate: float) -> Row:
    text = f"{rate:.1f}" if rate < 100 else f"{rate:.0f}"
    print(f"{what:44} {text:>8} per CPU second", flush=True)
    return what, text


def _made(studies: list[Study]) -> float:
    made = chain.from_iterable(study.instances() for study in studies)
    return _per_second(partial(_forget, made), sum(study.size for study in studies))


def _repeated(compress: Callable[[Pixels, int], bytes], frame: Pixels) -> None:
    for _ in range(_REPEATS):
        compress(frame, 12)


def _forget(instances: Iterable[Instance]) -> None:
    for _ in instances:
        pass


def _per_second(work: Callable[[], object], count: int) -> float:
    begun = time.process_time()
    work()
    return count / (time.process_time() - begun)


def _quietly(_instances: int, _size: int) -> None:
    """No progress."""


def _written(crowd: list[Study], folder: Path) -> None:
    for study in crowd:
        files.write(study, folder, _quietly)


def _sent(crowd: list[Study], together: int) -> None:
    with sink() as address:
        sender = Sender(lambda: connection(address), instances_per_request=together)
        tally = sender.send((one for study in crowd for one in study.instances()), _quietly)
    assert len(tally.stored) == sum(study.size for study in crowd), "the sink answered for every instance"


if __name__ == "__main__":
    sys.exit(main())
