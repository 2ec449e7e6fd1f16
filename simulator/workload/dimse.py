"""An archive spoken to by DIMSE: C-STORE to store, C-FIND to see. Needs pynetdicom, and only when it is used."""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from simulator.studies import Instance
from simulator.workload.archive import Answer, Unreachable

OUR_TITLE = "LIGHTBOX_SIM"
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
_STORAGE = (
    "1.2.840.10008.5.1.4.1.1.1",  # CR
    "1.2.840.10008.5.1.4.1.1.1.1",  # DX for presentation
    "1.2.840.10008.5.1.4.1.1.1.1.1",  # DX for processing
    "1.2.840.10008.5.1.4.1.1.2",  # CT
    "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT
    "1.2.840.10008.5.1.4.1.1.4",  # MR
    "1.2.840.10008.5.1.4.1.1.4.1",  # Enhanced MR
    "1.2.840.10008.5.1.4.1.1.7",  # Secondary Capture
)
_SUCCESS, _PENDING = 0x0000, frozenset({0xFF00, 0xFF01})
_WARNINGS = frozenset({0xB000, 0xB006, 0xB007, 0x0107, 0x0116})
_TIMEOUT = 60.0


@dataclass(frozen=True)
class Node:
    """A DICOM application entity on the network."""

    title: str
    host: str
    port: int


def node(address: str) -> Node:
    """Read dicom://AE_TITLE@host:port; the port is 104 when left out. Raises ValueError."""
    parts = urlsplit(address)
    title = address.partition("://")[2].partition("@")[0]
    if parts.scheme != "dicom" or "@" not in address or not 1 <= len(title) <= 16 or not parts.hostname:
        raise ValueError(f"{address} is no address like dicom://ARCHIVE@127.0.0.1:104 (titles: 1 to 16 letters)")
    return Node(title, parts.hostname, parts.port or 104)


def pynetdicom() -> ModuleType:
    """The library, or ValueError that says how to get it."""
    try:
        import pynetdicom as library
    except ImportError as error:
        raise ValueError("DIMSE needs pynetdicom: pip install 'lightbox[dimse]'") from error
    return library


class DimseArchive:
    """One association with a storage SCP, made when first needed and again after it was lost."""

    def __init__(self, called: Node, calling: str = OUR_TITLE) -> None:
        self._node = called
        self._entity = pynetdicom().AE(ae_title=calling)
        for timeout in ("acse_timeout", "dimse_timeout", "network_timeout"):
            setattr(self._entity, timeout, _TIMEOUT)
        for sop_class in _STORAGE:
            self._entity.add_requested_context(sop_class, ExplicitVRLittleEndian)
        self._entity.add_requested_context(STUDY_ROOT_FIND, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
        self._association: Any = None

    def store(self, instances: Sequence[Instance]) -> Answer:
        """Send each with C-STORE, PS3.4 B. When the association is lost half way all are to be sent again."""
        stored: set[str] = set()
        refused: dict[str, int] = {}
        for instance in instances:
            status = self._store(instance)
            if status == _SUCCESS or status in _WARNINGS:
                stored.add(instance.instance_uid)
            else:
                refused[instance.instance_uid] = status
        return Answer(frozenset(stored), refused)

    def held(self, study_uid: str, series_uid: str) -> frozenset[str]:
        """What C-FIND at the IMAGE level finds in the series, PS3.4 C.4.1."""
        keys = Dataset()
        keys.QueryRetrieveLevel = "IMAGE"
        keys.StudyInstanceUID = study_uid
        keys.SeriesInstanceUID = series_uid
        keys.SOPInstanceUID = ""
        association = self._associate()
        try:
            return frozenset(str(match.SOPInstanceUID) for match in find(association, keys, STUDY_ROOT_FIND))
        except Unreachable:
            self._association = None
            raise

    def digest(self, study_uid: str, series_uid: str, instance_uid: str) -> str:
        """Nothing: C-GET gives a data set back but not the file, so bytes cannot be compared by DIMSE."""
        del study_uid, series_uid, instance_uid
        return ""

    def close(self) -> None:
        """Release the association."""
        if self._association is not None and self._association.is_established:
            self._association.release()

    def _store(self, instance: Instance) -> int:
        association = self._associate()
        dataset = dcmread(BytesIO(instance.data))
        try:
            answer = association.send_c_store(dataset)
        except RuntimeError as error:
            self._association = None
            raise Unreachable(f"the association with {self._node.title} has ended") from error
        except ValueError:
            return 0x0122  # no presentation context was accepted: SOP class not supported
        if "Status" not in answer:
            self._association = None  # it has ended, though it may not know yet
            association.abort()
            raise Unreachable(f"{self._node.title} gave no answer to C-STORE")
        return int(answer.Status)

    def _associate(self) -> Any:
        if self._association is None or not self._association.is_established:
            self._association = associate(self._entity, self._node)
        return self._association


def associate(entity: Any, called: Node) -> Any:
    """An established association. Raises Unreachable when nobody listens, or who does will not have us."""
    try:
        socket.create_connection((called.host, called.port), _TIMEOUT).close()
    except OSError as error:
        raise Unreachable(f"{called.title} at {called.host} port {called.port}: {error.strerror or error}") from error
    association = entity.associate(called.host, called.port, ae_title=called.title)
    if not association.is_established:
        raise Unreachable(f"{called.title} at {called.host} port {called.port} accepted no association")
    return association


def find(association: Any, keys: Dataset, model: str) -> Iterator[Dataset]:
    """Yield the matches of one C-FIND. Raises Unreachable when it fails half way."""
    for status, match in association.send_c_find(keys, model):
        code = int(status.Status) if status and "Status" in status else -1
        if code in _PENDING:
            yield match
        elif code != _SUCCESS:
            raise Unreachable("C-FIND was not answered" if code < 0 else f"C-FIND failed with status 0x{code:04X}")
