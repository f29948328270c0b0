"""The pure stages in order: from a file's tags to all its rows, without clock, disk or log."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from service import parse
from service.normalize import VERSION as NORMALIZE
from service.normalize import normalize
from service.parse.blobs import VERSION as BLOBS
from service.parse.blobs import collect_blobs
from service.parse.bounds import bound_record
from service.parse.gate import VERSION as GATE
from service.parse.picture_tags import read_photograph
from service.parse.why import Judgement, judge_parsers
from service.records import (
    Blobs,
    Fact,
    Generation,
    ImageRows,
    NormalizedImage,
    RawRecord,
    Side,
    Token,
)
from service.records.limits import (
    MAX_CONFLICTS,
    MAX_FACT_CHARACTERS,
    MAX_FACTS,
    MAX_PASSES,
    MAX_PROMPT,
    MAX_RESOURCES,
    MAX_TOKENS,
)
from service.records.recipes import write_recipe
from service.resources.collect import VERSION as RESOURCES
from service.resources.collect import collect_resources, mark_embeddings
from service.tokens.cut import VERSION as TOKENS
from service.tokens.cut import split_prompt

VERSIONS: dict[str, int] = {
    **{parser.name: parser.version for parser in parse.PARSERS},
    # added parsers make every file worth another reading
    "parsers": len(parse.PARSERS),
    "blobs": BLOBS,
    "gate": GATE,
    "normalize": NORMALIZE,
    "tokens": TOKENS,
    "resources": RESOURCES,
}
"""Stage or parser → version; a row made by another version of any of its stages is stale."""

COMPLAINTS = ("ExifTool:Warning", "ExifTool:Error", "ExifTool:Copy1:Warning")
_CUT_OFF = re.compile(r"truncat|format error|corrupt|error reading|unexpected end", re.IGNORECASE)

Item = TypeVar("Item")


def process(raw: RawRecord) -> ImageRows:
    """Return every row of one image, and the record of it that is to be kept."""
    raw = bound_record(raw)
    blobs = collect_blobs(raw)
    reading = parse.read_blobs(blobs)
    if reading is None:
        image = _image_without_metadata(raw, blobs)
        return ImageRows(raw, image, (), (), write_recipe((), VERSIONS))
    parsers = [reading.parser.name, *sorted(reading.parser.covers)]
    rivals: list[Generation] = []
    for parser, generation in reading.rivals:
        parsers.append(parser.name)
        rivals.append(generation)
    limits = _Limits((*blobs.left_out, *blobs.spoilt))
    image = limits.bound_image(normalize(reading.generation, blobs, tuple(rivals)))
    words = (
        *limits.split_prompt(image.base.positive_prompt, "pos", image.generator),
        *limits.split_prompt(image.base.negative_prompt, "neg", image.generator),
    )
    words = limits.first("tokens", words, MAX_TOKENS)
    resources = limits.first("resources", collect_resources(image, words), MAX_RESOURCES)
    recipe = write_recipe(dict.fromkeys(parsers), VERSIONS)
    words = mark_embeddings(words, resources)
    warnings = (*limits.warnings, *_complaints(raw))
    return ImageRows(raw, _warn(image, warnings), words, resources, recipe)


class _Limits:
    """Keeps the rows of one image within their limits, and warns of what is left out."""

    def __init__(self, warnings: Iterable[str]) -> None:
        self.warnings = list(warnings)

    def bound_image(self, image: NormalizedImage) -> NormalizedImage:
        """Return an image with no more of anything than the limits allow."""
        facts_limit = min(MAX_FACTS, _count_until(image.facts, MAX_FACT_CHARACTERS))
        warnings = len(self.warnings)
        passes = self.first("passes", image.passes, MAX_PASSES)
        resources = self.first("stated resources", image.resources, MAX_RESOURCES)
        facts = self.first("facts", image.facts, facts_limit)
        conflicts = self.first("conflicts", image.conflicts, MAX_CONFLICTS)
        if len(self.warnings) == warnings:  # as of every real image
            return image
        return replace(image, passes=passes, resources=resources, facts=facts, conflicts=conflicts)

    def split_prompt(
        self, prompt: str | None, side: Side, generator: str | None
    ) -> tuple[Token, ...]:
        """Return the tokens of a prompt, of a very long one those of its beginning."""
        if not prompt:
            return ()
        if len(prompt) > MAX_PROMPT:
            self.warnings.append(f"Tokens were cut from the first {MAX_PROMPT:,} characters.")
        return split_prompt(prompt[:MAX_PROMPT], side, generator)

    def first(self, what: str, items: tuple[Item, ...], limit: int) -> tuple[Item, ...]:
        """Return the first ``limit`` of the items, and warn where there are more."""
        if len(items) > limit:
            self.warnings.append(f"Of {len(items):,} {what} only the first {limit:,} are kept.")
        return items[:limit]


def _count_until(facts: Iterable[Fact], most: int) -> int:
    """Return how many of the first facts have no more than so many characters together."""
    count, characters = 0, 0
    for fact in facts:
        characters += len(fact.value)
        if characters > most:
            break
        count += 1
    return count


def _warn(image: NormalizedImage, reasons: Iterable[str]) -> NormalizedImage:
    """Return an image that is partial for these reasons; as it is where there are none."""
    warnings = tuple(dict.fromkeys(reasons))
    if not warnings:
        return image
    return replace(image, status="partial", warnings=(*image.warnings, *warnings))


def explain_reading(raw: RawRecord) -> tuple[Judgement, ...]:
    """Return which parsers claimed an image and what came of it, the believed one first."""
    return judge_parsers(collect_blobs(bound_record(raw)))


def _image_without_metadata(raw: RawRecord, blobs: Blobs) -> NormalizedImage:
    """Return the image of a file that says nothing of its making.

    ExifTool's own complaint, where it has one, says why: an empty file, say.
    """
    complaint = raw.tags.get("ExifTool:Error")
    warnings = (f"ExifTool: {complaint}",) if complaint else ()
    facts = list(read_photograph(raw.tags))
    if blobs.created_at is not None:
        facts.append(Fact("created_at", str(blobs.created_at.value), blobs.created_at.source))
    image = NormalizedImage(
        "no_metadata",
        file_width=blobs.width,
        file_height=blobs.height,
        created_at=str(blobs.created_at.value) if blobs.created_at else None,
        facts=tuple(facts),
        warnings=warnings,
    )
    return _warn(image, (*blobs.left_out, *_complaints(raw)))


def _complaints(raw: RawRecord) -> list[str]:
    """Return what ExifTool says of a file that is cut off: more may have been stated there."""
    found: list[str] = []
    for name in COMPLAINTS:
        value = raw.tags.get(name)
        if isinstance(value, str) and _CUT_OFF.search(value):
            found.append(f"ExifTool: {value}")
    return found
