"""What a long list needs to know besides its pages: how many studies there are, and where they were made."""

from collections.abc import Sequence

from server.catalogue.matching import condition
from server.catalogue.query import Query
from server.database.sqlite import Database

MOST_COUNTED = 400_000
MOST_INSTITUTIONS = 500

_NEXT_NAME = "SELECT min(institution_name) FROM series WHERE institution_name > coalesce(name, '')"


def count(database: Database, query: Query, organisations: Sequence[str]) -> int | None:
    """How many studies of `organisations` match, `MOST_COUNTED` at most; None when only a look at each could say."""
    wanted = condition(query)
    if wanted.rest:
        return None
    conditions: list[tuple[str, Sequence[object]]] = [_scope(organisations), (wanted.sql, wanted.parameters)]
    for pattern in wanted.patterns:
        met = " OR ".join(f"({sql})" for sql, _ in pattern.by_index)
        conditions.append((f"({met})", [value for _, values in pattern.by_index for value in values]))
    where = " AND ".join(sql for sql, _ in conditions)
    rows = database.read(
        f"SELECT count(*) AS number FROM (SELECT 1 FROM study WHERE {where} LIMIT {MOST_COUNTED})",
        tuple(value for _, values in conditions for value in values),
    )
    return int(rows[0]["number"])


def institutions(database: Database, organisations: Sequence[str]) -> list[str]:
    """Every Institution Name among the series of `organisations`, in order; found by leaps along its index."""
    scope, values = _scope(organisations)
    rows = database.read(
        f"WITH RECURSIVE known (name) AS ({_NEXT_NAME.replace('name, ', 'NULL, ')} "
        f"UNION ALL SELECT ({_NEXT_NAME}) FROM known WHERE name IS NOT NULL) "
        "SELECT name FROM known WHERE name IS NOT NULL AND EXISTS (SELECT 1 FROM series JOIN study USING (study_key) "
        f"WHERE institution_name = name AND {scope}) LIMIT {MOST_INSTITUTIONS}",
        tuple(values),
    )
    return [row["name"] for row in rows]


def _scope(organisations: Sequence[str]) -> tuple[str, Sequence[object]]:
    return f"study.organisation IN ({', '.join('?' * len(organisations))})", organisations
