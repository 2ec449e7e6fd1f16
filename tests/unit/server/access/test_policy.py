"""Who may do what: default is no, and what one may not see does not exist."""

import pytest

from server.access.people import Caller, Role, local_person
from server.access.policy import Action, allows, require, require_store, scope
from server.errors import NotAllowed, NotFound

CLINICIAN = Caller("c", "Clinician", {"RGN": Role.CLINICIAN})


@pytest.mark.parametrize("action", list(Action))
def test_the_local_person_may_do_everything_in_their_organisation_and_nothing_elsewhere(action: Action) -> None:
    local = local_person("RGN")
    assert allows(local, action, "RGN")
    assert not allows(local, action, "RAJ")


def test_a_clinician_looks_and_does_not_store() -> None:
    require(CLINICIAN, Action.RETRIEVE, "RGN")
    with pytest.raises(NotAllowed):
        require_store(CLINICIAN, "RGN")


def test_somebody_elses_study_and_no_study_are_refused_alike() -> None:
    with pytest.raises(NotFound) as elsewhere:
        require(CLINICIAN, Action.RETRIEVE, "RAJ")
    with pytest.raises(NotFound) as nowhere:
        require(CLINICIAN, Action.RETRIEVE, None)
    assert (elsewhere.value.message, elsewhere.value.facts) == (nowhere.value.message, nowhere.value.facts)


def test_a_search_is_scoped_to_the_organisations_where_one_may_search() -> None:
    both = Caller("b", "Both", {"RGN": Role.CLINICIAN, "RAJ": Role.ADMINISTRATOR})
    assert scope(both, Action.SEARCH) == ["RAJ", "RGN"]
    assert scope(both, Action.STORE) == ["RAJ"]
    assert scope(Caller("n", "Nobody", {}), Action.SEARCH) == []
