"""Every fault there is, by name."""

from simulator.faults import contents, encoding, framing, identity, network
from simulator.faults.verdict import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault for group in (identity, encoding, contents, framing, network) for fault in group.FAULTS
}
