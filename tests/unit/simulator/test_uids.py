"""UIDs follow from the seed and the path, and are what PS3.5 allows."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.uids import uid

paths = st.lists(st.one_of(st.text(max_size=12), st.integers(0, 10**6)), max_size=4)


@settings(deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**63), path=paths)
def test_a_uid_is_a_number_below_the_uuid_root(seed: int, path: list[str | int]) -> None:
    made = uid(seed, *path)
    assert re.fullmatch(r"2\.25\.[1-9][0-9]*", made)
    assert len(made) <= 44
    assert int(made.removeprefix("2.25.")) < 2**128


def test_same_path_same_uid_and_any_other_another() -> None:
    assert uid(1, "chest", 2) == uid(1, "chest", 2)
    others = {uid(1, "chest", 2), uid(2, "chest", 2), uid(1, "chest", 3), uid(1, "chest"), uid(1)}
    assert len(others) == 5


def test_the_uid_of_a_path_never_changes() -> None:
    # Studies already sent somewhere must be found again by a later release.
    assert uid(7, "chest-ct") == "2.25.275274114152640647638095601816082750717"
