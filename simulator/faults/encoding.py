"""Files that break PS3.5 and PS3.10: cut off, lengths that lie, the wrong transfer syntax, bombs."""

import struct
import zlib

from simulator.faults.bench import PATIENT_ID, PIXEL_DATA, TRANSFER_SYNTAX, Bench
from simulator.faults.judge import Spoil, spoilt_instance
from simulator.faults.surgery import Parts, element, undefined_item, undefined_sequence
from simulator.faults.verdict import STORED, Fault, Wanted, refused

_GROUP = "encoding"
_DEFLATED, _IMPLICIT, _BIG_ENDIAN = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
_BOMB_BYTES = 256 * 2**20
_REQUEST_ATTRIBUTES = 0x00400275


def _truncated_pixels(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.whole()[:-1000]


def _truncated_header(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.whole()[: len(parts.head()) + 301]


def _length_beyond_file(bench: Bench, parts: Parts) -> bytes:
    del bench
    parts.body[PIXEL_DATA] = element(PIXEL_DATA, "OW", parts.body[PIXEL_DATA][12:], 2**31)
    return parts.whole()


def _length_into_neighbour(bench: Bench, parts: Parts) -> bytes:
    del bench
    parts.body[PATIENT_ID] = element(PATIENT_ID, "LO", b"9990001234", 15)
    return parts.whole()


def _item_length_lies(bench: Bench, parts: Parts) -> bytes:
    del bench
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 4000) + element(0x00400009, "SH", b"SPS1")
    parts.body[_REQUEST_ATTRIBUTES] = element(_REQUEST_ATTRIBUTES, "SQ", item)
    return parts.whole()


def _odd_length(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.put(PATIENT_ID, "LO", b"999").whole()


def _no_preamble(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.whole()[132:]


def _no_file_meta(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.preamble + parts.data_set()


def _group_2_in_data_set(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.head() + element(0x00020010, "UI", b"1.2.840.10008.1.2\0") + parts.data_set()


def _wrong_vr(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.put(PATIENT_ID, "FD", struct.pack("<d", 9990001234.0)).whole()


def _out_of_order(bench: Bench, parts: Parts) -> bytes:
    del bench
    tags = sorted(parts.body)
    return parts.head() + b"".join(parts.body[tag] for tag in [*tags[:6][::-1], *tags[6:]])


def _element_twice(bench: Bench, parts: Parts) -> bytes:
    del bench
    parts.body[PATIENT_ID] += element(PATIENT_ID, "LO", b"9990009999")
    return parts.whole()


def _private_undefined_length(bench: Bench, parts: Parts) -> bytes:
    del bench
    parts.put(0x00090010, "LO", b"LIGHTBOX FAULTS ")
    parts.body[0x00091001] = undefined_sequence(0x00091001, undefined_item(element(0x00091002, "LO", b"ours")))
    return parts.whole()


def _nested(bench: Bench, parts: Parts) -> bytes:
    del bench
    content = b""
    for _ in range(250):
        content = undefined_sequence(_REQUEST_ATTRIBUTES, undefined_item(content))
    parts.body[_REQUEST_ATTRIBUTES] = content
    return parts.whole()


def _deflate_bomb(bench: Bench, parts: Parts) -> bytes:
    del bench
    press = zlib.compressobj(9, wbits=-15)
    parts.uid(TRANSFER_SYNTAX, _DEFLATED)
    pressed = [press.compress(element(0x00091001, "OB", b"", _BOMB_BYTES))]
    zeros = bytes(2**20)
    pressed += [press.compress(zeros) for _ in range(_BOMB_BYTES // len(zeros))]
    pressed += [press.compress(parts.data_set()), press.flush()]
    return parts.head() + b"".join(pressed)


def _deflated_not(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.uid(TRANSFER_SYNTAX, _DEFLATED).whole()


def _said_to_be(transfer_syntax_uid: str) -> Spoil:
    def spoil(bench: Bench, parts: Parts) -> bytes:
        del bench
        return parts.uid(TRANSFER_SYNTAX, transfer_syntax_uid).whole()

    return spoil


def _huge_attribute(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.put(0x00204000, "UT", b"comment " * 2**20).whole()


def _empty(bench: Bench, parts: Parts) -> bytes:
    del bench, parts
    return b""


def _text(bench: Bench, parts: Parts) -> bytes:
    del bench, parts
    return b"This is a letter about an image, and not an image.\n" * 20


def _fault(name: str, what: str, why: str, spoil: Spoil, *wanted: Wanted) -> Fault:
    return Fault(name, _GROUP, what, why, wanted, spoilt_instance(spoil))


FAULTS = (
    _fault(
        "truncated-pixels",
        "the last 1,000 bytes are missing",
        "half an image must not pass for one",
        _truncated_pixels,
        refused(0xC000),
    ),
    _fault(
        "truncated-header",
        "the file ends in the middle of an attribute",
        "nobody can tell whose it is",
        _truncated_header,
        refused(0xC000),
    ),
    _fault(
        "length-beyond-file",
        "Pixel Data says 2 GiB and has some kB",
        "never allocate from a claim",
        _length_beyond_file,
        refused(0xC000),
    ),
    _fault(
        "length-into-neighbour",
        "PatientID's length reaches into the next element",
        "what follows would be read as something else",
        _length_into_neighbour,
        refused(0xC000),
    ),
    _fault(
        "item-length-lies",
        "an item is longer than its sequence",
        "PS3.5 7.5: an item lies inside",
        _item_length_lies,
        refused(0xC000),
    ),
    _fault(
        "odd-length",
        "PatientID has three characters and no padding",
        "PS3.5 7.1.1 wants even lengths; devices forget it, and nothing is ambiguous",
        _odd_length,
        STORED,
        refused(),
    ),
    _fault(
        "no-preamble",
        "the file begins with its meta information",
        "PS3.10 7.1: 128 bytes and DICM come first",
        _no_preamble,
        refused(0xC000),
    ),
    _fault(
        "no-file-meta",
        "the data set follows at once after DICM",
        "PS3.10 7.1: the transfer syntax is unknown without it",
        _no_file_meta,
        refused(0xC000),
    ),
    _fault(
        "group-2-in-data-set",
        "a second transfer syntax stands in the data set",
        "PS3.10 7.1: group 0002 belongs to the meta information; a reader must not follow the second",
        _group_2_in_data_set,
        refused(),
        STORED,
    ),
    _fault(
        "wrong-vr",
        "PatientID is a floating-point number",
        "the file can be read and must not be altered; the list must not break",
        _wrong_vr,
        STORED,
        refused(),
    ),
    _fault(
        "elements-out-of-order",
        "the first six elements stand backwards",
        "PS3.5 7.1 wants them ascending",
        _out_of_order,
        refused(),
        STORED,
    ),
    _fault(
        "element-twice",
        "PatientID stands there twice, with two values",
        "PS3.5 7.1: at most once; else two readers see two patients",
        _element_twice,
        refused(0xC000),
    ),
    _fault(
        "private-undefined-length",
        "a private sequence of undefined length",
        "allowed, and often read wrongly",
        _private_undefined_length,
        STORED,
    ),
    _fault(
        "nested-250-levels",
        "sequences nested 250 levels deep",
        "recursion over hostile depth ends processes; real reports pass 20 rarely",
        _nested,
        refused(0xC000),
    ),
    _fault(
        "deflate-bomb",
        "256 MiB of zeros deflated to 260 kB",
        "unpacked size is bounded, not trusted",
        _deflate_bomb,
        refused(0xC000),
    ),
    _fault(
        "deflated-not",
        "said to be deflated, and is not",
        "it cannot be read",
        _deflated_not,
        refused(0xC000),
    ),
    _fault(
        "explicit-said-to-be-implicit",
        "the meta information names Implicit VR",
        "read as it says, every length is wrong",
        _said_to_be(_IMPLICIT),
        refused(0xC000),
    ),
    _fault(
        "little-said-to-be-big-endian",
        "the meta information names Big Endian",
        "read as it says, every tag is wrong",
        _said_to_be(_BIG_ENDIAN),
        refused(0xC000),
    ),
    _fault(
        "native-said-to-be-jpeg",
        "the meta information names JPEG, and pixels are native",
        "PS3.5 A.4: encapsulated Pixel Data has undefined length",
        _said_to_be("1.2.840.10008.1.2.4.50"),
        STORED,
        refused(),
    ),
    _fault(
        "unknown-transfer-syntax",
        "a private transfer syntax",
        "keep it unharmed or say no; never draw nonsense",
        _said_to_be("1.2.826.0.1.3680043.9.9999.1"),
        STORED,
        refused(),
    ),
    _fault(
        "huge-attribute",
        "a comment of 8 MiB",
        "search and lists must not drag it along",
        _huge_attribute,
        STORED,
        refused(),
    ),
    _fault("empty-part", "a part with no bytes", "it is no instance", _empty, refused()),
    _fault("not-dicom", "a part that holds a letter", "it is no instance", _text, refused(0xC000)),
)
