"""What a DICOM UID may look like."""

import re

_UID = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+")


def is_uid(text: str) -> bool:
    """Whether `text` is a UID: dotted numbers without leading zeros, 64 characters at most (PS3.5 9.1)."""
    return len(text) <= 64 and _UID.fullmatch(text) is not None
