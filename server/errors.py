"""Everything that can go wrong for a caller, as one tree of exceptions with stable codes."""


class ServerError(Exception):
    """A failed request, told to the caller: what was wrong, with which value, what would be right.

    `message` is one plain sentence without patient data; `facts` are values that help the caller
    find the fault (a UID, a parameter, a limit). Only `web.problems` knows which status each code means.
    """

    code = "internal"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class Malformed(ServerError):
    """The request cannot be understood as it is written."""

    code = "malformed"


class NotSignedIn(ServerError):
    """Nobody is known to be asking."""

    code = "not-signed-in"


class NotAllowed(ServerError):
    """The caller is known and may not do this."""

    code = "not-allowed"


class NotFound(ServerError):
    """There is no such thing, or the caller may not know that there is."""

    code = "not-found"


class ChangedMeanwhile(ServerError):
    """What the caller meant to replace is no longer what is there."""

    code = "changed-meanwhile"


class Expired(ServerError):
    """There was such a thing until its time was over."""

    code = "expired"


class NotAcceptable(ServerError):
    """Nothing that the caller accepts can be made from this resource."""

    code = "not-acceptable"


class Conflict(ServerError):
    """The request contradicts what is already kept."""

    code = "conflict"


class TooLarge(ServerError):
    """The request is larger than a documented limit."""

    code = "too-large"


class RangeNotSatisfiable(ServerError):
    """The range of bytes that is asked for lies outside; the fact `size` says how many there are."""

    code = "range-not-satisfiable"


class UnsupportedMedia(ServerError):
    """The body is of a kind that this resource does not take."""

    code = "unsupported-media"


class Damaged(ServerError):
    """An archived file is not what was received, and there is no second copy to mend it from."""

    code = "damaged"


class Overloaded(ServerError):
    """Too much is under way; the same request will succeed later."""

    code = "overloaded"


class ArchiveFull(ServerError):
    """There is no room, or no working disk, to keep more."""

    code = "archive-full"
