"""The long lists of a batch, table by table: facts, tokens, resources, passes, conflicts."""

from collections.abc import Iterator
from operator import attrgetter

import apsw

from service.records import ImageRows, Resource, Side
from service.records.image_fields import PASS_FIELDS
from service.store.binding import as_text, integer, json_bytes, text
from service.store.images_row import Bound, bind_fields
from service.store.intern import TermIds, TextIds
from service.store.sql import sql

TABLES = ("kv", "tokens", "resources", "passes", "conflicts")

Row = tuple[Bound, ...] | dict[str, Bound]
"""By position, or by the names in the statement."""

_SIDE = attrgetter("side")

TOKEN_KEYS: dict[str, tuple[str, Side]] = {
    "positive_prompt": ("prompt_tokens", "pos"),
    "negative_prompt": ("neg_tokens", "neg"),
}
"""Our key of a prompt, then the key behind it that lists its tokens, and their side."""


class LongForm:
    """The long rows of one batch."""

    def __init__(self, connection: apsw.Connection, terms: TermIds, texts: TextIds) -> None:
        self._connection = connection
        self._terms = terms
        self._texts = texts
        self._rows: dict[str, list[Row]] = {table: [] for table in TABLES}

    def add(self, image_id: int, rows: ImageRows) -> None:
        """Gather the long rows of one image."""
        self._rows["kv"].extend(self._facts(image_id, rows))
        self._rows["tokens"].extend(self._tokens(image_id, rows))
        self._rows["resources"].extend(self._resources(image_id, rows.resources))
        self._rows["passes"].extend(_passes(image_id, rows))
        self._rows["conflicts"].extend(_conflicts(image_id, rows))

    def write(self) -> None:
        """Write everything gathered."""
        for table, rows in self._rows.items():
            if rows:
                self._connection.executemany(sql(f"add_{table}"), rows)

    def _facts(self, image_id: int, rows: ImageRows) -> Iterator[Row]:
        """Yield the facts; a value that the image's row has already is not written again."""
        term, text_id = self._terms.id_of, self._texts.id_of
        base = rows.image.base
        wide = {
            "positive_prompt": base.positive_prompt,
            "negative_prompt": base.negative_prompt,
            "seed": base.seed,
            "Seed": base.seed,
        }
        for ordinal, (key, value, source) in enumerate(_with_tokens(rows)):
            value_id = source_id = None
            is_elsewhere = key in wide and value == wide[key]
            if value is not None and not is_elsewhere:
                value_id = text_id(value)
            if source:
                source_id = text_id(source)
            yield image_id, ordinal, term(key), value_id, source_id

    def _tokens(self, image_id: int, rows: ImageRows) -> Iterator[Row]:
        """Yield the tokens; what most of them have is written as NULL."""
        term, text_id = self._terms.id_of, self._texts.id_of
        # in the order of the primary key, so that pages fill up
        for token in sorted(rows.tokens, key=_SIDE):
            spelling = None if token.token == token.t_norm else text_id(token.token)
            kind = None if token.kind == "tag" else token.kind
            weight = None if token.weight == 1.0 else token.weight
            yield image_id, token.side, token.position, term(token.t_norm), spelling, weight, kind

    def _resources(self, image_id: int, resources: tuple[Resource, ...]) -> Iterator[Row]:
        term, text_id = self._terms.id_of, self._texts.id_of
        for ordinal, one in enumerate(resources):
            name_id = term(one.name)
            label_id = hash_id = source_id = extra = None
            if one.label != one.name:
                label_id = text_id(one.label)
            if one.hash is not None:
                hash_id = term(one.hash)
            if one.source:
                source_id = text_id(one.source)
            if one.extra:
                extra = json_bytes(dict(one.extra)).decode()
            version_id = integer(one.model_version_id)
            names = (one.kind, name_id, label_id)
            weights = (one.weight, one.clip_weight)
            hashed = (hash_id, one.hash_kind, version_id)
            yield (image_id, ordinal, *names, *weights, *hashed, source_id, int(one.used), extra)


def _with_tokens(rows: ImageRows) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield key, value and source of each fact.

    After each prompt comes the key of its list of tokens, whose value the view takes from those.
    """
    waiting = {token.side for token in rows.tokens}
    for fact in rows.image.facts:
        yield fact.key, fact.value, fact.source
        key, side = TOKEN_KEYS.get(fact.key, ("", None))
        if side in waiting:
            waiting.remove(side)
            yield key, None, fact.source
    for key, side in TOKEN_KEYS.values():
        if side in waiting:
            yield key, None, None


def _passes(image_id: int, rows: ImageRows) -> Iterator[dict[str, Bound]]:
    """Yield the passes; a prompt is written only where it is not that of the base pass."""
    image = rows.image
    base = image.base
    for ordinal, one in enumerate(image.passes):
        row = bind_fields(PASS_FIELDS, one, image)
        own_positive = one.positive_prompt != base.positive_prompt
        own_negative = one.negative_prompt != base.negative_prompt
        if not own_positive:
            row["positive_prompt"] = None
        if not own_negative:
            row["negative_prompt"] = None
        row["own_prompts"] = own_positive + 2 * own_negative
        yield {"image_id": image_id, "ordinal": ordinal, "role": one.role, **row}


def _conflicts(image_id: int, rows: ImageRows) -> Iterator[Row]:
    for ordinal, one in enumerate(rows.image.conflicts):
        a, b = one.a, one.b
        yield (
            image_id,
            ordinal,
            one.field,
            as_text(a.value),
            text(a.source),
            as_text(b.value),
            text(b.source),
        )
