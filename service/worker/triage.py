"""Which of the files that arrived ExifTool must read.

Not those we know by their content already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zstandard import ZstdError

from service.errors import BadFileError, FileGoneError, TryAgainError
from service.extract.candidates import Candidate
from service.extract.signatures import inspect
from service.file_systems import is_same_file
from service.paths import Root
from service.records import WatchedFile
from service.sidecars import ending_of, has_news
from service.store.file_rows import FileRow
from service.store.writer import Store
from service.watch.arrivals import Arrival


@dataclass(slots=True)
class Triage:
    """What a look at the bytes of a batch's files found."""

    to_read: list[tuple[Arrival, Candidate]] = field(default_factory=list)
    moved: list[tuple[int, WatchedFile]] = field(default_factory=list)
    """Images known by their content, and where they lie now.

    A file that was only touched stands here, too.
    """
    bad: list[tuple[Arrival, BadFileError]] = field(default_factory=list)
    later: list[tuple[Arrival, TryAgainError]] = field(default_factory=list)
    unchanged: int = 0


def triage(
    arrivals: Sequence[Arrival],
    store: Store,
    roots: Mapping[str, Root],
    claimed: Iterable[int] = (),
) -> Triage:
    """Inspect each file's bytes once and tell what is to be done with it.

    ``claimed`` are the images whose new place is known and not yet written; no second file may
    become one of them.
    """
    found = Triage()
    taken = set(claimed)
    online = {name: root for name, root in roots.items() if root.path.is_dir()}
    for arrival in arrivals:
        place = store.find(arrival.file.root, arrival.file.path)
        if place is not None and _is_unchanged(place, arrival.file):
            found.unchanged += 1
            continue
        try:
            signature = inspect(arrival.location, arrival.file.size)
        except BadFileError as error:
            found.bad.append((arrival, error))
        except FileGoneError:  # its deletion is an event of its own
            continue
        except TryAgainError as error:
            found.later.append((arrival, error))
        else:
            twins = [
                twin
                for twin in store.moved_candidates(signature.sha256, arrival.file.size)
                if twin.image_id not in taken
            ]
            old = _former_place(twins, arrival, online)
            candidate = Candidate(
                arrival.location, arrival.file, signature, _kept_texts(store, old, arrival)
            )
            _sort(found, taken, candidate, arrival, old)
    return found


def _kept_texts(store: Store, old: FileRow | None, arrival: Arrival) -> Mapping[str, str]:
    """Return what the texts said that lay beside a known image and do no more, by stamp."""
    now = {ending_of(stamp) for stamp in arrival.file.sidecars}
    gone = (
        [stamp for stamp in old.file.sidecars if ending_of(stamp) not in now]
        if old is not None and now
        else []
    )
    if old is None or not gone:
        return {}
    try:
        record = store.raw_record(old.image_id)
    except (ZstdError, ValueError, KeyError):  # damaged on the disk; it is read anew anyhow
        return {}
    tags = record.tags if record else {}
    said = ((stamp, tags.get(f"Sidecar:{ending_of(stamp)}")) for stamp in gone)
    return {stamp: text for stamp, text in said if isinstance(text, str)}


def _sort(
    found: Triage, taken: set[int], candidate: Candidate, arrival: Arrival, old: FileRow | None
) -> None:
    """Put a file where it belongs.

    One known by its content is read again only where a text beside it is new.
    """
    file = arrival.file
    news = old is None or has_news(old.file.sidecars, file.sidecars)
    if news:
        found.to_read.append((arrival, candidate))
    if old is not None:
        taken.add(old.image_id)
        if not news or not _is_at_home(old, file):
            found.moved.append((old.image_id, file))


def _is_at_home(place: FileRow, file: WatchedFile) -> bool:
    return (place.file.root, place.file.path) == (file.root, file.path)


def _is_unchanged(place: FileRow, file: WatchedFile) -> bool:
    """Tell whether an event meant nothing.

    A file that could not be read is looked at again whenever it comes.
    """
    known = (place.file.size, place.file.mtime_ns)
    is_same = known == (file.size, file.mtime_ns) and not has_news(
        place.file.sidecars, file.sidecars
    )
    return place.present and place.status != "unreadable" and is_same


def _former_place(
    twins: Sequence[FileRow], arrival: Arrival, online: Mapping[str, Root]
) -> FileRow | None:
    """Return the row that this file is.

    Its own, or that of a file of the same content which has left its place.
    """
    file = arrival.file
    own = next((twin for twin in twins if _is_at_home(twin, file)), None)
    if own is not None:
        return own
    name = file.path.rsplit("/", 1)[-1]
    left = [twin for twin in twins if not twin.present or not _lies_there(twin, online, arrival)]
    return min(
        left,
        key=lambda twin: (twin.file.path.rsplit("/", 1)[-1] != name, twin.image_id),
        default=None,
    )


def _lies_there(twin: FileRow, online: Mapping[str, Root], arrival: Arrival) -> bool:
    """Tell whether a known file still lies in its place.

    Where its root is away or no longer watched, it is believed.

    A file whose name changed only its case is found under the old name, too, on Windows and macOS.
    """
    root = online.get(twin.file.root)
    if root is None:
        return True
    place = root.locate(twin.file.path)
    if twin.file.path.casefold() == arrival.file.path.casefold() and is_same_file(
        place, arrival.location
    ):
        return False
    return place.exists()
