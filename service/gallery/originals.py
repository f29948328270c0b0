"""A file as it is, sent to the browser: shown where it is a picture or a video, else only saved.

Nothing that could be a page or a script is ever shown: the kind is told by the first bytes, and
what is not in the list is saved as bytes. Datasette sends whole files only; a video needs parts.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from datasette.utils.asgi import Request

from service.gallery.picture_files import PictureFile

Found = TypeVar("Found")

SHOWN = frozenset(
    {
        "image/png",
        "image/apng",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "image/avif",
        "video/mp4",
        "video/webm",
    }
)
"""What browsers show without running anything of it. SVG has scripts, and is none that is read."""

BYTES = "application/octet-stream"

POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""For a file that a tab shows by itself. The style is that of the browser's own page around it."""

POLICY_OF_VIDEOS = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'"
)
"""That page asks again for the parts that it plays, as our page would."""

STEP = 256 * 1024

WHOLE, PART, UNCHANGED, NO_SUCH_PART = 200, 206, 304, 416

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_PLAIN = re.compile(r"[^A-Za-z0-9._ -]")


class InThread(Protocol):
    """Does something that waits for a disk in a thread."""

    def __call__(self, work: Callable[[], Found]) -> Awaitable[Found]:
        """Return what the work returns."""
        ...


async def send_original(
    request: Request, send: Any, name: str, file: PictureFile, in_thread: InThread
) -> None:
    """Send an open file, or the part of it that was asked for."""
    etag = f'"{file.size:x}-{file.mtime_ns:x}"'
    status, start, end = _part(request.headers, file.size, etag)
    is_empty = status in {UNCHANGED, NO_SUCH_PART} or request.method == "HEAD"
    headers = _headers(file, name, is_saved="download" in request.args) | {"etag": etag}
    if status != UNCHANGED:
        headers["content-length"] = str(end - start)
    if status == PART:
        headers["content-range"] = f"bytes {start}-{end - 1}/{file.size}"
    if status == NO_SUCH_PART:
        headers["content-range"] = f"bytes */{file.size}"
    pairs = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    while start < end and not is_empty:
        at, size = start, min(STEP, end - start)
        block = await in_thread(lambda at=at, size=size: file.read(at, size))  # type: ignore[misc]
        if not block:  # cut off meanwhile: the browser sees that the answer is too short
            return
        start += len(block)
        await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _part(headers: dict[str, str], size: int, etag: str) -> tuple[int, int, int]:
    """Return the status, and from where to where the file is sent.

    Several parts at once, or an address of them that is none, are answered with the whole file.
    """
    if etag in headers.get("if-none-match", ""):
        return UNCHANGED, 0, 0
    found = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if found is None or found[0] == "bytes=-" or headers.get("if-range", etag) != etag:
        return WHOLE, 0, size
    first, last = found.groups()
    if not first:  # so many of the end
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return WHOLE, 0, size
    return (PART, start, end) if start < end else (NO_SUCH_PART, 0, 0)


def _headers(file: PictureFile, name: str, *, is_saved: bool) -> dict[str, str]:
    is_shown = file.mime_type in SHOWN
    is_playing = is_shown and str(file.mime_type).startswith("video/")
    saved = "inline" if is_shown and not is_saved else "attachment"
    names = f"filename=\"{_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        "content-type": str(file.mime_type) if is_shown else BYTES,
        "content-disposition": f"{saved}; {names}",
        "content-security-policy": POLICY_OF_VIDEOS if is_playing else POLICY,
        "x-content-type-options": "nosniff",
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
    }
