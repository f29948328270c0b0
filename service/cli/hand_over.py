"""Work that is handed to the running service, since one program writes the database."""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field
from pathlib import Path
from typing import NoReturn, TypeVar

from service.cli.output import count_of, say
from service.clock import Clock
from service.errors import AlreadyRunningError, DatabaseBusyError, StartError
from service.light_dataclasses import dataclass
from service.model_lookup.handed_over import FileKind, new_file
from service.records.json_values import JsonValue
from service.service_state import read_state
from service.store.database_reader import DatabaseReader
from service.store.requests import ASKER, Command, Request, RequestBook
from service.store.writer import Store

LOOK_S = 0.3
ALIVE_S = 3.0
"""Between two looks whether the service runs."""
TRIES = 50
"""To write a row while the service writes its own."""

Written = TypeVar("Written")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What the service did."""

    done: int
    """Images, or entries of models."""
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Place and reason."""
    count_failed: int = 0
    """More than are in ``failed`` where there are very many."""
    result: Mapping[str, JsonValue] = field(default_factory=dict)


def hand_over(
    database: Path,
    command: Command,
    arguments: Mapping[str, JsonValue],
    refusal: AlreadyRunningError,
    on_progress: Callable[[int], None] = lambda _: None,
    *,
    is_first: bool = True,
) -> HandedOver:
    """Ask the service for something and wait until it is done; Ctrl+C takes it back.

    ``on_progress`` gets how many more were done. Only the first request of a command is told of.
    Raises ``refusal`` where whoever holds the
    database is no service, and StartError where the service ends before, or cannot do it.
    """
    process = require_service(database, refusal)
    if is_first:
        say(
            f"The running service (process {process}) does this between its batches. Ctrl+C takes "
            "it back.",
            err=True,
        )
    now = Clock().stamp()
    asker: dict[str, JsonValue] = {ASKER: [socket.gethostname(), os.getpid()]}
    number = _write(database, lambda book: book.add(command, {**arguments, **asker}, now))
    try:
        request = _wait_for(database, number, on_progress)
    except KeyboardInterrupt:
        _write(database, lambda book: book.drop(number))
        say("Taken back; what was done so far stays.", err=True)
        raise
    _write(database, lambda book: book.drop(number))
    return _outcome(request)


def require_service(database: Path, refusal: AlreadyRunningError) -> int | None:
    """Return the process of the service. Raises ``refusal`` where none runs."""
    state = read_state(database)
    if not state.running or state.service is None:
        raise refusal
    return state.service.pid


NEED_FILES = ("learn", "rewrite")
"""What is asked with a file of the command's, which goes with it."""


def _wait_for(database: Path, number: int, on_progress: Callable[[int], None]) -> Request:
    """Return the request as soon as it is over."""
    told = 0
    next_check = time.monotonic() + ALIVE_S
    while True:
        with DatabaseReader.open(database) as reader:
            request = reader.requests().find(number)
        if request is None:
            raise StartError("the request was taken back by another program; try again")
        on_progress(max(request.done - told, 0))
        told = max(request.done, told)
        if request.is_over:
            return request
        if time.monotonic() >= next_check:
            next_check = time.monotonic() + ALIVE_S
            if not read_state(database).running:
                _give_up(database, request)
        time.sleep(LOOK_S)


def _give_up(database: Path, request: Request) -> NoReturn:
    """Say what becomes of a request whose service has ended."""
    if request.command in NEED_FILES:
        _write(database, lambda book: book.drop(request.id))
        raise StartError("the service has ended before this was done; give the command again")
    raise StartError(
        f"the service has ended before this was done ({count_of(request.done, 'image')} so far); "
        "it is taken up at its next start"
    )


def _outcome(request: Request) -> HandedOver:
    if request.state == "failed":
        raise StartError(str(request.result.get("message")))
    stated = request.result.get("failed")
    failed: list[tuple[str, str]] = []
    for one in stated if isinstance(stated, list) else ():
        if isinstance(one, list):
            place, reason = map(str, one)
            failed.append((place, reason))
    count = request.result.get("count_failed")
    count_failed = count if isinstance(count, int) else len(failed)
    return HandedOver(request.done, failed, count_failed, request.result)


def _write(database: Path, work: Callable[[RequestBook], Written]) -> Written:
    """Write one row, as soon as the service lets us."""
    for _ in range(TRIES):
        try:
            with Store.open(database) as store:
                return work(store.request_book())
        except DatabaseBusyError:
            time.sleep(LOOK_S)
    with Store.open(database) as store:
        return work(store.request_book())


@contextmanager
def entries_file(database: Path, kind: FileKind) -> Iterator[Path]:
    """Give the path of a file beside the database, which the service can read, and delete it."""
    path = new_file(database, kind)
    try:
        yield path
    finally:
        with suppress(OSError):  # Windows: the service may have it open for a moment yet
            path.unlink(missing_ok=True)
