"""From a log record to the fields of one line, with nothing in them that a terminal would obey."""

import logging
import os
import re
from collections.abc import Mapping

from service.event_log import KIND, load_structlog

Shown = str | int | float | bool | None | list["Shown"] | dict[str, "Shown"]

LONGEST = 2_000
"""Characters of one value. watchdog warns with many kilobytes for nested folders."""

LONGEST_TRACEBACK = 20_000

LARGEST_INT_BITS = 62
"""orjson refuses what C cannot hold."""

DEEPEST = 4
"""Levels of lists and objects; beyond, their text is shown."""

_OBEYED = re.compile(
    # control characters, with which a prompt could clear the screen or forge a line
    "[\x00-\x1f\x7f-\x9f"
    "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # and those that turn the direction of writing
    # line ends that are none to us; halves of characters, which are no Unicode
    "\u2028\u2029\ud800-\udfff]",
)
_OBEYED_IN_TRACEBACK = re.compile(_OBEYED.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))


def kind_of_record(record: logging.LogRecord) -> tuple[str, int, object]:
    """Return what makes records alike: who logs, how grave, and the event without its values."""
    name: object = record.msg
    if isinstance(name, Mapping):
        name = name.get(KIND)
    return record.name, record.levelno, str(name)


def fields_of_record(record: logging.LogRecord) -> dict[str, Shown]:
    """Return a record's fields: ``level``, ``logger``, ``event``, the values, ``exception``."""
    message: object = record.msg
    stated: dict[str, object] = {"event": record.getMessage()}
    if isinstance(message, Mapping):
        stated = dict(message)
    trace = _traceback(record, stated.pop("exc_info", None))
    shown: dict[str, Shown] = {
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": harmless(stated.pop("event", "")),
    }
    stated.pop(KIND, None)
    shown |= {str(harmless(key)): harmless(value) for key, value in stated.items()}
    if trace:
        shown["exception"] = trace
    return shown


def harmless(value: object, depth: int = 0) -> Shown:
    r"""Return a value as JSON can hold it: control characters as ``\x1b``, long texts cut."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= LARGEST_INT_BITS else str(value)
    if isinstance(value, Mapping) and depth < DEEPEST:
        return {str(harmless(key)): harmless(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < DEEPEST:
        return [harmless(inner, depth + 1) for inner in value]
    return _shorten(_OBEYED.sub(_escape, _text(value)), LONGEST)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return repr(value)
    try:
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        return str(value)
    except Exception as error:  # noqa: BLE001  such a value must not stop the code that logs it
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"


def _traceback(record: logging.LogRecord, exc_info: object) -> str:
    if not (exc_info or record.exc_info):
        return ""
    stated = load_structlog().processors.format_exc_info(
        None, "", {"exc_info": exc_info or record.exc_info}
    )
    text = str(stated.get("exception", ""))
    return _shorten(_OBEYED_IN_TRACEBACK.sub(_escape, text), LONGEST_TRACEBACK)


_SHORT_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    if code <= 0xFF:  # noqa: PLR2004
        return f"\\x{code:02x}"
    return f"\\u{code:04x}"


def _shorten(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… and {len(text) - longest} characters more"
