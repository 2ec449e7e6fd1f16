"""The whole conformance table: every row there is, in the order of the transactions."""

from tests.conformance import (
    bulk_data,
    capabilities,
    cors,
    frames,
    instances,
    metadata,
    methods_and_paths,
    removal,
    rendered,
    rendered_parameters,
    search,
    search_answers,
    search_matching,
    search_names,
    search_negotiation,
    store,
    store_metadata,
    store_outcome,
    uri,
)
from tests.conformance.table import Clause

TRANSACTIONS: dict[str, list[Clause]] = {
    "Store": [*store.CLAUSES, *store_outcome.CLAUSES, *store_metadata.CLAUSES],
    "Search": [
        *search.CLAUSES,
        *search_matching.CLAUSES,
        *search_answers.CLAUSES,
        *search_names.CLAUSES,
        *search_negotiation.CLAUSES,
    ],
    "Retrieve": [*instances.CLAUSES, *metadata.CLAUSES, *frames.CLAUSES, *bulk_data.CLAUSES],
    "Rendered": [*rendered.CLAUSES, *rendered_parameters.CLAUSES],
    "URI Service": uri.CLAUSES,
    "Around": [*capabilities.CLAUSES, *methods_and_paths.CLAUSES, *removal.CLAUSES, *cors.CLAUSES],
}

CLAUSES = [row for rows in TRANSACTIONS.values() for row in rows]
