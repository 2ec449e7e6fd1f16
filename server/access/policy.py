"""The one function that decides what a caller may do; default is no.

What somebody may not see does not exist for them: `require` answers `NotFound`, so that nothing leaks.
"""

from enum import StrEnum

from server.access.people import Caller, Role
from server.errors import NotAllowed, NotFound


class Action(StrEnum):
    """What a caller can ask to do with studies; also the action of an audit record (PS3.15 A.5)."""

    STORE = "store"
    SEARCH = "search"
    RETRIEVE = "retrieve"
    RENDER = "render"
    SHARE = "share"
    JOIN = "join"
    DELETE = "delete"
    RESTORE = "restore"
    FOLLOW = "follow"
    EXPORT = "export"


_ALLOWED = {
    Role.ADMINISTRATOR: frozenset(Action),
    Role.CLINICIAN: frozenset(Action) - {Action.STORE, Action.DELETE, Action.RESTORE, Action.EXPORT},
}


def allows(caller: Caller, action: Action, organisation: str) -> bool:
    """Whether `caller` may do `action` with the studies of `organisation`."""
    role = caller.roles.get(organisation)
    return role is not None and action in _ALLOWED[role]


def scope(caller: Caller, action: Action) -> list[str]:
    """The organisations in which `caller` may do `action`: the scope of a search, put inside its SQL."""
    return sorted(organisation for organisation in caller.roles if allows(caller, action, organisation))


def require(caller: Caller, action: Action, organisation: str | None) -> None:
    """Raises `NotFound` unless the study exists (`organisation` not None) and the caller may do this with it."""
    if organisation is None or not allows(caller, action, organisation):
        raise NotFound("This archive holds no such study.")


def require_store(caller: Caller, organisation: str) -> None:
    """Raises `NotAllowed` unless the caller may store for `organisation`."""
    if not allows(caller, Action.STORE, organisation):
        raise NotAllowed("You may not store here.", organisation=organisation)


def require_removal(caller: Caller, action: Action, organisation: str | None) -> None:
    """Raises `NotFound` for what the caller may not see, and `NotAllowed` for what it may see and not remove."""
    require(caller, Action.SEARCH, organisation)
    if organisation is None or not allows(caller, action, organisation):
        raise NotAllowed("You may not delete or restore here.")
