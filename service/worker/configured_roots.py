"""The roots of the configuration against those that the database knows, at each start.

A folder that has another name now keeps its rows; of one that is no longer named, they are missing.
"""

from collections.abc import Sequence

from service.event_log import get_logger
from service.paths import Root, to_stored
from service.store.root_writer import RootPlace
from service.store.writer import Store
from service.watch.marker import read_marker

log = get_logger(__name__)


def settle_roots(store: Store, roots: Sequence[Root], now: str) -> int:
    """Rename, note and retire roots, so that the database has those of the configuration.

    Return how many images went with roots that were taken away.

    What was only ever given by ``--input`` is left alone. Raises TryAgainError where another
    program holds the database; the next call does what is left.
    """
    writer = store.roots_to_write()
    names = {root.name for root in roots}
    known = {place.name: place for place in writer.places()}
    gone = [place for place in known.values() if place.is_configured and place.name not in names]
    for root in roots:
        place = known.get(root.name)
        if place is None:
            place = _take_over(store, root, gone)
        if place is None or not place.is_configured:
            writer.configure(root.name, to_stored(root.path), now)
    taken_away = 0
    for place in gone:
        note = (
            "no longer in config.toml: its images are marked missing; to remove their rows, run: "
            f'aiimagepipe forget "{place.name}"'
        )
        count = writer.retire(place.name, note, now)
        log.warning("root_taken_away", root=place.name, location=place.location, missing=count)
        taken_away += count
    return taken_away


def _take_over(store: Store, root: Root, gone: list[RootPlace]) -> RootPlace | None:
    """Give a new root the rows of the one that was the same folder; return that one, if any.

    Rows of the new name, which a dump has brought, stay: they would be at the same places.
    """
    if store.roots_to_write().has_images(root.name):
        return None
    for place in gone:
        if _is_same_folder(store, place, root):
            gone.remove(place)
            count = store.roots_to_write().rename(place.name, root.name)
            log.info("root_renamed", root=root.name, before=place.name, images=count)
            return place
    return None


def _is_same_folder(store: Store, place: RootPlace, root: Root) -> bool:
    """Tell whether a root is where another one was, or has the marker by which that is known."""
    if place.location == to_stored(root.path):
        return True
    marker = read_marker(root.path)
    known = {volume.folder: volume.marker for volume in store.volumes(place.name)}
    return marker is not None and bool(marker.name) and marker.name == known.get("")
