"""What SQL can say of a demand: a condition over the columns of `study`, `series` and `instance`.

Values are always bound. What stands in a column is compared as `names.name_key` and `moments` write it.
"""

import re
from dataclasses import dataclass

from server.catalogue.criteria import AnyOf, Criterion, Each, Equal, Like, Named, Nothing, Number, Sounding, Within
from server.catalogue.demands import Demand, Moment, Value
from server.catalogue.moments import Span
from server.catalogue.query import SUMMED_UP, Level
from server.catalogue.wildcards import has_wildcard
from server.dicom.attributes import tag

Term = tuple[str, list[object]]


@dataclass(frozen=True, slots=True)
class _Column:
    """Where an attribute stands; one that a study has many of, in rows that `among` finds as `member`."""

    tag: str
    name: str
    among: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A demand on studies that an index can answer, in two ways; how many match decides which is the better.

    The conditions of `by_index` each select some of the studies, none of them twice, by an index; `each` is the
    condition for a look at one study after the other. `is_dated` says that the index has all that orders the answer.
    """

    by_index: tuple[Term, ...]
    each: Term
    is_dated: bool


def pattern(demand: Demand, level: Level) -> Pattern | None:
    """The demand as a pattern, when it is one: a wild card on an indexed column, or what series of a study have."""
    if level == Level.STUDY and isinstance(demand, Value) and demand.tag in SUMMED_UP:
        return _of_any_series(demand)
    if not isinstance(demand, Value) or COLUMNS.get(demand.tag, _NO_COLUMN).name not in _INDEXED_TEXTS:
        return None
    column, asked = COLUMNS[demand.tag], demand.criterion
    if not isinstance(asked, Like | Named) or not has_wildcard(asked.pattern):
        return None
    whole, glob = _like(column.name, asked.pattern), _glob(asked.pattern)
    each, is_dated = f"+{column.name} GLOB ?", column.name == _DATED_TEXT  # + keeps its index out
    if isinstance(asked, Like):
        return Pattern((whole,), (each, [glob]), is_dated)
    sql, values = _like("name", asked.pattern)
    values = [column.tag, *values]
    groups = f"study.study_key IN (SELECT study_key FROM name_group WHERE attribute = ? AND {sql})"
    others = f"{groups} AND NOT {each}", [*values, glob]
    return Pattern((whole, others), (f"({each} OR {groups})", [glob, *values]), is_dated)


def _of_any_series(demand: Value) -> Pattern:
    member = _Column(demand.tag, COLUMNS[demand.tag].name.replace("series.", "member."))
    if isinstance(demand.criterion, Nothing):
        nowhere = f"NOT EXISTS ({_SERIES_OF_STUDY} AND {member.name} IS NOT NULL)", list[object]()
        return Pattern((nowhere,), nowhere, is_dated=False)
    sql, values = _criterion(member, demand.criterion)
    by_index = f"study.study_key IN (SELECT study_key FROM series AS member WHERE {sql})", values
    return Pattern((by_index,), (f"EXISTS ({_SERIES_OF_STUDY} AND {sql})", values), is_dated=False)


def term(demand: Demand) -> Term | None:
    """The demand in SQL with its parameters; None when it is about an attribute without a column."""
    if isinstance(demand, Moment):
        date, time = COLUMNS.get(demand.date_tag), COLUMNS.get(demand.time_tag)
        return _moment(date.name, time.name, demand.span) if date and time else None
    if isinstance(demand, Value) and demand.tag in COLUMNS:
        return _criterion(COLUMNS[demand.tag], demand.criterion)
    return None


def _criterion(column: _Column, criterion: Criterion) -> Term:
    if isinstance(criterion, AnyOf | Each):
        terms = [_criterion(column, one) for one in criterion.criteria]
        joint = " OR " if isinstance(criterion, AnyOf) else " AND "
        return f"({joint.join(sql for sql, _ in terms)})", [value for _, values in terms for value in values]
    if isinstance(criterion, Nothing):
        if column.among:
            return f"NOT EXISTS ({column.among} AND {column.name} IS NOT NULL)", []
        return f"{column.name} IS NULL", []
    sql, parameters = _single(column, criterion)
    return (f"EXISTS ({column.among} AND {sql})" if column.among else sql), parameters


def _single(column: _Column, criterion: Equal | Like | Within | Number | Named | Sounding) -> Term:
    if isinstance(criterion, Equal):
        return f"{column.name} IN ({', '.join('?' * len(criterion.texts))})", [*criterion.texts]
    if isinstance(criterion, Like):
        return _like(column.name, criterion.pattern)
    if isinstance(criterion, Within):
        return _within(column.name, criterion.span)
    if isinstance(criterion, Number):
        return f"{column.name} = ?", [criterion.value]
    if isinstance(criterion, Named):
        return _named(column, criterion.pattern)
    return _sounding(column, criterion)


def _glob(pattern: str) -> str:
    """A DICOM pattern for SQLite's GLOB, which alone knows brackets."""
    return pattern.replace("[", "[[]")


def _within(column: str, span: Span) -> Term:
    bounds = [(f"{column} {sign} ?", bound) for sign, bound in zip((">=", "<="), span, strict=True) if bound]
    return " AND ".join(sql for sql, _ in bounds), [bound for _, bound in bounds]


def _moment(date: str, time: str, span: Span) -> Term:
    """Said of the date first, whose index then serves."""
    terms: list[Term] = []
    for sign, bound in zip((">", "<"), span, strict=True):
        if bound:
            day, clock = bound[:8], bound[8:]
            terms.append((f"{date} {sign}= ? AND ({date} {sign} ? OR {time} {sign}= ?)", [day, day, clock]))
    return " AND ".join(sql for sql, _ in terms), [value for _, values in terms for value in values]


def _named(column: _Column, pattern: str) -> Term:
    """A name as a whole, or any one of the groups of a name with several, which are kept beside it."""
    whole, parameters = _like(column.name, pattern)
    group, more = _like("name", pattern)
    among = f"study.study_key IN (SELECT study_key FROM name_group WHERE attribute = ? AND {group})"
    return f"({whole} OR {among})", [*parameters, column.tag, *more]


def _like(column: str, pattern: str) -> Term:
    """A text with wild cards, said in the way that an index answers: by the range that its beginning makes."""
    if not has_wildcard(pattern):
        return f"{column} = ?", [pattern]
    beginning = re.split(r"[*?]", pattern, maxsplit=1)[0]
    glob = f"{column} GLOB ?"
    if not beginning:
        return glob, [_glob(pattern)]
    # no character sorts after the last one there is
    return f"{column} >= ? AND {column} < ? AND {glob}", [beginning, beginning + chr(0x10FFFF), _glob(pattern)]


def _sounding(column: _Column, criterion: Sounding) -> Term:
    """Every word asked for is among the words that were kept of the name, found by their indexes."""
    one = (
        "study.study_key IN (SELECT study_key FROM name_word WHERE attribute = ? AND word >= ? AND word < ? "
        "UNION ALL SELECT study_key FROM name_word WHERE attribute = ? AND sound = ?)"
    )
    sql = " AND ".join([one] * len(criterion.words))
    values: list[object] = [
        value
        for word, sound in criterion.words
        for value in (column.tag, word, word + chr(0x10FFFF), column.tag, sound)
    ]
    if criterion.literal is None:
        return sql, values
    literally, patterns = _named(column, criterion.literal.pattern)
    return f"({literally} OR ({sql}))", [*patterns, *values]


def _snake(keyword: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", keyword).replace("ID", "_id").replace("__", "_").lower()


def _columns(table: str, keywords: str, **named: str) -> dict[str, _Column]:
    names = {keyword: _snake(keyword) for keyword in keywords.split()} | named
    return {tag(keyword): _Column(tag(keyword), f"{table}.{name}") for keyword, name in names.items()}


_INDEXED_TEXTS = frozenset(
    f"study.{name}" for name in ("patient_id", "patient_name", "accession_number", "referring_physician_name")
)
_DATED_TEXT = "study.patient_name"
_NO_COLUMN = _Column("", "")

_SERIES_OF_STUDY = "SELECT 1 FROM series AS member WHERE member.study_key = study.study_key"
_INSTANCES_OF_STUDY = (
    "SELECT 1 FROM series AS member JOIN instance AS part ON part.series_key = member.series_key "
    "WHERE member.study_key = study.study_key"
)

COUNTS = {
    tag("NumberOfStudyRelatedSeries"): f"({_SERIES_OF_STUDY.replace('1', 'count(*)', 1)})",
    tag("NumberOfStudyRelatedInstances"): f"({_INSTANCES_OF_STUDY.replace('1', 'count(*)', 1)})",
    tag("NumberOfSeriesRelatedInstances"): "(SELECT count(*) FROM instance AS member "
    "WHERE member.series_key = series.series_key)",
}
"""What is counted for every match, as SQL; a key too."""

COLUMNS = (
    _columns(
        "study",
        "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientBirthDate PatientSex "
        "PatientID IssuerOfPatientID StudyID StudyDescription",
        StudyInstanceUID="study_uid",
    )
    | _columns(
        "series",
        "Modality SeriesNumber SeriesDescription BodyPartExamined Laterality InstitutionName",
        SeriesInstanceUID="series_uid",
        PerformedProcedureStepStartDate="performed_date",
        PerformedProcedureStepStartTime="performed_time",
    )
    | _columns(
        "instance",
        "InstanceNumber",
        SOPInstanceUID="instance_uid",
        SOPClassUID="sop_class_uid",
        AvailableTransferSyntaxUID="transfer_syntax_uid",
    )
    | {name: _Column(name, sql) for name, sql in COUNTS.items()}
    | {
        tag("InstanceAvailability"): _Column(tag("InstanceAvailability"), "'ONLINE'"),
        tag("ModalitiesInStudy"): _Column(tag("ModalitiesInStudy"), "member.modality", _SERIES_OF_STUDY),
        tag("SOPClassesInStudy"): _Column(tag("SOPClassesInStudy"), "part.sop_class_uid", _INSTANCES_OF_STUDY),
    }
)
"""The attributes that a search finds by SQL alone."""
