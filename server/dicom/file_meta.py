"""The head of a Part 10 file that is written here: preamble and file meta information (PS3.10 7.1)."""

import struct

IMPLEMENTATION_CLASS_UID = "2.25.5925100219639292202405892848423756064"
IMPLEMENTATION_VERSION = "LIGHTBOX_1"


def file_head(sop_class_uid: str, instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Preamble, prefix and group 0002 for a data set in that transfer syntax."""
    elements = b"".join(
        (
            struct.pack("<HH2sHL", 2, 0x0001, b"OB", 0, 2) + b"\0\1",
            _element(0x0002, "UI", sop_class_uid),
            _element(0x0003, "UI", instance_uid),
            _element(0x0010, "UI", transfer_syntax_uid),
            _element(0x0012, "UI", IMPLEMENTATION_CLASS_UID),
            _element(0x0013, "SH", IMPLEMENTATION_VERSION),
        )
    )
    return b"\0" * 128 + b"DICM" + struct.pack("<HH2sHL", 2, 0, b"UL", 4, len(elements)) + elements


def _element(element: int, vr: str, text: str) -> bytes:
    content = text.encode("ascii", "replace")
    content += (b"\0" if vr == "UI" else b" ") * (len(content) % 2)
    return struct.pack("<HH2sH", 2, element, vr.encode(), len(content)) + content
