"""The long lists of a batch.

Facts, tokens, resources, passes, conflicts, gathered and written table by table.
"""

from collections.abc import Iterator
from operator import attrgetter

import apsw

from service.records import Fact, ImageRows, Resource, Side
from service.records.image_fields import PASS_FIELDS
from service.store.binding import integer, json_bytes, shown, text
from service.store.images_row import Bound, bind_fields
from service.store.intern import Terms, Texts
from service.store.sql import sql

TABLES = ("kv", "tokens", "resources", "passes", "conflicts")

Row = tuple[Bound, ...] | dict[str, Bound]
"""By position, or by the names in the statement."""

_SIDE = attrgetter("side")

TOKEN_KEYS: dict[str, tuple[str, Side]] = {
    "positive_prompt": ("prompt_tokens", "pos"),
    "negative_prompt": ("neg_tokens", "neg"),
}
"""After which of our keys the list of its tokens stands, and of which side."""


class LongForm:
    """The long rows of one batch."""

    def __init__(self, connection: apsw.Connection, terms: Terms, texts: Texts) -> None:
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
        term, text_id = self._terms.id_of, self._texts.id_of
        base = rows.image.base
        wide = {"positive_prompt": base.positive_prompt, "negative_prompt": base.negative_prompt}
        wide |= {"seed": base.seed, "Seed": base.seed}
        for ordinal, fact in enumerate(_with_tokens(rows)):
            elsewhere = fact.value is None or (fact.key in wide and fact.value == wide[fact.key])
            value_id = None if elsewhere else text_id(fact.value or "")
            source_id = text_id(fact.source) if fact.source else None
            yield image_id, ordinal, term(fact.key), value_id, source_id

    def _tokens(self, image_id: int, rows: ImageRows) -> Iterator[Row]:
        term, text_id = self._terms.id_of, self._texts.id_of
        for token in sorted(
            rows.tokens, key=_SIDE
        ):  # in the order of the primary key, so that pages fill up
            spelling = None if token.token == token.t_norm else text_id(token.token)
            kind = None if token.kind == "tag" else token.kind
            weight = None if token.weight == 1.0 else token.weight
            yield image_id, token.side, token.position, term(token.t_norm), spelling, weight, kind

    def _resources(self, image_id: int, resources: tuple[Resource, ...]) -> Iterator[Row]:
        term, text_id = self._terms.id_of, self._texts.id_of
        for ordinal, one in enumerate(resources):
            yield (
                image_id,
                ordinal,
                one.kind,
                term(one.name),
                None if one.label == one.name else text_id(one.label),
                one.weight,
                one.clip_weight,
                None if one.hash is None else term(one.hash),
                one.hash_kind,
                integer(one.model_version_id),
                text_id(one.source) if one.source else None,
                int(one.used),
                json_bytes(dict(one.extra)).decode() if one.extra else None,
            )


class _Said:
    """A fact whose value may stand elsewhere (None)."""

    __slots__ = ("key", "source", "value")

    def __init__(self, key: str, value: str | None, source: str | None) -> None:
        self.key, self.value, self.source = key, value, source


def _with_tokens(rows: ImageRows) -> Iterator[Fact | _Said]:
    """Yield the facts, and after each prompt the key that stands for its list of tokens."""
    waiting = {token.side for token in rows.tokens}
    for fact in rows.image.facts:
        yield fact
        key, side = TOKEN_KEYS.get(fact.key, ("", None))
        if side in waiting:
            waiting.remove(side)
            yield _Said(key, None, fact.source)
    for key, side in TOKEN_KEYS.values():
        if side in waiting:
            yield _Said(key, None, None)


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
            shown(a.value),
            text(a.source),
            shown(b.value),
            text(b.source),
        )
