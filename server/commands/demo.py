"""`lightbox demo`: studies taken in, the server started, and a session to open in two browsers."""

import time
from pathlib import Path

import orjson
from rich.console import Console

from server.app import Parts, open_parts
from server.catalogue.query import Key, Level, Query
from server.commands.failure import CommandFailed
from server.commands.importing import Summary, take_in
from server.commands.serving import bind, serve
from server.dicom.attributes import attribute
from server.dicom.dicomjson import value
from server.settings import Settings

_ENOUGH = 100


def show(settings: Settings, studies: Path) -> int:
    """Imports `studies`, then serves; a session around the newest CT and its priors is there to be shared."""
    _free(settings)
    parts = open_parts(settings)
    try:
        take_in(parts, [studies], Summary())
        session_id = _session(parts)
    finally:
        parts.close()
    return serve(settings, lambda address: _announce(address, session_id), log_requests=False)


def _free(settings: Settings) -> None:
    """Fails before any work when the port is taken."""
    bind(settings.web.host, settings.web.port).close()


def _session(parts: Parts) -> str:
    """The session of an earlier run around the same studies, else a new one."""
    study_uids = _studies_to_share(parts)
    now = time.time_ns() // 1_000_000
    earlier = parts.journal.newest_about(study_uids)
    return earlier or parts.journal.begin(study_uids, parts.local_person.person_id, now)


def _studies_to_share(parts: Parts) -> list[str]:
    def find(**keys: str) -> list[dict[str, object]]:
        query = Query(Level.STUDY, [Key((attribute(name),), text) for name, text in keys.items()], limit=_ENOUGH)
        return [orjson.loads(match) for match in parts.search.search(parts.local_person, query, "").matches]

    newest = find(ModalitiesInStudy="CT") or find()
    if not newest:
        raise CommandFailed("no study could be imported, so there is nothing to show")
    patient_id = value(newest[0], "PatientID")
    same_person = find(PatientID=patient_id) if patient_id else newest[:1]
    return [str(value(study, "StudyInstanceUID")) for study in same_person]


def _announce(address: str, session_id: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print("\n[bold]Lightbox is ready.[/bold] Open in a browser:\n")
    console.print(f"  worklist        {address}/")
    console.print(f"  shared session  {address}/viewer?session={session_id}")
    console.print("                  in two browsers: one leads, the other follows\n")
    console.print(f"  DICOMweb root   {address}/dicomweb\n")
    console.print("Synthetic people only. Not for primary diagnosis. Ctrl+C stops the server.")
