"""Where a dropped file is settled: when it is quiet enough to be read.

Time is an argument, on a monotonic clock.
"""

import os
from enum import Enum, auto
from math import inf
from pathlib import PurePath

from service.event_log import get_logger
from service.file_systems import kind_of, modified_ns
from service.light_dataclasses import dataclass
from service.paths import Root, to_stored
from service.watch.watch_settings import WatchSettings

log = get_logger(__name__)

FileState = tuple[int, int]
"""Size and mtime_ns. Whatever event comes, a file that keeps both has not changed."""

GONE: FileState = (-1, -1)
"""Nothing is there.

It must be still as long as a file: programs that save by delete and rename leave a gap.
"""

LOOK_DELAY_S = 0.01
"""From an event to the look at the file.

A writer's events (create, modify, close) arrive within it and cost one look.
"""

BELIEF_S = 0.05
"""How far back an event is believed to be the last change.

A busy worker looks late, and not all writes give events.
"""

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0


class Verdict(Enum):
    """What a look at a path found."""

    WAIT = auto()
    """Look again when it is ``due``."""
    SETTLED = auto()
    GONE = auto()
    NOT_OURS = auto()
    """A folder, a link, a device, a file whose bytes are in a cloud."""


@dataclass(slots=True)
class SettlingFile:
    """A path that an event named and that is not yet known to be quiet."""

    root: Root
    path: str
    """Absolute."""
    last_event: float
    """When the last event came."""
    due: float
    """When to look at it next."""
    first_look: float = inf
    """When it was first looked at, which in a backlog is long after its first event."""
    last_look: float = -inf
    state: FileState | None = None
    still_since: float = inf
    not_before: float = -inf
    """Set where the worker put it back: its next try."""
    attempts: int = 0
    """How often the worker put it back."""
    refusals: int = 0
    refusal: str | None = None
    """Why it cannot be opened, where that is what it waits for."""
    is_logged: bool = False

    def note_event(self, now: float) -> bool:
        """Note another event; return whether the next look is now due sooner."""
        self.last_event = max(self.last_event, now)
        is_nearer = now + LOOK_DELAY_S < self.due
        if is_nearer:
            self.due = now + LOOK_DELAY_S
        return is_nearer


class SettleRule:
    """The rule by which a path of an event becomes a file to be read."""

    def __init__(self, settings: WatchSettings) -> None:
        self._settings = settings
        self._has_logged_placeholders = False

    def look(self, candidate: SettlingFile, now: float) -> Verdict:
        """Look at the path and judge it.

        For WAIT, ``due`` says when to look again; SETTLED has its ``state``.
        """
        candidate.first_look = min(candidate.first_look, now)
        try:
            state = self._read_state(candidate.path)
        except OSError as error:
            return self._put_off(candidate, now, error)
        if state is None:
            return Verdict.NOT_OURS
        self._compare(candidate, state, now)
        still_until = candidate.still_since + self._settings.stillness_of(state[0])
        candidate.due = max(still_until, candidate.not_before)
        if candidate.due > now:
            self._log_once(candidate, now, "file_still_changes")
            return Verdict.WAIT
        if state == GONE:
            return Verdict.GONE
        return self._try_to_open(candidate, now)

    def _read_state(self, path: str) -> FileState | None:
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return GONE
        kind = kind_of(status)
        if kind == "placeholder" and not self._has_logged_placeholders:
            self._has_logged_placeholders = True
            log.warning(
                "cloud_files_skipped",
                first=to_stored(PurePath(path)),
                what_to_do="let the cloud program keep them on this device",
            )
        if kind != "file":
            return None
        return status.st_size, modified_ns(status)

    @staticmethod
    def _compare(candidate: SettlingFile, state: FileState, now: float) -> None:
        if state != candidate.state:
            candidate.state = state
            candidate.still_since = now
            if candidate.last_event > candidate.last_look:
                candidate.still_since = max(candidate.last_event, now - BELIEF_S)
        candidate.last_look = now

    def _try_to_open(self, candidate: SettlingFile, now: float) -> Verdict:
        # Windows refuses while a writer holds the file (PermissionError 13). O_NONBLOCK: should a
        # pipe have taken the file's place since, an open of it would never return.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            os.close(os.open(candidate.path, flags))
        except OSError as error:
            return self._put_off(candidate, now, error)
        candidate.refusal = None
        return Verdict.SETTLED

    def _put_off(self, candidate: SettlingFile, now: float, error: OSError) -> Verdict:
        candidate.due = now + min(FIRST_WAIT_S * 2.0 ** min(candidate.refusals, 30), LONGEST_WAIT_S)
        candidate.refusals += 1
        candidate.refusal = error.strerror or str(error)
        self._log_once(candidate, now, "file_cannot_be_opened")
        return Verdict.WAIT

    def _log_once(self, candidate: SettlingFile, now: float, event: str) -> None:
        waited_s = now - candidate.first_look
        if candidate.is_logged or candidate.attempts or waited_s <= self._settings.tell_after_s:
            return
        candidate.is_logged = True
        path = to_stored(PurePath(candidate.path))
        log.warning(event, path=path, waited_s=round(waited_s), reason=candidate.refusal)
