"""The parts of the service, put together as the configuration says."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from service.clock import Clock
from service.config import Config
from service.errors import RowRefusedError, StartError, TryAgainError
from service.event_log import get_logger
from service.export.categories import Categories
from service.gallery_process import GalleryProcess
from service.light_dataclasses import dataclass
from service.readers.readers import Readers
from service.scheduled_exports.schedule import ExportSchedule
from service.store.browser_project import write_projects
from service.store.marks import make_marks
from service.store.thumbnail_file import ThumbnailFile, thumbnails_beside
from service.store.writer import Store
from service.watch.inbox import Inbox
from service.watch.observer import Watcher
from service.watch.watch_settings import WatchSettings
from service.worker.batch import FileOutcome
from service.worker.configured_roots import settle_roots
from service.worker.database_care import BackupRules, DatabaseCare
from service.worker.heartbeat import Heartbeat
from service.worker.intake import Intake
from service.worker.loop import Worker
from service.worker.parts import Pace, Parts
from service.worker.thumbnails import Thumbnails

log = get_logger(__name__)

DAY_S = 86_400
OPEN_WAIT_S = 1.0

Opened = TypeVar("Opened")


@dataclass(frozen=True, slots=True)
class Assembly:
    """What runs together."""

    worker: Worker
    inbox: Inbox
    """Where events arrive."""
    watcher: Watcher | None
    """None for a single pass."""
    store: Store


@contextmanager
def assemble(
    config: Config,
    readers: Readers,
    *,
    watch: bool,
    writes_lists: bool = True,
    has_all_roots: bool = True,
    on_done: Callable[[FileOutcome], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Assembly]:
    """Give all that a configuration asks for, ready to run, and close it afterwards.

    The readers are for the caller to close; the first of them may still be starting.
    ``writes_lists``: the exports of the configuration run while it watches. ``has_all_roots``: a
    root that is not among the configured ones was taken away. Raises StartError, whose message says
    what to do. Where another program holds the database it is waited for until ``is_stopped``.
    """
    clock = Clock()
    settings = WatchSettings.from_config(config.watch)
    inbox = Inbox(config.roots, settings)
    roots = {root.name: root for root in config.roots}
    files = _Files(config=config, clock=clock, has_all_roots=has_all_roots, is_stopped=is_stopped)
    readers.tell(inbox.wake)
    small = files.open_thumbnails() if watch else None
    store = files.open_store()
    readers.require(is_stopped=is_stopped)
    exports = config.export if watch and writes_lists else None
    backups = _backup_rules(config) if watch else None
    gallery = GalleryProcess(config) if watch and config.gallery.enabled else None
    parts = Parts(
        intake=Intake(inbox, config.roots, store, settings, clock),
        readers=readers,
        store=store,
        roots=roots,
        heartbeat=Heartbeat(store, clock, readers.version),
        watcher=Watcher(config.roots, inbox, settings) if watch else None,
        reopen=lambda: files.reopen_store(store),
        export_schedule=ExportSchedule(exports, store, clock),
        database_care=DatabaseCare(config.database.path, backups, clock),
        thumbnails=Thumbnails(small, store, readers, roots, clock),
        describe_gallery=gallery.describe if gallery else lambda: None,
    )
    worker = Worker(parts, clock, _pace_of(config, watch=watch), on_done)
    worker.counters.gone += files.taken_away
    try:
        yield Assembly(worker, inbox, parts.watcher, store)
    finally:
        if gallery is not None:
            gallery.close()
        parts.close()
        worker.close()


@dataclass(slots=True, kw_only=True)
class _Files:
    """The database of a configuration and the files beside it, to be opened for the service."""

    config: Config
    clock: Clock
    has_all_roots: bool
    is_stopped: Callable[[], bool]
    taken_away: int = 0
    """Images that went with roots that are no longer configured."""

    def open_store(self) -> Store:
        """Open the database as soon as no other program holds it, and settle its roots."""
        return self._open_when_free(lambda: open_store(self.config, self._settle))

    def reopen_store(self, store: Store) -> None:
        """Go on with the file that is at the database's path now."""
        self._open_when_free(lambda: self._reopen(store))

    def open_thumbnails(self) -> ThumbnailFile | None:
        """Open the file of small pictures; None where there are to be none."""
        settings = self.config.thumbnails
        if not settings.enabled:
            return None
        path = thumbnails_beside(self.config.database.path)
        try:
            return ThumbnailFile(path, settings.max_bytes)
        except TryAgainError as error:  # nothing else needs them
            log.warning("thumbnails_not_made", reason=str(error))
            return None

    def _reopen(self, store: Store) -> None:
        store.reopen()
        store.set_categories(Categories(self.config.categories).words)
        self._settle(store)

    def _settle(self, store: Store) -> None:
        if not self.has_all_roots:
            return
        try:
            now = self.clock.stamp()
            self.taken_away += settle_roots(store, self.config.roots, now)
        except RowRefusedError as error:  # it would be refused for ever
            raise StartError(
                f"{self.config.database.path}: the roots cannot be changed as config.toml says "
                f"({error}); remove the trigger or constraint if it is yours, else report a bug"
            ) from error

    def _open_when_free(self, open_: Callable[[], Opened]) -> Opened:
        """Open the database as soon as no other program holds it; give up when ``is_stopped``."""
        database = self.config.database.path
        is_logged = False
        while True:
            try:
                opened = open_()
            except TryAgainError as error:
                if self.is_stopped():
                    raise
                if not is_logged:
                    log.warning("database_waits", reason=str(error))
                    is_logged = True
                time.sleep(OPEN_WAIT_S)
            else:
                make_marks(database)
                write_projects(database, has_thumbnails=thumbnails_beside(database).exists())
                return opened


def _pace_of(config: Config, *, watch: bool) -> Pace:
    """Return the pace that a configuration states. A single pass compares no contents again."""
    days = config.watch.scrub_days if watch else 0.0
    rescan_s = config.watch.rescan_minutes * 60
    return Pace(config.extract.batch_size, rescan_s, days * DAY_S or None)


def _backup_rules(config: Config) -> BackupRules:
    part = config.backup
    return BackupRules(timedelta(hours=part.every_hours), part.keep, config.backups)


def open_store(config: Config, settle: Callable[[Store], None] = lambda _: None) -> Store:
    """Return the database of a configuration, open for writing, with its categories of words.

    ``settle`` is what else is to be done before it is used. Raises what ``Store.open`` raises.
    """
    store = Store.open(config.database.path)
    try:
        store.set_categories(Categories(config.categories).words)
        settle(store)
    except BaseException:
        store.close()
        raise
    return store
