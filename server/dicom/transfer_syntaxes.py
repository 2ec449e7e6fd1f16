"""The transfer syntaxes that are known by name, and under which media type each one's frames travel."""

from dataclasses import dataclass

IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1.99"
EXPLICIT_VR_BIG_ENDIAN = "1.2.840.10008.1.2.2"


@dataclass(frozen=True, slots=True)
class TransferSyntax:
    """One row of PS3.6 table A-1; `media_type` is that of its frames (PS3.18 table 8.7.3-2 and 8.7.3-5).

    `is_lossy`: it may hold, or always holds, pixels that lost something when they were compressed.
    """

    uid: str
    name: str
    media_type: str = "application/octet-stream"
    is_lossy: bool = False

    @property
    def is_encapsulated(self) -> bool:
        """Whether pixel data are fragments (PS3.5 A.4) rather than one native value."""
        return self.media_type != "application/octet-stream"


_ROWS = (
    TransferSyntax(IMPLICIT_VR_LITTLE_ENDIAN, "Implicit VR Little Endian"),
    TransferSyntax(EXPLICIT_VR_LITTLE_ENDIAN, "Explicit VR Little Endian"),
    TransferSyntax(DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, "Deflated Explicit VR Little Endian"),
    TransferSyntax(EXPLICIT_VR_BIG_ENDIAN, "Explicit VR Big Endian"),
    TransferSyntax("1.2.840.10008.1.2.4.50", "JPEG Baseline", "image/jpeg", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.51", "JPEG Extended (12-bit)", "image/jpeg", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.57", "JPEG Lossless (process 14)", "image/jpeg"),
    TransferSyntax("1.2.840.10008.1.2.4.70", "JPEG Lossless", "image/jpeg"),
    TransferSyntax("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", "image/jls"),
    TransferSyntax("1.2.840.10008.1.2.4.81", "JPEG-LS Near-lossless", "image/jls", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", "image/jp2"),
    TransferSyntax("1.2.840.10008.1.2.4.91", "JPEG 2000", "image/jp2", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.92", "JPEG 2000 Multi-component Lossless", "image/jpx"),
    TransferSyntax("1.2.840.10008.1.2.4.93", "JPEG 2000 Multi-component", "image/jpx", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile Main Level", "video/mpeg2", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.101", "MPEG2 Main Profile High Level", "video/mpeg2", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile 4.1", "video/mp4", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD-compatible 4.1", "video/mp4", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", "image/jxl"),
    TransferSyntax("1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression", "image/jxl", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.112", "JPEG XL", "image/jxl", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.201", "HTJ2K Lossless", "image/jphc"),
    TransferSyntax("1.2.840.10008.1.2.4.202", "HTJ2K Lossless RPCL", "image/jphc"),
    TransferSyntax("1.2.840.10008.1.2.4.203", "HTJ2K", "image/jphc", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.5", "RLE Lossless", "image/dicom-rle"),
)

TRANSFER_SYNTAXES = {row.uid: row for row in _ROWS}
"""Every known transfer syntax by its UID."""


def transfer_syntax(uid: str) -> TransferSyntax:
    """The known transfer syntax, or one that stands for an unknown encapsulated encoding."""
    return TRANSFER_SYNTAXES.get(uid) or TransferSyntax(uid, f"unknown transfer syntax {uid}", "application/x-unknown")
