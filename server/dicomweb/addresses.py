"""The DICOMweb root as clients reach it, for the URLs inside answers."""

from starlette.requests import Request

from server.web.forwarded import FORWARDED_HOST, PREFIX

ROOT = "/dicomweb"


class Addresses:
    """Builds absolute URLs: from the configured public address, else from what a trusted proxy or the request says."""

    def __init__(self, public_address: str) -> None:
        self._public_address = public_address.rstrip("/")

    def root(self, request: Request) -> str:
        """The absolute URL of the DICOMweb root, without a trailing slash."""
        if self._public_address:
            return self._public_address + ROOT
        host = request.headers["host"]
        server = request.scope.get("server")
        # some clients leave the port out of their Host header; a proxy's port is the proxy's affair
        if (
            FORWARDED_HOST not in request.scope
            and server
            and server[1] not in {None, 80, 443}
            and ":" not in host.rpartition("]")[2]
        ):
            host = f"{host}:{server[1]}"
        return f"{request.scope['scheme']}://{host}{request.scope.get(PREFIX, '')}{ROOT}"
