"""Where a batch is written, however long another program holds the database."""

from collections.abc import Callable, Sequence

import structlog

from service.clock import Clock
from service.errors import DatabaseReplacedError, TryAgainError
from service.model_lookup.resolve_rows import Resolver
from service.store.failures import Failure
from service.store.packed_image import PackedImage
from service.store.writer import Store
from service.worker.batch import FileOutcome

log = structlog.get_logger()

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 5.0


class Saver:
    """Keeps a batch's outcome until it is in the database.

    While it waits, the worker begins nothing new.
    """

    def __init__(self, store: Store, clock: Clock, on_saved: Callable[[FileOutcome], None]) -> None:
        self.store = store
        self._resolver = Resolver(store)
        self._clock = clock
        self._on_saved = on_saved
        self._unsaved: FileOutcome | None = None
        self._next_try = 0.0
        self._wait = FIRST_WAIT_S
        self.note: str | None = None
        """What it waits for, in words."""

    @property
    def next_try(self) -> float | None:
        """When to call ``try_again``; None while nothing is unsaved."""
        return self._next_try if self._unsaved is not None else None

    def save(self, outcome: FileOutcome, now: float) -> bool:
        """Write an outcome, or keep it for ``try_again``; return whether it is written."""
        self._unsaved = outcome
        return self._try_to_write(outcome, now)

    def try_again(self, now: float) -> bool:
        """Write what is unsaved if its time has come.

        Return whether nothing is unsaved any more.
        """
        if self._unsaved is None:
            return True
        return now >= self._next_try and self._try_to_write(self._unsaved, now)

    def forget(self) -> None:
        """Begin anew after the database was replaced.

        What was unsaved was of the old one; a rescan finds it again.
        """
        self._resolver = Resolver(self.store)
        self._unsaved = None
        self.note = None

    def _try_to_write(self, outcome: FileOutcome, now: float) -> bool:
        try:
            self._write(outcome)
        except TryAgainError as error:
            self._put_off(error, now)
            return False
        if self.note is not None:
            log.info("database_writable_again")
        self._unsaved = None
        self.note = None
        self._wait = FIRST_WAIT_S
        self._on_saved(outcome)
        return True

    def _put_off(self, error: TryAgainError, now: float) -> None:
        if self.note is None:
            log.warning("database_waits", reason=str(error))
        self.note = str(error)
        self._next_try = now + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT_S)

    def _write(self, outcome: FileOutcome) -> None:
        """Write a whole outcome.

        It may be begun again after any of its transactions: each writes a state, not a step.
        """
        stamp = self._clock.stamp()
        store = self.store
        for image_id, file in outcome.moved:
            store.relocate(image_id, file.root, file.path, file.size, file.mtime_ns)
        if outcome.rows or outcome.failed:
            self._save(outcome.rows, outcome.failed, stamp)
        for root, paths in _gone_by_root(outcome, store).items():
            store.mark_missing(root, paths, stamp)

    def _save(self, rows: Sequence[PackedImage], failed: Sequence[Failure], stamp: str) -> None:
        try:
            self.store.save(self._resolver.apply(rows), now=stamp, failed=failed)
        except (TryAgainError, DatabaseReplacedError):
            raise
        except Exception:
            log.exception("batch_not_saved", files=len(rows))
            self._save_one_by_one(rows, failed, stamp)

    def _save_one_by_one(
        self, rows: Sequence[PackedImage], failed: Sequence[Failure], stamp: str
    ) -> None:
        for one in rows:
            try:
                self.store.save(self._resolver.apply((one,)), now=stamp)
            except (TryAgainError, DatabaseReplacedError):
                raise
            except Exception as error:  # one odd record must not take its neighbours with it
                log.exception("image_not_saved", path=one.watched_file.path)
                self.store.save_unreadable(
                    (Failure.of(one.watched_file, "store", error),), now=stamp
                )
        if failed:
            self.store.save_unreadable(failed, now=stamp)


def _gone_by_root(outcome: FileOutcome, store: Store) -> dict[str, list[str]]:
    """Return the stored paths that are gone, by root.

    Where a folder is gone, all that is known below it is.
    """
    paths: dict[str, list[str]] = {}
    for missing in outcome.missing:
        paths.setdefault(missing.root, []).append(missing.path)
    for gone in outcome.gone:
        of_root = paths.setdefault(gone.root, [])
        of_root.append(gone.path)
        of_root.extend(store.below(gone.root, gone.path))
    return paths
