"""What is known to be in a study: `truth.json`."""

from collections.abc import Iterable
from typing import Any

from simulator.iods.exam import Exam, Series
from simulator.phantoms.anatomy import Body, Lesion
from simulator.phantoms.enhancement import hounsfield_in


def of(name: str, exam: Exam, body: Body, series: Iterable[tuple[Series, str]]) -> dict[str, Any]:
    """Return what is in the study, one entry for each series a lesion shows in.

    `series` come with the transfer syntax each is written in.
    """
    listed = list(series)
    person = exam.person
    return {
        "study": name,
        "study_uid": exam.uid(),
        "patient": {
            "name": person.name,
            "nhs_number": person.nhs_number,
            "hospital_number": person.hospital_number,
            "issuer": person.hospital.issuer,
            "birth_date": person.birth_date.isoformat(),
            "sex": person.sex,
        },
        "accession_number": exam.accession_number,
        "start": exam.start.isoformat(),
        "series": [_series(one, syntax) for one, syntax in listed],
        "lesions": [_lesion(exam, lesion, one) for one, _ in listed if one.shows_lesions for lesion in body.lesions],
    }


def _series(series: Series, syntax: str) -> dict[str, Any]:
    return {
        "series_uid": series.uid,
        "number": series.number,
        "modality": series.modality,
        "description": series.description,
        "instances": series.size,
        "transfer_syntax": syntax,
    }


def _lesion(exam: Exam, lesion: Lesion, series: Series) -> dict[str, Any]:
    found: dict[str, Any] = {
        "lesion_id": lesion.name,
        "series_uid": series.uid,
        "center_mm": [round(float(value), 3) for value in lesion.centre_mm],
        "diameter_mm": round(lesion.diameter_mm, 3),
        "hu": int(hounsfield_in(series.phase)[lesion.tissue]),
    }
    if series.heights:
        off = [abs(height - lesion.centre_mm[2]) for height in series.heights]
        down, across = (float(value) for value in series.shared.PixelSpacing)
        found |= {
            "instance_uid": exam.instance_uid(series.number, off.index(min(off)) + 1),
            "column": round((lesion.centre_mm[0] - series.corner_mm[0]) / across, 2),
            "row": round((lesion.centre_mm[1] - series.corner_mm[1]) / down, 2),
        }
    if series.modality == "CT":
        found["phase"] = series.phase.name
    return found
