"""Texts beside an image that say how it was made.

``cat.png`` may have ``cat.txt`` or ``cat.png.json``.

A1111, SD.Next and Easy Diffusion write ``.txt`` on request, Easy Diffusion ``.json`` too, SwarmUI
``.swarm.json`` where a format holds no texts; download tools leave CivitAI's answer as ``.json`` or
``.civitai.info``. Such a text is part of its image: a new or changed one lets the image be read
again. One that goes changes nothing, since what it said was true.
"""

import codecs
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from service.file_systems import kind_of, own_spelling

ENDINGS = (".txt", ".json", ".swarm.json", ".civitai.info", ".workflow.json")
"""What may be in place of the image's extension, or after it.

Lower case, as all of these programs write them.
"""

LARGEST = 8 * 1024 * 1024
"""Bytes of all texts of one image.

Real graphs reach 5 MB; what is larger says nothing of one image and is not read.
"""
LARGEST_PLAIN = 1024 * 1024
"""Bytes of a ``.txt``, which holds no graph."""

SizeAndTime = tuple[int, int]
"""Bytes, and nanoseconds since 1970."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def stamps(location: Path, endings: Iterable[str]) -> tuple[str, ...]:
    """Return the texts beside an image that are there, each as ``.txt 812 1690000000000000000``.

    That is: what follows the image's stem, bytes, and when it was last written (nanoseconds since
    1970). The image's own ending is in lower case there: on a disk that knows no case, events may
    give it in either.
    """
    stem, extension = _parts(os.fspath(location))
    states = ((ending, _read_state(place)) for ending, place in _places(endings, stem, extension))
    return _make_stamps(states)


def has_news(known: Iterable[str], found: Iterable[str]) -> bool:
    """Tell whether a text came or changed; one that went is no news."""
    return not set(found) <= set(known)


def read_texts(location: Path, stamped: Iterable[str]) -> dict[str, str]:
    """Return what these texts say, by stamp. One that is gone or held by its writer is left out."""
    stem, extension = _parts(os.fspath(location))
    texts: dict[str, str] = {}
    for stamp in stamped:
        text = _read_text(_place(stem, extension, ending_of(stamp)))
        if text is not None:
            texts[stamp] = text
    return texts


def images_of(text: Path, endings: Iterable[str], extensions: Iterable[str]) -> Iterator[Path]:
    """Yield the images that a text belongs to, of those that are there."""
    fitting = [ending for ending in endings if text.name.endswith(ending)]
    if not fitting:
        return
    stem = text.name.removesuffix(max(fitting, key=len))
    watched = tuple(extensions)
    names = [stem] if stem.lower().endswith(watched) else []
    for extension in watched:
        names += [stem + extension, stem + extension.upper()]
    found: set[Path] = set()
    for name in names:
        place = text.with_name(name)
        # Not Path.is_file, which raises for a name that is too long and for what is forbidden.
        if os.path.isfile(place):  # noqa: PTH113
            image = own_spelling(place)
            if image not in found:
                found.add(image)
                yield image


class FolderTexts:
    """The texts of one folder's listing, for every image in it."""

    def __init__(self, entries: Iterable[os.DirEntry[str]], endings: Iterable[str]) -> None:
        self._endings = tuple(endings)
        self._entries: Mapping[str, os.DirEntry[str]] = {
            os.path.normcase(entry.name): entry for entry in entries
        }

    def stamps(self, name: str) -> tuple[str, ...]:
        """Return what ``stamps`` would, without asking the disk for what is not there."""
        if not self._entries:
            return ()
        stem, extension = _parts(os.path.normcase(name))
        states: list[tuple[str, SizeAndTime | None]] = []
        for ending, place in _places(self._endings, stem, extension):
            entry = self._entries.get(place)
            if entry is not None:
                states.append((ending, _read_state(entry.path)))
        return _make_stamps(states)


def _places(endings: Iterable[str], stem: str, extension: str) -> Iterator[tuple[str, str]]:
    """Yield what a stamp says of each text that there may be, and its path."""
    for ending in endings:
        yield ending, stem + ending
        yield extension.lower() + ending, stem + extension + ending


def _place(stem: str, extension: str, ending: str) -> str:
    after = ending.removeprefix(extension.lower())
    return stem + (extension + after if after != ending else ending)


def _make_stamps(found: Iterable[tuple[str, SizeAndTime | None]]) -> tuple[str, ...]:
    """Return a stamp for each text, as long as all together are not too large."""
    stamped: list[str] = []
    room = LARGEST
    for ending, state in found:
        if state is None:
            continue
        size, mtime_ns = state
        largest = LARGEST_PLAIN if ending.endswith(".txt") else LARGEST
        if size <= min(room, largest):
            room -= size
            stamped.append(f"{ending} {size} {mtime_ns}")
    return tuple(stamped)


def _parts(path: str) -> tuple[str, str]:
    """Return a path without its extension, and that."""
    extension = PurePath(path).suffix
    return path[: len(path) - len(extension)], extension


def ending_of(stamp: str) -> str:
    """Return what follows the image's stem in the name of a stamp's text."""
    return stamp.rsplit(" ", 2)[0]


def _read_state(path: str) -> SizeAndTime | None:
    """Return size and modification time of a text that may be read, else None."""
    try:
        # Asked first: nearly always there is none, and of that lstat would make an error each time.
        if not os.access(path, os.R_OK):
            return None
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    if kind_of(found) != "file" or not 0 < found.st_size <= LARGEST:
        return None
    return found.st_size, found.st_mtime_ns


def _read_text(path: str) -> str | None:
    """Return a text file's text.

    Bytes that are of no encoding become replacement characters, not an error.
    """
    try:
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(LARGEST)
    except OSError:  # gone, or still held: its next event brings the image again
        return None
    return data.decode(_encoding_of(data), "replace").replace("\r\n", "\n")


def _encoding_of(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    return "utf-8"
