"""A real server process on a real port, over a folder of its own; and the simulator sending to it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx

DEMO = ("knee-cr", "knee-cr-prior", "chest-ct", "chest-ct-prior", "brain-mr")


PROGRAM = ("-m", "server")
CARELESS = """
import sys, threading
from server.cli import main
from server.database.sqlite import Database
{}
sys.exit(main())
"""
"""For servers with a safety switched off, with which a test shows that it would find out what that does."""

WITHOUT_SYNC = CARELESS.format(
    """
import os
os.fsync = lambda descriptor: None
connect = Database._connect
def careless(database, *wanted):
    connection = connect(database, *wanted)
    connection.execute("PRAGMA synchronous=OFF")
    return connection
Database._connect = careless
"""
)
"""Never waits for the disk."""

BEFORE_IT_IS_KEPT = CARELESS.format(
    """
from server.archive.store import Archive
from server.catalogue import entries
Archive.keep = lambda archive, arrived: []
add = entries.add
def careless(database, new):
    threading.Timer(2, add, (database, new)).start()
    return {entry.ref.instance_uid: entry.digest for entry in new}
entries.add = careless
"""
)
"""Acknowledges what it only means to write."""


class RunningServer:
    """`lightbox serve` as a process; `port` 0 lets the system choose, and stays the same over restarts."""

    def __init__(
        self,
        root: Path,
        *flags: str,
        environment: dict[str, str] | None = None,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self.root = root
        self.program = program
        self._flags = flags
        self._environment = os.environ | (environment or {})
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where the server answers, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def dicomweb(self) -> str:
        """The DICOMweb root."""
        return f"{self.address}/dicomweb"

    def start(self) -> "RunningServer":
        """Starts the process and waits until it says that it is ready."""
        command = [sys.executable, *self.program, "serve", "--root", str(self.root), "--port", str(self.port)]
        log = (self.root.parent / f"{self.root.name}.log").open("a")
        self.process = subprocess.Popen(
            [*command, *self._flags],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=self._environment,
            start_new_session=True,  # so that it can be killed with all that it has started
        )
        log.close()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        ready = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert ready, f"the server did not start: {line!r}; see {log.name}"
        self.port = int(ready[1])
        return self

    def kill(self) -> None:
        """Ends the process, and those it has started, as a power cut would: no warning, no tidying."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self._ended()

    def workers(self) -> list[int]:
        """The ids of the server processes, where there are several."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def cpu_seconds(self) -> float:
        """The processor time that the server process has had since its start: how much it works, on any machine."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> int:
        """Asks the process to stop and answers its exit status."""
        if self.process is None:
            return 0
        self.process.terminate()
        return self._ended()

    def _ended(self) -> int:
        assert self.process is not None
        status = self.process.wait(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return status


def send(server: RunningServer, *studies: str, seed: int = 1, scale: str = "small") -> None:
    """Has the simulator make studies, those of the demo unless named, and send them by STOW-RS."""
    names = [word for study in studies or DEMO for word in ("--study", study)]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "simulator",
            "send",
            "--to",
            server.dicomweb,
            "--seed",
            str(seed),
            "--scale",
            scale,
            *names,
        ],
        check=True,
        capture_output=True,
    )


def earliest_study(server: RunningServer, modality: str) -> str:
    """The UID of a study that has no prior, and so opens by itself."""
    found = httpx.get(f"{server.dicomweb}/studies", params={"ModalitiesInStudy": modality}).json()
    earliest = min(found, key=lambda study: str(study["00080020"]["Value"][0]))
    return str(earliest["0020000D"]["Value"][0])
