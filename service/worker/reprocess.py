"""Making rows again from the kept records, without the files and without ExifTool."""

from collections.abc import Iterator
from itertools import islice

import structlog
from zstandard import ZstdError

from service import pipeline
from service.clock import Clock
from service.errors import DatabaseReplacedError, TryAgainError
from service.model_lookup.resolve_rows import Resolver
from service.records import ImageRows, WatchedFile
from service.store.failures import Failure
from service.store.writer import Store
from service.worker.batch import process_record

log = structlog.get_logger()


class Reprocessor:
    """Brings rows up to date that an older version of a stage made; with ``everything``, all.

    With ``only``, those.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        everything: bool = False,
        only: Iterator[tuple[int, WatchedFile]] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        outdated = (
            recipe for recipe in store.recipes() if everything or not pipeline.is_current(recipe)
        )
        self._stale = only or store.stale(list(outdated))
        self._resolving = Resolver(store)
        self.failed: list[Failure] = []

    def step(self, limit: int) -> int:
        """Make up to ``limit`` images again and return how many there were.

        0 means that all are up to date.
        """
        stale = list(islice(self._stale, limit))
        made = [one for image_id, file in stale if (one := self._made(image_id, file)) is not None]
        rows = [one for one in made if isinstance(one, ImageRows)]
        if rows:
            self._store.save(self._resolving.apply(rows), now=self._clock.stamp(), from_disk=False)
        self.failed.extend(one for one in made if isinstance(one, Failure))
        return len(stale)

    def run(self, batch_size: int) -> Iterator[int]:
        """Make everything again, yielding the size of each batch."""
        while size := self.step(batch_size):
            yield size

    def _made(self, image_id: int, file: WatchedFile) -> ImageRows | Failure | None:
        try:
            raw = self._store.raw_record(image_id)
        except (
            ZstdError,
            ValueError,
            KeyError,
        ) as error:  # damaged on the disk; its neighbours need not suffer
            log.warning("kept_record_damaged", root=file.root, path=file.path, reason=str(error))
            return Failure.of(file, "store", error)
        return None if raw is None else process_record(raw)


class Upkeep:
    """Rework in the spare moments of the service."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._rework: Reprocessor | None = Reprocessor(store, clock)

    def some(self, limit: int) -> bool:
        """Make up to ``limit`` images again; return whether there were any.

        Raises DatabaseReplacedError.
        """
        if self._rework is None:
            return False
        try:
            size = self._rework.step(limit)
        except DatabaseReplacedError:
            raise
        except TryAgainError as error:
            log.debug("rework_waits", reason=str(error))
            self._rework = Reprocessor(self._store, self._clock)
            return False
        if not size:
            self._rework = None
        return bool(size)
