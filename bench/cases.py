"""What is measured of both servers: every case a stream of requests and a check of its first answer."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from bench.checks import Check, list_of, payload_of, stored
from bench.connection import Piece
from bench.requests import DICOM, DICOM_JSON, OCTET_STREAM, Request
from bench.samples import (
    FIRST_TOKEN_OF_LIST,
    FIRST_TOKEN_STORED,
    FIRST_TOKEN_TINY,
    Copies,
    Samples,
    copies_of,
    surnames,
)

_CT_FRAME_BYTES = 512 * 512 * 2
_STORED_TOGETHER = 50


@dataclass(frozen=True)
class Case:
    """One thing to measure; `request` makes the request of a number that never comes twice in a run of the bench.

    `units` is what one request counts for (instances of a store), and `unit` is what it is called. With `from_memory`
    it is also seen how fast the bytes of its first answer can be sent by a server that does nothing else.
    """

    name: str
    request: Callable[[int], Request]
    check: Check
    unit: str = "requests"
    units: int = 1
    from_memory: bool = False


def readings(samples: Samples) -> Iterator[Case]:
    """What is read of a small archive."""
    yield from _searches(samples)
    yield from _retrievals(samples)


def stores(samples: Samples) -> Iterator[Case]:
    """What is stored; the archive grows by it."""
    yield from _stores(samples)


def _get(name: str, accept: str, path: Callable[[int], str], check: Check, *, from_memory: bool = False) -> Case:
    return Case(name, lambda number: Request(path(number), accept), check, from_memory=from_memory)


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
    yield _get(
        f"search: the {size} instances of a series", DICOM_JSON, lambda _: path, list_of(size, size), from_memory=True
    )


def _retrievals(samples: Samples) -> Iterator[Case]:
    ct = samples.ct
    size = len(ct.instances)
    yield _get(
        f"metadata of a series of {size}",
        DICOM_JSON,
        lambda _: f"{ct.series_path}/metadata",
        list_of(size, size),
        from_memory=True,
    )
    yield _get(
        "frame of a CT as stored, 512 KB",
        OCTET_STREAM,
        lambda n: f"{ct.instance_path(n)}/frames/1",
        payload_of(_CT_FRAME_BYTES),
        from_memory=True,
    )
    whole = payload_of(len(ct.instances[0].data), b"DICM")
    yield _get("whole instance of a CT", DICOM, ct.instance_path, whole, from_memory=True)


def _stores(samples: Samples) -> Iterator[Case]:
    supplies = {"CT instances": copies_of(samples.ct), "small instances": list(samples.listed)}
    supplies = {f"{what} of {_kilobytes(supply)} KB": supply for what, supply in supplies.items()}
    for kind, (what, supply) in enumerate(supplies.items()):
        together = min(_STORED_TOGETHER, len(supply))
        for group, size in enumerate((1, together)):
            groups = [supply[start : start + size] for start in range(0, len(supply) - size + 1, size)]
            first = FIRST_TOKEN_STORED * (1 + group) + FIRST_TOKEN_TINY * kind
            name = f"store: {what}, {size} per request"
            yield Case(name, _storing(groups, first), stored(size), "instances", size)


def searches_among_many(samples: Samples) -> Iterator[Case]:
    """Searches that are asked again when the archive holds thousands of studies."""
    names, dates = (sorted({choose(one) for one in samples.listed}) for choose in (_beginning, _date))
    many = f"at {samples.many_studies:,} studies"
    yield _get(
        f"search: studies by name wildcard, at most 25, {many}",
        DICOM_JSON,
        lambda n: f"/studies?PatientName={names[n % len(names)]}*&limit=25",
        list_of(1, 25),
    )
    yield from (replace(case, name=f"{case.name}, {many}") for case in _searches(samples) if "PatientID" in case.name)
    yield _get(
        f"search: studies by date and modality, at most 25, {many}",
        DICOM_JSON,
        lambda n: f"/studies?StudyDate={dates[n % len(dates)]}&ModalitiesInStudy=MR&limit=25",
        list_of(1, 25),
    )


def _kilobytes(supply: Sequence[Copies]) -> int:
    return round(sum(map(len, supply[0].parts(FIRST_TOKEN_STORED))) / 1000)


def _beginning(one: Copies) -> str:
    return quote(one.patient_name[:3])


def _date(one: Copies) -> str:
    return one.study_date


def _storing(groups: list[list[Copies]], first: int) -> Callable[[int], Request]:
    def request(number: int) -> Request:
        copy, group = divmod(number, len(groups))
        return Request("/studies", DICOM_JSON, [one.parts(first + copy) for one in groups[group]])

    return request


def listed_studies(samples: Samples) -> Iterator[Request]:
    """Stores of everything that must be there before the first case: the three studies, then the small ones."""
    large: list[list[Piece]] = [[one.data] for study in (samples.ct, samples.cr, samples.mr) for one in study.instances]
    yield from _together([*large, *_listed(samples, 0, samples.listed_studies)], 10)


def many_studies(samples: Samples) -> Iterator[Request]:
    """Stores of the studies that make the archive a large one."""
    yield from _together(_listed(samples, samples.listed_studies, samples.many_studies), 50)


def _listed(samples: Samples, first: int, end: int) -> Iterator[list[Piece]]:
    listed = samples.listed
    return (listed[number % len(listed)].parts(FIRST_TOKEN_OF_LIST + number) for number in range(first, end))


def _together(instances: Iterable[list[Piece]], size: int) -> Iterator[Request]:
    rest = iter(instances)
    while batch := list(itertools.islice(rest, size)):
        yield Request("/studies", DICOM_JSON, batch)
