"""Studies as folders of PS3.10 files: written, and read back to be sent."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from simulator.studies import Instance, Study

_TAGS = ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"]


def write(study: Study, folder: Path, progress: Callable[[int, int], None]) -> None:
    """Write a study's instances and its truth.json below `folder`, calling `progress(instances, bytes)`.

    Raises OSError when a file cannot be written.
    """
    made: set[Path] = set()
    for instance in study.instances():
        path = folder / study.name / instance.file_name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(instance.data)
        progress(1, len(instance.data))
    text = json.dumps(study.truth(), indent=2, ensure_ascii=False)
    (folder / study.name / "truth.json").write_text(text + "\n", encoding="utf-8")


def find(folder: Path) -> list[Path]:
    """Return every .dcm file below `folder` in a fixed order."""
    return sorted(path for path in folder.rglob("*.dcm") if path.is_file())


def read(paths: list[Path]) -> Iterator[Instance]:
    """Yield files as instances, one in memory at a time; ValueError names a file that is not DICOM."""
    for path in paths:
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS)
            uids = [str(header[keyword].value) for keyword in _TAGS]
        except (InvalidDicomError, KeyError) as error:
            raise ValueError(f"{path} is not a DICOM file with study, series and instance UIDs.") from error
        yield Instance(uids[0], uids[1], uids[2], path.read_bytes(), path.name)
