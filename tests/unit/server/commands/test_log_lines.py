"""Log lines that are written some at a time: all of them, in order, soon, and whole."""

import io
import logging
import threading
from collections.abc import Iterator

import pytest

from server.commands.log_lines import LogLines


class Written(io.StringIO):
    """A stream that keeps every piece written to it, and tells when an awaited text has come."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._more = threading.Condition()

    def write(self, text: str) -> int:
        with self._more:
            self.pieces.append(text)
            self._more.notify()
        return len(text)

    def comes(self, text: str) -> bool:
        with self._more:
            return self._more.wait_for(lambda: "".join(self.pieces) == text, timeout=60)


@pytest.fixture
def stream() -> Written:
    return Written()


@pytest.fixture
def log(stream: Written) -> Iterator[logging.Logger]:
    handler = LogLines(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.Logger("some", logging.INFO)
    logger.addHandler(handler)
    yield logger
    handler.close()


def test_lines_come_soon_in_their_order(log: logging.Logger, stream: Written) -> None:
    log.info("one %d", 1)
    log.info("two")
    assert stream.comes("INFO one 1\nINFO two\n")


def test_a_warning_comes_at_once_after_what_came_before_it(log: logging.Logger, stream: Written) -> None:
    log.info("before")
    log.warning("now")
    assert stream.pieces == ["INFO before\nWARNING now\n"]


def test_a_piece_is_whole_lines_and_no_longer_than_a_pipe_takes_at_once(log: logging.Logger, stream: Written) -> None:
    for number in range(300):
        log.info("line %d %s", number, "x" * 80)
    log.warning("end")
    assert all(piece.endswith("\n") and len(piece) < 4096 for piece in stream.pieces)
    assert [line.split()[2] for line in "".join(stream.pieces).splitlines()[:-1]] == [str(n) for n in range(300)]
    assert len(stream.pieces) < 30


def test_what_cannot_be_put_into_words_or_written_does_not_stop_the_rest(
    log: logging.Logger, stream: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log.info("%d", "no number")
    log.warning("after it")
    assert stream.pieces == ["WARNING after it\n"]
    with monkeypatch.context() as full:
        full.setattr(stream, "write", lambda _text: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        log.warning("lost")
    log.warning("there again")
    assert stream.pieces[1:] == ["WARNING there again\n"]
