"""The studies that are measured, made by the simulator, and an endless supply of never-seen copies of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.connection import Piece
from simulator.iods.exam import Scale
from simulator.studies import Instance, make_study

SEED = 2026
TOKEN_DIGITS = 9
FIRST_TOKEN_OF_LIST = 100_000_000
FIRST_TOKEN_STORED = 200_000_000
FIRST_TOKEN_TINY = 300_000_000
_HOLE = b"\xff<token>\xff"
_FRAME_OF_REFERENCE = b"\x20\x00\x52\x00UI"
_STUDY_DATE = b"\x08\x00\x20\x00DA"
_PIXEL_DATA = b"\xe0\x7f\x10\x00OW\0\0"


@dataclass(frozen=True)
class Sample:
    """One study as the simulator made it."""

    patient_id: str
    patient_name: str
    instances: tuple[Instance, ...]

    @property
    def series_path(self) -> str:
        """The path of its first series below the DICOMweb root."""
        first = self.instances[0]
        return f"/studies/{first.study_uid}/series/{first.series_uid}"

    def instance_path(self, number: int) -> str:
        """The path of an instance of its first series; the number starts at 0 and may go round."""
        series = [one for one in self.instances if one.series_uid == self.instances[0].series_uid]
        return f"{self.series_path}/instances/{series[number % len(series)].instance_uid}"


@dataclass(frozen=True)
class Samples:
    """A chest CT, a knee in two views, a brain MR, and small studies of many patients for a list to search in."""

    ct: Sample
    cr: Sample
    mr: Sample
    listed: tuple["Copies", ...]
    listed_studies: int
    many_studies: int


class Copies:
    """Copies of an instance that differ in every UID and the patient's number, without encoding anything again.

    The last digits of Study, Series, SOP Instance and Frame of Reference UID and of the Patient ID become a token,
    so instances of one study that are given the same token stay together.
    """

    def __init__(self, instance: Instance, patient_id: str, patient_name: str = "") -> None:
        start = instance.data.rindex(_PIXEL_DATA)
        header, self._pixels = instance.data[:start], memoryview(instance.data)[start:]
        uids = [instance.study_uid, instance.series_uid, instance.instance_uid]
        for value in [*(uid.encode() for uid in uids), patient_id.encode(), *_values(header, _FRAME_OF_REFERENCE)]:
            header = header.replace(value, value[:-TOKEN_DIGITS] + _HOLE)
        self._pieces = header.split(_HOLE)
        self._patient_id = patient_id
        self.patient_name = patient_name
        self.study_date = b"".join(_values(header, _STUDY_DATE)).decode()

    def parts(self, token: int) -> list[Piece]:
        """The copy with this token, in pieces that together are a PS3.10 file."""
        return [str(token).encode().join(self._pieces), self._pixels]

    def patient_id(self, token: int) -> str:
        """The number of the patient in that copy."""
        return self._patient_id[:-TOKEN_DIGITS] + str(token)


def make_samples(slices: int, plain_film: Scale, patients: int, listed_studies: int, many_studies: int) -> Samples:
    """Makes all studies; the CT with that many slices of 512 x 512."""
    small = [_sample("brain-mr", SEED + number, "small", 1, most=1) for number in range(1, patients + 1)]
    return Samples(
        ct=_sample("chest-ct", SEED, "full", slices),
        cr=_sample("knee-cr", SEED, plain_film),
        mr=_sample("brain-mr", SEED, "full"),
        listed=tuple(Copies(one.instances[0], one.patient_id, one.patient_name) for one in small),
        listed_studies=listed_studies,
        many_studies=many_studies,
    )


def make_chest(slices: int, number: int = 0) -> Sample:
    """A chest CT alone, with that many slices of 512 x 512; another number is another patient."""
    return _sample("chest-ct", SEED + number, "full", slices)


def copies_of(sample: Sample) -> list[Copies]:
    """A supply of copies for every instance of a study."""
    return [Copies(instance, sample.patient_id, sample.patient_name) for instance in sample.instances]


def surnames(samples: Samples) -> Sequence[str]:
    """The surnames of the three large studies' patients."""
    return sorted({one.patient_name.partition("^")[0] for one in (samples.ct, samples.cr, samples.mr)})


def _sample(name: str, seed: int, scale: Scale, slices: int = 0, most: int | None = None) -> Sample:
    study = make_study(name, seed, scale=scale, slices=slices)
    instances = [one for one, _ in zip(study.instances(), range(most or study.size), strict=False)]
    return Sample(study.person.nhs_number, study.person.name, tuple(instances))


def _values(header: bytes, element: bytes) -> list[bytes]:
    """The value of an element, by its tag and VR as they are encoded; [] when it is missing."""
    at = header.find(element)
    if at < 0:
        return []
    start = at + len(element) + 2
    length = int.from_bytes(header[start - 2 : start], "little")
    return [header[start : start + length].rstrip(b"\0 ")]
