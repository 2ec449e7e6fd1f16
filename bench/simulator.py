"""How fast the simulator makes, encodes and sends: `make bench-simulator`, images per second of CPU time."""

import http.server
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import httpx

from simulator.codecs import SYNTAXES, CodecMissing, require
from simulator.studies import Instance, make_study
from simulator.workload import files

_BOUNDARY = b"lightbox-bench"
_SLICES, _COPIES = 100, 4


def main() -> int:
    """Measure and print."""
    crowd = [make_study("chest-ct", 7, slices=_SLICES, copy=copy, bodies=1) for copy in range(_COPIES)]
    _say("CT, new body, in memory", _rate(make_study("chest-ct", 7, slices=40).instances()))
    _rate(crowd[0].instances())  # paints the body
    _say("CT, known body, in memory", _rate(one for study in crowd for one in study.instances()))
    with tempfile.TemporaryDirectory() as folder:
        _say("CT, known body, to files", _per_second(lambda: _written(crowd, Path(folder)), _SLICES * _COPIES))
    for together in (1, 10, 50):
        count = _SLICES * (1 if together == 1 else _COPIES)
        rate = _per_second(lambda: _sent(crowd[: count // _SLICES], together), count)  # noqa: B023 - called at once
        _say(f"CT, known body, by STOW at {together} a request", rate)
    _say("MR 256 x 256, new body, in memory", _rate(make_study("brain-mr", 7).instances()))
    _say("CR 7.5 MB, both views of a new body", _rate(make_study("knee-cr", 7).instances()))
    _codecs()
    return 0


def _codecs() -> None:
    middle = next(islice(make_study("chest-ct", 7).series[0].images(), 40, None)).pixels
    assert middle is not None
    for name, syntax in SYNTAXES.items():
        try:
            require(name)
        except CodecMissing as missing:
            print(f"{name}: {missing}")
            continue
        if syntax.compress:
            coded = syntax.compress(middle, 12)
            repeats = 20
            rate = _per_second(lambda: [syntax.compress(middle, 12) for _ in range(repeats)], repeats)  # noqa: B023
            _say(f"{name}, ratio {middle.nbytes / len(coded):.2f}", rate)


def _rate(instances: Iterable[Instance]) -> float:
    begun, count = time.process_time(), 0
    for _ in instances:
        count += 1
    return count / (time.process_time() - begun)


def _per_second(work: Callable[[], object], count: int) -> float:
    begun = time.process_time()
    work()
    return count / (time.process_time() - begun)


def _quietly(_instances: int, _size: int) -> None:
    """No progress."""


def _written(crowd: list, folder: Path) -> None:
    for study in crowd:
        files.write(study, folder, _quietly)


def _sent(crowd: list, together: int) -> None:
    ready: multiprocessing.Queue = multiprocessing.Queue()
    sink = multiprocessing.Process(target=_sink, args=(ready,), daemon=True)
    sink.start()
    address = f"http://127.0.0.1:{ready.get()}/studies"
    media = f'multipart/related; type="application/dicom"; boundary={_BOUNDARY.decode()}'
    with httpx.Client(trust_env=False, timeout=60) as client:
        for study in crowd:
            for batch in _batches(study.instances(), together):
                client.post(address, content=_body(batch), headers={"Content-Type": media}).raise_for_status()
    sink.terminate()
    sink.join()


def _batches(instances: Iterator[Instance], size: int) -> Iterator[list[Instance]]:
    batch: list[Instance] = []
    for one in instances:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _body(batch: list[Instance]) -> Iterator[bytes]:
    for one in batch:
        yield b"--" + _BOUNDARY + b"\r\nContent-Type: application/dicom\r\n\r\n"
        yield one.data
        yield b"\r\n"
    yield b"--" + _BOUNDARY + b"--\r\n"


class _Swallow(http.server.BaseHTTPRequestHandler):
    """Reads what comes, in chunks, and thanks for it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read to the last chunk."""
        while size := int(self.rfile.readline(), 16):
            self.rfile.read(size + 2)
        self.rfile.readline()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _sink(ready: multiprocessing.Queue) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Swallow)
    ready.put(server.server_port)
    server.serve_forever()


def _say(what: str, rate: float) -> None:
    print(f"{what:44} {rate:8.1f} per CPU second")


if __name__ == "__main__":
    sys.exit(main())
