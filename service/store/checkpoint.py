"""The log beside the database is kept small, and who keeps it from shrinking is told."""

import apsw
import structlog

log = structlog.get_logger()

MIN_LOG = 16 * 1024 * 1024
"""Bytes of log from which a checkpoint is worth its fsync. A batch writes many pages that the next one writes again:
4 MB cost 8 % more CPU an image, 32 MB 3 % less."""

MAX_LOG = 64 * 1024 * 1024
"""Bytes of log from which the user should know."""

PATIENCE_S = 60.0
"""Seconds without progress before a reader is called stuck; DB Browser's own queries end sooner."""

STUCK = "a reader holds an old snapshot (DB Browser: press Stop or Revert Changes)"


class Checkpointer:
    """Moves the log's pages into the database after batches, never waiting for anybody."""

    def __init__(self, connection: apsw.Connection, *, min_log: int = MIN_LOG, max_log: int = MAX_LOG) -> None:
        self._connection = connection
        self._page_size = int(connection.pragma("page_size"))
        self._min_log = min_log
        self._max_log = max_log
        self._log_pages = 0
        self._moved = 0
        self._stuck_since: float | None = None
        connection.set_wal_hook(self._on_commit)

    def _on_commit(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._log_pages = pages
        return apsw.SQLITE_OK

    def run(self, now: float, *, quiet: bool = False) -> str | None:
        """Checkpoint if the log is long; return a sentence where a reader has kept it from shrinking for long.

        ``quiet`` says that nothing waits to be written: then any log is worth it, so that the database's file alone,
        which is what people copy, holds all there is.
        """
        if self._log_pages * self._page_size >= (1 if quiet else self._min_log):
            self._passive(now)
        return self.complaint(now)

    def _passive(self, now: float) -> None:
        try:
            pages, moved = self._connection.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.BusyError:  # another program is checkpointing at this moment
            return
        except (apsw.FullError, apsw.IOError) as error:  # nothing is lost: it all stands in the log
            log.warning("log_not_emptied", reason=str(error))
            return
        if moved >= pages:
            self._stuck_since = None
            self._log_pages = 0  # the next commit starts the log anew, unless somebody reads its end
        elif moved != self._moved or self._stuck_since is None:
            self._stuck_since = now
        self._moved = moved

    def complaint(self, now: float) -> str | None:
        """Return a sentence for the status while a reader stops the log from shrinking."""
        long_log = self._log_pages * self._page_size > self._max_log
        stuck = self._stuck_since is not None and now - self._stuck_since >= PATIENCE_S
        return STUCK if long_log and stuck else None

    def finish(self) -> None:
        """Empty the log if nobody reads; do not wait if somebody does."""
        self._connection.set_busy_timeout(0)
        try:
            self._connection.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except (apsw.BusyError, apsw.LockedError, apsw.FullError, apsw.IOError):
            return
