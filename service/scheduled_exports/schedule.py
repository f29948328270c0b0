"""The timed exports: when each is due, a thread for the one that runs, and what became of it.

The worker looks in about once a second and does nothing here but read one number and start a
thread. The thread reads by a connection of its own, so that taking images in goes on meanwhile; the
state it leaves is written by the worker, which alone writes. One export at a time: they would only
take the disk from each other.
"""

import glob
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from service.clock import Clock
from service.errors import StartError, TryAgainError
from service.event_log import get_logger
from service.export.atomic import sweep
from service.export.report import Written, files_before
from service.light_dataclasses import dataclass
from service.paths import to_stored
from service.store.export_states import ExportState
from service.store.writer import Store

if TYPE_CHECKING:
    from service.config.export import Export

LOOK_FOR_FILES_S = 30.0
"""Between two looks whether all files of a split list or of templates are there.

There may be thousands.
"""


@dataclass(slots=True)
class ScheduledExport:
    """An export of the configuration, and when it may run next."""

    export: "Export"
    state: ExportState | None
    """Its last run; None where it never ran."""
    not_before: float
    next_look: float = 0.0

    @property
    def out(self) -> str:
        """Return what it writes, as the database knows it."""
        return to_stored(self.export.out)

    def is_due(self, now: float, version: int) -> bool:
        """Tell whether it is time, and its files are not what they would be now."""
        if now < self.not_before:
            return False
        return not (self.is_of(version) and self._is_whole(now))

    def is_of(self, version: int) -> bool:
        """Tell whether it ran with these settings on this version of the data."""
        if self.state is None or self.state.data_version != version:
            return False
        return self.state.settings == settings_of(self.export)

    def _is_whole(self, now: float) -> bool:
        """Tell whether everything that it wrote is there, and nobody has changed it since."""
        if not self.export.out.exists():
            return False
        if self.export.is_folder and now < self.next_look:
            return True
        if self.state is None or self.state.digest != digest_files(self.export):
            return False
        self.next_look = now + LOOK_FOR_FILES_S
        return True


def digest_files(export: "Export") -> str:
    """Return what an export's files are now, by their names, sizes and times, as 32 digits.

    A file that is written with the same bytes has another time, and is then left as it is.
    """
    files = files_before(export) if export.is_folder else [export.out]
    digest = blake2b(digest_size=16)
    for file in sorted(files):
        try:
            found = file.stat()
        except OSError:  # gone, or not to be seen
            size_and_time = "none"
        else:
            size_and_time = f"{found.st_size} {found.st_mtime_ns}"
        digest.update(f"{file.name} {size_and_time}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def settings_of(export: "Export") -> str:
    """Return the settings that decide what is written, as JSON."""
    settings = export.model_dump(mode="json", exclude_defaults=True, exclude={"every", "out"})
    return json.dumps(settings, sort_keys=True, ensure_ascii=False)


log = get_logger(__name__)

REST_S = 30.0
"""At least, between two runs of one export: while many images come in, every batch is a change."""
SHARE = 10
"""An export that takes long rests so many times as long as it took."""
AFTER_FAILURE_S = 300.0

Run = Callable[["Export", Path, Callable[[], bool]], Written]


def _run_export(export: "Export", database: Path, is_cancelled: Callable[[], bool]) -> Written:
    from service.scheduled_exports.run import run_export  # noqa: PLC0415  a pass writes no lists

    return run_export(export, database, is_cancelled)


class ExportSchedule:
    """The exports of a running service.

    None for a single pass, and for a run with another database or other folders than those of the
    settings: these leave the lists and what they remember alone.
    """

    def __init__(
        self, exports: "Sequence[Export] | None", store: Store, clock: Clock, run: Run = _run_export
    ) -> None:
        self._clock = clock
        self._run = run
        self._path = store.path
        self._cancelled = threading.Event()
        self._running: _Running | None = None
        self._unsaved: list[ExportState] = []
        self._strangers: list[str] = []
        self._entries = [ScheduledExport(export, None, 0.0) for export in exports or ()]
        self._is_mine = exports is not None
        for export in exports or ():
            sweep(export.folder, "*.txt" if export.is_folder else glob.escape(export.out.name))
        self.learn(store)

    def learn(self, store: Store) -> None:
        """Take over what the database remembers.

        It is to forget the exports that are no longer configured.
        """
        if not self._is_mine:
            return
        known = {state.out: state for state in store.exports().states()}
        now = self._clock.monotonic()
        for entry in self._entries:
            entry.state = known.pop(entry.out, None)
            entry.not_before = now + self._rest_left(entry)
        self._strangers = list(known)

    def _rest_left(self, entry: ScheduledExport) -> float:
        """Return for how many seconds an export of another life of this service still rests."""
        if entry.state is None or entry.export.every == "change":
            return 0.0
        rest = entry.export.every * 60
        age = self._clock.wall() - datetime.fromisoformat(entry.state.last_run_at).timestamp()
        return min(max(rest - age, 0.0), rest)

    def look(self, now: float, store: Store) -> None:
        """Write what became of a run that has ended, and start the next that is due.

        Never waits.
        """
        if not self._entries and not self._strangers:
            return
        if self._running is not None and self._running.is_over:
            self._note(self._running, now)
            self._running = None
        self._write_states(store)
        if self._running is None:
            self._start_next(now, store.exports().data_version())

    def _start_next(self, now: float, version: int) -> None:
        for entry in self._entries:
            if entry.is_due(now, version):
                if entry.is_of(version) and entry.export.out.exists():
                    log.info("list_was_changed_by_others", file=entry.export.out.name)
                self._running = _Running(entry, version, self._clock, self._go)
                return

    def _go(self, export: "Export") -> Written:
        return self._run(export, self._path, self._cancelled.is_set)

    def _note(self, ended: "_Running", now: float) -> None:
        state = ended.state()
        entry = ended.entry
        error_before = entry.state.error if entry.state else None
        entry.state = state
        entry.not_before = now + _rest(entry.export, state)
        self._unsaved.append(state)
        name = entry.export.out.name
        if state.error is not None:
            if state.error != error_before:
                log.warning("export_failed", file=name, reason=state.error)
        elif state.changed_at is not None:
            log.info(
                "exported", file=name, items=state.items, unsafe=state.unsafe, seconds=state.seconds
            )

    def _write_states(self, store: Store) -> None:
        try:
            while self._unsaved:
                store.set_export(self._unsaved[0])
                del self._unsaved[0]
            while self._strangers:
                store.drop_export(self._strangers[-1])
                self._strangers.pop()
        except TryAgainError as error:
            log.debug("export_row_not_written", reason=str(error))

    def close(self) -> None:
        """Stop the run in hand, whose old file stays, and wait for its end."""
        self._cancelled.set()
        if self._running is not None:
            self._running.wait()


def _rest(export: "Export", state: ExportState) -> float:
    """Return for how many seconds an export rests after a run."""
    rest = max(REST_S, SHARE * state.seconds)
    if state.error is not None:
        return max(rest, AFTER_FAILURE_S)
    if export.every == "change":
        return rest
    return max(rest, export.every * 60)


class _Running:
    """One run, in a thread."""

    def __init__(
        self, entry: ScheduledExport, version: int, clock: Clock, run: Callable[["Export"], Written]
    ) -> None:
        self.entry = entry
        self._clock = clock
        self._run = run
        self._began = clock.monotonic()
        self._blank = ExportState(
            entry.out, entry.export.kind, settings_of(entry.export), version, clock.stamp(), 0.0
        )
        self._state = self._blank
        self._thread = threading.Thread(target=self._work, name="export")
        self._thread.start()

    def _work(self) -> None:
        try:
            written = self._run(self.entry.export)
        except (StartError, TryAgainError) as error:
            self._state = replace(self._blank, data_version=None, error=str(error))
        except Exception as error:  # the thread's top: an export never stops the service
            log.exception("bug_in_an_export", file=self.entry.export.out.name)
            self._state = replace(
                self._blank, data_version=None, error=f"{type(error).__name__}: {error}"
            )
        else:
            changed_at = self._blank.last_run_at if written.changed else None
            self._state = replace(
                self._blank,
                items=written.items,
                unsafe=written.unsafe,
                changed_at=changed_at,
                digest=digest_files(self.entry.export),
            )
        self._state = replace(self._state, seconds=round(self._clock.monotonic() - self._began, 3))

    @property
    def is_over(self) -> bool:
        """Whether the thread has ended."""
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Wait for the thread's end."""
        self._thread.join()

    def state(self) -> ExportState:
        """Return what became of it."""
        return self._state
