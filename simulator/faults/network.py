"""Lines that break, crawl and race: what happens between a modality and an archive."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from simulator.faults.bench import PIXEL_DATA, Bench, Said, understood
from simulator.faults.judge import judge_request, judge_stored, spoilt_request
from simulator.faults.verdict import CLOSED, FIRST_KEPT, STORED, STORED_ONCE, Fault, Got, Verdict, Wanted, rejected
from simulator.faults.wire import multipart, receive

_GROUP = "network"
_CLIENTS = 16


def _cut_off(bench: Bench) -> Got:
    one = bench.instance(1)
    body = multipart(one.data)
    reply = bench.wire.exchange([bench.wire.post(len(body)), body[: len(body) // 2]], ends=True)
    return judge_request(bench, reply, [one])


def _reset(bench: Bench) -> Got:
    one = bench.instance(1)
    body = multipart(one.data)
    bench.wire.abandon([bench.wire.post(len(body)), body[: len(body) // 2]])
    held = bench.holds(one)
    return Got(Verdict.CLOSED) if held is None else Got(Verdict.KEPT_ANYWAY, 0, "half a request was stored")


def _cut_between_parts(bench: Bench) -> Got:
    """The first part is whole and the rest never comes: whatever is kept, nothing may be told stored."""
    one, two = bench.instance(1), bench.instance(2)
    body = multipart(one.data, two.data)
    some = len(multipart(one.data, closing=False)) + 200
    reply = bench.wire.exchange([bench.wire.post(len(body)), body[:some]], ends=True)
    return judge_request(bench, reply, [two])


def _lost_answer(bench: Bench) -> Got:
    """All is sent, and the line is gone before the answer; the modality sends it again."""
    one = bench.instance(1)
    body = multipart(one.data)
    bench.wire.abandon([bench.wire.post(len(body)), body])
    got = judge_request(bench, bench.stow(one.data), [one])
    return Got(Verdict.STORED_ONCE) if got.verdict is Verdict.STORED else got


def _slow(bench: Bench) -> Got:
    one = bench.instance(1)
    body = multipart(one.data)
    step = len(body) // 40 + 1
    with bench.wire.connect() as connection:
        connection.sendall(bench.wire.post(len(body)))
        for start in range(0, len(body), step):
            connection.sendall(body[start : start + step])
            bench.pause(0.01)
        return judge_request(bench, receive(connection), [one])


def _silent_then_gone(bench: Bench) -> Got:
    """Sixteen lines are opened, say half a word and are left; a good request must pass them by."""
    lines = [bench.wire.connect() for _ in range(_CLIENTS)]
    try:
        for line in lines:
            line.sendall(b"POST /dicomweb/stu")
        one = bench.instance(1)
        return judge_request(bench, bench.stow(one.data), [one])
    finally:
        for line in lines:
            line.close()


def _at_once(bench: Bench, files: list[bytes]) -> list[Said]:
    with ThreadPoolExecutor(len(files), "fault") as pool:
        return [understood(reply) for reply in pool.map(lambda file: bench.stow(file), files)]


def _same_from_all(bench: Bench) -> Got:
    one = bench.instance(1)
    said = _at_once(bench, [one.data] * _CLIENTS)
    for answer in said:
        if one.instance_uid not in answer.stored:
            verdict = Verdict.BROKEN if answer.status >= 500 or answer.status <= 0 else Verdict.REFUSED
            return Got(verdict, max(answer.status, 0), answer.text)
    got = judge_stored(bench, [one])
    return Got(Verdict.STORED_ONCE) if got.verdict is Verdict.STORED else got


def _other_from_all(bench: Bench) -> Got:
    """Sixteen versions of one instance at once: one is stored, and exactly those who sent it are told so."""
    versions = [_version(bench, number) for number in range(_CLIENTS)]
    said = _at_once(bench, versions)
    uid = bench.instance(1).instance_uid
    told = [version for version, answer in zip(versions, said, strict=True) if uid in answer.stored]
    if broken := [answer for answer in said if answer.status >= 500 or answer.status <= 0]:
        return Got(Verdict.BROKEN, max(broken[0].status, 0), broken[0].text)
    kept = [version for version in versions if bench.holds(bench.instance(1, version))]
    if told != kept:
        return Got(Verdict.LOST, 0, f"{len(told)} senders were told stored, {len(kept)} version is kept")
    reasons = {reason for answer in said for reason in answer.reasons}
    return Got(Verdict.FIRST_KEPT, min(reasons, default=0))


def _version(bench: Bench, number: int) -> bytes:
    parts = bench.parts(1)
    pixels = bytearray(parts.body[PIXEL_DATA])
    pixels[-2] = number
    parts.body[PIXEL_DATA] = bytes(pixels)
    return parts.whole()


def _two_sources(bench: Bench) -> Got:
    """A study comes from the modality and from another archive at once, in two orders."""
    made = [bench.instance(number) for number in range(1, 13)]
    files = [one.data for pair in zip(made, reversed(made), strict=True) for one in pair]
    said = _at_once(bench, files)
    if len([answer for answer in said if answer.stored]) < len(files):
        bad = next(answer for answer in said if not answer.stored)
        return Got(Verdict.BROKEN if bad.status >= 500 or bad.status <= 0 else Verdict.REFUSED, max(bad.status, 0))
    got = judge_stored(bench, made)
    return Got(Verdict.STORED_ONCE) if got.verdict is Verdict.STORED else got


def _two_in_one_breath(bench: Bench) -> Got:
    """Two requests down one line before the first is answered (RFC 9112 9.3.2)."""
    one, two = bench.instance(1), bench.instance(2)
    first, second = multipart(one.data), multipart(two.data)
    head = bench.wire.post(len(first), Connection="keep-alive")
    reply = bench.wire.exchange([head + first + bench.wire.post(len(second)) + second])
    got = judge_request(bench, reply, [one])
    if got.verdict is not Verdict.STORED:
        return got
    return judge_request(bench, bench.stow(two.data), [two])


def _fault(name: str, what: str, why: str, run: Callable[[Bench], Got], *wanted: Wanted) -> Fault:
    return Fault(name, _GROUP, what, why, wanted, spoilt_request(run))


FAULTS = (
    _fault(
        "body-cut-off",
        "half the body comes, then the line is closed in order",
        "half an image must not pass for one",
        _cut_off,
        rejected(400),
        CLOSED,
    ),
    _fault("reset-in-a-part", "the line is reset in the middle of a part", "as above", _reset, CLOSED),
    _fault(
        "cut-between-parts",
        "one part is whole and the next is cut off",
        "nothing may be told stored that is not",
        _cut_between_parts,
        rejected(400),
        CLOSED,
    ),
    _fault(
        "lost-answer",
        "the line is gone before the answer, and the modality sends again",
        "how most duplicates are made",
        _lost_answer,
        STORED_ONCE,
    ),
    _fault("slow-sender", "the body trickles in", "an old line is no fault", _slow, STORED),
    _fault(
        "silent-lines",
        "16 lines say half a word and wait",
        "others must not wait for them",
        _silent_then_gone,
        STORED,
    ),
    _fault(
        "concurrent-duplicates",
        "16 clients send one instance at once",
        "all are told stored, one copy is kept",
        _same_from_all,
        STORED_ONCE,
    ),
    _fault(
        "concurrent-conflict",
        "16 clients send 16 versions of one instance at once",
        "one is kept; nobody else is told stored",
        _other_from_all,
        FIRST_KEPT,
    ),
    _fault(
        "two-sources",
        "a study from two senders at once, in two orders",
        "every instance once",
        _two_sources,
        STORED_ONCE,
    ),
    _fault(
        "two-in-one-breath",
        "two requests before the first answer",
        "RFC 9112 9.3.2: answered in turn",
        _two_in_one_breath,
        STORED,
    ),
)
