"""The pure stages in order: from a file's tags to all its rows, without clock, disk or log."""

from collections.abc import Iterable

from service import parse, tokens
from service.normalize import VERSION as NORMALIZE
from service.normalize import normalize
from service.parse.blobs import VERSION as BLOBS
from service.parse.blobs import collect_blobs
from service.parse.why import Judgement, judge_parsers
from service.records import (
    Blobs,
    Generation,
    ImageRows,
    NormalizedImage,
    RawRecord,
    Side,
    Status,
    Token,
)
from service.resources.collect import VERSION as RESOURCES
from service.resources.collect import collect_resources

VERSIONS: dict[str, int] = {
    **{parser.name: parser.version for parser in parse.PARSERS},
    # added parsers make every file worth another reading
    "parsers": len(parse.PARSERS),
    "blobs": BLOBS,
    "normalize": NORMALIZE,
    "tokens": tokens.VERSION,
    "resources": RESOURCES,
}
"""Stage or parser → version; a row made by another version of any of its stages is stale."""

SHARED = ("parsers", "blobs", "normalize", "tokens", "resources")
"""The stages that every image goes through."""

TOO_DEEP = "its JSON is nested too deep to be of any generator"


def process(raw: RawRecord) -> ImageRows:
    """Return every row of one image."""
    blobs = collect_blobs(raw)
    try:
        return _make_rows(raw, blobs)
    except RecursionError:  # brackets hundreds deep, on which repr and json recurse: an attack
        image = _image_without_words("partial", blobs, TOO_DEEP)
        return ImageRows(raw, image, (), (), _recipe(()))


def _make_rows(raw: RawRecord, blobs: Blobs) -> ImageRows:
    reading = parse.read_blobs(blobs)
    if reading is None:
        return ImageRows(raw, _image_without_metadata(raw, blobs), (), (), _recipe(()))
    parsers = [reading.parser.name, *sorted(reading.parser.covers)]
    rivals: list[Generation] = []
    for parser, generation in reading.rivals:
        parsers.append(parser.name)
        rivals.append(generation)
    image = normalize(reading.generation, blobs, tuple(rivals))
    words = (
        *_tokens_of(image.base.positive_prompt, "pos"),
        *_tokens_of(image.base.negative_prompt, "neg"),
    )
    recipe = _recipe(dict.fromkeys(parsers))
    return ImageRows(raw, image, words, collect_resources(image, words), recipe)


def explain_reading(raw: RawRecord) -> tuple[Judgement, ...]:
    """Return which parsers claimed an image and what came of it, the believed one first."""
    return judge_parsers(collect_blobs(raw))


def _image_without_metadata(raw: RawRecord, blobs: Blobs) -> NormalizedImage:
    """Return the image of a file that says nothing of its making.

    ExifTool's own complaint, where it has one, says why: an empty file, say.
    """
    complaint = raw.tags.get("ExifTool:Error")
    warnings = (f"ExifTool: {complaint}",) if complaint else ()
    return _image_without_words("no_metadata", blobs, *warnings)


def _image_without_words(status: Status, blobs: Blobs, *warnings: str) -> NormalizedImage:
    return NormalizedImage(
        status, file_width=blobs.width, file_height=blobs.height, warnings=warnings
    )


def _tokens_of(prompt: str | None, side: Side) -> tuple[Token, ...]:
    if prompt:
        return tokens.split_prompt(prompt, side)
    return ()


def _recipe(parsers: Iterable[str]) -> str:
    return " ".join(f"{stage}@{VERSIONS[stage]}" for stage in (*parsers, *SHARED))


def is_current(recipe: str) -> bool:
    """Return whether a row with this recipe would be made the same way today."""
    stages: set[str] = set()
    for part in recipe.split():
        stage, _, version = part.partition("@")
        if str(VERSIONS.get(stage)) != version:
            return False
        stages.add(stage)
    return stages.issuperset(SHARED)
