"""All rows of one image as plain tuples: made by whoever made the rows, ready for the writer.

Reader processes pack, so that the one writer has little left to do, and nothing but tuples, texts
and numbers crosses from a process that has read a stranger's file. Texts that the database keeps
once are still texts here: only the writer knows their ids.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from service.records import ImageRows, Resource, Side, WatchedFile
from service.records.image_fields import PASS_FIELDS
from service.records.json_values import JsonValue
from service.store import raw_records
from service.store.binding import as_text, json_bytes, text
from service.store.images_row import (
    Bound,
    bind_fields,
    image_columns,
    join_resources,
    norm_of,
)

PackedFact = tuple[str, str | None, str | None]
"""Key, value and source. A value that is None is read elsewhere: in the image's row, or among its
tokens."""

PackedToken = tuple[Side, int, str, str | None, float | None, str | None]
"""Side, position, compared form, spelling, weight and kind; None is what most tokens have."""

PackedResource = tuple[Any, ...]
"""The fields of ``Resource`` in their order, ``extra`` as JSON."""

TOKEN_KEYS: dict[str, tuple[str, Side]] = {
    "positive_prompt": ("prompt_tokens", "pos"),
    "negative_prompt": ("neg_tokens", "neg"),
}
"""Our key of a prompt, then the key behind it that lists its tokens, and their side."""

_SIDE = attrgetter("side")
_RESOURCE = attrgetter(*Resource.__slots__[:-1])


class PackedImage(NamedTuple):
    """All rows of one image."""

    file: tuple[str, str, int, int, tuple[str, ...]]
    """The fields of ``WatchedFile``: root, path, size, mtime_ns, sidecars."""
    image: dict[str, Bound]
    """Its row in ``images``, by column."""
    facts: Sequence[PackedFact]
    tokens: Sequence[PackedToken]
    resources: Sequence[PackedResource]
    passes: Sequence[dict[str, Bound]]
    """By column, without the image's id and the ordinal."""
    conflicts: Sequence[tuple[str, ...]]
    """Field, value and source of the one text, value and source of the other."""
    record: bytes
    """What the extractor said, as ``raw_records`` keeps it."""

    @property
    def watched_file(self) -> WatchedFile:
        """Return the file that the rows are of."""
        root, path, size, mtime_ns, sidecars = self.file
        return WatchedFile(root=root, path=path, size=size, mtime_ns=mtime_ns, sidecars=sidecars)


def pack_image(rows: ImageRows, record: bytes | None = None) -> PackedImage:
    """Return an image's rows packed. ``record`` is the packed record, where it is at hand."""
    file = rows.raw.file
    return PackedImage(
        file=(file.root, file.path, file.size, file.mtime_ns, file.sidecars),
        image=image_columns(rows),
        facts=tuple(_pack_facts(rows)),
        tokens=tuple(_pack_tokens(rows)),
        resources=pack_resources(rows.resources),
        passes=tuple(_pack_passes(rows)),
        conflicts=tuple(_pack_conflicts(rows)),
        record=raw_records.pack(rows.raw) if record is None else record,
    )


def _pack_facts(rows: ImageRows) -> Iterator[PackedFact]:
    """Yield the facts; a value that the image's row has already is not written again.

    After each prompt comes the key of its list of tokens, whose value the view takes from those.
    """
    base = rows.image.base
    wide = {
        "positive_prompt": base.positive_prompt,
        "negative_prompt": base.negative_prompt,
        "seed": base.seed,
        "Seed": base.seed,
    }
    waiting = {token.side for token in rows.tokens}
    for fact in rows.image.facts:
        key, source = fact.key, fact.source or None
        if key not in wide:
            yield key, fact.value, source
            continue
        yield key, None if fact.value == wide[key] else fact.value, source
        list_key, side = TOKEN_KEYS.get(key, ("", None))
        if side in waiting:
            waiting.remove(side)
            yield list_key, None, source
    for list_key, side in TOKEN_KEYS.values():
        if side in waiting:
            yield list_key, None, None


def _pack_tokens(rows: ImageRows) -> Iterator[PackedToken]:
    """Yield the tokens in the order of the primary key, so that pages fill up."""
    for token in sorted(rows.tokens, key=_SIDE):
        spelling = None if token.token == token.t_norm else token.token
        weight = None if token.weight == 1.0 else token.weight
        kind = None if token.kind == "tag" else token.kind
        yield token.side, token.position, token.t_norm, spelling, weight, kind


def pack_resources(resources: Sequence[Resource]) -> tuple[PackedResource, ...]:
    """Return resources packed."""
    packed: list[PackedResource] = []
    for one in resources:
        extra = json_bytes(dict(one.extra)).decode() if one.extra else None
        packed.append((*_RESOURCE(one), extra))
    return tuple(packed)


def unpack_resources(packed: PackedImage) -> tuple[Resource, ...]:
    """Return an image's resources."""
    resources: list[Resource] = []
    for *fields, extra in packed.resources:
        values: Mapping[str, JsonValue] = json.loads(extra) if extra else {}
        resources.append(Resource(*fields, values))  # type: ignore[call-arg]  # in their order
    return tuple(resources)


def replace_resources(
    packed: PackedImage, resources: Sequence[Resource], names: Mapping[str, str]
) -> PackedImage:
    """Return an image with other resources, and its models under their new ``names``."""
    image = {**packed.image, **join_resources(resources)}
    for column in ("model", "vae", "upscaler"):
        image[column] = _rename(image[column], names)
    image["model_norm"] = norm_of(image["model"])
    passes = tuple({**one, "model": _rename(one["model"], names)} for one in packed.passes)
    return packed._replace(image=image, resources=pack_resources(resources), passes=passes)


def _rename(name: Bound, names: Mapping[str, str]) -> Bound:
    return text(names[name]) if isinstance(name, str) and name in names else name


def _pack_passes(rows: ImageRows) -> Iterator[dict[str, Bound]]:
    """Yield the passes; a prompt is written only where it is not that of the base pass."""
    image = rows.image
    base = image.base
    for one in image.passes:
        row = bind_fields(PASS_FIELDS, one, image)
        own_positive = one.positive_prompt != base.positive_prompt
        own_negative = one.negative_prompt != base.negative_prompt
        if not own_positive:
            row["positive_prompt"] = None
        if not own_negative:
            row["negative_prompt"] = None
        row["own_prompts"] = own_positive + 2 * own_negative
        yield {"role": one.role, **row}


def _pack_conflicts(rows: ImageRows) -> Iterator[tuple[str, ...]]:
    for one in rows.image.conflicts:
        values = (
            as_text(one.a.value),
            text(one.a.source),
            as_text(one.b.value),
            text(one.b.source),
        )
        yield one.field, *values
