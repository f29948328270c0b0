"""Pictures of images: small ones, and the files themselves.

``picture_files.py`` opens a file where that is safe, ``drawing.py`` has small pictures drawn,
``kept_pictures.py`` keeps them, ``originals.py`` sends files.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, NamedTuple, TypeVar

from datasette.utils.asgi import Request, Response

from service.errors import BadFileError, TryAgainError
from service.extract.thumbnails import DRAWN, Thumbnail
from service.extract.video_pictures import VIDEOS, find_ffmpeg, is_video
from service.gallery.drawing import Drawing, ToDraw
from service.gallery.kept_pictures import KeptPictures
from service.gallery.originals import UNCHANGED, send_original
from service.gallery.page import Gallery, Route
from service.gallery.picture_files import NoPictureError, PictureFile, PictureRow
from service.readers.messages import Answer
from service.readers.reader_settings import ReaderSettings, most_readers
from service.readers.readers import Readers
from service.readers.seat import Deadlines
from service.records import WatchedFile
from service.store.thumbnail_file import thumbnails_beside

Found = TypeVar("Found")

SMALL, LARGE = 256, 512
"""Pixels of the longer side; the larger ones are for screens with small pixels."""

MEGABYTE = 1_000_000

MOST_PROCESSES = 4

FFMPEG_S, SLOW_FFMPEG_S = 5.0, 20.0
DEADLINES = Deadlines(quick=8.0, slow=30.0)
"""Seconds. A person waits, so the slow lane is quicker than the service's."""

AT_DISK = 4
"""Threads that wait for disks, of which one may be a network drive that does not answer."""

WEBP = "image/webp"

NEVER_AGAIN = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
NOT_KEPT = "no-store"


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of pictures."""
    pictures = Pictures(gallery)
    return [
        (r"^/thumb/(?P<image_id>\d{1,18})$", pictures.thumb),
        (r"^/file/(?P<image_id>\d{1,18})$", pictures.file),
    ]


class _Picture(NamedTuple):
    webp: bytes
    is_of_row: bool = True
    """False where the file was written and the service has not read it yet."""


class Pictures:
    """Answers with pictures, or with the reason why there is none."""

    def __init__(self, gallery: Gallery) -> None:
        config = gallery.config
        self._gallery = gallery
        self._roots = {root.name: root.as_root() for root in config.root}
        most_bytes = config.thumbnails.max_megabytes * MEGABYTE
        self._kept = KeptPictures(thumbnails_beside(config.database.path), most_bytes)
        processes = min(MOST_PROCESSES, most_readers(config.extract.processes))
        self._drawing = Drawing(lambda on_news: _start_readers(processes, on_news), self._keep)
        self._disk = ThreadPoolExecutor(AT_DISK, "disk")

    async def thumb(self, request: Request, receive: Any) -> Response | None:
        """Answer with a small picture; with nothing where the browser has gone meanwhile."""
        try:
            row = await self._find(request)
            edge = LARGE if request.args.get("size") == str(LARGE) else SMALL
            headers = _headers(request, row, edge)
            if request.headers.get("if-none-match") == headers["etag"]:
                return Response("", status=UNCHANGED, headers=headers, content_type=WEBP)
            found = await unless_gone(receive, self._picture(row, edge))
        except NoPictureError as error:
            return refusal(error)
        except asyncio.CancelledError:  # Ctrl+C
            return Response.text("The gallery stops.\n", status=503)
        if found is None:
            return None
        if not found.is_of_row:
            headers = {"cache-control": NOT_KEPT}
        return Response(found.webp, headers=headers, content_type=WEBP)

    async def file(self, request: Request, receive: Any, send: Any) -> Response | None:
        """Send the file of an image."""
        try:
            row = await self._find(request)
            file = await self._at_disk(lambda: PictureFile.open(self._roots, row))
        except NoPictureError as error:
            return refusal(error)
        with closing(file):
            await unless_gone(
                receive, send_original(request, send, row.file_name, file, self._at_disk)
            )
        return None

    async def _find(self, request: Request) -> PictureRow:
        image_id = int(request.url_vars["image_id"])
        row = await self._gallery.ask(lambda connection: PictureRow.find(connection, image_id))
        if row is None:
            raise NoPictureError("unknown", f"There is no image {image_id}.")
        return row

    async def _picture(self, row: PictureRow, edge: int) -> _Picture:
        kept = await self._kept.find(row.sha256, edge) if row.sha256 else None
        if kept is not None and kept.webp is not None:
            return _Picture(kept.webp)
        file = await self._at_disk(lambda: self._look(row))
        is_of_row = (file.size, file.mtime_ns) == (row.size, row.mtime_ns)
        if kept is not None and is_of_row:
            raise _cannot_be_drawn(file.mime_type)
        if is_video(file.mime_type) and find_ffmpeg() is None:
            raise NoPictureError("video", "A video; its first picture needs ffmpeg.")
        watched = WatchedFile(row.root, row.path, file.size, file.mtime_ns)
        sha256 = row.sha256 if is_of_row else None
        answer = await self._drawing.draw(ToDraw(sha256, file.location, watched, edge))
        if isinstance(answer, Thumbnail):
            return _Picture(answer.webp, is_of_row)
        if isinstance(answer, TryAgainError):
            raise NoPictureError("changed", f"It cannot be drawn now: {answer}.")
        raise _cannot_be_drawn(file.mime_type, answer)

    def _keep(self, what: ToDraw, answer: Answer) -> None:
        if what.sha256 is not None and not isinstance(answer, TryAgainError):
            drawn = answer if isinstance(answer, Thumbnail) else None
            self._kept.keep(what.sha256, what.edge, drawn)

    def _look(self, row: PictureRow) -> PictureFile:
        """Return what the file of a row is, closed again."""
        with closing(PictureFile.open(self._roots, row)) as file:
            return file

    async def _at_disk(self, work: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)


def _start_readers(processes: int, on_news: Callable[[], None]) -> Readers:
    settings = ReaderSettings(reads_files=False, quick_s=FFMPEG_S, slow_s=SLOW_FFMPEG_S)
    return Readers(settings, processes, on_news, DEADLINES)


def _headers(request: Request, row: PictureRow, edge: int) -> dict[str, str]:
    is_this = request.args.get("v") == row.version
    return {
        "etag": f'"{row.content[:32]}-{edge}"',
        "cache-control": NEVER_AGAIN if is_this else ASK_AGAIN,
    }


async def unless_gone(
    receive: Callable[[], Awaitable[Any]], work: Coroutine[Any, Any, Found]
) -> Found | None:
    """Return what the work returns; None, and no more work, where the browser has gone."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_wait_until_gone(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        gone.cancel()
        task.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _wait_until_gone(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _cannot_be_drawn(mime_type: str | None, why: object = None) -> NoPictureError:
    """Return why a file has no picture, as far as its kind or the reader says so."""
    if mime_type not in DRAWN | VIDEOS:
        kind = mime_type or "none that is known"
        return NoPictureError("kind", f"Files of this kind are not drawn ({kind}).")
    told = str(why).removeprefix("cannot be drawn: ").rstrip(".")
    reason = f": {told}" if isinstance(why, BadFileError) else ""
    return NoPictureError("broken", f"It cannot be drawn{reason}.")


def refusal(error: NoPictureError) -> Response:
    """Return the answer that there is no picture, and why."""
    headers = {"cache-control": NOT_KEPT, "x-no-picture": error.reason}
    status = 403 if error.reason == "refused" else 404
    return Response.text(f"{error}\n", status=status, headers=headers)
