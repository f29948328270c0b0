"""The rooms put together as the configuration says: one place that knows them all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from service.clock import Clock
from service.config import Config
from service.errors import TryAgainError
from service.extract.reader import Reader
from service.extract.settings import ExifToolSettings
from service.scheduled_exports.schedule import ExportSchedule
from service.store.browser_project import write_project
from service.store.writer import Store
from service.watch.inbox import Inbox
from service.watch.observer import Watcher
from service.watch.watch_settings import WatchSettings
from service.worker.batch import FileOutcome
from service.worker.heartbeat import Heartbeat
from service.worker.intake import Intake
from service.worker.loop import Worker
from service.worker.parts import Pace, Parts

log = structlog.get_logger()

OPEN_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Assembly:
    """What runs: who works, where news arrive, and who watches (None for a single pass)."""

    worker: Worker
    inbox: Inbox
    watcher: Watcher | None
    store: Store


@contextmanager
def assemble(
    config: Config,
    *,
    watch: bool,
    on_done: Callable[[FileOutcome], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Assembly]:
    """Give the house of a configuration, and close all of it afterwards.

    Raises StartError with the mend.

    Where another program holds the database it is waited for until ``is_stopped`` says so.
    """
    clock = Clock()
    settings = watch_settings(config)
    inbox = Inbox(config.roots, settings)
    with start_reader(config) as reader:
        store = _open_when_free(config, is_stopped)
        rooms = Parts(
            intake=Intake(inbox, config.roots, store, settings, clock),
            reader=reader,
            store=store,
            roots={root.name: root for root in config.roots},
            board=Heartbeat(store, clock, reader.version),
            watcher=Watcher(config.roots, inbox, settings) if watch else None,
            reopen=lambda: _open_when_free(config, is_stopped),
            timetable=ExportSchedule(config.export if watch else None, store, clock),
        )
        pace = Pace(config.extract.batch_size, config.watch.rescan_minutes * 60)
        worker = Worker(rooms, clock, pace, on_done)
        try:
            yield Assembly(worker, inbox, rooms.watcher, store)
        finally:
            rooms.timetable.close()
            worker.close()


def start_reader(config: Config) -> Reader:
    """Return a reader with ExifTool started. Raises StartError where there is none."""
    part = config.extract
    settings = ExifToolSettings(
        executable=part.exiftool,
        deadline_s=part.deadline_seconds,
        recycle_after=part.recycle_after,
        stealth=part.stealth,
    )
    return Reader(settings, part.processes)


def watch_settings(config: Config) -> WatchSettings:
    """Return the part of the configuration that the watch knows."""
    part = config.watch
    return WatchSettings(
        settle_s=part.settle_seconds,
        empty_settle_s=part.empty_settle_seconds,
        poll_s=part.poll_seconds,
        extensions=frozenset(part.extensions),
        ignore=tuple(part.ignore),
        sidecars=tuple(part.sidecars),
        hidden=part.hidden,
    )


def _open_when_free(config: Config, is_stopped: Callable[[], bool]) -> Store:
    told = False
    while True:
        try:
            store = Store.open(config.database.path)
        except TryAgainError as error:
            if is_stopped():
                raise
            if not told:
                log.warning("database_waits", reason=str(error))
                told = True
            time.sleep(OPEN_WAIT_S)
        else:
            write_project(config.database.path)
            return store
