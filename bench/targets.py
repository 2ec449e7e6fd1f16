"""The servers that are measured: ours, and a peer when one is installed."""

import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench.connection import Answer, Connection
from bench.requests import Request
from e2e.running import RunningServer

OURS = "Lightbox"
PEER = "Orthanc"
_PLUGINS = Path("/usr/share/orthanc/plugins")
_START_SECONDS = 20


@dataclass(frozen=True)
class Target:
    """A running server: where its DICOMweb root is, and the process to account for."""

    name: str
    port: int
    prefix: str
    pid: int

    def ask(self, request: Request) -> Answer:
        """One request on a connection of its own, the answer kept."""
        connection = Connection(self.port)
        try:
            return connection.ask(request.pieces(self.port, self.prefix), keep=True)
        finally:
            connection.close()


def our_target(server: RunningServer) -> Target:
    """Our own server, already started."""
    assert server.process is not None
    return Target(OURS, server.port, "/dicomweb", server.process.pid)


def stop_ours(server: RunningServer) -> None:
    """Stops our own server, and ends it if it does not stop by itself."""
    try:
        server.stop()
    except subprocess.TimeoutExpired:
        server.kill()


class Peer:
    """Orthanc with its DICOMweb plugin, as Debian packages both, in its default configuration on loopback."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = shutil.which(PEER, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def absent(self) -> str:
        """Why there is no peer to compare with; empty when there is one."""
        if self._program is None:
            return "No Orthanc was installed (Debian packages orthanc and orthanc-dicomweb)."
        if not (_PLUGINS / "libOrthancDicomWeb.so").exists():
            return "Orthanc was installed without its DICOMweb plugin (Debian package orthanc-dicomweb)."
        return ""

    def start(self) -> Target:
        """Starts it over an empty folder and waits until it answers; raises `TimeoutError` if it does not."""
        assert self._program is not None
        port = _free_port()
        self._folder.mkdir()
        configuration = self._folder / "peer.json"
        configuration.write_text(json.dumps(_configuration(self._folder / "db", port)))
        with (self._folder / "peer.log").open("wb") as log:
            self._process = subprocess.Popen([self._program, str(configuration)], stdout=log, stderr=log)
        target = Target(PEER, port, "/dicom-web", self._process.pid)
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if target.ask(Request("/studies?limit=1", "application/dicom+json")).status == 200:
                    return target
            except (OSError, EOFError):
                time.sleep(0.1)
        self.stop()
        raise TimeoutError(f"The peer did not answer within {_START_SECONDS} seconds.")

    def version(self) -> str:
        """What it says of itself."""
        assert self._program is not None
        said = subprocess.run([self._program, "--version"], capture_output=True, text=True, check=False).stdout
        return f"{PEER} {said.split()[1]}" if len(said.split()) > 1 else PEER

    def stop(self) -> None:
        """Ends the process that was started here."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=10)
        self._process = None


def _configuration(folder: Path, port: int) -> dict[str, object]:
    return {
        "Name": "peer",
        "StorageDirectory": str(folder),
        "IndexDirectory": str(folder),
        "Plugins": [str(_PLUGINS)],
        "HttpPort": port,
        "HttpBindAddresses": ["127.0.0.1"],
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
