"""What a rescan compares the disk with.

The disk against the database, folder by folder, so that memory stays flat at millions of rows.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal, NamedTuple

import structlog

from service.file_systems import is_same_file, kind_of
from service.paths import Root, to_stored
from service.records import WatchedFile
from service.sidecars import Beside, has_news
from service.watch.folder import list_folder
from service.watch.ignore import Names
from service.watch.marker import RootState, is_believable


class KnownFile(NamedTuple):
    """What the database holds of one file."""

    size: int
    mtime_ns: int
    present: bool
    """False where it is held as missing."""
    sidecars: tuple[str, ...] = ()
    """The texts beside it that were read with it."""


KnownFiles = Callable[[str], Mapping[str, KnownFile]]
"""From a stored folder (``""`` is the root itself) to its files by stored name.

Asked once a folder.
"""


def is_same(status: os.stat_result, texts: tuple[str, ...], row: KnownFile | None) -> bool:
    """Tell whether a file, and the texts beside it, lie there as the database holds them."""
    is_known = (
        row is not None
        and row.size == status.st_size
        and row.mtime_ns == status.st_mtime_ns
        and row.present
    )
    return is_known and not (texts and row is not None and has_news(row.sidecars, texts))


log = structlog.get_logger()

BREATH = 1000
"""Files of one folder between two ``Looked``: about 5 ms on a warm disk."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A file the database does not hold as it lies there. It may still be being written."""

    file: WatchedFile
    location: Path
    how: Literal["new", "changed", "back"]


@dataclass(frozen=True, slots=True)
class Looked:
    """So many files were looked at, most of them unchanged.

    A moment to see to what is more urgent.
    """

    files: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A file the database holds as present, and which is not there."""

    root: str
    path: str
    """Stored form."""


def rescan(
    root: Root,
    state: RootState,
    known: KnownFiles,
    folders: Iterable[str],
    names: Names,
) -> Iterator[Changed | Looked | Missing]:
    """Yield every difference between the disk and what the database knows of this root, and ``Looked`` now and then.

    ``folders`` gives all stored folders in which the database holds present files. It is read last,
    so that the caller may write what was yielded before; a folder that cannot be listed yields
    nothing for what lies below it.
    """
    yield from _Rescan(root, state, known, names).run(folders)


class _Rescan:
    def __init__(self, root: Root, state: RootState, known: KnownFiles, names: Names) -> None:
        self._root = root
        self._state = state
        self._known = known
        self._names = names
        self._seen: set[str] = set()
        self._unread: set[str] = set()
        self._folded: dict[str, str] | None = None
        self._in_cloud = 0
        self._first_in_cloud = ""

    def run(self, folders: Iterable[str]) -> Iterator[Changed | Looked | Missing]:
        waiting = [str(self._root.path)]
        while waiting:
            yield from self._folder(waiting.pop(), waiting)
        for folder in folders:
            yield from self._vanished(folder)
        if self._in_cloud:
            log.warning(
                "cloud_files_skipped",
                root=self._root.name,
                count=self._in_cloud,
                first=to_stored(PurePath(self._first_in_cloud)),
                mend="let the cloud program keep them on this device",
            )

    def _folder(self, folder: str, waiting: list[str]) -> Iterator[Changed | Looked | Missing]:
        stored = self._stored_folder(folder)
        try:
            found = list_folder(folder, self._names)
        except (FileNotFoundError, NotADirectoryError):  # deleted since its parent was listed
            return
        except OSError as error:
            self._unread.add(stored)
            log.warning(
                "folder_not_listed",
                path=to_stored(PurePath(folder)),
                reason=error.strerror or str(error),
            )
            return
        self._seen.add(stored)
        if self._root.recursive:
            waiting.extend(found.folders)
        known = self._known(stored)
        prefix = f"{stored}/" if stored else ""
        texts = Beside(found.sidecars, self._names.sidecars)
        for count, entry in enumerate(found.files, 1):
            yield from self._file(entry, prefix, known, texts.stamps(entry.name))
            if count % BREATH == 0:
                yield Looked(BREATH)
        if not known.keys() <= found.names:  # spares the next step where nothing is missing
            yield from self._missing(prefix, known, {_stored_name(name) for name in found.names})

    def _stored_folder(self, folder: str) -> str:
        stored = self._root.relative(Path(folder))
        return "" if stored == "." else stored

    def _file(
        self,
        entry: os.DirEntry[str],
        prefix: str,
        known: Mapping[str, KnownFile],
        texts: tuple[str, ...],
    ) -> Iterator[Changed]:
        name = _stored_name(entry.name)
        row = known.get(name)
        try:
            status = entry.stat(follow_symlinks=False)
            if is_same(status, texts, row):
                return
            if (
                os.name == "nt"
            ):  # a listing there may show an open file as it was; to ask the file is dearer
                status = os.lstat(entry.path)
        except OSError:  # gone since the listing; if for good, the next rescan tells
            return
        if is_same(status, texts, row) or not self._is_ours(entry, status):
            return
        size, mtime_ns = status.st_size, status.st_mtime_ns
        file = WatchedFile(
            root=self._root.name, path=prefix + name, size=size, mtime_ns=mtime_ns, sidecars=texts
        )
        how: Literal["new", "changed", "back"] = (
            "new" if row is None else "changed" if row.present else "back"
        )
        yield Changed(file, Path(entry.path), how)

    def _is_ours(self, entry: os.DirEntry[str], status: os.stat_result) -> bool:
        """Tell whether a file is watched and its bytes lie here, and count it where they lie in a cloud."""
        if not self._names.is_entered(entry.name):
            return False
        kind = kind_of(status)
        if kind == "placeholder":
            self._in_cloud += 1
            self._first_in_cloud = self._first_in_cloud or entry.path
        return kind == "file"

    def _vanished(self, folder: str) -> Iterator[Missing]:
        """Yield the files of a folder the database knows and the walk did not meet, if it is truly gone."""
        parts = folder.split("/")
        above = {"", *("/".join(parts[:end]) for end in range(1, len(parts) + 1))}
        if folder in self._seen or self._unread & above:
            return
        try:
            # What is there but was not entered (it is ignored now, or a link) is not missing.
            is_gone = stat.S_ISREG(
                os.lstat(self._root.locate(folder)).st_mode
            ) or self._is_respelled(folder)
        except (FileNotFoundError, NotADirectoryError):
            is_gone = True
        except OSError as error:
            log.warning("folder_not_listed", path=folder, reason=error.strerror or str(error))
            return
        if is_gone:
            yield from self._missing(f"{folder}/", self._known(folder), set())

    def _is_respelled(self, folder: str) -> bool:
        """Tell whether a folder that is found is one that was met under another spelling.

        Only its case changed.
        """
        if self._folded is None:
            self._folded = {seen.casefold(): seen for seen in self._seen}
        other = self._folded.get(folder.casefold())
        return other is not None and is_same_file(
            self._root.locate(folder), self._root.locate(other)
        )

    def _missing(
        self, prefix: str, known: Mapping[str, KnownFile], there: set[str]
    ) -> Iterator[Missing]:
        gone = [name for name, row in known.items() if row.present and name not in there]
        if not gone or not self._state.online:
            return
        if not is_believable(
            self._root, marked=self._state.marked
        ):  # the share left while we looked
            log.warning("root_left_during_rescan", root=self._root.name)
            self._unread.add("")
            return
        yield from (Missing(self._root.name, prefix + name) for name in gone)


def _stored_name(name: str) -> str:
    return name if name.isascii() else to_stored(PurePath(name))
