"""Every IOD in every transfer syntax, before two independent validators: `make check-iods` prints what they find."""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydicom import dcmread

from simulator.codecs import SYNTAXES, CodecMissing, require
from simulator.iods.index import DOCUMENTS
from simulator.studies import STUDIES, make_study
from simulator.workload import files

# dcentvfy files the accession number under the series for images and under the study for reports, and then compares
# its own two answers; the values are the same.
_OF_THE_VALIDATOR = "Different information entities for attribute - Element=<AccessionNumber>"


def main() -> int:
    """Make, check, print; 1 when there was an error or a warning."""
    parser = argparse.ArgumentParser("bench.iods", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    seed = parser.parse_args().seed
    available = [name for name in SYNTAXES if _works(name)]
    with tempfile.TemporaryDirectory() as folder:
        for syntax in available:
            for name in STUDIES:
                documents = list(DOCUMENTS) if syntax == "explicit" else []
                study = make_study(name, seed, scale="small", slices=3, syntaxes={syntax: 1}, documents=documents)
                files.write(study, Path(folder) / syntax, _quietly)
        found = sum(_check(Path(folder) / syntax, syntax) for syntax in available)
    missing = ", ".join(name for name in SYNTAXES if name not in available)
    print(f"{found} errors and warnings" + (f"; not checked, for want of an encoder: {missing}" if missing else ""))
    return 1 if found else 0


def _quietly(_instances: int, _size: int) -> None:
    """No progress."""


def _works(syntax: str) -> bool:
    try:
        require(syntax)
    except CodecMissing:
        return False
    return True


def _check(folder: Path, syntax: str) -> int:
    paths = files.find(folder)
    checked: Counter[str] = Counter()
    complaints: Counter[str] = Counter()
    for path in paths:
        kind = dcmread(path, stop_before_pixels=True, specific_tags=["SOPClassUID"]).SOPClassUID.name
        checked[kind] += 1
        for line in _complaints("dciodvfy", "-new", str(path)):
            complaints[kind] += 1
            print(f"  {path.relative_to(folder)}: {line}")
    for kind in sorted(checked):
        print(f"{syntax:10} {kind:52} {checked[kind]:4} files, dciodvfy {complaints[kind]}")
    entities = [line for patient in _patients(paths) for line in _complaints("dcentvfy", *map(str, patient))]
    for line in sorted(set(entities)):
        print(f"  {line}")
    print(f"{syntax:10} {'all of each patient together':52} {len(paths):4} files, dcentvfy {len(entities)}")
    return complaints.total() + len(entities)


def _patients(paths: list[Path]) -> Iterator[list[Path]]:
    by_patient: dict[str, list[Path]] = {}
    for path in paths:
        patient = dcmread(path, stop_before_pixels=True, specific_tags=["PatientID"]).PatientID
        by_patient.setdefault(str(patient), []).append(path)
    yield from by_patient.values()


def _complaints(command: str, *arguments: str) -> list[str]:
    binary = Path(sys.executable).with_name(command)
    run = subprocess.run([binary, *arguments], capture_output=True, text=True, check=False)
    lines = (run.stdout + run.stderr).splitlines()
    return [line for line in lines if re.match(r"(Error|Warning)", line) and _OF_THE_VALIDATOR not in line]


if __name__ == "__main__":
    sys.exit(main())
