"""What is in a folder, and in all folders below it. Links are told apart, and not followed here."""

import os
from collections.abc import Iterator
from dataclasses import field

from service.file_systems import kind_of
from service.light_dataclasses import dataclass
from service.watch.watched_names import WatchedNames


@dataclass(slots=True)
class Listing:
    """One folder's entries. Devices, links to files and what is ignored are in ``names`` alone."""

    files: list[os.DirEntry[str]] = field(default_factory=list)
    """With a watched extension; not yet checked against the ignore patterns."""
    sidecars: list[os.DirEntry[str]] = field(default_factory=list)
    """Texts that may belong to the images among them."""
    folders: list[str] = field(default_factory=list)
    """Absolute paths of those to be entered."""
    links: list[str] = field(default_factory=list)
    """Absolute paths of the links that lead to folders, or nowhere at the moment."""
    names: set[str] = field(default_factory=set)
    """Of everything that is there."""


def list_folder(folder: str, names: WatchedNames) -> Listing:
    """Return what is in one folder. Raises OSError where that is not certain."""
    found = Listing()
    with os.scandir(folder) as entries:
        for entry in entries:
            found.names.add(entry.name)
            if entry.is_file(follow_symlinks=False):
                if names.has_extension(entry.name):
                    found.files.append(entry)
                elif names.is_sidecar(entry.name):
                    found.sidecars.append(entry)
            elif names.is_allowed(entry.name):
                _add_folder(entry, found)
    return found


def _add_folder(entry: os.DirEntry[str], found: Listing) -> None:
    if not _is_link(entry):
        if entry.is_dir(follow_symlinks=False):
            found.folders.append(entry.path)
    elif not os.path.isfile(entry.path):  # noqa: PTH113  # the others raise for a link to itself
        found.links.append(entry.path)


def _is_link(entry: os.DirEntry[str]) -> bool:
    if entry.is_symlink():
        return True
    # Python 3.11 takes a junction for a folder.
    return os.name == "nt" and kind_of(entry.stat(follow_symlinks=False)) == "link"


def files_below(folder: str, names: WatchedNames) -> Iterator[str]:
    """Yield the absolute path of every watched file at any depth.

    What cannot be listed is passed over.
    """
    waiting = [folder]
    while waiting:
        try:
            found = list_folder(waiting.pop(), names)
        except OSError:  # gone again, or not readable: the next rescan finds out
            continue
        waiting.extend(found.folders)
        for entry in found.files:
            if names.is_image(entry.name):
                yield entry.path


def links_below(folder: str, names: WatchedNames, most: int) -> Iterator[str]:
    """Yield the links to folders in a folder and those below it, of ``most`` folders at most."""
    waiting = [folder]
    while waiting and most > 0:
        most -= 1
        try:
            found = list_folder(waiting.pop(), names)
        except OSError:
            continue
        waiting.extend(found.folders)
        yield from filter(os.path.isdir, found.links)
