"""What commands ask of the running service: a row each, until its end is read or it goes."""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Literal

import apsw

from service.light_dataclasses import dataclass
from service.records.json_values import JsonValue
from service.store.sql import sql

Command = Literal["reprocess", "ingest", "learn", "rewrite"]
State = Literal["waiting", "running", "done", "failed"]

ASKER = "asker"
"""The argument that says whose request it is: the host's name and the process."""


@dataclass(frozen=True, slots=True)
class Request:
    """A row of ``request_rows``."""

    id: int
    command: str
    """One of ``Command``, unless a newer program has asked."""
    arguments: Mapping[str, JsonValue]
    state: State
    done: int
    """Images (or entries of models) so far."""
    result: Mapping[str, JsonValue]
    """What came of it: ``failed``, a list of places and reasons; or ``message``, why all did."""

    @property
    def is_over(self) -> bool:
        """Return whether nothing more comes of it."""
        return self.state in ("done", "failed")


class RequestReader:
    """The requests, to be looked at."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def find(self, request_id: int) -> Request | None:
        """Return a request, or None where it was taken back."""
        return _request(self._connection.execute(sql("request"), (request_id,)).fetchone())

    def has_any(self) -> bool:
        """Tell whether there is any, also one that is over."""
        return bool(self._connection.execute(sql("has_requests")).get)

    def open_ones(self) -> list[Request]:
        """Return those that are not over, in the order in which they are done."""
        found = map(_request, self._connection.execute(sql("open_requests")))
        return [request for request in found if request is not None]

    def ended_ones(self) -> list[Request]:
        """Return those that are over."""
        found = map(_request, self._connection.execute(sql("ended_requests")))
        return [request for request in found if request is not None]

    def next(self) -> Request | None:
        """Return the oldest one that waits."""
        return _request(self._connection.execute(sql("next_request")).fetchone())


class RequestBook(RequestReader):
    """The requests, to be added to and changed."""

    def __init__(
        self, connection: apsw.Connection, transaction: Callable[[], AbstractContextManager[None]]
    ) -> None:
        super().__init__(connection)
        self._transaction = transaction

    def add(self, command: Command, arguments: Mapping[str, JsonValue], now: str) -> int:
        """Ask for something, and return the request's number."""
        with self._transaction():
            row = (command, json.dumps(dict(arguments)), now)
            self._connection.execute(sql("add_request"), row)
            return self._connection.last_insert_rowid()

    def change(self, request: Request, **changes: object) -> Request:
        """Write how far a request is, and return it so."""
        changed = replace(request, **changes)  # type: ignore[arg-type]  # names of fields
        with self._transaction():
            self._connection.execute(
                sql("set_request"),
                {
                    "id": changed.id,
                    "state": changed.state,
                    "done": changed.done,
                    "result": json.dumps(dict(changed.result)),
                },
            )
        return changed

    def drop(self, request_id: int) -> None:
        """Take a request back, or forget one whose end was read."""
        with self._transaction():
            self._connection.execute(sql("drop_request"), (request_id,))

    def begin_anew(self, before: str) -> None:
        """Let what a killed service has begun wait again; forget what ended before a moment."""
        with self._transaction():
            self._connection.execute(sql("revive_requests"))
            self._connection.execute(sql("drop_old_requests"), (before,))


def _request(row: "apsw.SQLiteValues | None") -> Request | None:
    if row is None:
        return None
    id_, command, arguments, state, done, result = row
    return Request(id_, command, _object(arguments), state, done, _object(result))  # type: ignore[arg-type]  # a row, in the order of its columns


def _object(text: "apsw.SQLiteValue") -> dict[str, JsonValue]:
    """Return what a column holds; nothing where a user has written something else into it."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
