"""A real DICOM application entity in this process: stores, finds what it stored, and has a worklist."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE, AllStoragePresentationContexts, evt
from pynetdicom.sop_class import ModalityWorklistInformationFind, StudyRootQueryRetrieveInformationModelFind


@dataclass
class Node:
    """What it has, and how it misbehaves: statuses to answer C-STORE with in turn, UIDs to forget."""

    port: int = 0
    kept: list[Dataset] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    forgets: set[str] = field(default_factory=set)
    worklist: list[Dataset] = field(default_factory=list)
    asked: list[Dataset] = field(default_factory=list)
    aborts: int = 0

    @property
    def address(self) -> str:
        return f"dicom://ARCHIVE@127.0.0.1:{self.port}"

    def store(self, event: Any) -> int:
        if self.aborts:
            self.aborts -= 1
            event.assoc.dul.socket.socket.shutdown(socket.SHUT_RDWR)  # as a cable that is pulled
            return 0xA700
        status = self.statuses.pop(0) if self.statuses else 0
        dataset = event.dataset
        if status == 0 and dataset.SOPInstanceUID not in self.forgets:
            self.kept.append(dataset)
        return status

    def find(self, event: Any) -> Iterator[tuple[int, Dataset | None]]:
        keys = event.identifier
        self.asked.append(keys)
        if event.request.AffectedSOPClassUID == ModalityWorklistInformationFind:
            for item in self.worklist:
                yield 0xFF00, item
            return
        for uid in {one.SOPInstanceUID for one in self.kept if one.SeriesInstanceUID == keys.SeriesInstanceUID}:
            match = Dataset()
            match.QueryRetrieveLevel = "IMAGE"
            match.SOPInstanceUID = uid
            yield 0xFF00, match


@contextmanager
def running() -> Iterator[Node]:
    node = Node()
    entity = AE(ae_title="ARCHIVE")
    entity.require_called_aet = True
    for context in AllStoragePresentationContexts:
        entity.add_supported_context(context.abstract_syntax, ExplicitVRLittleEndian)
    entity.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
    entity.add_supported_context(ModalityWorklistInformationFind)
    handlers = [(evt.EVT_C_STORE, node.store), (evt.EVT_C_FIND, node.find)]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    node.port = server.server_address[1]
    try:
        yield node
    finally:
        server.shutdown()
