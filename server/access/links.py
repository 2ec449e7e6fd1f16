"""Signed links: an address that opens studies until it expires, and that nobody else can make.

A link is what it says, in base64url, and its HMAC-SHA256 under a key that only this root's records have. Nothing is
kept of a link, so none can be listed or taken back before its time; keep their time short.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Sequence

import orjson

from server.database.sqlite import Database
from server.dicom.uids import is_uid
from server.errors import Expired, Malformed, NotFound

MOST_STUDIES = 20
LONGEST_DAYS = 90

_UNKNOWN = "This link was not made by this server, or is incomplete."


class Links:
    """Makes and reads signed links; the records' access tables must be there."""

    def __init__(self, records: Database) -> None:
        self._records = records

    def make(self, study_uids: Sequence[str], expires_at: int) -> str:
        """A link to these studies, good until `expires_at` (seconds since 1970)."""
        if not 1 <= len(study_uids) <= MOST_STUDIES or not all(map(is_uid, study_uids)):
            raise Malformed(f"A link is to 1 to {MOST_STUDIES} studies.")
        said = orjson.dumps([expires_at, *study_uids])
        return f"{_text(said)}.{_text(self._signature(said))}"

    def read(self, link: str, now: int) -> tuple[str, ...]:
        """The studies that a link opens; `NotFound` when it is forged, `Expired` when its time is over."""
        told, _, signature = link.partition(".")
        try:
            said, signed = _bytes(told), _bytes(signature)
        except (binascii.Error, ValueError) as error:
            raise NotFound(_UNKNOWN) from error
        if not hmac.compare_digest(signed, self._signature(said)):
            raise NotFound(_UNKNOWN)
        expires_at, *study_uids = orjson.loads(said)
        if now >= expires_at:
            raise Expired("This link has expired. Ask whoever sent it for a new one.")
        return tuple(study_uids)

    def _signature(self, said: bytes) -> bytes:
        return hmac.digest(self._key(), b"open studies\0" + said, hashlib.sha256)

    def _key(self) -> bytes:
        """The key of this root, made when it is first needed."""
        for row in self._records.read("SELECT key FROM link_key"):
            return bytes(row["key"])

        def make(connection: sqlite3.Connection) -> bytes:
            connection.execute("INSERT OR IGNORE INTO link_key VALUES (1, ?)", (secrets.token_bytes(32),))
            return bytes(connection.execute("SELECT key FROM link_key").fetchone()["key"])

        return self._records.write(make)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
