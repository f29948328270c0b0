"""The resources that images state, each different one once, with the number of images."""

import json
from collections.abc import Iterable, Iterator

import apsw

from service.light_dataclasses import dataclass
from service.records import HashKind, Resource, ResourceKind, WatchedFile
from service.store.binding import file_at
from service.store.one_image import AIR
from service.store.sql import sql


@dataclass(frozen=True, slots=True)
class StatedResource:
    """One way in which images state a resource."""

    resource: Resource
    """Without weight and source; ``extra`` has only what resolving it left."""
    images: int
    name_id: int


class StatedResources:
    """The statements of one database."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def __iter__(self) -> Iterator[StatedResource]:
        """Yield every different statement, the commonest first."""
        for row in self._connection.execute(sql("stated_resources")):
            yield _resource(*row)

    def images(self, stated: Iterable[StatedResource]) -> Iterator[tuple[int, WatchedFile]]:
        """Yield the images that state one of these, or another of its name and kind.

        They may be saved meanwhile.
        """
        ids: set[int] = set()
        for one in stated:
            of_name = (one.name_id, one.resource.kind)
            rows = self._connection.execute(sql("images_stating"), of_name)
            ids.update(image_id for (image_id,) in rows)
        for image_id in sorted(ids):
            place = self._connection.execute(sql("place_of_image"), (image_id,)).fetchone()
            if place is not None:
                yield image_id, file_at(*place)


def _resource(  # noqa: PLR0917  # a row, in the order of its columns
    kind: ResourceKind,
    name: str,
    label: str,
    hash_: str | None,
    hash_kind: HashKind | None,
    version: int | None,
    extra: str | None,
    images: int,
    name_id: int,
) -> StatedResource:
    resource = Resource(
        kind=kind,
        label=label,
        source="",
        hash=hash_,
        hash_kind=hash_kind,
        model_version_id=version,
        air=name if name.startswith(AIR) else None,
        extra=json.loads(extra or "{}"),
    )
    return StatedResource(resource, images, name_id)
