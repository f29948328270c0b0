"""All rows of one image, read back through the views that users query."""

import json
from collections.abc import Iterable
from typing import Any

from service.light_dataclasses import dataclass
from service.records import (
    Conflict,
    Fact,
    HashKind,
    Resource,
    ResourceKind,
    SamplingPass,
    Stated,
    Token,
)
from service.store.sql import Reading, sql

ColumnValue = str | int | float | None

AIR = "urn:air:"
"""How a name begins that is an AIR URN and no label."""


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image as the database holds it."""

    image: dict[str, ColumnValue]
    """The row of ``images`` by column name."""
    facts: tuple[Fact, ...]
    """Those of ``kv``, ``prompt_tokens`` and ``neg_tokens`` included; an unknown source is ''."""
    tokens: tuple[Token, ...]
    resources: tuple[Resource, ...]
    passes: tuple[SamplingPass, ...]
    conflicts: tuple[Conflict, ...]
    """Values as texts."""


def read_image(connection: Reading, image_id: int) -> ImageRecord | None:
    """Return all rows of an image, or None where there is none of this id."""
    cursor = connection.execute(sql("show_image"), (image_id,))
    row = cursor.fetchone()
    if row is None:
        return None
    names = [column[0] for column in cursor.description]

    def rows(name: str) -> Iterable[tuple[Any, ...]]:
        found: Iterable[tuple[Any, ...]] = connection.execute(sql(name), (image_id,))
        return found

    return ImageRecord(
        image=dict(zip(names, row, strict=True)),
        facts=tuple(Fact(*fact) for fact in rows("show_kv")),
        tokens=tuple(Token(*token) for token in rows("show_tokens")),
        resources=tuple(_resource(*found) for found in rows("show_resources")),
        passes=tuple(SamplingPass(*found) for found in rows("show_passes")),
        conflicts=tuple(_conflict(*found) for found in rows("show_conflicts")),
    )


def _conflict(field: str, a: str, source_a: str, b: str, source_b: str) -> Conflict:
    return Conflict(field, Stated(a, source_a), Stated(b, source_b))


def _resource(  # noqa: PLR0917  # a row, in the order of its columns
    kind: ResourceKind,
    name: str,
    label: str,
    source: str | None,
    weight: float | None,
    clip_weight: float | None,
    hash_: str | None,
    hash_kind: HashKind | None,
    model_version_id: int | None,
    used: int,
    extra_json: str | None,
) -> Resource:
    return Resource(
        kind=kind,
        label=label,
        source=source or "",
        weight=weight,
        clip_weight=clip_weight,
        hash=hash_,
        hash_kind=hash_kind,
        model_version_id=model_version_id,
        air=name if name.startswith(AIR) else None,
        used=bool(used),
        extra=json.loads(extra_json or "{}"),
    )
