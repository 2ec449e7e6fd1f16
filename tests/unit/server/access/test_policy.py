"""Who may do what: default is no, and what one may not see does not exist."""

import pytest

from server.access.people import Caller, Role, local_person
from server.access.policy import Action, allows, require, require_removal, require_store, scope
from server.errors import NotAllowed, NotFound

CLINICIAN = Caller("c", "Clinician", {"OURS": Role.CLINICIAN})
STRANGER = Caller("s", "Stranger", {})


@pytest.mark.parametrize("action", Action)
def test_a_role_counts_in_its_own_organisation_alone(action: Action) -> None:
    assert allows(local_person("OURS"), action, "OURS")
    assert not allows(local_person("OURS"), action, "THEIRS")
    assert not allows(STRANGER, action, "OURS")
    assert allows(CLINICIAN, action, "OURS") == (
        action not in {Action.STORE, Action.DELETE, Action.RESTORE, Action.EXPORT}
    )
    assert scope(STRANGER, action) == []


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("organisation", [None, "THEIRS"])
def test_what_may_not_be_seen_is_told_apart_from_nothing_by_nobody(action: Action, organisation: str | None) -> None:
    with pytest.raises(NotFound, match=r"^This archive holds no such study\.$"):
        require(local_person("OURS"), action, organisation)


def test_a_clinician_may_not_store() -> None:
    with pytest.raises(NotAllowed):
        require_store(CLINICIAN, "OURS")


def test_a_search_is_scoped_to_the_organisations_where_one_may_search() -> None:
    both = Caller("b", "Both", {"OURS": Role.CLINICIAN, "THEIRS": Role.ADMINISTRATOR})
    assert scope(both, Action.SEARCH) == ["OURS", "THEIRS"]
    assert scope(both, Action.STORE) == ["THEIRS"]


def test_a_clinician_may_see_and_not_delete_and_a_stranger_learns_nothing() -> None:
    with pytest.raises(NotAllowed):
        require_removal(CLINICIAN, Action.DELETE, "OURS")
    with pytest.raises(NotFound):
        require_removal(STRANGER, Action.DELETE, "OURS")
    with pytest.raises(NotFound):
        require_removal(local_person("OURS"), Action.DELETE, None)
    require_removal(local_person("OURS"), Action.DELETE, "OURS")
