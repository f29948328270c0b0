"""Making rows again from the stored records, without the files and without ExifTool."""

from collections.abc import Iterator, Sequence
from itertools import islice

from service.clock import Clock
from service.errors import RowRefusedError, TryAgainError
from service.event_log import get_logger
from service.model_lookup.resolve_rows import Resolver
from service.readers.messages import Failed
from service.readers.readers import Readers
from service.readers.remaking import Remaking
from service.records.files import WatchedFile
from service.records.recipes import is_current
from service.store.failures import Failure
from service.store.packed_image import PackedImage
from service.store.writer import Store
from service.worker.batch import failure_of
from service.worker.saver import save_one_by_one

log = get_logger(__name__)


class Reprocessor(Remaking):
    """Makes rows again that an older version of a stage made; a reader must have been ready.

    With ``everything``, all rows; with ``only``, those of these images.
    """

    def __init__(
        self,
        store: Store,
        readers: Readers,
        clock: Clock,
        *,
        everything: bool = False,
        only: Iterator[tuple[int, object]] | None = None,
    ) -> None:
        super().__init__(readers)
        self._store = store
        self._clock = clock
        self._images: Iterator[tuple[int, object]] = only or store.stale_images(
            self._outdated_recipes(everything=everything)
        )
        self._resolver = Resolver(store)
        self.failed: list[Failure] = []

    def ask(self, limit: int) -> bool:
        """Ask the readers for the rows of up to ``limit`` images; return whether there were any."""
        while images := list(islice(self._images, limit)):
            found = [self._store.stored_record(image_id) for image_id, _ in images]
            records = [record for record in found if record is not None]  # else it has just gone
            if records:
                self._ask_for(records)
                return True
        return False

    def _outdated_recipes(self, *, everything: bool) -> list[str]:
        recipes = self._store.recipes()
        if everything:
            return list(recipes)
        stages = self._readers.stages
        return [recipe for recipe in recipes if not is_current(recipe, stages)]

    def _save(
        self, rows: Sequence[PackedImage], failed: Sequence[tuple[WatchedFile, Failed]]
    ) -> int:
        refused = self._write(self._resolver.apply(rows)) if rows else []
        self._note([*(failure_of(*one) for one in failed), *refused])
        return len(rows) + len(failed)

    def _write(self, rows: Sequence[PackedImage]) -> list[Failure]:
        """Write rows, and return what the database refuses."""
        stamp = self._clock.stamp()
        try:
            self._store.save(rows, now=stamp, from_disk=False)
        except RowRefusedError:
            return save_one_by_one(self._store, rows, stamp)
        return []

    def _note(self, failed: Sequence[Failure]) -> None:
        self.failed += failed
        for one in failed:
            log.warning("image_not_made_again", path=one.path, root=one.root, reason=one.message)

    def further_counts(self) -> dict[str, int]:
        """Return nothing: what it made again is counted anyway."""
        return {}

    def failures(self) -> list[tuple[str, str]]:
        """Return the place of each image that could not be made again, and why."""
        return [(f"{one.root}/{one.path}", one.message) for one in self.failed]


class IdleReprocessing:
    """Makes outdated rows again while the service has nothing else to do."""

    def __init__(self, store: Store, readers: Readers, clock: Clock) -> None:
        self._store = store
        self._readers = readers
        self._clock = clock
        self._reprocessor: Reprocessor | None = Reprocessor(store, readers, clock)
        """None as soon as everything is up to date."""

    @property
    def is_waiting(self) -> bool:
        """Return whether the readers are making rows again."""
        return self._reprocessor is not None and self._reprocessor.is_waiting

    def make_some_again(self, limit: int) -> bool:
        """Save what was made again, and have up to ``limit`` images made; never waits.

        Return whether there was anything to do now. Raises DatabaseReplacedError.
        """
        reprocessor = self._reprocessor
        if reprocessor is None:
            return False
        try:
            if reprocessor.is_answered:
                reprocessor.save_oldest()
                return True
            if reprocessor.is_waiting:
                return False
            if reprocessor.ask(limit):
                return True
        except TryAgainError as error:
            log.debug("rework_waits", reason=str(error))
            self._reprocessor = Reprocessor(self._store, self._readers, self._clock)
            return False
        self._reprocessor = None
        return False
