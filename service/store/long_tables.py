"""The long lists of a batch, table by table: facts, tokens, resources, passes, conflicts."""

from collections.abc import Iterator

import apsw

from service.records.model_names import name_norm
from service.store.binding import integer
from service.store.images_row import Bound
from service.store.intern import RecentIds
from service.store.packed_image import PackedImage
from service.store.sql import sql

TABLES = ("kv", "tokens", "resources", "passes", "conflicts")

Row = tuple[Bound, ...] | dict[str, Bound]
"""By position, or by the names in the statement."""


class LongForm:
    """The long rows of one batch."""

    def __init__(self, connection: apsw.Connection, terms: RecentIds, texts: RecentIds) -> None:
        self._connection = connection
        self._terms = terms
        self._texts = texts
        self._rows: dict[str, list[Row]] = {table: [] for table in TABLES}

    def add(self, image_id: int, packed: PackedImage) -> None:
        """Gather the long rows of one image."""
        self._rows["kv"].extend(self._facts(image_id, packed))
        self._rows["tokens"].extend(self._tokens(image_id, packed))
        self._rows["resources"].extend(self._resources(image_id, packed))
        for ordinal, one in enumerate(packed.passes):
            self._rows["passes"].append({"image_id": image_id, "ordinal": ordinal, **one})
        for ordinal, conflict in enumerate(packed.conflicts):
            self._rows["conflicts"].append((image_id, ordinal, *conflict))

    def write(self) -> None:
        """Write everything gathered."""
        for table, rows in self._rows.items():
            if rows:
                self._connection.executemany(sql(f"add_{table}"), rows)

    def _facts(self, image_id: int, packed: PackedImage) -> Iterator[Row]:
        terms, texts = self._terms, self._texts
        for ordinal, (key, value, source) in enumerate(packed.facts):
            value_id = None if value is None else texts[value]
            source_id = None if source is None else texts[source]
            yield image_id, ordinal, terms[key], value_id, source_id

    def _tokens(self, image_id: int, packed: PackedImage) -> Iterator[Row]:
        terms, texts = self._terms, self._texts
        for side, position, norm, spelling, weight, kind in packed.tokens:
            spelling_id = None if spelling is None else texts[spelling]
            yield image_id, side, position, terms[norm], spelling_id, weight, kind

    def _resources(self, image_id: int, packed: PackedImage) -> Iterator[Row]:
        terms, texts = self._terms, self._texts
        for ordinal, one in enumerate(packed.resources):
            (
                kind,
                label,
                source,
                weight,
                clip_weight,
                hash_,
                hash_kind,
                version,
                air,
                used,
                extra,
            ) = one
            name_id = terms[air or label]
            label_id = hash_id = source_id = None
            if air and air != label:
                label_id = texts[label]
            if hash_ is not None:
                hash_id = terms[hash_]
            if source:
                source_id = texts[source]
            names = (kind, name_id, label_id)
            hashed = (hash_id, hash_kind, integer(version))
            yield (
                image_id,
                ordinal,
                *names,
                weight,
                clip_weight,
                *hashed,
                source_id,
                int(used),
                extra,
                terms[name_norm(label)],
            )
