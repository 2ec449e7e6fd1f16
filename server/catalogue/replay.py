"""Making a catalogue anew: what the ledger tells is done once more, in its order, into an empty one."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from server.catalogue.changes import Kind
from server.catalogue.entries import Entry, insert
from server.catalogue.ledger import LINE, Ledger, Line
from server.catalogue.withdrawals import forget, put_back, withdraw_again
from server.database.sqlite import Database

Prepared = tuple[Entry, bytes]
"""A catalogue entry, and its packed attributes."""


class Replay:
    """An empty catalogue on its way to being what another was."""

    def __init__(self, catalogue: Database, ledger: Ledger) -> None:
        self._catalogue = catalogue
        self._ledger = ledger
        withdrawals = ledger.every_withdrawal()
        self._withdrawals = {row[0]: row[:-1] for row in withdrawals}
        self._purged = [int(str(row[0])) for row in withdrawals if row[-1]]

    def follow(self, lines: Sequence[Line], prepared: Mapping[str, Prepared]) -> None:
        """Does what the lines say, in one transaction; `prepared` has the files that could be read, by digest."""

        def write(connection: sqlite3.Connection) -> None:
            for line in lines:
                self._do(connection, line, prepared)

        self._catalogue.write(write)

    def _do(self, connection: sqlite3.Connection, line: Line, prepared: Mapping[str, Prepared]) -> None:
        if line.kind == Kind.STORED:
            there = [prepared[digest] for _, digest in line.files if digest in prepared]
            insert(connection, there, Kind.STORED, line.at)
        elif line.kind == Kind.DELETED:
            withdrawal = self._withdrawals.get(line.withdrawal_number)
            if withdrawal is not None:
                withdraw_again(connection, withdrawal, [ref.instance_uid for ref, _ in line.files])
        elif line.withdrawal_number is not None:
            put_back(connection, line.withdrawal_number, line.at)

    def settle(self) -> None:
        """Forgets what was purged, and numbers the changes as they were."""

        def write(connection: sqlite3.Connection) -> None:
            forget(connection, self._purged)
            connection.execute("DELETE FROM change")
            connection.executemany(
                f"INSERT INTO change ({LINE}) VALUES ({', '.join('?' * (LINE.count(',') + 1))})",
                (line.row for line in self._ledger.lines()),
            )
            _number_from(connection, "withdrawal", self._withdrawals)

        self._catalogue.write(write)

    def found(self, prepared: Sequence[Prepared], at: int) -> list[str]:
        """Catalogues files that the ledger does not know; answers the digests of those that contradict others."""
        withdrawn = "SELECT 1 FROM withdrawn WHERE instance_uid = ?"

        def write(connection: sqlite3.Connection) -> list[str]:
            fresh = [
                one for one in prepared if not connection.execute(withdrawn, (one[0].ref.instance_uid,)).fetchone()
            ]
            stand = insert(connection, fresh, Kind.STORED, at)
            return [entry.digest for entry, _ in prepared if stand.get(entry.ref.instance_uid) != entry.digest]

        return self._catalogue.write(write)


def _number_from(connection: sqlite3.Connection, table: str, numbers: Iterable[object]) -> None:
    """Sees that new numbers of a table come after all there ever were."""
    highest = max((int(str(number)) for number in numbers), default=0)
    if connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (highest, table)).rowcount == 0:
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, highest))
