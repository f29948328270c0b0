"""What is in a folder, and in all folders below it. Links are never followed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.file_systems import kind_of
from service.watch.watched_names import WatchedNames


@dataclass(slots=True)
class Listing:
    """One folder's entries. Links, devices and what is ignored are in ``names`` alone."""

    files: list[os.DirEntry[str]] = field(default_factory=list)
    """With a watched extension; not yet checked against the ignore patterns."""
    sidecars: list[os.DirEntry[str]] = field(default_factory=list)
    """Texts that may belong to the images among them."""
    folders: list[str] = field(default_factory=list)
    """Absolute paths of those to be entered."""
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
            elif _is_folder(entry) and names.is_allowed(entry.name):
                found.folders.append(entry.path)
    return found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    if not entry.is_dir(follow_symlinks=False):
        return False
    is_junction = os.name == "nt" and kind_of(entry.stat(follow_symlinks=False)) == "link"
    return not is_junction


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
