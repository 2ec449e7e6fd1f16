"""Matching (PS3.4 C.2.2.2): from a query to an SQL condition and what is left for a look at each row; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.catalogue.conditions import Pattern, Term, pattern, term
from server.catalogue.demands import Demand, Moment, demands
from server.catalogue.predicates import Predicate, predicate
from server.catalogue.query import Level, Query, level_of

_EVERYTHING = "1 = 1"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a match must meet: in SQL with its parameters, and, by level, what SQL cannot say of the attributes.

    `patterns` are conditions besides, still to be said in one of their two ways. `from_below` says that columns of
    series or instances narrow it, so that it may pay to begin there. `demands` are all of them; `unmatched` names the
    keys that this level does not match.
    """

    sql: str
    parameters: tuple[object, ...]
    rest: Mapping[Level, Predicate] = field(default_factory=dict)
    patterns: Sequence[Pattern] = ()
    from_below: bool = False
    demands: tuple[Demand, ...] = ()
    unmatched: tuple[str, ...] = ()

    @property
    def is_one_pattern(self) -> bool:
        """Whether a single pattern is all that decides."""
        return len(self.patterns) == 1 and self.sql == _EVERYTHING and not self.rest


def condition(query: Query) -> Condition:
    """The condition that a row must meet; `Malformed` when a key cannot be matched as it is written."""
    wanted, unmatched = demands(query)
    terms: list[Term] = []
    rest: dict[Level, list[Demand]] = {}
    patterns: list[Pattern] = []
    from_below = False
    if query.study_uid is not None:
        terms.append(("study.study_uid = ?", [query.study_uid]))
    if query.series_uid is not None:
        terms.append(("series.series_uid = ?", [query.series_uid]))
    for one in wanted:
        if (found := pattern(one, query.level)) is not None:
            patterns.append(found)
            continue
        said = term(one)
        level = level_of(one.date_tag if isinstance(one, Moment) else one.tag)
        if said is None:
            rest.setdefault(level, []).append(one)
        else:
            terms.append(said)
            from_below = from_below or level > Level.STUDY
    return Condition(
        sql=" AND ".join(sql for sql, _ in terms) or _EVERYTHING,
        parameters=tuple(value for _, values in terms for value in values),
        rest={level: predicate(ones) for level, ones in sorted(rest.items())},
        patterns=patterns,
        from_below=from_below,
        demands=wanted,
        unmatched=unmatched,
    )
