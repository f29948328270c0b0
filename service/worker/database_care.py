"""The database's file: checked when the service starts, and copied now and then.

Both are done by a thread with a reading connection of its own, so that taking images in goes on
meanwhile. The worker looks in about once a second.
"""

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.clock import Clock
from service.errors import StartError, TryAgainError
from service.event_log import get_logger
from service.light_dataclasses import dataclass
from service.store.backups import back_up, list_backups
from service.store.connection import open_readonly
from service.store.integrity import find_damage
from service.store.locks import damage_message

log = get_logger(__name__)

LOOK_S = 60.0
"""Between two looks whether a backup is due."""
AGAIN_S = 600.0
"""After a backup that could not be written."""


@dataclass(frozen=True, slots=True)
class BackupRules:
    """When and where backups are written."""

    every: timedelta
    """Between two; none where it is zero."""
    keep: int
    folder: Path


class DatabaseCare:
    """Checks and copies the database of a running service; a single pass has no rules."""

    def __init__(self, database: Path, rules: BackupRules | None, clock: Clock) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._damage = ""
        self._is_to_check = rules is not None
        self._not_before = 0.0
        self.note: str | None = None
        """Why there is no new backup."""

    def look(self, now: float, *, is_quiet: bool) -> None:
        """Begin what is due, where nothing runs and the worker has nothing else to do.

        Raises DatabaseDamagedError where a check has found damage.
        """
        if self._damage:
            raise damage_message(self._database, self._damage)
        if self._rules is None or not is_quiet or self._is_running:
            return
        if self._is_to_check:
            self._is_to_check = False
            self._begin(self._check)
        elif now >= self._not_before:
            self._not_before = now + LOOK_S
            if self._is_backup_due(self._rules):
                self._begin(self._back_up)

    def check_again(self) -> None:
        """Check the file that is now at the database's path."""
        self._is_to_check = self._rules is not None

    @property
    def _is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _is_backup_due(self, rules: BackupRules) -> bool:
        if not rules.every:
            return False
        backups = list_backups(self._database, rules.folder)
        if not backups:
            return True
        age = self._now() - backups[0].made_at
        return not timedelta(0) <= age < rules.every  # a clock that was set back is no reason

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.wall(), UTC)

    def _begin(self, work: Callable[[], None]) -> None:
        self._thread = threading.Thread(target=work, name="database care")
        self._thread.start()

    def _check(self) -> None:
        try:
            with closing(open_readonly(self._database)) as connection:
                self._damage = find_damage(connection, self._stopped.is_set)
        except (StartError, TryAgainError) as error:
            log.debug("database_not_checked", reason=str(error))

    def _back_up(self) -> None:
        if self._rules is None:
            return
        try:
            path = back_up(
                self._database,
                self._rules.folder,
                self._rules.keep,
                now=self._now(),
                is_stopped=self._stopped.is_set,
            )
        except (StartError, TryAgainError) as error:
            self._not_before = self._clock.monotonic() + AGAIN_S
            if not self._stopped.is_set():
                self.note = str(error)
                log.warning("backup_failed", reason=self.note)
        else:
            self.note = None
            log.info("database_backed_up", file=path.name)

    def close(self) -> None:
        """Stop what runs, and wait for its end."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
