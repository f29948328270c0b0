"""From a log record to the fields of one line, with nothing in them that a terminal would obey."""

import logging
import os
import re
from collections.abc import Mapping, MutableMapping

import structlog
from structlog.typing import EventDict, WrappedLogger

Shown = str | int | float | bool | None | list["Shown"] | dict[str, "Shown"]

LONGEST = 2_000
"""Characters of one value. watchdog warns with many kilobytes for nested folders."""

LONGEST_TRACEBACK = 20_000

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

_KIND = "_kind"


def remember_kind(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the event's name before its arguments are put in, so that a flood of it is known as one kind."""
    event[_KIND] = event.get("event")
    return event


def kind(record: logging.LogRecord) -> tuple[str, int, object]:
    """Return what makes records alike: who logs, how grave, and the event without its values."""
    said: object = record.msg
    name = said.get(_KIND) if isinstance(said, Mapping) else said
    return record.name, record.levelno, name if isinstance(name, str) else str(name)


def fields(record: logging.LogRecord) -> dict[str, Shown]:
    """Return the fields of a record, ``level``, ``logger`` and ``event`` first, an ``exception``'s traceback last."""
    said: object = record.msg
    stated: MutableMapping[str, object] = (
        dict(said) if isinstance(said, Mapping) else {"event": record.getMessage()}
    )
    trace = _traceback(record, stated.pop("exc_info", None))
    shown: dict[str, Shown] = {
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": harmless(stated.pop("event", "")),
    }
    shown |= {str(harmless(key)): harmless(value) for key, value in stated.items() if key != _KIND}
    return shown | ({"exception": trace} if trace else {})


def harmless(value: object, depth: int = 0) -> Shown:
    r"""Return a value as JSON can hold it, control characters written as ``\x1b``, long texts cut."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if value.bit_length() < 63 else str(value)  # noqa: PLR2004  orjson refuses what C cannot hold
    if isinstance(value, Mapping) and depth < DEEPEST:
        return {str(harmless(key)): harmless(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < DEEPEST:
        return [harmless(inner, depth + 1) for inner in value]
    return _shorten(_OBEYED.sub(_escape, _text(value)), LONGEST)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return repr(value)
    try:
        return os.fspath(value) if isinstance(value, os.PathLike) else str(value)
    except Exception as error:  # noqa: BLE001  a value that cannot be shown must not stop what logs it
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"


def _traceback(record: logging.LogRecord, exc_info: object) -> str:
    if not (exc_info or record.exc_info):
        return ""
    stated = structlog.processors.format_exc_info(
        None, "", {"exc_info": exc_info or record.exc_info}
    )
    text = str(stated.get("exception", ""))
    return _shorten(_OBEYED_IN_TRACEBACK.sub(_escape, text), LONGEST_TRACEBACK)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(match[0]) or (
        f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004
    )


def _shorten(text: str, longest: int) -> str:
    return (
        text
        if len(text) <= longest
        else f"{text[:longest]}… and {len(text) - longest} characters more"
    )
