"""What a search asks for, as values: the level, the keys, what to answer, and which page (PS3.18 8.3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from server.dicom.attributes import SERIES_LEVEL, STUDY_LEVEL, Attribute, tag


class Level(IntEnum):
    """What a search looks for, from the top."""

    STUDY = 0
    SERIES = 1
    INSTANCE = 2


Path = tuple[Attribute, ...]
"""An attribute, after the sequences that lead to it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One matching key: the attribute, maybe inside sequences, and the text it shall match."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The key in words: `RequestAttributesSequence.ScheduledProcedureStepID`."""
        return named(self.path)


@dataclass(frozen=True, slots=True)
class Query:
    """One search: `keys` in the order given, `include` the attributes wanted besides (None: all there are).

    `fuzzy`, `empty_values` and `multiple_values` switch on the matching of PS3.18 8.3.4.2, 8.3.4.5 and 8.3.4.6.
    """

    level: Level
    keys: Sequence[Key] = ()
    include: Sequence[Path] | None = ()
    limit: int = 100
    offset: int = 0
    study_uid: str | None = None
    series_uid: str | None = None
    fuzzy: bool = False
    empty_values: bool = False
    multiple_values: bool = False

    @property
    def looks_at(self) -> str | None:
        """The UID of a study when what it holds is all that is asked: that is a look at it, as its metadata are."""
        return self.study_uid if not self.keys else None

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for one patient, order or resource by its number, so that few rows can match."""
        if self.study_uid is not None:
            return True
        return any(len(key.path) == 1 and key.path[0].tag in _NUMBERS and _is_plain(key.text) for key in self.keys)

    @property
    def is_page(self) -> bool:
        """Whether it asks for a page of studies by one key that an index answers, or of one day, as a worklist does."""
        if self.level != Level.STUDY or self.fuzzy or self.include is None or self.offset + self.limit > _PAGE:
            return False
        asked = {key.path[0].tag: key.text for key in self.keys if len(key.path) == 1}
        if len(asked) < len(self.keys) or not asked.keys() <= _INDEXED | _OF_DAY:
            return False
        if len(asked.get(_DATE, "")) == _DAY and asked[_DATE].isdigit():
            return True
        return len(asked) < 2 and all(one in _INDEXED and _begins(text) for one, text in asked.items())


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: DICOM JSON a match as bytes, whether there is more, and which keys were not matched."""

    matches: list[bytes]
    more: bool
    unmatched: tuple[str, ...]


_NUMBERS = frozenset(map(tag, "PatientID AccessionNumber StudyInstanceUID SeriesInstanceUID SOPInstanceUID".split()))
"""Attributes with an index of their own, of which one value belongs to few."""

_DATE, _DAY = tag("StudyDate"), len("YYYYMMDD")

_INDEXED = _NUMBERS | {_DATE, tag("PatientName")}
"""Attributes with an index that finds a value by how it begins, or in the order of the answer."""

_OF_DAY = {tag("StudyTime"), tag("ModalitiesInStudy")}
"""Attributes for which the studies of a day are soon looked at, and all there are not."""

_PAGE = 200


def _begins(text: str) -> bool:
    """Whether every value of a key begins with something that is no wild card."""
    return all(value and value[0] not in "*?" for value in text.replace("\\", ",").split(","))


def _is_plain(text: str) -> bool:
    """Whether a key is one value, with neither wild cards nor a list."""
    return bool(text) and not any(letter in text for letter in "*?\\,")


def named(path: Path) -> str:
    """A path in words, keywords joined by full stops."""
    return ".".join(step.keyword for step in path)


_COMPUTED = {
    **dict.fromkeys(
        map(
            tag,
            "ModalitiesInStudy SOPClassesInStudy NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances "
            "NumberOfPatientRelatedStudies NumberOfPatientRelatedSeries NumberOfPatientRelatedInstances "
            "InstanceAvailability RetrieveURL".split(),
        ),
        Level.STUDY,
    ),
    tag("NumberOfSeriesRelatedInstances"): Level.SERIES,
}


SUMMED_UP = frozenset({tag("InstitutionName")})
"""Attributes of series that a search for studies knows too: those of any series of the study."""


def level_of(name: str, asked: Level = Level.INSTANCE) -> Level:
    """The level that an attribute (by its tag) is kept at; what is not of the study or series is the instance's.

    InstanceAvailability and RetrieveURL are of every level, so of the highest; what is summed up is the study's when
    studies are `asked` for.
    """
    if asked == Level.STUDY and name in SUMMED_UP:
        return Level.STUDY
    if name in _COMPUTED:
        return _COMPUTED[name]
    if name in STUDY_LEVEL:
        return Level.STUDY
    return Level.SERIES if name in SERIES_LEVEL else Level.INSTANCE
