"""What the worker works with, and how fast."""

from collections.abc import Callable, Mapping

from service.light_dataclasses import dataclass
from service.paths import Root
from service.readers.readers import Readers
from service.scheduled_exports.schedule import ExportSchedule
from service.store.writer import Store
from service.watch.observer import Watcher
from service.worker.database_care import DatabaseCare
from service.worker.heartbeat import Heartbeat
from service.worker.intake import Intake
from service.worker.thumbnails import Thumbnails


@dataclass(frozen=True, slots=True)
class Parts:
    """What the worker works with: the other folders of the service, put together."""

    intake: Intake
    readers: Readers
    store: Store
    roots: Mapping[str, Root]
    heartbeat: Heartbeat
    watcher: Watcher | None
    """None for a single pass."""
    reopen: Callable[[], None]
    """Opens the store's file again, as soon as no other program holds it."""
    export_schedule: ExportSchedule
    database_care: DatabaseCare
    thumbnails: Thumbnails
    describe_gallery: Callable[[], str | None] = lambda: None
    """Says where the gallery is, or why it does not run; None where there is to be none."""

    def reopen_store(self) -> None:
        """Go on with the file that is at the database's path now.

        All parts share one store, so each has only to forget what it knew of the old file.
        """
        self.reopen()
        self.intake.begin_anew("the database was replaced")
        self.export_schedule.learn(self.store)
        self.database_care.check_again()

    def close(self) -> None:
        """End what runs beside the worker."""
        self.export_schedule.close()
        self.database_care.close()
        self.thumbnails.close()


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, how often."""

    batch_size: int = 32
    rescan_s: float = 300.0
    """Between two rescans of everything."""
    scrub_s: float | None = None
    """In so long the bytes of every known file are compared with its row; None: never."""
