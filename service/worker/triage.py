"""Which of the files that arrived ExifTool must read: not those the database knows already."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from zstandard import ZstdError

from service.errors import BadFileError, FileGoneError, TryAgainError
from service.extract.file_to_read import FileToRead
from service.file_systems import is_folder, is_same_file
from service.light_dataclasses import dataclass
from service.paths import Root
from service.readers.messages import Answer, Audit, Failed, Taken
from service.records import WatchedFile
from service.sidecars import ending_of, has_news
from service.store.file_rows import FileRow
from service.store.packed_image import PackedImage
from service.store.writer import Store
from service.watch.arrivals import Arrival


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file whose rows are wanted."""

    arrival: Arrival
    file: FileToRead
    rows: PackedImage | None = None
    """Its rows, where it was plain and has been read already."""


@dataclass(slots=True)
class Triage:
    """What a look at the bytes of a batch's files found."""

    to_read: list[ToRead] = field(default_factory=list)
    moved: list[tuple[int, WatchedFile]] = field(default_factory=list)
    """Images known by their content, and where they are now.

    A file that was only touched is here, too.
    """
    bad: list[tuple[Arrival, BadFileError | Failed]] = field(default_factory=list)
    later: list[tuple[Arrival, TryAgainError]] = field(default_factory=list)
    put_aside: list[Arrival] = field(default_factory=list)
    """To be examined again when the batches in hand are written."""


@dataclass(slots=True)
class InHand:
    """What is known of the batches that are begun and not yet written."""

    claimed: set[int] = field(default_factory=set)
    """The images whose new place is known; no second file may become one of them."""
    read: dict[str, list[Path]] = field(default_factory=dict)
    """The contents that are being read, and where the files were then."""

    def has_left(self, sha256: str) -> bool:
        """Tell whether a file of this content that is being read has left its place since.

        Then it may have moved.
        """
        return any(_is_gone(place) for place in self.read.get(sha256, ()))


def _is_gone(place: Path) -> bool:
    try:
        return not place.exists()
    except OSError:  # a share that has just gone away: the file is believed to be in its place
        return False


def drop_unchanged(arrivals: Sequence[Arrival], store: Store) -> list[Arrival]:
    """Return the files of which an event meant something: they are to be looked at."""
    known = store.find_places(arrival.place for arrival in arrivals)
    changed: list[Arrival] = []
    for arrival in arrivals:
        row = known.get(arrival.place)
        if row is None or not _is_unchanged(row, arrival.file):
            changed.append(arrival)
    return changed


def triage(
    looked: Sequence[tuple[Arrival, Answer]],
    store: Store,
    roots: Mapping[str, Root],
    in_hand: InHand | None = None,
) -> Triage:
    """Return what is to be done with files whose bytes were looked at."""
    signed = [answer.signature for _, answer in looked if isinstance(answer, Audit | Taken)]
    known = store.known_contents(signature.sha256 for signature in signed)
    work = _TriageRun(store, roots, in_hand or InHand(), known)
    for arrival, answer in looked:
        work.decide(arrival, answer)
    return work.found


class _TriageRun:
    """The triage of one batch."""

    def __init__(
        self, store: Store, roots: Mapping[str, Root], in_hand: InHand, known: Container[str]
    ) -> None:
        self.found = Triage()
        self._store = store
        self._in_hand = in_hand
        self._claimed = set(in_hand.claimed)
        self._known = known
        """Contents that the database has: of a batch, most are new."""
        self._online = {name: root for name, root in roots.items() if is_folder(root.path)}

    def decide(self, arrival: Arrival, answer: Answer) -> None:
        """Put one file where it belongs."""
        if isinstance(answer, Audit):  # of a large file, which was looked at in the slow lane
            answer = Taken(answer.signature, None)
        if isinstance(answer, BadFileError | Failed):
            self.found.bad.append((arrival, answer))
        elif isinstance(answer, TryAgainError):
            if not isinstance(answer, FileGoneError):  # its deletion is an event of its own
                self.found.later.append((arrival, answer))
        elif isinstance(answer, Taken):
            self._decide_by_content(arrival, answer)

    def _decide_by_content(self, arrival: Arrival, taken: Taken) -> None:
        signature = taken.signature
        if self._in_hand.has_left(signature.sha256):
            self.found.put_aside.append(arrival)
            return
        former = self._find_former_row(arrival, signature.sha256)
        texts = _read_former_texts(self._store, former, arrival)
        file = FileToRead(arrival.location, arrival.file, signature, texts)
        rows = None if texts else taken.rows  # those say nothing of texts that are gone
        self._sort(ToRead(arrival, file, rows), former)

    def _find_former_row(self, arrival: Arrival, sha256: str) -> FileRow | None:
        """Return the row that this file is.

        Its own, or that of a file of the same content which has left its place.
        """
        if sha256 not in self._known:
            return None
        file = arrival.file
        left: list[FileRow] = []
        for twin in self._store.moved_candidates(sha256, file.size):
            if twin.image_id in self._claimed:
                continue
            if _is_at_home(twin, file):
                return twin
            if not twin.present or not _is_still_there(twin, self._online, arrival):
                left.append(twin)
        name = _file_name(file)
        return min(
            left,
            key=lambda twin: (_file_name(twin.file) != name, twin.image_id),
            default=None,
        )

    def _sort(self, candidate: ToRead, former: FileRow | None) -> None:
        """Put a file where it belongs.

        One known by its content is read again only where a text beside it is new.
        """
        file = candidate.file.file
        if former is None:
            self.found.to_read.append(candidate)
            return
        self._claimed.add(former.image_id)
        is_to_read = has_news(former.file.sidecars, file.sidecars)
        if is_to_read:
            self.found.to_read.append(candidate)
        if not is_to_read or not _is_at_home(former, file):
            self.found.moved.append((former.image_id, file))


def _read_former_texts(store: Store, former: FileRow | None, arrival: Arrival) -> Mapping[str, str]:
    """Return the texts that were beside a known image and are gone, by stamp."""
    if former is None or not arrival.file.sidecars:
        return {}
    endings = {ending_of(stamp) for stamp in arrival.file.sidecars}
    gone = [stamp for stamp in former.file.sidecars if ending_of(stamp) not in endings]
    if not gone:
        return {}
    try:
        record = store.raw_record(former.image_id)
    except (ZstdError, ValueError, KeyError):  # damaged on the disk; it is read anew anyhow
        return {}
    if record is None:
        return {}
    texts: dict[str, str] = {}
    for stamp in gone:
        text = record.tags.get(f"Sidecar:{ending_of(stamp)}")
        if isinstance(text, str):
            texts[stamp] = text
    return texts


def _file_name(file: WatchedFile) -> str:
    return file.path.rsplit("/", 1)[-1]


def _is_at_home(row: FileRow, file: WatchedFile) -> bool:
    return (row.file.root, row.file.path) == (file.root, file.path)


def _is_unchanged(row: FileRow, file: WatchedFile) -> bool:
    """Tell whether an event meant nothing.

    A file that could not be read is looked at again whenever it comes.
    """
    if not row.present or row.status == "unreadable":
        return False
    is_same = (row.file.size, row.file.mtime_ns) == (file.size, file.mtime_ns)
    return is_same and not has_news(row.file.sidecars, file.sidecars)


def _is_still_there(twin: FileRow, online: Mapping[str, Root], arrival: Arrival) -> bool:
    """Tell whether a known file is still at its place.

    Where its root, or what a link above it leads to, is away or no longer watched, it is believed
    to be. A file whose name changed only its case is found under the old name, too, on Windows and
    macOS: that one has moved.
    """
    root = online.get(twin.file.root)
    if root is None:
        return True
    place = root.locate(twin.file.path)
    is_respelled = twin.file.path.casefold() == arrival.file.path.casefold()
    if is_respelled and is_same_file(place, arrival.location):
        return False
    try:
        return place.exists() or any(map(_is_broken_link, place.parents))
    except OSError:  # a folder that may not be entered, a disk that does not answer
        return True


def _is_broken_link(folder: Path) -> bool:
    return folder.is_symlink() and not folder.exists()
