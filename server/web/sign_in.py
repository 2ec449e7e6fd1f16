"""Who is asking. Until people can sign in, everybody is the one built-in local person."""

from starlette.requests import HTTPConnection

from server.access.people import Caller


def caller(connection: HTTPConnection) -> Caller:
    """The caller of a request or WebSocket."""
    local: Caller = connection.app.state.local_person
    return local
