"""Instances that are whole and say impossible things: pixels, texts, times, geometry."""

import struct
from collections.abc import Callable

from simulator.faults.bench import PATIENT_ID, PIXEL_DATA, SERIES, Bench, understood
from simulator.faults.judge import (
    Spoil,
    is_unwanted,
    judge_instance,
    judge_request,
    judge_stored,
    spoilt_instance,
    spoilt_request,
)
from simulator.faults.surgery import Parts, element
from simulator.faults.verdict import STORED, Fault, Got, Wanted, refused

_NAME, _CHARACTER_SET, _STUDY_DATE, _STUDY_TIME = 0x00100010, 0x00080005, 0x00080020, 0x00080030
_ROWS, _COLUMNS, _HIGH_BIT, _FRAMES = 0x00280010, 0x00280011, 0x00280102, 0x00280008
_POSITION, _WINDOW_WIDTH, _SPACING = 0x00200032, 0x00281051, 0x00280030

Change = tuple[int, str, bytes]


def _with(*changes: Change) -> Spoil:
    def spoil(bench: Bench, parts: Parts) -> bytes:
        del bench
        for tag, vr, value in changes:
            parts.put(tag, vr, value)
        return parts.whole()

    return spoil


def _pixels(cut: int = 0, more: bytes = b"") -> Spoil:
    def spoil(bench: Bench, parts: Parts) -> bytes:
        del bench
        value = parts.body[PIXEL_DATA][12:]
        return parts.put(PIXEL_DATA, "OW", value[: len(value) - cut] + more).whole()

    return spoil


def _no_pixels(bench: Bench, parts: Parts) -> bytes:
    del bench
    return parts.drop(PIXEL_DATA).whole()


def _bits_flipped(bench: Bench, parts: Parts) -> bytes:
    del bench
    value = bytearray(parts.body[PIXEL_DATA])
    for place in range(12, len(value), 97):
        value[place] ^= 0x55
    parts.body[PIXEL_DATA] = bytes(value)
    return parts.whole()


def _basic_offset_table(bench: Bench, parts: Parts) -> bytes:
    """An encapsulated image whose offset table points past its end."""
    del bench
    parts.uid(0x00020010, "1.2.840.10008.1.2.5")
    table = struct.pack("<HHII", 0xFFFE, 0xE000, 4, 0x7FFFFFF0)
    fragment = struct.pack("<HHI", 0xFFFE, 0xE000, 64) + struct.pack("<16I", 1, 64, *([0] * 14))
    end = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    parts.body[PIXEL_DATA] = element(PIXEL_DATA, "OB", table + fragment + end, 0xFFFFFFFF)
    return parts.whole()


def _positions(*places: int) -> Callable[[Bench], Got]:
    """A series whose instances lie at these places, in mm, sent in this order."""

    def send(bench: Bench) -> Got:
        made = [
            bench.instance(number, bench.parts(number).put(_POSITION, "DS", _even(f"0\\0\\{place}", " ")).whole())
            for number, place in enumerate(places, start=1)
        ]
        return judge_request(bench, bench.stow(*(one.data for one in made)), made)

    return send


def _backwards(bench: Bench) -> Got:
    made = [bench.instance(number) for number in (5, 4, 3, 2, 1)]
    for one in made:
        got = judge_request(bench, bench.stow(one.data), [one])
        if is_unwanted(got):
            return got
    return judge_stored(bench, made)


def _late_series(bench: Bench) -> Got:
    first, late = bench.instance(1), bench.instance(3)
    other = bench.parts(2).uid(SERIES, bench.uid("other series"))
    sent = [judge_request(bench, bench.stow(first.data), [first])]
    said = understood(bench.stow(other.whole()))
    sent.append(judge_request(bench, bench.stow(late.data), [late]))
    if others := [got for got in sent if got != Got(STORED.verdict)]:
        return others[0]
    return judge_stored(bench, [first, late]) if said.stored else judge_instance(bench, said, bench.instance(2))


def _even(value: str, padding: str) -> bytes:
    data = value.encode()
    return data + padding.encode() * (len(data) % 2)


def _spoilt(name: str, group: str, what: str, why: str, spoil: Spoil, *wanted: Wanted) -> Fault:
    return Fault(name, group, what, why, wanted or (STORED, refused()), spoilt_instance(spoil))


def _sent(name: str, group: str, what: str, why: str, send: Callable[[Bench], Got]) -> Fault:
    return Fault(name, group, what, why, (STORED,), spoilt_request(send))


def _number(value: int) -> bytes:
    return struct.pack("<H", value)


_KEEP = "the bytes are whole: keep them, draw nothing wrong, and break no list"
_AS_SENT = "kept as sent and shown as sent, for a person to see"

PIXELS = (
    _spoilt("pixels-too-few", "pixels", "Pixel Data is shorter than Rows x Columns", _KEEP, _pixels(cut=200)),
    _spoilt("pixels-too-many", "pixels", "Pixel Data is longer than it should be", _KEEP, _pixels(more=bytes(2048))),
    _spoilt("no-pixels", "pixels", "an image without Pixel Data", _KEEP, _no_pixels),
    _spoilt(
        "absurd-size",
        "pixels",
        "65,535 rows and columns, and some kB of pixels",
        "memory is never taken on a header's word",
        _with((_ROWS, "US", _number(65535)), (_COLUMNS, "US", _number(65535))),
    ),
    _spoilt("no-rows", "pixels", "zero rows", _KEEP, _with((_ROWS, "US", _number(0)))),
    _spoilt("wrong-high-bit", "pixels", "HighBit is 3 and BitsStored 12", _KEEP, _with((_HIGH_BIT, "US", _number(3)))),
    _spoilt(
        "a-thousand-million-frames",
        "pixels",
        "NumberOfFrames is 999,999,999",
        "frames are counted, not believed",
        _with((_FRAMES, "IS", b"999999999 ")),
    ),
    _spoilt("bits-flipped", "pixels", "every 97th byte is damaged before sending", _AS_SENT, _bits_flipped, STORED),
    _spoilt("offset-table-lies", "pixels", "the offset table points past the end", _KEEP, _basic_offset_table),
    _spoilt("no-window-width", "pixels", "WindowWidth is zero", _KEEP, _with((_WINDOW_WIDTH, "DS", b"0 "))),
)

TEXTS = (
    _spoilt(
        "unknown-character-set",
        "text",
        "SpecificCharacterSet is ISO_IR 999",
        "unreadable names are no reason to lose an image",
        _with((_CHARACTER_SET, "CS", b"ISO_IR 999")),
    ),
    _spoilt(
        "undeclared-latin-1",
        "text",
        "a name in Latin-1, and nothing says so",
        "as above; common among old devices",
        _with((_CHARACTER_SET, "CS", b""), (_NAME, "PN", b"M\xfcller^J\xf6rg ")),
    ),
    _spoilt(
        "latin-1-said-to-be-utf-8",
        "text",
        "a name in Latin-1 said to be UTF-8",
        "bytes that are no UTF-8 must not end the JSON",
        _with((_CHARACTER_SET, "CS", b"ISO_IR 192"), (_NAME, "PN", b"M\xfcller^J\xf6rg ")),
    ),
    _spoilt(
        "over-long-values",
        "text",
        "a PatientID of 4,000 characters",
        "PS3.5 6.2: LO has 64; it is said, kept and found",
        _with((PATIENT_ID, "LO", b"9" * 4000)),
    ),
    _spoilt(
        "control-characters",
        "text",
        "bells, escapes and new lines in a name",
        "logs and lists stay one line each",
        _with((_NAME, "PN", b"BELL\x07^\x1b[31mRED\r\nX-Injected: yes ")),
    ),
    _spoilt(
        "markup-in-a-name",
        "text",
        "a name that is a script",
        "it is text wherever it is shown",
        _with((_NAME, "PN", b"<script>alert(1)</script>^<img src=x onerror=alert(1)>")),
    ),
)

TIMES = (
    _spoilt(
        "future-date",
        "time",
        "a study of the year 2999",
        "the device's clock is wrong; the image is not",
        _with((_STUDY_DATE, "DA", b"29990101")),
        STORED,
    ),
    _spoilt(
        "year-1970",
        "time",
        "a study of 1 January 1970",
        "the clock's battery is flat",
        _with((_STUDY_DATE, "DA", b"19700101"), (_STUDY_TIME, "TM", b"000000")),
        STORED,
    ),
    _spoilt(
        "impossible-date",
        "time",
        "a study of 31 February",
        "one bad date must not break a search by date",
        _with((_STUDY_DATE, "DA", b"20260231")),
    ),
    _spoilt(
        "hour-that-is-not",
        "time",
        "half past one on the night the clocks go forward",
        "01:30 on 29 March 2026 did not happen in London",
        _with((_STUDY_DATE, "DA", b"20260329"), (_STUDY_TIME, "TM", b"013000")),
        STORED,
    ),
)

GEOMETRY = (
    _sent("missing-slice", "geometry", "a series with a gap", _AS_SENT, _positions(0, 2, 4, 8, 10)),
    _sent("duplicate-position", "geometry", "two slices in one place", _AS_SENT, _positions(0, 2, 2, 4)),
    _sent(
        "reversed-slices", "geometry", "positions run against the instance numbers", _AS_SENT, _positions(8, 6, 4, 2, 0)
    ),
    _spoilt(
        "spacing-of-nothing",
        "geometry",
        "PixelSpacing is 0",
        "lengths in mm would be nonsense",
        _with((_SPACING, "DS", b"0\\0 ")),
    ),
    _sent("out-of-order", "order", "instances arrive last first, one a request", "networks do that", _backwards),
    _sent(
        "late-series",
        "order",
        "another series arrives in between",
        "reconstructions come when they are done",
        _late_series,
    ),
)

FAULTS = (*PIXELS, *TEXTS, *TIMES, *GEOMETRY)
