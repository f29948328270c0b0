"""What the page of one image shows of its rows: nothing that is not known."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from service.gallery.searches import (
    Search,
    field_search,
    hash_search,
    resource_search,
    token_search,
)
from service.light_dataclasses import dataclass
from service.records import Fact, Resource, ResourceKind, Side, Token
from service.records.image_fields import IMAGE_FIELDS, PASS_FIELDS
from service.store.one_image import ColumnValue, ImageRecord

MOST_CHIPS = 500
"""Of one prompt; the text has them all."""

MOST_FACTS = 400


class Parameter(NamedTuple):
    """One thing that is known of how an image was made."""

    name: str
    value: str
    source: str = ""
    search: Search = None
    also: str = ""
    """ComfyUI's name of it, where the file has another."""


class Chip(NamedTuple):
    """A token as it is shown."""

    token: Token
    shade: str
    """How far its weight is from 1: ``up-1`` … ``up-3``, ``down-1`` … ``down-3``, or ''."""
    search: Search

    @property
    def weight(self) -> str:
        """Return its weight, '' where that is 1."""
        return "" if self.token.weight == 1 else f"{self.token.weight:.3g}"


class Prompt(NamedTuple):
    """One side: the text, and its tokens."""

    side: Side
    text: str
    chips: tuple[Chip, ...]
    left_out: int

    @property
    def is_prose(self) -> bool:
        """Return whether it is sentences, which are read as a text."""
        prose = sum(chip.token.kind in ("phrase", "clause") for chip in self.chips)
        return 2 * prose >= len(self.chips)


class UsedResource(NamedTuple):
    """A resource, and what finds all images that were made with it."""

    resource: Resource
    search: Search


class Passes(NamedTuple):
    """The sampling passes as a table that has no empty column."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ShownImage:
    """One image as its page shows it."""

    image: ImageRecord
    prompts: tuple[Prompt, ...]
    parameters: tuple[Parameter, ...]
    passes: Passes
    resources: Mapping[ResourceKind, tuple[UsedResource, ...]]
    facts: tuple[Fact, ...]
    """In the generator's own words, without those that are parameters."""
    facts_left_out: int
    file: tuple[Parameter, ...]

    @property
    def warnings(self) -> list[str]:
        """Return why its row is partial."""
        return str(self.image.image["warnings"] or "").splitlines()


def show_image(image: ImageRecord, place: str) -> ShownImage:
    """Return what is shown of an image whose file is at a place."""
    known = {one.name for one in IMAGE_FIELDS} | {"prompt_tokens", "neg_tokens", "created_at"}
    facts = tuple(one for one in image.facts if one.key not in known)
    return ShownImage(
        image=image,
        prompts=tuple(_prompts(image)),
        parameters=tuple(_parameters(image)),
        passes=_passes(image),
        resources=_by_kind(image.resources),
        facts=facts[:MOST_FACTS],
        facts_left_out=max(0, len(facts) - MOST_FACTS),
        file=tuple(_file(image.image, place)),
    )


def _prompts(image: ImageRecord) -> Iterator[Prompt]:
    sides: tuple[tuple[Side, str], ...] = (("pos", "positive_prompt"), ("neg", "negative_prompt"))
    for side, column in sides:
        text = image.image[column]
        if text is not None:
            tokens = [one for one in image.tokens if one.side == side]
            chips = tuple(_chip(one) for one in tokens[:MOST_CHIPS])
            yield Prompt(side, str(text), chips, len(tokens) - len(chips))


def _chip(token: Token) -> Chip:
    return Chip(token, shade_of(token.weight), token_search(token))


def shade_of(weight: float) -> str:
    """Return in which of three steps a weight is shown, above 1 or below."""
    if weight == 1:
        return ""
    distance = abs(weight - 1)
    step = 1 + (distance > 0.15) + (distance > 0.35)  # noqa: PLR2004  # 1.1, 1.21 … 1.331, above
    return f"{'up' if weight > 1 else 'down'}-{step}"


_PARAMETERS = (
    ("model", "model"),
    ("model_hash", "hash"),
    ("sampler", "sampler"),
    ("scheduler", "scheduler"),
    ("steps", "steps"),
    ("cfg_scale", "cfg"),
    ("guidance", "guidance"),
    ("seed", "seed"),
    ("size", ""),
    ("clip_skip", "clip_skip"),
    ("denoise", "denoise"),
    ("vae", "vae"),
    ("upscaler", "upscaler"),
    ("created_at", ""),
)
"""Columns, and the field that searches for each."""


def _parameters(image: ImageRecord) -> Iterator[Parameter]:
    row = image.image
    sources = {one.key: one.source for one in reversed(image.facts)}
    for name, field in _PARAMETERS:
        if name == "size":
            yield from _size(row, sources)
            continue
        norm = row.get(f"{name}_norm") if name != "model" else None
        value = norm if row[name] is None else row[name]
        if value is None:
            continue
        also = str(norm) if norm and str(norm) != str(value).casefold() else ""
        search = _search(field, str(norm or value))
        source = sources.get(name) or sources.get(f"{name}_norm", "")
        yield Parameter(name, write_value(value), source, search, also)


def _search(field: str, value: str) -> Search:
    if field == "hash":
        return hash_search(value)
    return field_search(field, value) if field else None


def _size(row: Mapping[str, ColumnValue], sources: Mapping[str, str]) -> Iterator[Parameter]:
    width, height = row["width"], row["height"]
    if width is not None and height is not None:
        search = f"width:{width} height:{height}"
        yield Parameter("size", f"{width}×{height}", sources.get("width", ""), search)  # noqa: RUF001


def write_value(value: ColumnValue) -> str:
    """Return a value as people write it: 7, not 7.0."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _passes(image: ImageRecord) -> Passes:
    """Return the passes with what any of them states, and the prompts that are not the image's."""
    names: list[str] = []
    for field in PASS_FIELDS:
        stated = {getattr(one, field.name) for one in image.passes} - {None}
        if field.form == "prompt":
            stated -= {image.image[field.name]}
        if stated and not field.derived_from:
            names.append(field.name)
    names.sort(key=lambda name: name.endswith("_prompt"))
    rows = [[one.role, *(_cell(getattr(one, name)) for name in names)] for one in image.passes]
    return Passes(("role", *names), tuple(map(tuple, rows)))


def _cell(value: ColumnValue) -> str:
    return "" if value is None else write_value(value)


def _by_kind(resources: Iterable[Resource]) -> dict[ResourceKind, tuple[UsedResource, ...]]:
    kinds: dict[ResourceKind, tuple[UsedResource, ...]] = {}
    for one in resources:
        kinds[one.kind] = (*kinds.get(one.kind, ()), UsedResource(one, resource_search(one)))
    return kinds


_FILE = (
    "root",
    "folder",
    "size_bytes",
    "modified_at",
    "mime_type",
    "sha256",
    "status",
    "generator",
    "first_seen_at",
    "ingested_at",
    "missing_since",
    "sidecars",
    "recipe",
)


def _file(row: Mapping[str, ColumnValue], place: str) -> Iterator[Parameter]:
    yield Parameter("place", place)
    if row["file_width"] and row["file_height"]:
        yield Parameter("pixels", f"{row['file_width']}×{row['file_height']}")  # noqa: RUF001
    for name in _FILE:
        value = row[name]
        if value not in {None, ""}:
            yield Parameter(name, _file_value(name, value))


def _file_value(name: str, value: ColumnValue) -> str:
    if name == "size_bytes" and isinstance(value, int):
        return f"{value:,}"
    if name == "sidecars":  # their endings; sizes and times are for the service
        return ", ".join(line.split(" ")[0] for line in str(value).splitlines())
    return str(value)
