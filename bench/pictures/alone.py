"""What no peer answers: planes through volumes one after the other, and a frame drawn without a server around it."""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import pydicom

from bench.checks import fault, jpeg_of
from bench.connection import Connection
from bench.pictures.subjects import Subjects
from bench.processes import cpu_seconds
from bench.requests import JPEG, Request
from bench.targets import Target
from server.rendering.describe import describe
from server.rendering.pipeline import decode, draw
from server.rendering.request import RenderRequest, Window


@dataclass(frozen=True)
class Alone:
    """One thing done so many times: the median of its times, and its CPU each; `aim` is the CPU that is aimed at."""

    name: str
    times: int
    ms: float
    cpu_ms: float
    aim: float = 0


def planes(target: Target, subjects: Subjects, times: int) -> Iterator[Alone]:
    """The first plane of each long CT, then planes and slabs of the first of them."""
    yield _asked(target, "first coronal plane, the CT never asked for before", _first(subjects), 0)
    x, y, z = subjects.middle

    def through(side: str, at: Callable[[float], tuple[float, float, float]], more: str = "") -> Sequence[str]:
        points = (at((number - times / 2) * subjects.pixel) for number in range(times))
        looks = (",".join(f"{one:.3f}" for one in point) for point in points)
        return [f"{subjects.long[0]}/renderedMPR?orientation={side}&viewpointlookat={look}{more}" for look in looks]

    slab = "&renderingmethod=maximum_ip&mprslab=20"
    yield _asked(target, "following coronal planes", through("a", lambda by: (x, y + by, z)), 10)
    yield _asked(target, "following sagittal planes", through("l", lambda by: (x + by, y, z)), 10)
    yield _asked(target, "following axial planes", through("f", lambda by: (x, y, z + by)), 10)
    yield _asked(
        target,
        "following oblique planes",
        [
            f"{subjects.long[0]}/renderedMPR?viewpointposition={x + 90:.3f},{y - 200:.3f},{z + 40:.3f}"
            f"&viewpointlookat={x:.3f},{y + by * subjects.pixel:.3f},{z:.3f}"
            for by in range(times)
        ],
        10,
    )
    yield _asked(target, "maximum of coronal slabs of 20 mm", through("a", lambda by: (x, y + by, z), slab), 0)


def frame_alone(file: bytes, times: int) -> Alone:
    """Decode, window and encode of one CT frame, in this thread."""
    dataset = pydicom.dcmread(io.BytesIO(file))
    header = dataset.to_json_dict(bulk_data_threshold=2**30)
    image = describe(header, lambda _: b"", "OW", str(dataset.file_meta.TransferSyntaxUID))
    walls, cpus = [], []
    for number in range(times):
        wish = RenderRequest(window=Window(40 + number / 1000, 400))
        wall, cpu = time.perf_counter(), time.thread_time()
        draw(decode(dataset.PixelData, image), image, 1, wish)
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.thread_time() - cpu))
    return Alone("decode, window and encode a CT frame, no server", times, median(walls), median(cpus), 1.5)


def _first(subjects: Subjects) -> Sequence[str]:
    return [f"{path}/renderedMPR?orientation=a" for path in subjects.long]


def _asked(target: Target, name: str, paths: Sequence[str], aim: float) -> Alone:
    """Each path once, on one connection; the first answer is checked."""
    connection = Connection(target.port)
    check, times = jpeg_of(512, 512, within=True), []
    before = cpu_seconds(target.pid)
    for number, path in enumerate(paths):
        start = time.perf_counter()
        answer = connection.ask(Request(path, JPEG).pieces(target.port, target.prefix), keep=number == 0)
        times.append(1000 * (time.perf_counter() - start))
        wrong = fault(answer, check) if number == 0 else "" if answer.status == 200 else f"status {answer.status}"
        if wrong:
            raise RuntimeError(f"{name}: {wrong}")
    connection.close()
    cpu = 1000 * (cpu_seconds(target.pid) - before) / len(paths)
    return Alone(name, len(paths), median(times), cpu, aim)
