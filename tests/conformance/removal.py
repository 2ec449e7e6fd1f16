"""Rows about removal, and about the feed of what has changed."""

from tests.conformance.search import finds
from tests.conformance.store import one
from tests.conformance.table import Clause, Exchange, ask, clause, expected, get, kind, post, problem, status


def _rows_of_removal() -> list[Clause]:
    stored = post("/studies", one())
    gone = problem(404)
    rows = []
    for level in ("study", "series", "instance"):
        path = f"/{{new.{level}}}"
        rows += [
            clause(
                f"delete-{level}",
                "DICOMweb clients",
                f"DELETE of a {level}",
                stored,
                ask("DELETE", path),
                status(200),
            ),
            clause(
                f"delete-{level}-gone",
                "DICOMweb clients",
                "It cannot be retrieved any more",
                stored,
                ask("DELETE", path),
                get(f"{path}/metadata"),
                gone,
            ),
            clause(
                f"delete-{level}-search",
                "DICOMweb clients",
                "Nor found",
                stored,
                ask("DELETE", path),
                get("/instances?SOPInstanceUID={new.instance_uid}"),
                finds(),
            ),
        ]
    return [
        *rows,
        clause(
            "delete-unknown", "RFC 9110 9.3.5", "DELETE of what is not here", ask("DELETE", "/studies/1.2.3.4"), gone
        ),
        clause(
            "delete-twice",
            "RFC 9110 9.3.5",
            "DELETE again",
            stored,
            ask("DELETE", "/{new.study}"),
            ask("DELETE", "/{new.study}"),
            gone,
        ),
        clause(
            "delete-stored-again",
            "DICOMweb clients",
            "What was deleted can be stored again",
            stored,
            ask("DELETE", "/{new.study}"),
            post("/studies", one()),
            get("/{new.instance}/metadata"),
            status(200),
        ),
        clause("delete-no-uid", "PS3.5 9.1", "DELETE of what is no UID", ask("DELETE", "/studies/1.2.x"), problem(400)),
        clause(
            "delete-all", "RFC 9110 15.5.6", "All studies cannot be deleted", ask("DELETE", "/studies"), problem(405)
        ),
    ]


def _rows_of_changes() -> list[Clause]:
    return [
        clause(
            "changes",
            "Lightbox",
            "What was stored, in order",
            get("/changes?since=0"),
            status(200) & kind("application/json"),
        ),
        clause(
            "changes-new",
            "Lightbox",
            "A new instance is among the changes",
            post("/studies", one()),
            get("/changes?since=0&limit=1000"),
            status(200) & _mentions_new,
        ),
        clause("changes-bad", "Lightbox", "since is a number", get("/changes?since=yesterday"), problem(400)),
    ]


@expected("the new study")
def _mentions_new(exchange: Exchange) -> None:
    assert exchange.new.study_uid in exchange.last.text


CLAUSES = [*_rows_of_removal(), *_rows_of_changes()]
