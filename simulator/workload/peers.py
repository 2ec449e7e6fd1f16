"""From an address on the command line to connections with what is there."""

from urllib.parse import urlsplit

from simulator.workload import dicomweb, dimse
from simulator.workload.archive import Connect


def transfer_of(address: str) -> str:
    """`dimse` for a dicom:// address, `dicomweb` for any other."""
    return "dimse" if urlsplit(address).scheme == "dicom" else "dicomweb"


def connector(address: str, transfer: str | None = None) -> Connect:
    """Return what makes connections to an archive. Raises ValueError when address and transfer do not fit."""
    if transfer is not None and transfer != transfer_of(address):
        wanted = "dicom://AE_TITLE@host:port" if transfer == "dimse" else "a URL with http or https"
        raise ValueError(f"--transfer {transfer} needs {wanted}, not {address}")
    if transfer_of(address) == "dicomweb":
        return lambda: dicomweb.connection(address)
    dimse.pynetdicom()  # says now, not at the first instance, that it is missing
    called = dimse.node(address)
    return lambda: dimse.DimseArchive(called)
