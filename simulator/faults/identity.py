"""Identifiers that are missing, malformed, hostile or used twice."""

from dataclasses import replace

from simulator.faults.bench import (
    ACCESSION,
    INSTANCE,
    META_INSTANCE,
    PATIENT_ID,
    PIXEL_DATA,
    SERIES,
    SOP_CLASS,
    STUDY,
    Bench,
    understood,
)
from simulator.faults.judge import (
    Spoil,
    is_unwanted,
    judge_instance,
    judge_request,
    judge_stored,
    spoilt_instance,
    spoilt_request,
)
from simulator.faults.surgery import Parts, take_apart
from simulator.faults.verdict import FIRST_KEPT, STORED, STORED_ONCE, Fault, Got, Verdict, Wanted, refused
from simulator.studies import Instance

_GROUP = "identity"


def _without(tag: int) -> Spoil:
    def spoil(bench: Bench, parts: Parts) -> bytes:
        del bench
        return parts.drop(tag).whole()

    return spoil


def _instance_uid(value: str) -> Spoil:
    """The UID ends in digits of this run's own where that leaves the fault in it."""

    def spoil(bench: Bench, parts: Parts) -> bytes:
        own = value.replace("#", bench.uid("own").removeprefix("2.25.")[:20].lstrip("0"))
        return parts.uid(INSTANCE, own).uid(META_INSTANCE, own).whole()

    return spoil


def _meta_differs(bench: Bench, parts: Parts) -> bytes:
    return parts.uid(META_INSTANCE, bench.uid("another")).whole()


def _twice(bench: Bench) -> Got:
    one = bench.instance(1)
    first = judge_request(bench, bench.stow(one.data), [one])
    again = judge_request(bench, bench.stow(one.data), [one])
    return _once(first, again)


def _twice_in_one_request(bench: Bench) -> Got:
    one = bench.instance(1)
    return _once(judge_request(bench, bench.stow(one.data, one.data), [one]))


def _once(*got: Got) -> Got:
    others = [one for one in got if one.verdict is not Verdict.STORED]
    return others[0] if others else Got(Verdict.STORED_ONCE)


def _other_bytes(parts: Parts) -> bytes:
    pixels = bytearray(parts.body[PIXEL_DATA])
    pixels[-1] ^= 1
    parts.body[PIXEL_DATA] = bytes(pixels)
    return parts.whole()


def _conflict(bench: Bench, second: bytes) -> Got:
    """Send instance 1, then other bytes under its UID; the first must stay."""
    first = bench.instance(1)
    got = judge_request(bench, bench.stow(first.data), [first])
    if got.verdict is not Verdict.STORED:
        return got
    other = replace(first, data=second)
    said = understood(bench.stow(second))
    if said.status >= 500 or said.status <= 0:
        return Got(Verdict.BROKEN, max(said.status, 0), said.text)
    if other.instance_uid in said.stored and not said.reasons:
        return Got(Verdict.CHANGED if bench.holds(other) else Verdict.LOST, said.status, "other bytes told stored")
    if not bench.holds(first):
        return Got(Verdict.CHANGED, said.status, "the first is gone")
    return Got(Verdict.FIRST_KEPT, said.reasons[0] if said.reasons else said.status, said.text)


def _other_bytes_later(bench: Bench) -> Got:
    return _conflict(bench, _other_bytes(bench.parts(1)))


def _other_accession(bench: Bench) -> Got:
    return _conflict(bench, bench.parts(1).put(ACCESSION, "SH", b"ELD260000099").whole())


def _in_another_study(bench: Bench) -> Got:
    return _conflict(bench, bench.parts(1).uid(STUDY, bench.uid("another study")).whole())


def _other_bytes_together(bench: Bench) -> Got:
    first = bench.instance(1)
    said = understood(bench.stow(first.data, _other_bytes(bench.parts(1))))
    if not said.reasons:
        return Got(Verdict.LOST, said.status, "of two versions, none was refused")
    got = judge_stored(bench, [first])
    return got if is_unwanted(got) else Got(Verdict.FIRST_KEPT, said.reasons[0], said.text)


def _wrong_study_in_address(bench: Bench) -> Got:
    one = bench.instance(1)
    reply = bench.stow(one.data, path=f"/studies/{bench.uid('another study')}")
    return judge_instance(bench, understood(reply), one)


def _two_patients(bench: Bench) -> Got:
    return _all_stored(bench, bench.instance(1), bench.parts(2).put(PATIENT_ID, "LO", b"9990009999").whole())


def _series_in_two_studies(bench: Bench) -> Got:
    parts = bench.parts(2).uid(STUDY, bench.uid("another study"))
    return _all_stored(bench, bench.instance(1), parts.whole())


def _all_stored(bench: Bench, first: Instance, second: bytes) -> Got:
    got = judge_request(bench, bench.stow(first.data), [first])
    if is_unwanted(got):
        return got
    uids = _uids(second)
    return judge_instance(bench, understood(bench.stow(second)), Instance(*uids, second, "second.dcm"))


def _uids(data: bytes) -> tuple[str, str, str]:
    parts = take_apart(data)
    return parts.text(STUDY), parts.text(SERIES), parts.text(INSTANCE)


def _spoilt(name: str, what: str, why: str, spoil: Spoil, *wanted: Wanted) -> Fault:
    return Fault(name, _GROUP, what, why, wanted, spoilt_instance(spoil))


_NO_HOME = "nothing can be filed without it"
_UID_RULE = "PS3.5 9.1: digits and dots, 64 at most"

FAULTS = (
    _spoilt("missing-study-uid", "no StudyInstanceUID", _NO_HOME, _without(STUDY), refused(0xC000)),
    _spoilt("missing-series-uid", "no SeriesInstanceUID", _NO_HOME, _without(SERIES), refused(0xC000)),
    _spoilt("missing-instance-uid", "no SOPInstanceUID", _NO_HOME, _without(INSTANCE), refused(0xC000)),
    _spoilt("missing-sop-class", "no SOPClassUID", "nobody can tell what it is", _without(SOP_CLASS), refused(0xC000)),
    _spoilt("empty-instance-uid", "a SOPInstanceUID of no length", _NO_HOME, _instance_uid(""), refused(0xC000)),
    _spoilt("uid-with-letters", "the UID says 2.25.abc", _UID_RULE, _instance_uid("2.25.abc#"), refused()),
    _spoilt(
        "uid-like-a-path",
        "the UID says ../../../tmp/…",
        "a path made of it would leave the archive's folder",
        _instance_uid("../../../tmp/lightbox-fault-#"),
        refused(),
    ),
    _spoilt(
        "uid-with-wildcard",
        "the UID says 2.25.*",
        "a search with it would mean all",
        _instance_uid("2.25.*"),
        refused(),
    ),
    _spoilt("uid-too-long", "a UID of 70 characters", _UID_RULE, _instance_uid("2.25." + "7" * 65), refused()),
    _spoilt(
        "uid-with-leading-zero",
        "the UID says 2.25.007…",
        "PS3.5 9.1 forbids it; some devices do it, and it is unique all the same",
        _instance_uid("2.25.007.#"),
        refused(),
        STORED,
    ),
    _spoilt(
        "meta-uid-differs",
        "the meta information names another instance",
        "PS3.10 7.1: the two agree; the data set counts",
        _meta_differs,
        refused(),
        STORED,
    ),
    Fault(
        "same-bytes-twice",
        _GROUP,
        "an instance is sent again",
        "a modality that missed the answer does so",
        (STORED_ONCE,),
        spoilt_request(_twice),
    ),
    Fault(
        "same-bytes-in-one-request",
        _GROUP,
        "an instance stands twice in one request",
        "as above",
        (STORED_ONCE,),
        spoilt_request(_twice_in_one_request),
    ),
    Fault(
        "other-bytes-same-uid",
        _GROUP,
        "one UID, one pixel differs",
        "an image must never be displaced in silence",
        (FIRST_KEPT,),
        spoilt_request(_other_bytes_later),
    ),
    Fault(
        "other-bytes-in-one-request",
        _GROUP,
        "two versions of an instance in one request",
        "as above",
        (FIRST_KEPT,),
        spoilt_request(_other_bytes_together),
    ),
    Fault(
        "resent-under-another-accession",
        _GROUP,
        "the same image again with another AccessionNumber",
        "a correction is somebody's decision, not the last sender's",
        (FIRST_KEPT,),
        spoilt_request(_other_accession),
    ),
    Fault(
        "instance-in-another-study",
        _GROUP,
        "a known SOPInstanceUID in another study",
        "one UID names one object",
        (FIRST_KEPT,),
        spoilt_request(_in_another_study),
    ),
    Fault(
        "wrong-study-in-address",
        _GROUP,
        "POST /studies/{another study}",
        "PS3.18 10.5.1.1: the address names the study",
        (refused(0xA900, 43265), refused()),
        spoilt_request(_wrong_study_in_address),
    ),
    Fault(
        "one-study-two-patients",
        _GROUP,
        "a study's second instance has another PatientID",
        "both kept as sent, for a person to sort out; or told",
        (STORED, refused()),
        spoilt_request(_two_patients),
    ),
    Fault(
        "one-series-two-studies",
        _GROUP,
        "one SeriesInstanceUID in two studies",
        "both kept as sent, each in its study; or told",
        (STORED, refused()),
        spoilt_request(_series_in_two_studies),
    ),
)
