"""Requests that HTTP or multipart does not allow, with good instances inside."""

import gzip
from collections.abc import Callable

from simulator.faults.bench import Bench
from simulator.faults.judge import judge_request, spoilt_request
from simulator.faults.verdict import CLOSED, STORED, Fault, Got, Wanted, rejected
from simulator.faults.wire import BOUNDARY, MULTIPART, Reply, multipart

_GROUP = "framing"
Send = Callable[[Bench, bytes], Reply]


def _posted(spoil: Callable[[bytes], bytes] = lambda file: multipart(file), **headers: str) -> Send:
    """One request whose length is true, with a body or headers that are not what they should be."""

    def send(bench: Bench, file: bytes) -> Reply:
        body = spoil(file)
        return bench.wire.exchange([bench.wire.post(len(body), **headers), body])

    return send


def _to_path(path: str) -> Send:
    def send(bench: Bench, file: bytes) -> Reply:
        body = multipart(file)
        return bench.wire.exchange([bench.wire.post(len(body), path), body])

    return send


def _with_part_head(head: bytes) -> Send:
    return _posted(lambda file: b"--%s\r\n%s\r\n\r\n%s\r\n--%s--\r\n" % (_B, head, file, _B))


def _too_many_parts(file: bytes) -> bytes:
    empty = b"--%s\r\nContent-Type: application/dicom\r\n\r\n\r\n" % _B
    return multipart(file, closing=False) + empty * 10_001 + b"--%s--\r\n" % _B


def _two_lengths(bench: Bench, file: bytes) -> Reply:
    body = multipart(file)
    head = bench.wire.post(len(body)).replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n")
    return bench.wire.exchange([head, body])


def _length_and_chunks(bench: Bench, file: bytes) -> Reply:
    """What a proxy reads as one request and a server as two, or the other way round."""
    body = multipart(file)
    head = bench.wire.post(5, Transfer_Encoding="chunked")
    return bench.wire.exchange([head, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)])


def _hidden_chunks(bench: Bench, file: bytes) -> Reply:
    body = multipart(file)
    head = bench.wire.post(len(body)).replace(b"Connection:", b"Transfer-Encoding : chunked\r\nConnection:")
    return bench.wire.exchange([head, body])


def _chunk_size_is_no_number(bench: Bench, file: bytes) -> Reply:
    head = bench.wire.post(Transfer_Encoding="chunked")
    return bench.wire.exchange([head, b"zzz\r\n%s\r\n0\r\n\r\n" % multipart(file)])


def _endless_chunk_size(bench: Bench, file: bytes) -> Reply:
    del file
    head = bench.wire.post(Transfer_Encoding="chunked")
    return bench.wire.exchange([head, b"f" * 400 + b"\r\n"], ends=True)


def _with_length(value: str) -> Send:
    def send(bench: Bench, file: bytes) -> Reply:
        return bench.wire.exchange([bench.wire.post(Content_Length=value), multipart(file)], ends=True)

    return send


def _expects_100(bench: Bench, file: bytes) -> Reply:
    body = multipart(file)
    return bench.wire.exchange([bench.wire.post(len(body), Expect="100-continue"), body])


def _good_chunks(bench: Bench, file: bytes) -> Reply:
    """Chunks of odd sizes that cut delimiters in two: allowed, and often read wrongly."""
    body = multipart(file)
    sizes = [1, 7, 30, 3, 200, 1021]
    pieces, start = [bench.wire.post(Transfer_Encoding="chunked")], 0
    while start < len(body):
        piece = body[start : start + sizes[len(pieces) % len(sizes)]]
        pieces.append(b"%x\r\n%s\r\n" % (len(piece), piece))
        start += len(piece)
    return bench.wire.exchange([b"".join([*pieces, b"0\r\n\r\n"])])


def _fault(name: str, what: str, why: str, send: Send, *wanted: Wanted) -> Fault:
    def run(bench: Bench) -> Got:
        one = bench.instance(1)
        return judge_request(bench, send(bench, one.data), [one])

    return Fault(name, _GROUP, what, why, wanted, spoilt_request(run))


_B = BOUNDARY.encode()
_SMUGGLING = "RFC 9112 6.3: two readers would see two different requests"
_UNFRAMED = "without an end nobody knows that it is whole"

FAULTS = (
    _fault(
        "wrong-boundary",
        "the body uses another boundary than the header names",
        "RFC 2046 5.1: there is no part in it",
        _posted(lambda file: multipart(file, boundary="another")),
        rejected(400),
    ),
    _fault(
        "no-boundary",
        "multipart/related without a boundary",
        "RFC 2046 5.1.1: it is required",
        _posted(Content_Type='multipart/related; type="application/dicom"'),
        rejected(400, 415),
    ),
    _fault(
        "boundary-too-long",
        "a boundary of 200 characters",
        "RFC 2046 5.1.1: 70 at most",
        _posted(lambda file: multipart(file, boundary="b" * 200), Content_Type=MULTIPART.replace(BOUNDARY, "b" * 200)),
        rejected(400),
        STORED,
    ),
    _fault(
        "no-closing-delimiter",
        "the last delimiter is missing",
        _UNFRAMED,
        _posted(lambda file: multipart(file, closing=False)),
        rejected(400),
    ),
    _fault("empty-body", "no body at all", "there is nothing to store", _posted(lambda _: b""), rejected(400)),
    _fault(
        "no-parts",
        "a closing delimiter alone",
        "there is nothing to store",
        _posted(lambda _: b"--%s--\r\n" % _B),
        rejected(400),
    ),
    _fault("too-many-parts", "10,002 parts", "a bound, and said", _posted(_too_many_parts), rejected(400, 413)),
    _fault(
        "part-header-too-long",
        "a part's header of 64 kB",
        "headers are bounded",
        _with_part_head(b"Content-Type: application/dicom\r\nX-Long: " + b"x" * 65536),
        rejected(400, 413, 431),
    ),
    _fault(
        "part-header-is-none",
        "a line of a part's header has no colon",
        "RFC 2046 5.1",
        _with_part_head(b"Content-Type: application/dicom\r\nthis is no header"),
        rejected(400),
        STORED,
    ),
    _fault(
        "part-of-another-type",
        "a part says that it is a picture",
        "PS3.18 10.5.2: the parts are what the type says",
        _with_part_head(b"Content-Type: image/jpeg"),
        rejected(400, 415),
    ),
    _fault(
        "wrong-content-type",
        "the request says text/plain",
        "PS3.18 8.6.1.2: unsupported",
        _posted(Content_Type="text/plain"),
        rejected(415),
    ),
    _fault(
        "no-content-type",
        "the request says nothing about its body",
        "PS3.18 10.5.2: it must",
        _posted(Content_Type=""),
        rejected(400, 415),
    ),
    _fault(
        "packed-with-gzip",
        "Content-Encoding: gzip",
        "not offered, so 415 (RFC 9110 8.4)",
        _posted(lambda file: gzip.compress(multipart(file), 1), Content_Encoding="gzip"),
        rejected(415),
    ),
    _fault(
        "accepts-nothing-we-have",
        "Accept: image/tiff",
        "PS3.18 8.3.3: 406; nothing is stored unheard",
        _posted(Accept="image/tiff"),
        rejected(406),
        STORED,
    ),
    _fault(
        "huge-header",
        "a header of 256 kB",
        "headers are bounded",
        _posted(X_Long="x" * 2**18),
        rejected(400, 413, 431),
        CLOSED,
    ),
    _fault(
        "header-that-injects",
        "a header with a bare line feed in it",
        _SMUGGLING,
        _posted(X_Two="a\nb"),
        rejected(400),
        CLOSED,
    ),
    _fault("two-lengths", "Content-Length twice, and different", _SMUGGLING, _two_lengths, rejected(400), CLOSED),
    _fault(
        "length-and-chunks",
        "Content-Length and Transfer-Encoding",
        _SMUGGLING,
        _length_and_chunks,
        rejected(400),
        CLOSED,
    ),
    _fault(
        "hidden-chunks",
        "Transfer-Encoding with a space before its colon",
        _SMUGGLING,
        _hidden_chunks,
        rejected(400),
        CLOSED,
    ),
    _fault(
        "chunk-size-is-no-number",
        "a chunk's size is zzz",
        "RFC 9112 7.1",
        _chunk_size_is_no_number,
        rejected(400),
        CLOSED,
    ),
    _fault(
        "endless-chunk-size",
        "a chunk's size of 400 digits",
        "RFC 9112 7.1.1",
        _endless_chunk_size,
        rejected(400),
        CLOSED,
    ),
    _fault("negative-length", "Content-Length: -1", "RFC 9110 8.6", _with_length("-1"), rejected(400), CLOSED),
    _fault("length-is-no-number", "Content-Length: many", "RFC 9110 8.6", _with_length("many"), rejected(400), CLOSED),
    _fault(
        "address-leaves-the-root",
        "POST /studies/../../../etc/passwd",
        "an address is never a path",
        _to_path("/studies/../../../../etc/passwd"),
        rejected(),
    ),
    _fault(
        "address-is-no-uid",
        "POST /studies/%2e%2e%2fetc",
        "PS3.18 10.1: a UID stands there",
        _to_path("/studies/%2e%2e%2fetc"),
        rejected(),
    ),
    _fault("expects-100", "Expect: 100-continue, and does not wait", "RFC 9110 10.1.1: allowed", _expects_100, STORED),
    _fault("odd-chunks", "chunks that cut delimiters in two", "RFC 9112 7.1: allowed", _good_chunks, STORED),
)
