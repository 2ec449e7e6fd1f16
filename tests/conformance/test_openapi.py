"""Whatever the OpenAPI description allows, and much that it does not, is answered without a failure of the server."""

from collections.abc import Callable, Mapping
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from tests.conformance.archive import Archived
from tests.conformance.conftest import Server

EXAMPLES = 12
"""For each operation in each mode: enough to meet every parameter, and a matter of seconds for all."""


@pytest.fixture(scope="module")
def described(server: Callable[[str], Server], archive: Mapping[str, Archived]) -> Any:
    """The description as the server tells it, with UIDs that exist beside those that the patterns allow."""
    running, client = server("described")  # its own: DELETE is among the operations
    description = client.get(f"{running.dicomweb}/openapi.json").json()
    for methods in description["paths"].values():
        for operation in methods.values():
            # who asks to wait, waits: nothing is learnt from that here
            operation["parameters"] = [one for one in operation["parameters"] if one["name"] != "wait"]
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    known = {"enum": _known(parameter["name"], archive)}
                    parameter["schema"] = {"anyOf": [known, parameter["schema"]]}
    schema = schemathesis.openapi.from_dict(description)
    schema.validate()
    schema.config.update(base_url=running.dicomweb)
    return schema


def _known(name: str, archive: Mapping[str, Archived]) -> list[str]:
    uids = {"study": "study_uid", "series": "series_uid", "instance": "instance_uid"}
    if name in uids:
        return [getattr(archive[one], uids[name]) for one in ("ct1", "frames", "sr", "j2k")]
    return {"frames": ["1", "1,2"], "path": ["7FE00010", "00091002", "00880200/1/7FE00010"]}[name]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_request_makes_the_server_fail(described: Any, mode: GenerationMode) -> None:
    operations = [result.ok() for result in described.get_all_operations()]
    asked = sum(_ask(operation.as_strategy(generation_mode=mode)) for operation in operations)
    assert asked > 20


def _ask(cases: Any) -> bool:
    """Asks; answers False where there is nothing to ask, since any text is a value of each of its parameters."""

    @hypothesis.given(cases)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,  # the same requests each time
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=[not_a_server_error])

    try:
        ask()
    except hypothesis.errors.Unsatisfiable:
        return False
    return True
