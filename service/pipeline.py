"""The pure stages in order: from what ExifTool said of a file to all its rows.

No clock, disk, log or global.
"""

from service import parse, tokens
from service.normalize import VERSION as NORMALIZE
from service.normalize import normalize
from service.parse.blobs import VERSION as BLOBS
from service.parse.blobs import collect as blobs_of
from service.parse.why import Judgement, judge_parsers
from service.records import Blobs, ImageRows, NormalizedImage, RawRecord, Side, Token
from service.resources.collect import VERSION as RESOURCES
from service.resources.collect import collect as merged_resources

VERSIONS: dict[str, int] = {
    **{parser.name: parser.version for parser in parse.PARSERS},
    "parsers": len(parse.PARSERS),
    "blobs": BLOBS,
    "normalize": NORMALIZE,
    "tokens": tokens.VERSION,
    "resources": RESOURCES,
}
"""Stage or parser → version.

A row made by another version of any stage it went through is stale.
"""

SHARED = ("parsers", "blobs", "normalize", "tokens", "resources")
"""The stages that every image goes through."""


NO_RECORD_VERSION = "its JSON is nested too deep to be of any generator"


def process(raw: RawRecord) -> ImageRows:
    """Return every row of one image."""
    blobs = blobs_of(raw)
    try:
        return _make_rows(raw, blobs)
    except (
        RecursionError
    ):  # brackets hundreds deep, which repr and json follow into the abyss: an attack
        image = NormalizedImage(
            "partial",
            file_width=blobs.width,
            file_height=blobs.height,
            warnings=(NO_RECORD_VERSION,),
        )
        return ImageRows(raw, image, (), (), _recipe(()))


def _make_rows(raw: RawRecord, blobs: Blobs) -> ImageRows:
    reading = parse.read(blobs)
    if reading is None:
        return ImageRows(raw, _without_metadata(raw, blobs), (), (), _recipe(()))
    rivals = tuple(generation for _, generation in reading.rivals)
    image = normalize(reading.generation, blobs, rivals)
    cut = _cut_tokens(image.base.positive_prompt, "pos") + _cut_tokens(
        image.base.negative_prompt, "neg"
    )
    read_by = (
        reading.parser.name,
        *sorted(reading.parser.covers),
        *(parser.name for parser, _ in reading.rivals),
    )
    names = tuple(dict.fromkeys(read_by))
    return ImageRows(raw, image, cut, merged_resources(image, cut), _recipe(names))


def why(raw: RawRecord) -> tuple[Judgement, ...]:
    """Return which parsers claimed an image and what came of it, the one that was believed first."""
    return judge_parsers(blobs_of(raw))


def _without_metadata(raw: RawRecord, blobs: Blobs) -> NormalizedImage:
    """Return the image of a file that says nothing of its making.

    ExifTool's own complaint tells an empty one.
    """
    said = raw.tags.get("ExifTool:Error")
    warnings = (f"ExifTool: {said}",) if said else ()
    return NormalizedImage(
        "no_metadata", file_width=blobs.width, file_height=blobs.height, warnings=warnings
    )


def _cut_tokens(prompt: str | None, side: Side) -> tuple[Token, ...]:
    return tokens.split(prompt, side) if prompt else ()


def _recipe(parsers: tuple[str, ...]) -> str:
    return " ".join(f"{stage}@{VERSIONS[stage]}" for stage in (*parsers, *SHARED))


def is_current(recipe: str) -> bool:
    """Return whether a row with this recipe would be made the same way today."""
    made = dict(part.partition("@")[::2] for part in recipe.split())
    return set(SHARED) <= made.keys() and all(
        str(VERSIONS.get(stage)) == version for stage, version in made.items()
    )
