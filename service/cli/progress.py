"""What a person sees of a long command: a bar, and a line at its end."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.cli.printed import say, say_json
from service.paths import to_stored
from service.store.failures import Failure
from service.worker.steps import Counters


class Bar:
    """A progress bar on stderr, and the files that failed on the way."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self._failed: list[Failure] = []
        self._began = time.monotonic()
        self._progress = Progress(
            TextColumn("images"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not enabled,
        )
        self._task = self._progress.add_task("images", total=None, rate="")

    def start(self, total: int | None) -> None:
        """Show the bar; ``total`` None means that the end is not known."""
        self._progress.update(self._task, total=total)
        self._began = time.monotonic()
        self._progress.start()

    def add(self, count: int, failed: Sequence[Failure]) -> None:
        """Go on by so many files, of which these failed."""
        self._failed.extend(failed)
        done = self._progress.tasks[0].completed + count
        rate = done / max(time.monotonic() - self._began, 0.001)
        self._progress.update(self._task, advance=count, rate=f"{rate:,.0f}/s")

    def stop(self) -> None:
        """Take the bar away."""
        self._progress.stop()

    def summary(self, counters: Counters, database: Path, *, as_json: bool) -> None:
        """Say what was done and list what failed."""
        failed = [{"root": one.root, "path": one.path, "reason": one.message} for one in self._failed]
        if as_json:
            say_json({"database": to_stored(database), **asdict(counters), "failures": failed})
            return
        for one in self._failed:
            say(f"failed: {one.root}/{one.path}: {one.message}", err=True)
        say(
            f"{counters.done} images read, {counters.moved} moved, {counters.gone} gone, {counters.failed} failed "
            f"in {time.monotonic() - self._began:.1f} s → {database}",
        )
