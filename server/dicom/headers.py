"""The headers of elements and items: tag, VR and length (PS3.5 7.1.2, 7.1.3, 7.5)."""

import struct

from server.dicom.dictionary import name_of
from server.dicom.spans import Buffer
from server.errors import Malformed

UNDEFINED = 0xFFFFFFFF
"""The length of what ends with a delimiter."""

ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

# PS3.5 7.1.2: these VRs have two reserved bytes and a length of four
_LONG_VRS = {vr.encode(): vr for vr in "OB OD OF OL OV OW SQ SV UC UN UR UT UV".split()}
_SHORT_VRS = {vr.encode(): vr for vr in "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split()}
_EXPLICIT = {order: struct.Struct(f"{order}HH2sH").unpack_from for order in "<>"}
_LENGTH = {order: struct.Struct(f"{order}L").unpack_from for order in "<>"}

SHORT_LENGTH = struct.Struct("<H").unpack_from
"""What reads the length of an element that has a short one, in explicit VR little endian, from its seventh byte on."""

PLAIN = {order: struct.Struct(f"{order}HHL").unpack_from for order in "<>"}
"""By byte order, what reads the group, number and length of an item, or of an element in implicit VR."""


def explicit_header(data: Buffer, position: int, order: str = "<") -> tuple[int, str, int, int]:
    """Tag, VR, length and value offset of one explicit VR element; eight bytes of it must be there."""
    group, number, said, length = _EXPLICIT[order](data, position)
    tag = group << 16 | number
    vr = _SHORT_VRS.get(said)
    if vr is not None:
        return tag, vr, length, position + 8
    vr = _LONG_VRS.get(said)
    if vr is None:
        raise Malformed(
            "An element has no valid VR; the data set is damaged or in another transfer syntax than its header says.",
            tag=name_of(tag),
            offset=position,
        )
    if position + 12 > len(data):
        raise Malformed("The data set is cut short inside an element's header.", tag=name_of(tag))
    return tag, vr, _LENGTH[order](data, position + 8)[0], position + 12


def short_vr(element: bytes) -> str | None:
    """The VR of an element in explicit VR, if it is one with a length of two bytes."""
    return _SHORT_VRS.get(element[4:6])
