"""The parts of the service, put together as the configuration says."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import structlog

from service.clock import Clock
from service.config import Config
from service.errors import TryAgainError
from service.export.categories import Categories
from service.gallery_process import GalleryProcess
from service.readers.reader_settings import ReaderSettings
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

log = structlog.get_logger()

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
    *,
    watch: bool,
    writes_lists: bool = True,
    has_all_roots: bool = True,
    on_done: Callable[[FileOutcome], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Assembly]:
    """Give all that a configuration asks for, ready to run, and close it afterwards.

    ``writes_lists``: the exports of the configuration run while it watches. ``has_all_roots``: a
    root that is not among the configured ones was taken away. Raises StartError, whose message says
    what to do. Where another program holds the database it is waited for until ``is_stopped``.
    """
    clock = Clock()
    settings = WatchSettings.from_config(config.watch)
    inbox = Inbox(config.roots, settings)
    roots = {root.name: root for root in config.roots}
    with start_readers(config, inbox.wake) as readers:
        database = config.database.path

        def settle(opened: Store) -> None:
            if has_all_roots:
                settle_roots(opened, config.roots, clock.stamp())

        small = _open_thumbnails(config) if watch and config.thumbnails.enabled else None
        store = _open_when_free(lambda: open_store(config, settle), database, is_stopped)
        readers.require(is_stopped=is_stopped)
        gallery = GalleryProcess(config) if watch and config.gallery.enabled else None
        parts = Parts(
            intake=Intake(inbox, config.roots, store, settings, clock),
            readers=readers,
            store=store,
            roots=roots,
            heartbeat=Heartbeat(store, clock, readers.version),
            watcher=Watcher(config.roots, inbox, settings) if watch else None,
            reopen=lambda: _open_when_free(
                lambda: _reopen(store, config, settle), database, is_stopped
            ),
            export_schedule=ExportSchedule(
                config.export if watch and writes_lists else None, store, clock
            ),
            database_care=DatabaseCare(database, _backup_rules(config) if watch else None, clock),
            thumbnails=Thumbnails(small, store, readers, roots, clock),
            describe_gallery=gallery.describe if gallery else lambda: None,
        )
        pace = _pace_of(config, watch=watch)
        worker = Worker(parts, clock, pace, on_done)
        try:
            yield Assembly(worker, inbox, parts.watcher, store)
        finally:
            if gallery is not None:
                gallery.close()
            parts.export_schedule.close()
            parts.database_care.close()
            parts.thumbnails.close()
            worker.close()


def _open_thumbnails(config: Config) -> ThumbnailFile | None:
    most_bytes = config.thumbnails.max_megabytes * 1_000_000
    try:
        return ThumbnailFile(thumbnails_beside(config.database.path), most_bytes)
    except TryAgainError as error:  # nothing else needs them
        log.warning("thumbnails_not_made", reason=str(error))
        return None


def _pace_of(config: Config, *, watch: bool) -> Pace:
    """Return the pace that a configuration states. A single pass compares no contents again."""
    days = config.watch.scrub_days if watch else 0.0
    rescan_s = config.watch.rescan_minutes * 60
    return Pace(config.extract.batch_size, rescan_s, days * DAY_S or None)


def _backup_rules(config: Config) -> BackupRules:
    part = config.backup
    return BackupRules(timedelta(hours=part.every_hours), part.keep, config.backups)


def start_readers(
    config: Config, on_news: Callable[[], None] = lambda: None, *, reads_files: bool = True
) -> Readers:
    """Return the reader processes of a configuration. ``require`` waits until one is ready.

    Those that read no files make rows from stored records, and need no ExifTool.
    """
    part = config.extract
    settings = ReaderSettings(
        exiftool=part.exiftool,
        reads_files=reads_files,
        stealth=part.stealth,
        direct=part.reader == "auto",
        recycle_after=part.recycle_after,
        slow_s=part.deadline_seconds,
    )
    return Readers(settings, part.processes, on_news)


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


def _reopen(store: Store, config: Config, settle: Callable[[Store], None]) -> None:
    store.reopen()
    store.set_categories(Categories(config.categories).words)
    settle(store)


def _open_when_free(
    open_: Callable[[], Opened], database: Path, is_stopped: Callable[[], bool]
) -> Opened:
    """Open the database as soon as no other program holds it; give up when ``is_stopped``."""
    is_logged = False
    while True:
        try:
            opened = open_()
        except TryAgainError as error:
            if is_stopped():
                raise
            if not is_logged:
                log.warning("database_waits", reason=str(error))
                is_logged = True
            time.sleep(OPEN_WAIT_S)
        else:
            make_marks(database)
            write_projects(database, has_thumbnails=thumbnails_beside(database).exists())
            return opened
