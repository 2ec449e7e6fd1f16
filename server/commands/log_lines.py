"""Log lines written some at a time: one by one they cost as much as the answers that most of them tell of."""

import logging
import threading
import time
from typing import TextIO

_LATE_SECONDS = 0.1
_MOST_WAITING = 1000
_ONE_PIECE = 4000
"""Characters written at once: a pipe takes so many in one piece (pipe(7)), so that processes do not mix their lines."""


class LogLines(logging.StreamHandler[TextIO]):
    """A handler that puts lines into words and writes them within a tenth of a second; from warnings on at once."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._waiting: list[logging.LogRecord] = []
        self._something = threading.Event()
        threading.Thread(target=self._write_now_and_then, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a record, and writes it with those that wait when it is urgent or they are many."""
        self._waiting.append(record)
        if record.levelno >= logging.WARNING or len(self._waiting) >= _MOST_WAITING:
            self.flush()
        elif not self._something.is_set():
            self._something.set()

    def flush(self) -> None:
        """Writes what is waiting."""
        self.acquire()
        try:
            records, self._waiting = self._waiting, []
            piece = ""
            for line in map(self._line, records):
                if len(piece) + len(line) > _ONE_PIECE:
                    self._write(piece, records[0])
                    piece = ""
                piece += line
            if piece:
                self._write(piece, records[0])
        finally:
            self.release()

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return f"{self.format(record)}\n"
        except Exception:  # noqa: BLE001 - who logs is not to fail of it
            self.handleError(record)
            return ""

    def _write(self, text: str, record: logging.LogRecord) -> None:
        try:
            self.stream.write(text)
            super().flush()
        except Exception:  # noqa: BLE001 - a disk that is full, a reader that has gone
            self.handleError(record)

    def _write_now_and_then(self) -> None:
        while True:
            self._something.wait()
            time.sleep(_LATE_SECONDS)
            self._something.clear()
            self.flush()
