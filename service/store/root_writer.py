"""What becomes of a root's rows when the configuration names it otherwise, or no longer."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import apsw
import orjson

from service.light_dataclasses import dataclass
from service.store.binding import text
from service.store.identity import stable_id
from service.store.sql import sql

CHUNK = 500
"""Images that are removed in one transaction: between two, the service may write."""


@dataclass(frozen=True, slots=True)
class RootPlace:
    """A root that was watched, and where."""

    name: str
    location: str
    """Stored form of its absolute path."""
    is_configured: bool
    """Whether config.toml named it at the last start that read its roots from there."""


class RootWriter:
    """Changes all rows of a root at once."""

    def __init__(
        self,
        connection: apsw.Connection,
        transaction: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._connection = connection
        self._transaction = transaction
        connection.create_scalar_function("stable_id", _stable_id, 2, deterministic=True)

    def places(self) -> list[RootPlace]:
        """Return every root that was ever watched and not forgotten, by name."""
        rows = self._connection.execute(sql("root_places"))
        return [RootPlace(name, at, bool(configured)) for name, at, configured in rows]

    def configure(self, name: str, location: str, now: str) -> None:
        """Note that config.toml names a root."""
        with self._transaction():
            row = {"name": text(name), "location": location, "now": now}
            self._connection.execute(sql("configure_root"), row)

    def rename(self, old: str, new: str) -> int:
        """Give a root, and all that is known of it, another name; return how many images it has.

        There must be no row of the new name.
        """
        names = {"old": text(old), "new": text(new)}
        with self._transaction():
            self._connection.execute(sql("rename_images"), names)
            count = self._connection.changes()
            for table in ("failures", "volumes", "roots"):
                self._connection.execute(sql(f"rename_{table}"), names)
        return count

    def has_images(self, name: str) -> bool:
        """Tell whether there are rows of a name, also of a dump's root that was never watched."""
        return bool(self._some_images(name))

    def retire(self, name: str, note: str, now: str) -> int:
        """Mark all of a root's images missing, and note why; return how many were present."""
        row = {"root": text(name), "note": note, "now": now}
        with self._transaction():
            self._connection.execute(sql("retire_images"), row)
            count = self._connection.changes()
            self._connection.execute(sql("retire_root"), row)
        return count

    def forget(self, name: str) -> int:
        """Remove all that is known of a root; return how many images that were."""
        count = 0
        while ids := self._some_images(name):
            with self._transaction():
                self._connection.execute(sql("remove_images"), (orjson.dumps(ids).decode(),))
            count += len(ids)
        with self._transaction():
            for table in ("failures", "volumes", "root"):
                self._connection.execute(sql(f"remove_{table}"), (text(name),))
        return count

    def _some_images(self, name: str) -> list[int]:
        rows = self._connection.execute(sql("images_of_root"), (text(name), CHUNK))
        return [image_id for (image_id,) in rows]


def _stable_id(*arguments: object) -> str:
    root, path = map(str, arguments)
    return stable_id(root, path)
