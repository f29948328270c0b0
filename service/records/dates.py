"""Dates as files write them, in one form."""

import re
from datetime import datetime

from service.light_patterns import light_pattern

EARLIEST = 1970
"""A year before it is a clock that was never set: QuickTime counts from 1904."""

_DATE = light_pattern(
    r"\s*(\d{4})[:/-](\d\d)[:/-](\d\d)"
    r"(?:[T ]\s*(\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?\s*",
    re.IGNORECASE,
)


def iso_date(text: str) -> str | None:
    """Return a date as ``2025-03-04`` or ``2025-03-04T05:06:07+02:00``; None where it is none.

    The zone is the one that is stated; where there is none, none is added.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return _mail_date(text)
    year, month, day, hour, minute, second, zone = match.groups()
    day_text = f"{year}-{month}-{day}"
    written = f"{day_text}T{hour}:{minute}:{second or '00'}" if hour else day_text
    if not _is_real(written):
        return None
    if not hour or not zone:
        return written
    return written + _zone(zone)


def _is_real(written: str) -> bool:
    try:
        return datetime.fromisoformat(written).year >= EARLIEST
    except ValueError:
        return False


def _zone(zone: str) -> str:
    if zone.upper() == "Z" or zone[1:].replace(":", "") == "0000":
        return "Z"
    return f"{zone[:3]}:{zone[-2:]}"


def _mail_date(text: str) -> str | None:
    """Return the date of ``Mon, 14 Apr 2025 10:22:41 GMT``, as Midjourney writes it."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  slow to load, and dates are rarely so

    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    if found.year < EARLIEST:
        return None
    return found.isoformat(timespec="seconds").replace("+00:00", "Z")
