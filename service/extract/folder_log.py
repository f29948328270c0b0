"""Fooocus's ``log.html``: one page a folder that says of each image how it was made.

By default the images say nothing.

The page is written right after each image, newest first (Fooocus' private_logger.py), so it is
there when an image has settled. It is read with the image and never compared again: it changes with
every new one.
"""

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from service.file_systems import kind_of

NAME = "log.html"

LARGEST = 32 * 1024 * 1024
"""Bytes. A day of a thousand images is 3 MB."""

_ENTRY = re.compile(r'<div id="([^"\n]{1,255})" class="image-container">')


def entry(image: Path) -> str | None:
    """Return what the page in an image's folder says of it, as HTML.

    None where there is no page or no word of it.
    """
    page = image.parent / NAME
    try:
        found = os.lstat(page)
    except OSError:
        return None
    if kind_of(found) != "file" or found.st_size > LARGEST:
        return None
    return _entries(page, found.st_size, found.st_mtime_ns).get(image.name.replace(".", "_"))


@lru_cache(maxsize=1)  # images of one folder come together
def _entries(page: Path, _size: int, _mtime_ns: int) -> Mapping[str, str]:
    """Return the entries of a page by id, as it was at this time."""
    try:
        text = page.read_text(encoding="utf-8", errors="replace")
    except OSError:  # gone, or held by its writer
        return {}
    starts = list(_ENTRY.finditer(text))
    ends = [*(start.start() for start in starts), len(text)][1:]
    return {start[1]: text[start.start() : end] for start, end in zip(starts, ends, strict=True)}
