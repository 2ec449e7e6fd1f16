"""Dates, times and moments as they are compared: texts of one length that sort as time does (PS3.5 6.2)."""

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from server.errors import Malformed

Span = tuple[str | None, str | None]
"""The first and the last moment that match, both included; None for an open end."""

_DATE = re.compile(r"([0-9]{4})\.?([0-9]{2})\.?([0-9]{2})")
_TIME = re.compile(r"([01][0-9]|2[0-3])(?::?([0-5][0-9])(?::?([0-5][0-9]|60)(?:\.([0-9]{1,6}))?)?)?")
_OFFSET = r"[+-](?:0[0-9]|1[0-4])[0-5][0-9]"
_MOMENT = re.compile(
    r"([0-9]{4})(?:(0[1-9]|1[0-2])(?:([0-9]{2})(?:([01][0-9]|2[0-3])(?:([0-5][0-9])(?:([0-5][0-9]|60)"
    rf"(?:\.([0-9]{{1,6}}))?)?)?)?)?)?({_OFFSET})?"
)
_MOMENTS = re.compile(rf"([0-9.]*(?:{_OFFSET})?)(-?)([0-9.]*(?:{_OFFSET})?)")
_MIDNIGHT, _END_OF_DAY = ("00", "00", "00", "000000"), ("23", "59", "59", "999999")


def date_key(text: str) -> str | None:
    """A stored date as it is compared, `YYYYMMDD`; None when it is none. `YYYY.MM.DD` is how old files write it."""
    found = _DATE.fullmatch(text.strip())
    if not found or not 1 <= int(found[2]) <= 12:
        return None
    days = calendar.monthrange(max(int(found[1]), 1), int(found[2]))[1]
    return "".join(found.groups()) if 1 <= int(found[3]) <= days else None


def time_key(text: str) -> str | None:
    """A stored time as it is compared, `HHMMSS.FFFFFF`, what is not given being zero; None when it is none."""
    found = _TIME.fullmatch(text.strip())
    return _time(found.groups(), _MIDNIGHT) if found else None


def date_span(text: str) -> Span:
    """The days of a key: one, or a range open at either end (PS3.4 C.2.2.2.5.1); `Malformed` otherwise."""
    low, dash, high = text.partition("-")
    first, last = date_key(low), date_key(high if dash else low)
    if (low.strip() and not first) or (high.strip() and not last) or not (first or last):
        raise Malformed("Write a date like 20261121, or a range with a hyphen.", value=text[:80])
    return first, last


def time_span(text: str) -> Span:
    """The times of a key (PS3.4 C.2.2.2.5.2), `1015` being all of that minute; `Malformed` otherwise."""
    low, dash, high = text.partition("-")
    first, last = _TIME.fullmatch(low.strip()), _TIME.fullmatch((high if dash else low).strip())
    if (low.strip() and not first) or (high.strip() and not last) or not (first or last):
        raise Malformed("Write a time like 101500, or a range with a hyphen.", value=text[:80])
    return _time(first.groups(), _MIDNIGHT) if first else None, _time(last.groups(), _END_OF_DAY) if last else None


def together(dates: Span, times: Span) -> Span:
    """A range of dates and one of times as one range of moments (PS3.4 C.2.2.2.5.4), date and time in one text.

    The first time goes with the first date and the last with the last; a time whose date is open bounds nothing.
    """
    first = dates[0] + (times[0] or _time((), _MIDNIGHT)) if dates[0] else None
    last = dates[1] + (times[1] or _time((), _END_OF_DAY)) if dates[1] else None
    return first, last


def moment_span(text: str) -> Span:
    """The moments of a DT key in UTC (PS3.4 C.2.2.2.5.3); `Malformed` when it cannot be read.

    A hyphen with four digits up to 1459 is an offset from UTC, any other the sign of a range. A value without an
    offset is taken as UTC, key and stored value alike.
    """
    found = _MOMENTS.fullmatch(text)
    first, last = (_moments(found[1]), _moments(found[3])) if found else (None, None)
    if found and not found[2] and not found[3]:
        last = first
    if not found or (found[1] and not first) or (found[3] and not last) or not (first or last):
        raise Malformed("Write a date and time like 20261121101500, or a range with a hyphen.", value=text[:80])
    return first[0] if first else None, last[1] if last else None


def moment_key(text: str) -> str | None:
    """A stored DT value as it is compared: when it begins, in UTC; None when it cannot be read."""
    found = _moments(text.strip())
    return found[0] if found else None


def _moments(text: str) -> tuple[str, str] | None:
    """The first and last moment that a DT value stands for, in UTC."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    year, month, day, *clock, offset = found.groups()
    ahead = timedelta(hours=int(offset[:3]), minutes=int(offset[0] + offset[3:])) if offset else timedelta()
    try:
        last_day = day or f"{calendar.monthrange(int(year), int(month or 12))[1]:02}"
        first = _moment(f"{year}{month or '01'}{day or '01'}", _time(clock, _MIDNIGHT)) - ahead
        last = _moment(f"{year}{month or '12'}{last_day}", _time(clock, _END_OF_DAY)) - ahead
    except (ValueError, OverflowError):
        return None
    return _written(first), _written(last)


def _moment(date: str, time: str) -> datetime:
    # a leap second is taken as the last ordinary one
    text = date + time[:4] + min(time[4:6], "59") + time[6:]
    return datetime.strptime(text, "%Y%m%d%H%M%S.%f").replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    return f"{moment.year:04}{moment:%m%d%H%M%S.%f}"


def _time(parts: Sequence[str | None], rest: tuple[str, str, str, str]) -> str:
    """Hour, minute, second and fraction in one text, those not given being as in `rest`."""
    hour, minute, second, fraction = [*parts, None, None, None, None][:4]
    return f"{hour or rest[0]}{minute or rest[1]}{second or rest[2]}.{(fraction or '').ljust(6, rest[3][0])}"
