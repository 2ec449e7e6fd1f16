"""WADO-RS: the retrieve transaction (PS3.18 10.4), all of its resources but the rendered ones."""

from server.dicomweb.addresses import Addresses
from server.dicomweb.bulk_data import BulkData
from server.dicomweb.frames import FramesResource
from server.dicomweb.instances import Instances
from server.dicomweb.metadata import Metadata
from server.dicomweb.ready import ReadyAnswers
from server.studies.retrieve import Retrieve
from server.web.workers import Workers


class Wado:
    """What can be retrieved, each kind of resource with its own part."""

    def __init__(self, retrieve: Retrieve, ready: ReadyAnswers, workers: Workers, addresses: Addresses) -> None:
        self.instances = Instances(retrieve, ready, workers, addresses)
        self.metadata = Metadata(retrieve, ready, workers, addresses)
        self.frames = FramesResource(retrieve, ready, workers, addresses)
        self.bulk_data = BulkData(retrieve, workers, addresses)
