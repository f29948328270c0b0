"""Making rows again from the stored records, without the files and without ExifTool."""

from collections.abc import Iterator
from itertools import islice

import structlog
from zstandard import ZstdError

from service import pipeline
from service.clock import Clock
from service.errors import TryAgainError
from service.model_lookup.resolve_rows import Resolver
from service.records import ImageRows, WatchedFile
from service.store.failures import Failure
from service.store.writer import Store
from service.worker.batch import process_record

log = structlog.get_logger()


class Reprocessor:
    """Makes rows again that an older version of a stage made.

    With ``everything``, all rows; with ``only``, those of these images.
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
        self._images = only or store.stale_images(_outdated_recipes(store, everything=everything))
        self._resolver = Resolver(store)
        self.failed: list[Failure] = []

    def step(self, limit: int) -> int:
        """Make up to ``limit`` images again and return how many there were.

        0 means that all are up to date.
        """
        images = list(islice(self._images, limit))
        rows: list[ImageRows] = []
        for image_id, file in images:
            made = self._make_rows(image_id, file)
            if isinstance(made, ImageRows):
                rows.append(made)
            elif made is not None:
                self.failed.append(made)
        if rows:
            self._store.save(self._resolver.apply(rows), now=self._clock.stamp(), from_disk=False)
        return len(images)

    def run(self, batch_size: int) -> Iterator[int]:
        """Make everything again, yielding the size of each batch."""
        while size := self.step(batch_size):
            yield size

    def _make_rows(self, image_id: int, file: WatchedFile) -> ImageRows | Failure | None:
        """Return an image's rows or its failure; None where it has just gone."""
        try:
            raw = self._store.raw_record(image_id)
        except (ZstdError, ValueError, KeyError) as error:  # damaged on the disk; the others go on
            log.warning("kept_record_damaged", root=file.root, path=file.path, reason=str(error))
            return Failure.of(file, "store", error)
        return None if raw is None else process_record(raw)


def _outdated_recipes(store: Store, *, everything: bool) -> list[str]:
    recipes = store.recipes()
    if everything:
        return list(recipes)
    return [recipe for recipe in recipes if not pipeline.is_current(recipe)]


class IdleReprocessing:
    """Makes outdated rows again while the service has nothing else to do."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._reprocessor: Reprocessor | None = Reprocessor(store, clock)
        """None as soon as everything is up to date."""

    def make_some_again(self, limit: int) -> bool:
        """Make up to ``limit`` images again; return whether there were any.

        Raises DatabaseReplacedError.
        """
        if self._reprocessor is None:
            return False
        try:
            size = self._reprocessor.step(limit)
        except TryAgainError as error:
            log.debug("rework_waits", reason=str(error))
            self._reprocessor = Reprocessor(self._store, self._clock)
            return False
        if not size:
            self._reprocessor = None
        return bool(size)
