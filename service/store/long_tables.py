"""The long lists of a batch, table by table: facts, tokens, resources, passes, conflicts."""

from operator import itemgetter

import apsw

from service.store.binding import integer
from service.store.images_row import Bound
from service.store.intern import norm_ids, term_ids, text_ids
from service.store.many_rows import write_rows
from service.store.packed_image import PackedImage
from service.store.sql import parameters

TABLES = ("kv", "tokens", "resources", "passes", "conflicts")

_PASS = itemgetter(*parameters("add_passes")[2:])
"""The values of a pass in the statement's order, behind the image's id and the ordinal."""


class LongTables:
    """What writes the long lists of an image, and remembers the ids of strings that repeat."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._terms = term_ids(connection)
        self._texts = text_ids(connection)
        self._norms = norm_ids(self._terms)
        self._values: dict[str, list[Bound]] = {table: [] for table in TABLES}

    def forget(self) -> None:
        """Forget what was gathered, and every id: after a rollback they are of nothing."""
        for ids in (self._terms, self._texts, self._norms):
            ids.clear()
        for values in self._values.values():
            values.clear()

    def add(self, image_id: int, packed: PackedImage) -> None:
        """Gather the long rows of one image."""
        self._add_facts(image_id, packed)
        self._add_tokens(image_id, packed)
        self._add_resources(image_id, packed)
        for ordinal, one in enumerate(packed.passes):
            self._values["passes"] += (image_id, ordinal, *_PASS(one))
        for ordinal, conflict in enumerate(packed.conflicts):
            self._values["conflicts"] += (image_id, ordinal, *conflict)

    def write(self) -> None:
        """Write everything gathered."""
        for table, values in self._values.items():
            write_rows(self._connection, f"add_{table}", values)
            values.clear()

    def _add_facts(self, image_id: int, packed: PackedImage) -> None:
        terms, texts, values = self._terms, self._texts, self._values["kv"]
        for ordinal, (key, value, source) in enumerate(packed.facts):
            value_id = None if value is None else texts[value]
            source_id = None if source is None else texts[source]
            values += (image_id, ordinal, terms[key], value_id, source_id)

    def _add_tokens(self, image_id: int, packed: PackedImage) -> None:
        terms, texts, values = self._terms, self._texts, self._values["tokens"]
        for side, position, norm, spelling, weight, kind in packed.tokens:
            spelling_id = None if spelling is None else texts[spelling]
            values += (image_id, side, position, terms[norm], spelling_id, weight, kind)

    def _add_resources(self, image_id: int, packed: PackedImage) -> None:
        terms, texts, values = self._terms, self._texts, self._values["resources"]
        for ordinal, one in enumerate(packed.resources):
            kind, label, source, weight, clip, hash_, hash_kind, version, air, used, extra = one
            name_id = terms[air or label]
            label_id = texts[label] if air and air != label else None
            hash_id = None if hash_ is None else terms[hash_]
            source_id = texts[source] if source else None
            values += (image_id, ordinal, kind, name_id, label_id, weight, clip, hash_id, hash_kind)
            values += (integer(version), source_id, int(used), extra, self._norms[label])
