"""What is measured of both servers: every case a stream of requests and a check of its first answer."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.checks import Check, list_of, payload_of, stored
from bench.connection import Piece
from bench.requests import DICOM, DICOM_JSON, OCTET_STREAM, Request
from bench.samples import FIRST_TOKEN_OF_LIST, FIRST_TOKEN_STORED, Copies, Samples, copies_of, surnames

_CT_FRAME_BYTES = 512 * 512 * 2
_STORED_TOGETHER = 50


@dataclass(frozen=True)
class Case:
    """One thing to measure; `request` makes the request of a number that never comes twice in a run of the bench.

    `units` is what one request counts for (instances of a store), and `unit` is what it is called.
    """

    name: str
    request: Callable[[int], Request]
    check: Check
    unit: str = "requests"
    units: int = 1


def cases(samples: Samples) -> Iterator[Case]:
    """Every case, the stores last, since they make the archive grow."""
    yield from _searches(samples)
    yield from _retrievals(samples)
    yield from _stores(samples)


def _get(name: str, accept: str, path: Callable[[int], str], check: Check) -> Case:
    return Case(name, lambda number: Request(path(number), accept), check)


def _searches(samples: Samples) -> Iterator[Case]:
    listed, names = samples.listed, surnames(samples)
    size = len(samples.ct.instances)

    def patient_id(number: int) -> str:
        study = number % samples.listed_studies
        return listed[study % len(listed)].patient_id(FIRST_TOKEN_OF_LIST + study)

    yield _get("search: studies by PatientID", DICOM_JSON, lambda n: f"/studies?PatientID={patient_id(n)}", list_of(1))
    yield _get(
        "search: studies by name wildcard, at most 25",
        DICOM_JSON,
        lambda n: f"/studies?PatientName={names[n % len(names)][:3]}*&limit=25",
        list_of(1, 25),
    )
    path = f"{samples.ct.series_path}/instances"
    yield _get(f"search: the {size} instances of a series", DICOM_JSON, lambda _: path, list_of(size, size))


def _retrievals(samples: Samples) -> Iterator[Case]:
    ct = samples.ct
    size = len(ct.instances)
    yield _get(
        f"metadata of a series of {size}", DICOM_JSON, lambda _: f"{ct.series_path}/metadata", list_of(size, size)
    )
    yield _get(
        "frame of a CT as stored, 512 KB",
        OCTET_STREAM,
        lambda n: f"{ct.instance_path(n)}/frames/1",
        payload_of(_CT_FRAME_BYTES),
    )
    yield _get("whole instance of a CT", DICOM, ct.instance_path, payload_of(len(ct.instances[0].data), b"DICM"))


def _stores(samples: Samples) -> Iterator[Case]:
    supply = copies_of(samples.ct)
    together = min(_STORED_TOGETHER, len(supply))
    for size, first in ((1, FIRST_TOKEN_STORED), (together, 2 * FIRST_TOKEN_STORED)):
        groups = [supply[start : start + size] for start in range(0, len(supply) - size + 1, size)]
        name = f"store: CT instances of 512 KB, {size} per request"
        yield Case(name, _storing(groups, first), stored(size), "instances", size)


def _storing(groups: list[list[Copies]], first: int) -> Callable[[int], Request]:
    def request(number: int) -> Request:
        copy, group = divmod(number, len(groups))
        return Request("/studies", DICOM_JSON, [one.parts(first + copy) for one in groups[group]])

    return request


def listed_studies(samples: Samples) -> Iterator[Request]:
    """Stores of everything that must be there before the first case: the three studies, then the small ones."""
    large: list[list[Piece]] = [[one.data] for study in (samples.ct, samples.cr, samples.mr) for one in study.instances]
    listed = samples.listed
    small: list[list[Piece]] = [
        listed[number % len(listed)].parts(FIRST_TOKEN_OF_LIST + number) for number in range(samples.listed_studies)
    ]
    everything: Iterator[list[Piece]] = iter([*large, *small])
    while batch := list(itertools.islice(everything, 10)):
        yield Request("/studies", DICOM_JSON, batch)
