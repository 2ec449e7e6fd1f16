"""How much memory the server takes for studies larger than it: `python -m bench.memory`.

A real server stores and retrieves a study of many instances and instances of many frames, made on the fly and never
held here either. For each step its peak resident memory (VmHWM) is printed.
"""

import argparse
import struct
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bench.connection import Connection, Piece
from e2e.running import RunningServer
from server.rendering.encoders.index import ENCODERS
from server.rendering.image import Image, Values

SIDE = 512
NATIVE, RLE, JPEG_LS = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.80"
_CT, _MULTI_FRAME = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.7.3"
_ROOT = "1.2.826.0.1.3680043.10.2"
_BOUNDARY = b"bench-memory-boundary"
_TOGETHER = 500
_EACH = 64
SENDERS = 16
READERS = 200


@dataclass(frozen=True)
class Step:
    """One thing that was done: the bytes that came or went, how long it took, and the server's peak meanwhile."""

    name: str
    megabytes: float
    seconds: float
    peak_megabytes: float


def measure(megabytes: int, folder: Path, *, at_once: bool = False) -> Iterator[Step]:
    """Stores and retrieves a study and two multi-frame instances of that size each; and a crowd does, if wanted."""
    frames = megabytes * 2**20 // (SIDE * SIDE * 2)
    server = RunningServer(folder / "root").start()
    assert server.process is not None
    connection = Connection(server.port)
    meter = _Meter(server.process.pid, connection)
    try:
        yield meter.step("started", "GET", "/readyz")
        bodies = [range(n, min(n + _TOGETHER, frames)) for n in range(0, frames, _TOGETHER)]
        for numbers in bodies:
            yield meter.store("store a study", [_instance(number) for number in numbers])
        yield meter.store("store an instance of many frames", [_multi_frame(2, NATIVE, frames)])
        yield meter.store("store it compressed", [_multi_frame(3, RLE, frames)])
        for name, path, accept in _requests(frames):
            yield meter.step(name, "GET", path, accept)
        if at_once:
            yield from _at_once(meter, megabytes)
    finally:
        connection.close()
        server.stop()


def _at_once(meter: "_Meter", megabytes: int) -> Iterator[Step]:
    """A quarter of the size stored by many senders at once, and studies retrieved by many readers at once."""
    each = max(1, megabytes // 4 * 2**20 // _PIXELS.nbytes // SENDERS)
    bodies = [[_instance(number, study) for number in range(each)] for study in range(10, 10 + SENDERS)]
    yield meter.together(f"{SENDERS} stores at once", [meter.storing(files) for files in bodies])
    path = f"/dicomweb/studies/{_ROOT}.10"
    accept = 'multipart/related; type="application/dicom"; transfer-syntax=*'
    yield meter.together(f"{READERS} studies retrieved at once", [_asking("GET", path, accept)] * READERS)


def both_ways(folder: Path) -> Iterator[Step]:
    """Half a gigabyte in, and then as much in and out at the same time, of a server that has just started."""
    server = RunningServer(folder / "root").start()
    assert server.process is not None
    meter = _Meter(server.process.pid, Connection(server.port))
    accept = 'multipart/related; type="application/dicom"; transfer-syntax=*'

    def storing(first: int) -> list[Sequence[Piece]]:
        return [
            meter.storing([_instance(number, study) for number in range(_EACH)])
            for study in range(first, first + SENDERS)
        ]

    try:
        yield meter.step("started", "GET", "/readyz")
        yield meter.together(f"{SENDERS} stores at once", storing(100))
        retrieving = [_asking("GET", f"/dicomweb/studies/{_ROOT}.{100 + n}", accept) for n in range(SENDERS)]
        yield meter.together(f"{SENDERS} stores, {SENDERS} retrievals", [*storing(200), *retrieving])
    finally:
        server.stop()


def _requests(frames: int) -> Sequence[tuple[str, str, str]]:
    study = f"/dicomweb/studies/{_ROOT}.1"
    native, compressed = (
        f"/dicomweb/studies/{_ROOT}.{n}/series/{_ROOT}.{n}.1/instances/{_ROOT}.{n}.1.1" for n in (2, 3)
    )
    several, octets = (
        'multipart/related; type="application/dicom"',
        'multipart/related; type="application/octet-stream"',
    )
    every = ",".join(str(number) for number in range(1, min(frames, 4000) + 1))
    return [
        ("study, untouched", study, f"{several}; transfer-syntax=*"),
        ("study, to JPEG-LS", study, f"{several}; transfer-syntax={JPEG_LS}"),
        ("study, metadata", f"{study}/metadata", "application/dicom+json"),
        ("study, all bulk data", f"{study}/bulkdata", octets),
        ("frames in one file, untouched", native, "application/dicom; transfer-syntax=*"),
        ("frames in one file, to RLE", native, f"application/dicom; transfer-syntax={RLE}"),
        ("frames in one file, one by one", f"{native}/frames/{every}", octets),
        ("frames in one file, as bulk data", f"{native}/bulkdata/7FE00010", "application/octet-stream"),
        ("compressed, untouched", compressed, "application/dicom; transfer-syntax=*"),
        ("compressed, to uncompressed", compressed, f"application/dicom; transfer-syntax={NATIVE}"),
        ("compressed, frames decoded", f"{compressed}/frames/{every}", octets),
        ("compressed, pixel data", f"{compressed}/pixeldata", "*/*"),
    ]


class _Meter:
    """Asks the server, and reads how much memory it took."""

    def __init__(self, pid: int, connection: Connection) -> None:
        self._proc = Path(f"/proc/{pid}")
        self._connection = connection

    def store(self, name: str, files: Sequence[Sequence[Piece]]) -> Step:
        return self._step(name, self.storing(files), self._connection)

    def step(self, name: str, method: str, path: str, accept: str = "*/*") -> Step:
        return self._step(name, _asking(method, path, accept), self._connection)

    def storing(self, files: Sequence[Sequence[Piece]]) -> Sequence[Piece]:
        """The request that stores these files."""
        head = b"--" + _BOUNDARY + b"\r\nContent-Type: application/dicom\r\n\r\n"
        body = [piece for file in files for piece in (head, *file, b"\r\n")] + [b"--" + _BOUNDARY + b"--\r\n"]
        return _asking("POST", "/dicomweb/studies", "*/*", body)

    def together(self, name: str, requests: Sequence[Sequence[Piece]]) -> Step:
        """Requests at once, each on a connection of its own; their peak together."""
        connections = [self._connection.another() for _ in requests]
        try:
            with ThreadPoolExecutor(len(requests)) as pool:
                started = self._begin()
                steps = list(pool.map(partial(self._ask, name), requests, connections))
                return Step(name, sum(steps) / 2**20, time.monotonic() - started, self._peak())
        finally:
            for one in connections:
                one.close()

    def _step(self, name: str, request: Sequence[Piece], connection: Connection) -> Step:
        """One request; its peak alone, since the kernel's mark is set back before."""
        started = self._begin()
        size = self._ask(name, request, connection)
        return Step(name, size / 2**20, time.monotonic() - started, self._peak())

    def _begin(self) -> float:
        (self._proc / "clear_refs").write_text("5")
        return time.monotonic()

    def _ask(self, name: str, request: Sequence[Piece], connection: Connection) -> int:
        """Bytes that came or went."""
        answer = connection.ask(request)
        assert answer.status == 200, f"{name}: {answer.status}"
        return max(sum(map(len, request)), connection.taken)

    def _peak(self) -> float:
        lines = (self._proc / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _asking(method: str, path: str, accept: str, body: Sequence[Piece] = ()) -> Sequence[Piece]:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n"
    if body:
        head += f'Content-Type: multipart/related; type="application/dicom"; boundary={_BOUNDARY.decode()}\r\n'
        head += f"Content-Length: {sum(map(len, body))}\r\n"
    return [head.encode() + b"\r\n", *body]


def _instance(number: int, study: int = 1) -> list[Piece]:
    uids = (f"{_ROOT}.{study}", f"{_ROOT}.{study}.1", f"{_ROOT}.{study}.1.{number + 1}")
    return [_header(_CT, *uids, NATIVE, 1), _element(0x7FE00010, "OW", b"", _PIXELS.nbytes), _PIXELS]


def _multi_frame(number: int, syntax: str, frames: int) -> list[Piece]:
    header = _header(_MULTI_FRAME, f"{_ROOT}.{number}", f"{_ROOT}.{number}.1", f"{_ROOT}.{number}.1.1", syntax, frames)
    if syntax == NATIVE:
        return [header, _element(0x7FE00010, "OW", b"", _PIXELS.nbytes * frames), *[_PIXELS] * frames]
    frame = ENCODERS[syntax].encode(_VALUES, _IMAGE)
    frame += b"\0" * (len(frame) % 2)
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(frame))
    one: list[Piece] = [item, memoryview(frame)]
    begin = _element(0x7FE00010, "OB", b"", 0xFFFFFFFF) + struct.pack("<HHL", 0xFFFE, 0xE000, 0)
    return [header, begin, *one * frames, struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)]


def _header(sop_class: str, study: str, series: str, instance: str, syntax: str, frames: int) -> bytes:
    """A Part 10 file up to its pixel data."""
    meta = _uid(0x00020010, syntax)
    short = ((0x00280100, 16), (0x00280101, 12), (0x00280102, 11), (0x00280103, 0))
    return (
        b"\0" * 128 + b"DICM" + _element(0x00020000, "UL", struct.pack("<L", len(meta))) + meta
        + _uid(0x00080016, sop_class) + _uid(0x00080018, instance) + _element(0x00080060, "CS", b"OT")
        + _element(0x00100020, "LO", b"MEMORY") + _uid(0x0020000D, study) + _uid(0x0020000E, series)
        + _element(0x00280002, "US", struct.pack("<H", 1)) + _element(0x00280004, "CS", b"MONOCHROME2 ")
        + _element(0x00280008, "IS", f"{frames:<8}".encode())
        + _element(0x00280010, "US", struct.pack("<H", SIDE)) + _element(0x00280011, "US", struct.pack("<H", SIDE))
        + b"".join(_element(tag, "US", struct.pack("<H", value)) for tag, value in short)
    )  # fmt: skip


def _uid(tag: int, uid: str) -> bytes:
    return _element(tag, "UI", uid.encode() + b"\0" * (len(uid) % 2))


def _element(tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
    size = len(value) if length is None else length
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    return head + (struct.pack("<HL", 0, size) if vr in {"OB", "OW"} else struct.pack("<H", size)) + value


_VALUES = np.random.default_rng(2026).integers(0, 4096, (SIDE, SIDE), dtype=np.uint16)
_PIXELS = memoryview(_VALUES.tobytes())
_IMAGE = Image(SIDE, SIDE, 1, "MONOCHROME2", 16, 12, 11, False, 0, 1, "OW", NATIVE, Values())


def main() -> None:
    """Prints a line a step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2000, help="size of the study and of each instance of frames")
    parser.add_argument(
        "--folder", type=Path, help="where the server keeps its data meanwhile (default: a temporary one)"
    )
    parser.add_argument("--both-ways", action="store_true", help="only half a gigabyte in and out at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print(f"{'step':34} {'MB':>8} {'s':>7} {'peak MB':>8}")
        steps = both_ways(Path(folder)) if options.both_ways else measure(options.megabytes, Path(folder), at_once=True)
        for step in steps:
            print(f"{step.name:34} {step.megabytes:8.0f} {step.seconds:7.1f} {step.peak_megabytes:8.0f}", flush=True)


if __name__ == "__main__":
    main()
