"""The cache: made once however many ask, never larger than its bound, and no place for failures."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.rendering.cache import Cache


def test_whoever_asks_for_what_is_being_made_waits_for_it() -> None:
    cache: Cache[bytes] = Cache(100, len)
    begun, go, made = threading.Event(), threading.Event(), []

    def make() -> bytes:
        made.append(1)
        begun.set()
        go.wait(10)
        return b"picture"

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(cache.get_or_make, "key", make)
        begun.wait(10)
        others = [threads.submit(cache.get_or_make, "key", make) for _ in range(7)]
        go.set()
        assert {one.result() for one in [first, *others]} == {b"picture"}
    assert len(made) == 1


def test_it_keeps_what_was_used_last_within_its_bytes() -> None:
    cache: Cache[bytes] = Cache(10, len)
    for key in "abc":
        cache.get_or_make(key, lambda: b"12345")
        cache.get_or_make("a", lambda: b"12345")
    made: list[str] = []
    for key in "acb":
        cache.get_or_make(key, lambda key=key: made.append(key) or b"12345")  # type: ignore[misc]
    assert made == ["b"]
    assert cache._bytes == 10


def test_what_is_larger_than_the_whole_cache_is_made_and_not_kept() -> None:
    cache: Cache[bytes] = Cache(3, len)
    assert cache.get_or_make("key", lambda: b"12345") == b"12345"
    assert cache._bytes == 0


def test_a_failure_is_told_and_tried_again() -> None:
    cache: Cache[bytes] = Cache(10, len)
    with pytest.raises(ZeroDivisionError):
        cache.get_or_make("key", lambda: bytes(1 // 0))
    assert cache.get_or_make("key", lambda: b"now") == b"now"
