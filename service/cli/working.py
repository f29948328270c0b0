"""A bar for work that is measured in bytes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn


@contextmanager
def working(what: str, total: int, *, enabled: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that moves a bar on stderr by so many bytes; without ``enabled`` it moves nothing."""
    columns = (TextColumn(what), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not enabled) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)
