"""The small pictures that were drawn already: those of the service, and those that were asked for.

They are in the file beside the database, by content, so that moves and copies share one. A full
file ends no drawing: what is new takes the place of what is there, see ``ThumbnailFile.make_room``.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from service.clock import Clock
from service.errors import TryAgainError
from service.event_log import get_logger
from service.extract.thumbnails import Thumbnail
from service.store.thumbnail_file import ThumbnailFile, ThumbnailRow

log = get_logger(__name__)

Found = TypeVar("Found")

SAVE_S = 0.5
"""What is drawn within this time is written in one transaction."""

AFTER_TROUBLE_S = 60.0
"""So long pictures are drawn and not kept where the file cannot be used."""


class Kept(NamedTuple):
    """What is known of a picture."""

    webp: bytes | None
    """None: it cannot be drawn."""


class KeptPictures:
    """Finds and keeps small pictures. To be used in one event loop, which never waits."""

    def __init__(self, path: Path, most_bytes: int, clock: Clock | None = None) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._clock = clock or Clock()
        self._thread = ThreadPoolExecutor(1, "thumbnails")
        self._file: ThumbnailFile | None = None
        self._not_before = 0.0
        self._unsaved: dict[tuple[str, int], Thumbnail | None] = {}
        self._saving: asyncio.Future[None] | None = None

    async def find(self, sha256: str, edge: int) -> Kept | None:
        """Return a small picture; None where nothing is known of it."""
        if (sha256, edge) in self._unsaved:
            drawn = self._unsaved[sha256, edge]
            return Kept(None if drawn is None else drawn.webp)
        return await self._ask(lambda file: _find(file, sha256, edge))

    def keep(self, sha256: str, edge: int, drawn: Thumbnail | None) -> None:
        """Have a small picture written soon; None says that it cannot be drawn."""
        self._unsaved[sha256, edge] = drawn
        if self._saving is None:
            self._saving = asyncio.ensure_future(self._save_soon())

    async def _save_soon(self) -> None:
        while self._unsaved:
            await asyncio.sleep(SAVE_S)
            await self.save()
        self._saving = None

    async def save(self) -> None:
        """Write what is not written yet, in one transaction a size."""
        batch = dict(self._unsaved)
        now = self._clock.stamp()
        rows: dict[int, list[ThumbnailRow]] = {}
        for (sha256, edge), drawn in batch.items():
            row = (sha256, None, None, None, now) if drawn is None else (sha256, *drawn, now)
            rows.setdefault(edge, []).append(row)
        await self._ask(lambda file: _write(file, rows))
        for key in batch:
            self._unsaved.pop(key, None)

    async def _ask(self, question: Callable[[ThumbnailFile], Found]) -> Found | None:
        """Return what a question returns of the file; None where it cannot be used now."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._ask_here(question)
        )

    def _ask_here(self, question: Callable[[ThumbnailFile], Found]) -> Found | None:
        try:
            file = self._open()
            return None if file is None else question(file)
        except TryAgainError as error:
            log.warning("thumbnails_not_kept", reason=str(error))
            return None

    def _open(self) -> ThumbnailFile | None:
        now = self._clock.monotonic()
        if now < self._not_before:
            return None
        self._not_before = now + AFTER_TROUBLE_S
        if self._file is None:
            self._file = ThumbnailFile(self._path, self._most_bytes)
        else:
            self._file.reopen_if_replaced()
        self._not_before = 0.0
        return self._file


def _find(file: ThumbnailFile, sha256: str, edge: int) -> Kept | None:
    found = file.find(sha256, edge)
    return None if found is None else Kept(found[0])


def _write(file: ThumbnailFile, rows: dict[int, list[ThumbnailRow]]) -> None:
    file.make_room()
    for edge, some in rows.items():
        file.save(some, edge)
