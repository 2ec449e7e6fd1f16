"""From what an archive said, and what it turns out to have, to a verdict."""

from collections.abc import Callable, Sequence

from simulator.faults.bench import INSTANCE, SERIES, STUDY, Bench, Said, understood
from simulator.faults.surgery import Parts
from simulator.faults.verdict import Got, Verdict
from simulator.faults.wire import Reply
from simulator.studies import Instance

Spoil = Callable[[Bench, Parts], bytes]


def spoilt_instance(spoil: Spoil) -> Callable[[Bench], Got]:
    """A fault of one instance: spoilt, sent among its good neighbours in one request, and judged."""

    def run(bench: Bench) -> Got:
        parts = bench.parts(1)
        data = spoil(bench, parts)
        bad = Instance(parts.text(STUDY), parts.text(SERIES), parts.text(INSTANCE), data, "spoilt.dcm")
        good = bench.good_neighbours()
        half = len(good) // 2
        files = [one.data for one in (*good[:half], bad, *good[half:])]
        said = understood(bench.stow(*files))
        got = judge_instance(bench, said, bad)
        return got if is_unwanted(got) else _with_neighbours(bench, said, good, got)

    return run


def spoilt_request(send: Callable[[Bench], Got]) -> Callable[[Bench], Got]:
    """A fault of a request: its good neighbours go in requests of their own, before and after it."""

    def run(bench: Bench) -> Got:
        good = bench.good_neighbours()
        half = len(good) // 2
        before = [understood(bench.stow(one.data)) for one in good[:half]]
        got = send(bench)
        after = [understood(bench.stow(one.data)) for one in good[half:]]
        stored = {uid for said in (*before, *after) for uid in said.stored}
        return got if is_unwanted(got) else _with_neighbours(bench, Said(200, tuple(stored)), good, got)

    return run


def judge_instance(bench: Bench, said: Said, sent: Instance) -> Got:
    """The verdict on one instance that was the only faulty one of a request."""
    if said.stored and sent.instance_uid in said.stored:
        return judge_stored(bench, [sent])
    if said.reasons:
        return _nothing_kept(bench, [sent], Got(Verdict.REFUSED, said.reasons[0], said.text))
    return judge_reply(bench, said, [sent])


def judge_request(bench: Bench, reply: Reply, sent: Sequence[Instance]) -> Got:
    """The verdict on a request whose instances are good, so that all of it is stored or nothing."""
    said = understood(reply)
    if sent and set(said.stored) >= {one.instance_uid for one in sent}:
        return judge_stored(bench, sent)
    if said.reasons:
        return _nothing_kept(bench, sent, Got(Verdict.REFUSED, said.reasons[0], said.text))
    return judge_reply(bench, said, sent)


def judge_reply(bench: Bench, said: Said, sent: Sequence[Instance]) -> Got:
    """The verdict on an answer that names no instance."""
    if said.status == 0:
        return _nothing_kept(bench, sent, Got(Verdict.CLOSED))
    if 400 <= said.status < 500:
        return _nothing_kept(bench, sent, Got(Verdict.REJECTED, said.status, said.text))
    if said.status < 0:
        return Got(Verdict.BROKEN, 0, "no answer in time")
    if said.status >= 500:
        return Got(Verdict.BROKEN, said.status, said.text)
    return Got(Verdict.LOST, said.status, "a success that names no instance")


def judge_stored(bench: Bench, sent: Sequence[Instance]) -> Got:
    """The verdict on instances that the archive calls stored: does it give the bytes back, and stay in order?"""
    for one in sent:
        match bench.holds(one):
            case None:
                return Got(Verdict.LOST, 0, one.instance_uid)
            case False:
                return Got(Verdict.CHANGED, 0, one.instance_uid)
    return _still_in_order(bench, sent[0]) or Got(Verdict.STORED)


def is_unwanted(got: Got) -> bool:
    """Whether this verdict is bad whatever was sent."""
    return got.verdict in {
        Verdict.LOST,
        Verdict.CHANGED,
        Verdict.KEPT_ANYWAY,
        Verdict.NEIGHBOUR_HURT,
        Verdict.BROKEN,
    }


def _nothing_kept(bench: Bench, sent: Sequence[Instance], got: Got) -> Got:
    for one in sent:
        if bench.holds(one):
            return Got(Verdict.KEPT_ANYWAY, got.code, got.detail)
    return got


def _with_neighbours(bench: Bench, said: Said, good: Sequence[Instance], got: Got) -> Got:
    # A request refused as a whole takes its good neighbours with it, and says so: they are sent again.
    if got.verdict in {Verdict.REJECTED, Verdict.CLOSED} and not said.stored:
        said = understood(bench.stow(*(one.data for one in good))) if good else said
    for one in good:
        if one.instance_uid not in said.stored or not bench.holds(one):
            return Got(Verdict.NEIGHBOUR_HURT, said.status, one.instance_uid)
    return got


def _still_in_order(bench: Bench, one: Instance) -> Got | None:
    """Lists, metadata and pictures of the series must answer, in time and without a server error."""
    series = f"/studies/{one.study_uid}/series/{one.series_uid}"
    json, picture = "application/dicom+json", "image/jpeg"
    for path, accept, may_fail in (
        ("/studies?limit=5", json, False),
        (f"{series}/instances?limit=5", json, False),
        (f"{series}/metadata", json, False),
        (f"{series}/instances/{one.instance_uid}/rendered?viewport=64,64", picture, True),
    ):
        reply = bench.get(path, accept)
        if reply.status <= 0 or reply.status >= 500 or (reply.status >= 400 and not may_fail):
            what = path.partition("?")[0].rsplit("/", 1)[1]
            return Got(Verdict.BROKEN, max(reply.status, 0), f"{what} afterwards: {understood(reply).text[:80]}")
    return None
