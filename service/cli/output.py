"""What commands print: lines, JSON, and the bar of a long command; ``tables`` is what rich draws.

Nothing that a terminal obeys is printed, since names and prompts come from strangers.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from service.paths import to_stored

if TYPE_CHECKING:
    from rich.progress import Progress

    from service.store.failures import Failure
    from service.worker.batch import Counters


def harmless(text: str) -> str:
    r"""Return a text as one line in which what does not show is escaped: ``\n``, ``\u202e``."""
    if text.isprintable():
        return text
    return "".join(map(_escape, text))


def _escape(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def harmless_lines(text: str) -> str:
    """Return a text of several lines, each of them harmless."""
    return "\n".join(map(harmless, text.split("\n")))


def say(text: str, *, err: bool = False) -> None:
    """Print a line."""
    typer.echo(harmless(text), err=err)


def count_of(count: int, one: str) -> str:
    """Return a number with its noun: ``1 image``, ``2,000 images``."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def say_json(value: object) -> None:
    """Print a value as one line of JSON, which reads back exactly.

    What does not show is escaped as JSON does it.
    """
    text = json.dumps(value, ensure_ascii=False, default=dict)
    typer.echo("".join(map(_escape_for_json, text)))


def _escape_for_json(char: str) -> str:
    return char if char.isprintable() else json.dumps(char)[1:-1]


def finish(*, has_failed: bool) -> NoReturn:
    """End the command, with exit code 1 where something failed."""
    raise typer.Exit(int(has_failed))


class Bar:
    """A progress bar on stderr, and the files that failed on the way."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self._failed: list[Failure] = []
        self._began = time.monotonic()
        self._progress: Progress | None = None
        if enabled:
            from service.cli.tables import make_progress  # noqa: PLC0415  a tenth of a start

            self._progress = make_progress()

    def start(self, total: int | None) -> None:
        """Show the bar; ``total`` None means that the end is not known."""
        self._began = time.monotonic()
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], total=total)
            self._progress.start()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bar of work whose end is not known, as long as the block runs."""
        self.start(None)
        try:
            yield
        finally:
            self.stop()

    def add(self, count: int, failed: "Sequence[Failure]") -> None:
        """Go on by so many files, of which these failed."""
        self._failed.extend(failed)
        if self._progress is None:
            return
        task = self._progress.tasks[0]
        rate = (task.completed + count) / max(time.monotonic() - self._began, 0.001)
        self._progress.update(task.id, advance=count, rate=f"{rate:,.0f}/s")

    def stop(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()

    def print_summary(self, counters: "Counters", database: Path, *, as_json: bool) -> None:
        """Say what was done and list what failed."""
        if as_json:
            failures = [
                {"root": one.root, "path": one.path, "reason": one.message} for one in self._failed
            ]
            say_json({"database": to_stored(database), **asdict(counters), "failures": failures})
            return
        for one in self._failed:
            say(f"failed: {one.root}/{one.path}: {one.message}", err=True)
        images = count_of(counters.done, "image")
        say(
            f"{images} read, {counters.moved} moved, {counters.gone} gone, "
            f"{counters.failed} failed in {time.monotonic() - self._began:.1f} s → {database}",
        )


def same_database(config: object, db: object) -> str:
    """Return the options by which another command means the same database as this call."""
    given = {"--config": config, "--db": db}
    return "".join(f' {option} "{value}"' for option, value in given.items() if value is not None)


def repeat_database(message: str, words: Sequence[str]) -> str:
    """Return a message whose commands mean the database that this command line names."""
    options = same_database(_value_of("--config", words), _value_of("--db", words))
    for command in ("restore", "salvage"):
        message = message.replace(f"`aiimagepipe {command}`", f"`aiimagepipe {command}{options}`")
    return message


def _value_of(option: str, words: Sequence[str]) -> str | None:
    """Return what was given with an option, as ``--db FILE`` or ``--db=FILE``."""
    for word, following in zip(words, [*words[1:], None], strict=True):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.removeprefix(f"{option}=")
    return None
