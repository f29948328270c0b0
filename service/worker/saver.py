"""Where a batch is written, however long another program holds the database."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from service.clock import Clock
from service.errors import (
    DatabaseReplacedError,
    RowRefusedError,
    StartError,
    TryAgainError,
)
from service.event_log import get_logger
from service.model_lookup.resolve_rows import Resolver
from service.records import WatchedFile
from service.store.failures import Failure
from service.store.packed_image import PackedImage
from service.store.writer import Store
from service.worker.batch import FileOutcome

log = get_logger(__name__)

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
            written = self._write(outcome)
        except TryAgainError as error:
            self._put_off(error, now)
            return False
        if self.note is not None:
            log.info("database_writable_again")
        self._unsaved = None
        self.note = None
        self._wait = FIRST_WAIT_S
        self._on_saved(written)
        return True

    def _put_off(self, error: TryAgainError, now: float) -> None:
        if self.note is None:
            log.warning("database_waits", reason=str(error))
        self.note = str(error)
        self._next_try = now + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT_S)

    def _write(self, outcome: FileOutcome) -> FileOutcome:
        """Write a whole outcome, and return it with what the database refused among the failures.

        It may be begun again after any of its transactions: each writes a state, not a step.
        """
        stamp = self._clock.stamp()
        store = self.store
        refused = _RefusedRows(store, stamp)
        for image_id, file in outcome.moved:
            place = (image_id, file.root, file.path, file.size, file.mtime_ns)
            refused.unless(file, partial(store.relocate, *place))
        if outcome.rows or outcome.failed:
            self._save(outcome, refused)
        lost: list[tuple[str, str]] = []
        for root, paths in _gone_by_root(outcome, store).items():
            lost += [(root, path) for path in self._mark_missing(root, paths, refused)]
        outcome = replace(outcome, lost=lost)
        if not refused.failures:
            return outcome
        bad = {(failure.root, failure.path) for failure in refused.failures}
        rows = [one for one in outcome.rows if _place_of(one) not in bad]
        return replace(outcome, rows=rows, failed=[*outcome.failed, *refused.failures])

    def _save(self, outcome: FileOutcome, refused: "_RefusedRows") -> None:
        """Write a batch; one odd record must not take its neighbours with it."""
        stamp = self._clock.stamp()
        rows, failed = outcome.rows, outcome.failed
        try:
            self.store.save(self._resolver.apply(rows), now=stamp, failed=failed)
        except Exception as error:
            if _is_to_rise(error):
                raise
        else:
            return
        for one in rows:
            save = partial(self.store.save, self._resolver.apply((one,)), now=stamp)
            refused.unless(one.watched_file, save, gets_row=True)
        for failure in failed:
            refused.note(failure)

    def _mark_missing(self, root: str, paths: Sequence[str], refused: "_RefusedRows") -> list[str]:
        """Mark files as missing, and return which were present until now."""
        stamp = self._clock.stamp()
        try:
            return self.store.mark_missing(root, paths, stamp)
        except Exception as error:
            if _is_to_rise(error):
                raise
            for path in paths:
                file = WatchedFile(root=root, path=path, size=0, mtime_ns=0)
                refused.unless(file, partial(self.store.mark_missing, root, (path,), stamp))
            return []


class _RefusedRows:
    """Does one piece of work after the other; what is refused becomes a failure of its file."""

    def __init__(self, store: Store, stamp: str) -> None:
        self._store = store
        self._stamp = stamp
        self.failures: list[Failure] = []

    def unless(
        self, file: WatchedFile, work: Callable[[], object], *, gets_row: bool = False
    ) -> None:
        """Do the work, or note why it failed for this file.

        With ``gets_row`` the file then has a row as one that could not be read.
        """
        try:
            work()
        except Exception as error:  # one odd record must not stop the service
            if _is_to_rise(error):
                raise
            if isinstance(error, RowRefusedError):
                log.warning("row_refused", path=file.path, reason=str(error))
            else:
                log.exception("image_not_saved", path=file.path)
            failure = Failure.of(file, "store", error)
        else:
            return
        self.failures.append(failure)
        self.note(failure if gets_row else _without_row(failure))

    def note(self, failure: Failure) -> None:
        """Write a failure, as far as that is not refused, too."""
        for one in (failure, _without_row(failure)):
            try:
                self._store.save_unreadable((one,), now=self._stamp)
            except Exception as error:
                if _is_to_rise(error):
                    raise
                log.debug("failure_refused", path=failure.path, reason=str(error))
            else:
                return


def _is_to_rise(error: Exception) -> bool:
    """Tell whether an error is not of the rows: then nothing can be written now."""
    if isinstance(error, RowRefusedError):
        return False
    return isinstance(error, (TryAgainError, DatabaseReplacedError, StartError))


def _without_row(failure: Failure) -> Failure:
    return replace(failure, size=None, mtime_ns=None)


def save_one_by_one(store: Store, rows: Sequence[PackedImage], now: str) -> list[Failure]:
    """Write rows that were made from stored records, and return those that were refused."""
    refused: list[Failure] = []
    for one in rows:
        try:
            store.save((one,), now=now, from_disk=False)
        except RowRefusedError as error:
            log.warning("row_refused", path=one.watched_file.path, reason=str(error))
            refused.append(Failure.of(one.watched_file, "store", error))
    return refused


def _place_of(packed: PackedImage) -> tuple[str, str]:
    file = packed.watched_file
    return file.root, file.path


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
