"""Moments as people say them: ``today``, ``yesterday``, ``7d``, ``2025-03``."""

import re
from datetime import UTC, date, datetime, timedelta

_AGO = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_MOMENT = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T\d\d(:\d\d(:\d\dZ?)?)?)?)?)?", re.IGNORECASE
)
_EVER = "9999"


def read_moments(text: str, now: datetime) -> tuple[str, str] | None:
    """Return between which moments a text means, as texts that sort; None where it means none.

    Days begin where ``now`` is; the moments are UTC. The second is followed by ``~`` in a
    comparison, which comes after every digit: ``2025`` goes to the end of its year.
    """
    word = text.lower()
    days_ago = {"today": 0, "yesterday": 1}.get(word)
    if days_ago is not None:
        midnight = datetime.combine(now.date() - timedelta(days=days_ago), datetime.min.time())
        first = midnight.replace(tzinfo=now.tzinfo)
        return _stamp(first), _stamp(first + timedelta(days=1, seconds=-1))
    if ago := _AGO.fullmatch(word):
        return _stamp(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})), _EVER
    if not _MOMENT.fullmatch(text) or not _is_day(text[:10]):
        return None
    return text.upper(), text.upper()


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _is_day(text: str) -> bool:
    """Tell whether a date is in the calendar; a month or a year alone always is."""
    try:
        date.fromisoformat(text + "0001-01-01"[len(text) :])
    except ValueError:
        return False
    return True
