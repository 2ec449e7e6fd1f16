"""What a radiologist would say of a study whose truth is known, and which image shows it."""

from dataclasses import dataclass

from simulator.iods.exam import Exam, Series
from simulator.phantoms.anatomy import Body, Lesion

_WORDS = {
    "LUNG_NODULE": "Solid nodule in the right upper lobe",
    "LIVER_LESION": "Hypodense lesion in the liver",
    "BRAIN_LESION": "Lesion in the white matter",
}
READER = "Reader^Synthetic^^Dr"


@dataclass(frozen=True)
class Key:
    """The image that shows something best: its series and the number of the instance or frame in it."""

    series: Series
    number: int


def sentences(body: Body) -> tuple[str, ...]:
    """Return one sentence for each lesion, or that there is none."""
    if not body.lesions:
        return ("No focal lesion. Alignment as shown.",)
    return tuple(f"{words(lesion)}, {lesion.diameter_mm:.1f} mm." for lesion in body.lesions)


def words(lesion: Lesion) -> str:
    """Return what a lesion is called in a report."""
    return _WORDS.get(lesion.tissue.name, lesion.name)


def key_image(series: tuple[Series, ...], lesion: Lesion | None) -> Key:
    """Return the slice of the first series with slices that lies nearest the lesion; otherwise the first image."""
    stacks = [one for one in series if one.heights]
    if lesion is None or not stacks:
        images = [one for one in series if "Rows" in one.shared]
        return Key(images[0], 1)
    off = [abs(height - lesion.centre_mm[2]) for height in stacks[0].heights]
    return Key(stacks[0], off.index(min(off)) + 1)


def key_images(series: tuple[Series, ...], body: Body) -> list[Key]:
    """Return the key image of every lesion, or the first image where there is none."""
    keys = [key_image(series, lesion) for lesion in body.lesions or (None,)]
    return list({(key.series.uid, key.number): key for key in keys}.values())


def instance_uid(exam: Exam, key: Key) -> str:
    """Return the SOP Instance UID of a key image."""
    return exam.instance_uid(key.series.number, key.number)


def chosen(keys: list[Key]) -> dict[str, list[int]]:
    """Return the numbers of the key images by series UID."""
    found: dict[str, list[int]] = {}
    for key in keys:
        found.setdefault(key.series.uid, []).append(key.number)
    return found
