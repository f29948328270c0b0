"""Making rows again from the kept records, without the files and without ExifTool."""

from collections.abc import Iterator
from itertools import islice

import structlog

from service import pipeline
from service.records import ImageRows
from service.store.failures import Failure
from service.store.writer import Store
from service.worker.clock import Clock
from service.worker.steps import processed

log = structlog.get_logger()


class Rework:
    """Brings rows up to date that an older version of a stage made; with ``everything``, all rows."""

    def __init__(self, store: Store, clock: Clock, *, everything: bool = False) -> None:
        self._store = store
        self._clock = clock
        outdated = (recipe for recipe in store.recipes() if everything or not pipeline.is_current(recipe))
        self._stale = store.stale(list(outdated))
        self.failed: list[Failure] = []

    def step(self, limit: int) -> int:
        """Make up to ``limit`` images again and return how many there were; 0 means that all are up to date."""
        ids = [image_id for image_id, _ in islice(self._stale, limit)]
        made = [processed(raw) for raw in map(self._store.raw_record, ids) if raw is not None]
        rows = [one for one in made if isinstance(one, ImageRows)]
        if rows:
            self._store.save(rows, now=self._clock.stamp(), from_disk=False)
        self.failed.extend(one for one in made if isinstance(one, Failure))
        return len(ids)

    def run(self, batch_size: int) -> Iterator[int]:
        """Make everything again, yielding the size of each batch."""
        while size := self.step(batch_size):
            yield size
