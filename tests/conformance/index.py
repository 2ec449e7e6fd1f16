"""The whole conformance table: every row there is, in the order of the transactions."""

from tests.conformance import (
    around,
    bulk_data,
    frames,
    instances,
    metadata,
    rendered,
    search,
    search_answers,
    search_matching,
    store,
    store_metadata,
    store_outcome,
    uri,
)
from tests.conformance.table import Clause

TRANSACTIONS: dict[str, list[Clause]] = {
    "Store": [*store.CLAUSES, *store_outcome.CLAUSES, *store_metadata.CLAUSES],
    "Search": [*search.CLAUSES, *search_matching.CLAUSES, *search_answers.CLAUSES],
    "Retrieve": [*instances.CLAUSES, *metadata.CLAUSES, *frames.CLAUSES, *bulk_data.CLAUSES],
    "Rendered": rendered.CLAUSES,
    "URI Service": uri.CLAUSES,
    "Around": around.CLAUSES,
}

CLAUSES = [row for rows in TRANSACTIONS.values() for row in rows]
