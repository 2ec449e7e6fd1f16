"""`lightbox export`: everything, or a part, as files that any other system can take; and checking such an export."""

import shutil
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import orjson
from rich.console import Console

from server.access.preferences import Preferences
from server.app import Parts, open_parts
from server.archive.occupied import Occupancy
from server.catalogue.leaving import Wanted, count
from server.commands import check_export
from server.commands.failure import CommandFailed, need_archive, need_elsewhere
from server.commands.progress import bar
from server.commands.standing_in import readable
from server.settings import Settings
from server.studies.export import MANIFEST, UNFINISHED, Export, Exported, complete

_ABOUT = """This is an export of a Lightbox archive.

studies/         DICOM Part 10 files as they were received: studies/<Study UID>/<Series UID>/<Instance UID>.dcm
manifest.jsonl   one line of JSON for each file, in the order in which they came: path, SHA-256, size, UIDs,
                 organisation, and when it was stored (ms since 1970)
SHA256SUMS       the same digests; `sha256sum -c SHA256SUMS` checks them with nothing but coreutils
verify.py        checks digests and UIDs with nothing but Python (3.8 or later) and pydicom
records/         who did what (audit_records), who looked together (sessions), what happened to instances (ledger);
                 with everything, also what people have chosen for themselves (preferences)

To take it into another Lightbox: lightbox import FOLDER. Any DICOM system can read the files.
"""


_AGAIN = "What is there stays; the same command again goes on."

_FLAGS = {"patient_id": "--patient", "study_uid": "--study", "organisation": "--of"}


def export(settings: Settings, to: Path, wanted: Wanted) -> int:
    """Writes an export into the empty folder `to`; answers 1 when damaged instances had to stay behind.

    `CommandFailed`, and nothing written, when a part is asked for of which there is nothing.
    """
    need_archive(settings.archive.root)
    need_elsewhere(settings, to)
    _need_place(to, wanted)
    with readable(settings) as used, closing(open_parts(used)) as parts:
        instances = count(parts.catalogue, wanted)
        if not instances and not wanted.is_all:
            asked = " and ".join(flag for name, flag in _FLAGS.items() if getattr(wanted, name) is not None)
            raise CommandFailed(f"this archive has no instances of that {asked}: nothing was written")
        with closing(Occupancy(to, alone=True, name=UNFINISHED)):
            exported = _write_all(parts, to, wanted, instances)
    Console(stderr=True, highlight=False).print(
        f"exported {exported.instances} instances of {len(exported.study_uids)} studies", soft_wrap=True
    )
    for instance_uid in exported.damaged:
        print(f"damaged\t{instance_uid}")  # noqa: T201 - for scripts
    return 1 if exported.damaged else 0


def _write_all(parts: Parts, to: Path, wanted: Wanted, instances: int) -> Exported:
    """Fills the folder, and takes the mark away that it is not whole."""
    (to / UNFINISHED).write_bytes(orjson.dumps(asdict(wanted)))
    try:
        with bar("exporting", instances) as advance:
            leaves = Export(parts.sound, parts.catalogue, parts.audit)
            exported = leaves.write(parts.local_person, wanted, to, advance)
        _records(parts, to / "records", None if wanted.is_all else exported.study_uids)
        (to / "README.txt").write_text(_ABOUT)
        shutil.copyfile(check_export.__file__, to / "verify.py")
        complete(to)
    except OSError as error:
        raise CommandFailed(f"{to} takes no more: {error.strerror}. {_AGAIN}") from error
    except KeyboardInterrupt:
        Console(stderr=True, highlight=False).print(f"cut off. {_AGAIN}", soft_wrap=True)
        raise
    (to / UNFINISHED).unlink()
    return exported


def _need_place(to: Path, wanted: Wanted) -> None:
    """`CommandFailed` unless the folder is empty or holds what an export of the same, which was cut off, has left."""
    if not to.exists() or not any(to.iterdir()):
        return
    if not (to / UNFINISHED).is_file():
        raise CommandFailed(f"{to} is not empty")
    if (to / UNFINISHED).read_bytes() not in {orjson.dumps(asdict(wanted)), b""}:
        raise CommandFailed(f"{to} holds an export of something else that was cut off: choose an empty folder")
    Console(stderr=True, highlight=False).print("going on where the last export was cut off", markup=False)


def check(folder: Path) -> int:
    """Checks an export; answers 1 when anything is wrong with it."""
    if (folder / UNFINISHED).is_file():
        raise CommandFailed(f"the export in {folder} was cut off: the same `lightbox export --to` again completes it")
    if not (folder / MANIFEST).is_file():
        raise CommandFailed(f"{folder} is no export: it has no {MANIFEST}")
    with (folder / MANIFEST).open("rb") as manifest:
        files = sum(1 for _ in manifest)
    with bar("checking", files) as advance:
        faults = list(check_export.faults_of(folder, advance))
    for fault, name in faults:
        print(f"{fault}\t{name}")  # noqa: T201 - for scripts
    Console(stderr=True, highlight=False).print(f"checked {files} files: {len(faults)} faults")
    return 1 if faults else 0


def _records(parts: Parts, folder: Path, study_uids: set[str] | None) -> None:
    """What is not in the files: of the studies that leave, or all."""
    folder.mkdir(exist_ok=True)
    _write(folder / "audit_records.jsonl", parts.audit.about(study_uids))
    _write(folder / "sessions.jsonl", parts.journal.about(study_uids))
    if study_uids is None:
        _write(folder / "preferences.jsonl", Preferences(parts.records).all())
    lines = (
        {"number": line.number, "at": line.at, "kind": line.kind, "organisation": line.organisation}
        | {"files": [asdict(ref) | {"sha256": digest} for ref, digest in line.files]}
        for line in parts.ledger.lines()
        if study_uids is None or any(ref.study_uid in study_uids for ref, _ in line.files)
    )
    _write(folder / "ledger.jsonl", lines)


def _write(path: Path, lines: Iterable[Mapping[str, object]]) -> None:
    with path.open("wb") as file:
        for line in lines:
            file.write(orjson.dumps(line) + b"\n")
