"""Content-Encoding: which one a client would rather have (RFC 9110 12.5.3), and bytes compressed as they come."""

import zlib
from collections.abc import Iterable, Iterator

from backports.zstd import ZstdCompressor

from server.errors import NotAcceptable

_PREFERRED = ("zstd", "gzip", "identity")
_GZIP = 31
"""The window bits that make zlib write a gzip stream."""


def content_coding(accept_encoding: str | None) -> str:
    """'zstd', 'gzip' or 'identity'; `NotAcceptable` when the header leaves none of them."""
    if not accept_encoding:
        return "identity"
    weights = dict(_weights(accept_encoding))
    others = weights.get("*", 0.0)
    # identity is acceptable unless it is excluded by name, or by a * while it has no weight of its own
    wanted = {coding: weights.get(coding, others) for coding in _PREFERRED}
    if "identity" not in weights:
        wanted["identity"] = 0.0 if weights.get("*") == 0.0 else 1e-9
    best = max(_PREFERRED, key=lambda coding: wanted[coding])
    if wanted[best] == 0.0:
        raise NotAcceptable("None of the accepted content codings can be sent.", available=list(_PREFERRED))
    return best


def compressed(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The pieces in a content coding."""
    if coding == "identity":
        yield from pieces
        return
    compressor = zlib.compressobj(1, zlib.DEFLATED, _GZIP) if coding == "gzip" else ZstdCompressor(3)
    for piece in pieces:
        if content := compressor.compress(piece):
            yield content
    yield compressor.flush()


def _weights(text: str) -> Iterator[tuple[str, float]]:
    for part in text.lower().split(","):
        name, _, weight = part.partition(";")
        key, _, value = weight.replace(" ", "").partition("=")
        try:
            q = float(value) if key == "q" else 1.0
        except ValueError:
            q = 0.0
        yield {"x-gzip": "gzip"}.get(name.strip(), name.strip()), min(max(q, 0.0), 1.0)
