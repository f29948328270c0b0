"""What a module logs by: ``get_logger(__name__)``, with structlog behind it.

An event has a name and values: ``log.warning("file_is_gone", path=path)``. It ends in the standard
library's logging, whose handlers ``logs`` makes.
"""

import logging
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

KIND = "_kind"


class EventLog:
    """The log of one module: ``debug``, ``info``, ``warning``, ``error``, ``exception``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, level: str) -> Callable[..., None]:
        # Every pass has such a line, and hardly anybody wants it: structlog is not loaded for that.
        if level == "debug" and not logging.getLogger(self._name).isEnabledFor(logging.DEBUG):
            return _drop
        method: Callable[..., None] = getattr(load_structlog().get_logger(self._name), level)
        return method


def _drop(_event: str, **_values: object) -> None:
    pass


def get_logger(name: str) -> EventLog:
    """Return the log of the module of this name."""
    return EventLog(name)


@cache
def load_structlog() -> ModuleType:
    """Return structlog, set up to send every event through logging."""
    # Loaded for the first event. It brings rich, pygments and asyncio with it, which were a fifth
    # of a start, and most starts log nothing.
    import structlog  # noqa: PLC0415

    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            _remember_kind,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    return structlog


def _remember_kind(_logger: object, _method: str, event: Any) -> Any:
    """Keep the event's name before its arguments are put in: a flood of it is one kind."""
    event[KIND] = event.get("event")
    return event
