"""How the catalogue does with a million studies: `python -m bench.scale`.

Synthetic entries go through the catalogue's own way in, into a database file like any other; then the searches that a
worklist makes are timed inside the process, without HTTP: the server's own time. At last `lightbox serve` is started on
it, as a process, with the databases in memory and not. `--keep DIR` keeps the database.
"""

import argparse
import gc
import itertools
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from e2e.running import RunningServer
from server.access.audit import Audit
from server.access.people import local_person
from server.catalogue import entries
from server.catalogue.changes import Kind
from server.catalogue.entries import Entry
from server.catalogue.packing import pack
from server.catalogue.query import Level, Query
from server.database.sqlite import Database
from server.dicom.resources import InstanceRef
from server.dicomweb.search_parameters import search_query
from server.studies.search import Search

INSTANCES_A_STUDY = 3
_TOGETHER = 5000
_FAMILIES = (
    "SMITH JONES TAYLOR BROWN WILLIAMS WILSON JOHNSON DAVIES PATEL ROBINSON WRIGHT THOMPSON EVANS WALKER WHITE "
    "ROBERTS GREEN HALL WOOD HARRIS MARTIN JACKSON CLARKE CLARK TURNER HILL MOORE COOPER WARD MORRIS KING WATSON "
    "HARRISON MORGAN BAKER YOUNG PATTERSON ALLEN ANDERSON MITCHELL PHILLIPS LEE BELL PARKER DAVIS KHAN SINGH "
    "BEGUM HUSSAIN O'NEILL"
).split()
_GIVEN = "OLIVIA GEORGE AMELIA NOAH ISLA ARTHUR AVA HARRY MARY JOHN MARGARET DAVID SUSAN PETER ANNE PAUL".split()
_PLACES = ("Riverside General Hospital", "Moorland Infirmary", "St Aidan's Community Hospital", "Eastgate Clinic")
_MODALITIES = ("CR", "DX", "CT", "MR", "US", "XA", "NM", "MG")


def made_entries(studies: int, seed: int = 1) -> Iterator[tuple[Entry, bytes]]:
    """Entries with their packed attributes; the body of the JSON is that of a CT header of about 80 attributes."""
    rng = random.Random(seed)
    filler = {f"0018{n:04X}": {"vr": "DS", "Value": [n / 7, n * 1.5]} for n in range(0x1100, 0x1138)}
    for number in range(studies):
        study, series = f"1.2.826.0.1.3680043.10.3.{number}", f"1.2.826.0.1.3680043.10.3.{number}.1"
        common = _study_attributes(number, rng) | filler
        for instance in range(1, INSTANCES_A_STUDY + 1):
            uid = f"{series}.{instance}"
            attributes = common | {
                "00080016": {"vr": "UI", "Value": ["1.2.840.10008.5.1.4.1.1.2"]},
                "00080018": {"vr": "UI", "Value": [uid]},
                "0020000D": {"vr": "UI", "Value": [study]},
                "0020000E": {"vr": "UI", "Value": [series]},
                "00200011": {"vr": "IS", "Value": [1]},
                "00200013": {"vr": "IS", "Value": [instance]},
            }
            entry = Entry(
                ref=InstanceRef(study, series, uid),
                organisation="LOCAL",
                digest=f"{number * INSTANCES_A_STUDY + instance:064x}",
                size=526_000,
                transfer_syntax_uid="1.2.840.10008.1.2.1",
                attributes=dict(sorted(attributes.items())),
                frames='{"number_of_frames": 1, "offset": 1500, "frame_bits": 4194304}',
                image=None,
                not_renderable=None,
            )
            yield entry, pack(entry.attributes)


def _study_attributes(number: int, rng: random.Random) -> dict[str, Any]:
    day = 20150101 + (number % 28) + 100 * (number // 28 % 12) + 10000 * (number // 336 % 12)
    name = f"{rng.choice(_FAMILIES)}{_letters(number // 400)}^{rng.choice(_GIVEN)}"
    modality = rng.choice(_MODALITIES)
    return {
        "00080020": {"vr": "DA", "Value": [str(day)]},
        "00080030": {"vr": "TM", "Value": [f"{8 + number % 10:02d}{number % 60:02d}00"]},
        "00080050": {"vr": "SH", "Value": [f"RX{number:08d}"]},
        "00080060": {"vr": "CS", "Value": [modality]},
        "00080080": {"vr": "LO", "Value": [_PLACES[number % 7 % len(_PLACES)]]},
        "00080090": {"vr": "PN", "Value": [{"Alphabetic": f"{rng.choice(_FAMILIES)}^{rng.choice(_GIVEN)}"}]},
        "00081030": {"vr": "LO", "Value": [f"{modality} study {number % 97}"]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": name}]},
        "00100020": {"vr": "LO", "Value": [f"99900{number // 3:07d}"]},
        "00100030": {"vr": "DA", "Value": [f"{1930 + number % 80}0102"]},
        "00100040": {"vr": "CS", "Value": ["FM"[number % 2]]},
    }


def _letters(number: int) -> str:
    """A few letters that tell families apart, as a real town's names are told apart."""
    letters = ""
    while number:
        number, rest = divmod(number, 26)
        letters += chr(65 + rest)
    return letters


def fill(database: Database, studies: int) -> float:
    """Catalogues the entries; answers the seconds it took."""
    started = time.perf_counter()
    source = made_entries(studies)
    for count in itertools.count(1):
        batch = list(itertools.islice(source, _TOGETHER))
        if not batch:
            break
        database.write(partial(entries.insert, prepared=batch, kind=Kind.STORED))
        if count % 20 == 0:
            print(f"  {count * _TOGETHER:,} instances, {time.perf_counter() - started:.0f} s", flush=True)
    return time.perf_counter() - started


def searches(studies: int) -> dict[str, list[tuple[str, str]]]:
    """What a worklist asks for, by name."""
    middle = studies // 2
    return {
        "one patient": [("PatientID", f"99900{middle // 3:07d}")],
        "name prefix": [("PatientName", "PATTERSONB*")],
        "common name prefix": [("PatientName", "SMITH*")],
        "name wildcard": [("PatientName", "PATT*^MARG*")],
        "fuzzy name": [("PatientName", "patersonb margret"), ("fuzzymatching", "true")],
        "accession number": [("AccessionNumber", f"RX{middle:08d}")],
        "date and modality": [("StudyDate", "20200614"), ("ModalitiesInStudy", "CT")],
        "today's worklist": [("StudyDate", "20261228-")],
        "newest 100": [],
        "name in the middle": [("PatientName", "*TTERSONBC*")],
        "instances of a study": [("StudyInstanceUID", f"1.2.826.0.1.3680043.10.3.{middle}")],
    }


def timed(act: Callable[[], object], seconds: float = 3.0) -> tuple[float, float, float]:
    """Median and 95th percentile of an act in ms and its CPU, repeated for some seconds and five times at least."""
    times: list[float] = []
    cpu = time.process_time()
    end = time.perf_counter() + seconds
    while len(times) < 5 or (time.perf_counter() < end and len(times) < 2000):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    cpu = (time.process_time() - cpu) * 1000 / len(times)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.95)], cpu


def main(arguments: Sequence[str] | None = None) -> int:
    """Fills a catalogue, times the searches, prints a table."""
    parser = argparse.ArgumentParser("bench.scale", description=__doc__)
    parser.add_argument("--studies", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="folder for the database, used again when it is there")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="lightbox-scale-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        _measure(folder, options.studies)
    return 0


def _measure(folder: Path, studies: int) -> None:
    path = folder / "catalogue.sqlite"
    fresh = not path.exists()
    started = time.perf_counter()
    with closing(Database(path)) as catalogue, closing(Database(folder / "records.sqlite")) as records:
        entries.prepare(catalogue)
        if not fresh:
            print(f"opened in {time.perf_counter() - started:.2f} s")
        else:
            seconds = fill(catalogue, studies)
            rate = studies * INSTANCES_A_STUDY / seconds
            print(f"catalogued {studies * INSTANCES_A_STUDY:,} instances in {seconds:.0f} s ({rate:,.0f} a second)")
        size = sum(one.stat().st_size for one in folder.glob("catalogue.sqlite*"))
        print(f"database: {size / 2**20:,.0f} MB, {size / (studies * INSTANCES_A_STUDY):,.0f} bytes an instance")
        gc.collect()
        print("\n| search | matches | median ms | p95 ms | CPU ms |\n|---|---|---|---|---|")
        search, person = Search(catalogue, Audit(records), 200_000), local_person("LOCAL")
        for name, parameters in searches(studies).items():
            level = Level.INSTANCE if "instances" in name else Level.STUDY
            query: Query = search_query([*parameters, ("limit", "100")], level, 5000)
            found = search.search(person, query, "http://127.0.0.1/dicomweb")
            median, late, cpu = timed(partial(search.search, person, query, "http://127.0.0.1/dicomweb"))
            more = "+" if found.more else ""
            print(f"| {name} | {len(found.matches)}{more} | {median:.2f} | {late:.2f} | {cpu:.2f} |", flush=True)
    print(f"\nfirst start, which tells the ledger all of this: ready in {start_up(folder):.2f} s")
    print(f"again: ready in {statistics.median(start_up(folder) for _ in range(3)):.2f} s (median of 3)")
    for database in folder.glob("*.sqlite*"):
        with database.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    print(f"with nothing of the databases in memory: ready in {start_up(folder):.2f} s")


def start_up(root: Path) -> float:
    """Seconds from starting the process until it answers that it is ready."""
    began = time.perf_counter()
    server = RunningServer(root)
    try:
        server.start()
        httpx.get(f"{server.address}/readyz").raise_for_status()
        return time.perf_counter() - began
    finally:
        server.stop()


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except sqlite3.OperationalError as error:
        raise SystemExit(f"bench.scale: {error}") from error
