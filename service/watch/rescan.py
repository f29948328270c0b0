"""The disk against the database, folder by folder: memory stays flat at millions of rows."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Literal

from service.event_log import get_logger
from service.file_systems import is_same_file, kind_of, modified_ns
from service.paths import Root, to_stored
from service.records import WatchedFile
from service.sidecars import FolderTexts, has_news
from service.watch.folder_listing import Listing, list_folder
from service.watch.linked_folders import LinkedFolders
from service.watch.marker import RootState, is_believable
from service.watch.scan_findings import (
    ChangedFile,
    FoundMount,
    KnownFile,
    KnownFiles,
    MissingFile,
    PassedLinks,
    ScanFinding,
    ScanProgress,
)
from service.watch.watched_names import WatchedNames

log = get_logger(__name__)

BREATH = 1000
"""Files of one folder between two ``ScanProgress``: about 5 ms on a warm disk."""


def rescan(
    root: Root,
    state: RootState,
    known: KnownFiles,
    folders: Iterable[str],
    names: WatchedNames,
    *,
    others: Sequence[Path] = (),
) -> Iterator[ScanFinding]:
    """Yield every difference between the disk and what the database knows of this root.

    And a ``ScanProgress`` now and then. ``folders`` gives all stored folders in which the database
    holds present files. It is read last, so that the caller may write what was yielded before. A
    folder that cannot be listed yields nothing for what is below it. ``others`` are the folders of
    the other roots: no link leads there.
    """
    links = LinkedFolders(root, others)
    yield from _Rescan(root, state, known, names, links).run(folders)


class _Rescan:
    def __init__(
        self,
        root: Root,
        state: RootState,
        known: KnownFiles,
        names: WatchedNames,
        links: LinkedFolders,
    ) -> None:
        self._root = root
        self._links = links
        self._state = state
        self._known = known
        self._names = names
        self._seen: set[str] = set()
        self._unread: set[str] = set(state.away)
        """Stored folders below which nothing is known to be missing."""
        self._doubles: set[str] = set()
        """Those that are elsewhere below the root, too, and were read there."""
        self._mounts: dict[str, int] = {}  # with the device of each, that was entered
        self._folded: dict[str, str] | None = None
        self._in_cloud = 0
        self._first_in_cloud = ""

    def run(self, folders: Iterable[str]) -> Iterator[ScanFinding]:
        waiting: list[tuple[str, int | None]] = [(str(self._root.path), None)]
        while waiting or (waiting := self._links.pop_next()):
            folder, device_above = waiting.pop()
            yield from self._compare_folder(folder, device_above, waiting)
        for folder in folders:
            yield from self._find_vanished(folder)
        if self._links.passed:
            yield PassedLinks(self._links.passed, to_stored(PurePath(self._links.first_passed)))
        if self._in_cloud:
            log.warning(
                "cloud_files_skipped",
                root=self._root.name,
                count=self._in_cloud,
                first=to_stored(PurePath(self._first_in_cloud)),
                what_to_do="let the cloud program keep them on this device",
            )

    def _compare_folder(
        self, folder: str, device_above: int | None, waiting: list[tuple[str, int | None]]
    ) -> Iterator[ScanFinding]:
        stored = self._stored_folder(folder)
        device = _device_of(folder)
        if not self._links.enter(folder):
            self._doubles.add(stored)
            return
        found = self._list_folder(folder, stored)
        if found is None or device is None:
            return
        self._seen.add(stored)
        if device != device_above is not None:
            yield from self._enter_mount(stored, device)
        if self._root.recursive:
            waiting.extend((below, device) for below in found.folders)
            self._unread.update(map(self._stored_folder, self._links.add(found.links, device)))
        known = self._known(stored)
        prefix = f"{stored}/" if stored else ""
        texts = FolderTexts(found.sidecars, self._names.sidecars)
        for count, entry in enumerate(found.files, 1):
            yield from self._compare_file(entry, prefix, known, texts.stamps(entry.name))
            if count % BREATH == 0:
                yield ScanProgress(BREATH)
        if not known.keys() <= found.names:  # spares the next step where nothing is missing
            present = {_stored_name(name) for name in found.names}
            yield from self._find_missing(stored, known, present)

    def _enter_mount(self, stored: str, device: int) -> Iterator[FoundMount]:
        """Note that a folder is on another device; yield it where the database does not know."""
        self._mounts[stored] = device
        if stored not in self._state.mounts | self._state.away:
            yield FoundMount(stored)

    def _list_folder(self, folder: str, stored: str) -> Listing | None:
        try:
            return list_folder(folder, self._names)
        except (FileNotFoundError, NotADirectoryError):  # deleted since its parent was listed
            return None
        except OSError as error:
            self._unread.add(stored)
            path = to_stored(PurePath(folder))
            log.warning("folder_not_listed", path=path, reason=error.strerror or str(error))
            return None

    def _stored_folder(self, folder: str) -> str:
        stored = self._root.relative(Path(folder))
        return "" if stored == "." else stored

    def _compare_file(
        self,
        entry: os.DirEntry[str],
        prefix: str,
        known: Mapping[str, KnownFile],
        texts: tuple[str, ...],
    ) -> Iterator[ChangedFile]:
        name = _stored_name(entry.name)
        row = known.get(name)
        try:
            status = entry.stat(follow_symlinks=False)
            if _is_unchanged(row, status, texts):
                return
            if os.name == "nt":
                # A listing there may show an open file as it was; to ask the file costs more.
                status = os.lstat(entry.path)
        except OSError:  # gone since the listing; if for good, the next rescan finds out
            return
        if _is_unchanged(row, status, texts) or not self._is_readable_image(entry, status):
            return
        file = WatchedFile(
            root=self._root.name,
            path=prefix + name,
            size=status.st_size,
            mtime_ns=modified_ns(status),
            sidecars=texts,
        )
        yield ChangedFile(file, Path(entry.path), _how_changed(row))

    def _is_readable_image(self, entry: os.DirEntry[str], status: os.stat_result) -> bool:
        """Tell whether a file is watched and its bytes are here; count those in a cloud."""
        if not self._names.is_allowed(entry.name):
            return False
        kind = kind_of(status)
        if kind == "placeholder":
            self._in_cloud += 1
            self._first_in_cloud = self._first_in_cloud or entry.path
        return kind == "file"

    def _find_vanished(self, folder: str) -> Iterator[MissingFile]:
        """Yield the files of a folder that the database knows and that is truly gone."""
        if folder in self._seen or self._unread & _with_parents(folder):
            return
        try:
            # What is there but was not entered (it is ignored now, or a link) is not missing.
            is_file_now = stat.S_ISREG(os.lstat(self._root.locate(folder)).st_mode)
            is_double = not self._doubles.isdisjoint(_with_parents(folder))
            is_gone = is_file_now or is_double or self._is_respelled(folder)
        except (FileNotFoundError, NotADirectoryError):
            is_gone = True
        except OSError as error:
            log.warning("folder_not_listed", path=folder, reason=error.strerror or str(error))
            return
        if is_gone:
            yield from self._find_missing(folder, self._known(folder), set())

    def _is_respelled(self, folder: str) -> bool:
        """Tell whether the walk met this folder under another spelling: its case has changed."""
        if self._folded is None:
            self._folded = {seen.casefold(): seen for seen in self._seen}
        other = self._folded.get(folder.casefold())
        return other is not None and is_same_file(
            self._root.locate(folder), self._root.locate(other)
        )

    def _find_missing(
        self, folder: str, known: Mapping[str, KnownFile], present: set[str]
    ) -> Iterator[MissingFile]:
        gone = [name for name, row in known.items() if row.present and name not in present]
        if not gone or not self._state.online or not self._is_believable(folder):
            return
        prefix = f"{folder}/" if folder else ""
        for name in gone:
            yield MissingFile(self._root.name, prefix + name)

    def _is_believable(self, folder: str) -> bool:
        """Tell whether what is not in a folder is gone: its file system may have gone instead."""
        above = _with_parents(folder)
        if above & self._unread:
            return False
        left = list(filter(self._has_left, above & (self._state.mounts | self._mounts.keys())))
        if not is_believable(self._root, self._state.marker):
            left.append("")
        if left:
            # The share went away while the walk was under way.
            log.warning("root_left_during_rescan", root=self._root.name, folders=left)
            self._unread.update(left)
        return not left

    def _has_left(self, mount: str) -> bool:
        """Tell whether a file system is no longer mounted, or was not when the walk came by."""
        device = _device_of(self._root.locate(mount))
        return device is None or device != self._mounts.get(mount)


def _device_of(folder: str | Path) -> int | None:
    try:
        return Path(folder).stat().st_dev
    except OSError:
        return None


def _is_unchanged(row: KnownFile | None, status: os.stat_result, texts: tuple[str, ...]) -> bool:
    """Tell whether a file, and the texts beside it, are as the database holds them."""
    if row is None or not row.present:
        return False
    if (row.size, row.mtime_ns) != (status.st_size, modified_ns(status)):
        return False
    return not texts or not has_news(row.sidecars, texts)


def _how_changed(row: KnownFile | None) -> Literal["new", "changed", "back"]:
    if row is None:
        return "new"
    return "changed" if row.present else "back"


def _with_parents(folder: str) -> set[str]:
    """Return a stored folder and all above it, the root itself (``""``) included."""
    parts = folder.split("/")
    ends = range(1, len(parts) + 1)
    return {"", *("/".join(parts[:end]) for end in ends)}


def _stored_name(name: str) -> str:
    return name if name.isascii() else to_stored(PurePath(name))
