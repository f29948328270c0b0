"""Rows of stored records made again by the readers: asked for in batches, saved in order."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence

from service.readers.messages import Failed
from service.readers.readers import Question, Readers
from service.records.files import WatchedFile
from service.store.packed_image import PackedImage
from service.store.raw_records import StoredRecord


class Remaking(ABC):
    """Batches that the readers were asked for. Who inherits says of what, and what is saved."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._asked: deque[tuple[Sequence[StoredRecord], Question]] = deque()

    @abstractmethod
    def ask(self, limit: int) -> bool:
        """Ask the readers for the rows of up to ``limit`` files; return whether there were any."""

    @abstractmethod
    def _save(
        self, rows: Sequence[PackedImage], failed: Sequence[tuple[WatchedFile, Failed]]
    ) -> int:
        """Write what the readers made of a batch, and return of how many files that tells."""

    def _ask_for(self, records: Sequence[StoredRecord]) -> None:
        self._asked.append((records, self._readers.remake(records)))

    @property
    def is_waiting(self) -> bool:
        """Return whether something was asked and not yet saved."""
        return bool(self._asked)

    @property
    def is_answered(self) -> bool:
        """Return whether what was asked first can be saved without waiting."""
        return bool(self._asked) and self._asked[0][1].is_wholly_answered

    def save_oldest(self) -> int:
        """Wait for the rows that were asked for first, save them and return how many they were.

        Where they cannot be written now, they are still the first.
        """
        records, question = self._asked[0]
        rows: list[PackedImage] = []
        failed: list[tuple[WatchedFile, Failed]] = []
        for record, answer in zip(records, question.wait_for_all(), strict=True):
            if isinstance(answer, PackedImage):
                rows.append(answer)
            elif isinstance(answer, Failed):
                failed.append((record.file, answer))
        count = self._save(rows, failed)
        self._asked.popleft()
        return count

    def run(self, batch_size: int) -> Iterator[int]:
        """Do all of it, yielding the size of each batch. The readers have work ahead."""
        has_more = True
        while has_more or self._asked:
            self._readers.scale(self._readers.limit if has_more else 1)
            while has_more and len(self._asked) <= 2 * self._readers.processes:
                has_more = self.ask(batch_size)
            if self._asked:
                yield self.save_oldest()
