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
"""What may stand in place of the image's extension, or after it.

Lower case, as all of these programs write them.
"""

LARGEST = 8 * 1024 * 1024
"""Bytes of all texts of one image.

Real graphs reach 5 MB; what is larger says nothing of one image and is not read.
"""
LARGEST_PLAIN = 1024 * 1024
"""Bytes of a ``.txt``, which holds no graph."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def stamps(location: Path, endings: Iterable[str]) -> tuple[str, ...]:
    """Return the texts beside an image that are there, each as ``.txt 812 1690000000000000000``.

    That is: what follows the image's stem, bytes, and when it was last written (nanoseconds since
    1970). The image's own ending stands in lower case there, as on a disk that knows no case it may
    be told in either.
    """
    stem, extension = _parts(os.fspath(location))
    return _with_stamp(
        (ending, _state(place)) for ending, place in _places(endings, stem, extension)
    )


def has_news(known: Iterable[str], found: Iterable[str]) -> bool:
    """Tell whether a text came or changed; one that went is no news."""
    return not set(found) <= set(known)


def read_texts(location: Path, stamped: Iterable[str]) -> dict[str, str]:
    """Return what these texts say, by stamp. One that is gone or held by its writer is left out."""
    stem, extension = _parts(os.fspath(location))
    read = ((stamp, _text(_place(stem, extension, ending_of(stamp)))) for stamp in stamped)
    return {stamp: text for stamp, text in read if text is not None}


def images_of(text: Path, endings: Iterable[str], extensions: Iterable[str]) -> Iterator[Path]:
    """Yield the images that a text may lie beside, as far as they are there."""
    fitting = [ending for ending in endings if text.name.endswith(ending)]
    if not fitting:
        return
    stem = text.name.removesuffix(max(fitting, key=len))
    watched = tuple(extensions)
    names = [stem] if stem.lower().endswith(watched) else []
    names += [stem + written for extension in watched for written in (extension, extension.upper())]
    # Not Path.is_file, which raises for a name that is too long and for what may not be looked at.
    there = (place for name in names if os.path.isfile(place := text.with_name(name)))  # noqa: PTH113
    yield from dict.fromkeys(map(own_spelling, there))


class Beside:
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
        places = _places(self._endings, stem, extension)
        return _with_stamp(
            (ending, _state(entry.path))
            for ending, place in places
            if (entry := self._entries.get(place)) is not None
        )


def _places(endings: Iterable[str], stem: str, extension: str) -> Iterator[tuple[str, str]]:
    """Yield what a stamp says of each text that there may be, and its path."""
    for ending in endings:
        yield ending, stem + ending
        yield extension.lower() + ending, stem + extension + ending


def _place(stem: str, extension: str, ending: str) -> str:
    after = ending.removeprefix(extension.lower())
    return stem + (extension + after if after != ending else ending)


def _with_stamp(found: Iterable[tuple[str, tuple[int, int] | None]]) -> tuple[str, ...]:
    stamped, room = [], LARGEST
    for ending, state in found:
        if state is None or state[0] > min(
            room, LARGEST_PLAIN if ending.endswith(".txt") else LARGEST
        ):
            continue
        room -= state[0]
        stamped.append(_stamp(ending, state))
    return tuple(stamped)


def _parts(path: str) -> tuple[str, str]:
    """Return a path without its extension, and that."""
    extension = PurePath(path).suffix
    return path[: len(path) - len(extension)], extension


def _stamp(ending: str, state: tuple[int, int]) -> str:
    return f"{ending} {state[0]} {state[1]}"


def ending_of(stamp: str) -> str:
    """Return what follows the image's stem in the name of the text that a stamp tells of."""
    return stamp.rsplit(" ", 2)[0]


def _state(path: str) -> tuple[int, int] | None:
    """Return size and modification time of a text that may be read, else None."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    may_be_read = (
        kind_of(found) == "file" and 0 < found.st_size <= LARGEST and os.access(path, os.R_OK)
    )
    return (found.st_size, found.st_mtime_ns) if may_be_read else None


def _text(path: str) -> str | None:
    """Return a text file's text.

    Bytes that are of no encoding become replacement characters, not an error.
    """
    try:
        descriptor = os.open(
            path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        )
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(LARGEST)
    except OSError:  # gone, or still held: its next event brings the image again
        return None
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace").replace("\r\n", "\n")
