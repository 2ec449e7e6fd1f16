"""Whether studies are of the person whom another program names beside a number: a second look before images open."""

from collections.abc import Sequence

from server.catalogue.names import words
from server.dicom.dicomjson import Attributes, value
from server.errors import NotFound


def of_person(matches: Sequence[Attributes], name: str, birth_date: str) -> list[Attributes]:
    """Those of the studies that contradict neither the name (HL7 XPN or PN, `family^given`) nor the day of birth (DA).

    What a study does not say contradicts nothing. `NotFound` when there are studies and all are of somebody else: the
    wrong record may be open in the program that asks.
    """
    fitting = [match for match in matches if _is_named(match, name) and _is_born(match, birth_date)]
    if matches and not fitting:
        raise NotFound(
            "There are studies under what was asked for, but of a person with another name or date of birth. "
            "Check whose record is open in the program that you came from."
        )
    return fitting


def _is_named(match: Attributes, name: str) -> bool:
    """Family and first given name, each a word of the study's, as it is written or as it sounds; case means nothing."""
    groups = str(value(match, "PatientName") or "").split("=")
    kept = words(" ".join(part for group in groups for part in group.split("^")[:3]))  # without titles
    sounds = {sound for _, sound in kept}
    parts = [part.partition("&")[0] for part in name.replace(",", "^").split("^")[:2]]
    family, given = ([*map(words, parts), [], []])[:2]
    return not kept or all(sound in sounds for _, sound in [*family, *given[:1]])


def _is_born(match: Attributes, birth_date: str) -> bool:
    kept = str(value(match, "PatientBirthDate") or "")
    return not kept or not birth_date or kept == birth_date
