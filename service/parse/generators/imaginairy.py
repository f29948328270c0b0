"""imaginAIry: EXIF of its JPEGs, JSON in UserComment and a line of text in ImageDescription.

All versions (imaginairy's schema.py, ``ImagineResult._exif``):

* UserComment: JSON ``{"prompt": {…}}``. Up to 13: ``prompts`` is a list of ``[weight, text]``,
  ``sampler_type``; from 14: ``prompt`` and ``negative_prompt`` are lists of ``{"weight", "text"}``,
  ``solver_type``, ``model_weights`` is an object, ``size`` may replace width and height.
* ImageDescription: the same in a line, ``"a cat" 512x512px negative-prompt:"…" seed:1
  prompt-strength:7.5 steps:40 sampler-type:ddim``; it states what the JSON leaves out (the seed,
  where it was drawn by chance).
* Software: ``Imaginairy / Stable Diffusion SD-1.5``, the model that the others may not name.

``prompt_strength`` is the CFG scale. ``init_image_strength`` runs the other way from a denoise, so
it is only a fact.
"""

import re
from collections.abc import Iterator

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_tables
from service.parse.shared.model_files import checkpoint_of_fields
from service.records import Blob, Blobs, Fact, Field, Generation, Stated

NAME = "imaginairy"

BASE: FieldKeys = (
    ("steps", ("steps",)),
    ("cfg_scale", ("prompt_strength",)),
    ("sampler", ("sampler_type", "solver_type")),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
)

LINE: tuple[tuple[Field, re.Pattern[str]], ...] = (
    ("seed", re.compile(r" seed:(\d+)")),
    ("steps", re.compile(r" steps:(\d+)")),
    ("cfg_scale", re.compile(r" prompt-strength:([\d.]+)")),
    ("sampler", re.compile(r" (?:sampler|solver)-type:([\w+-]+)")),
    ("model", re.compile(r" (?:model|weights): ?(\S+)")),
)

_SOFTWARE = light_pattern(r"Imaginairy / Stable Diffusion (\S.*)", re.IGNORECASE)
_LINE_START = light_pattern(r"\A(?:\W{0,4})\"(.*)\" (\d+)x(\d+)px ", re.DOTALL)
_NEGATIVE = ' negative-prompt:"'
_PROMPT_KEYS = frozenset({"prompts", "prompt", "prompt_text"})
_SIZE = light_pattern(r"(\d+)[x,](\d+)")


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where the software or the JSON names imaginAIry."""
    if any(blob.text.lower().startswith(NAME) for blob in blobs.all("software")):
        return Claim.MARKER
    run = _find_run(blobs)
    if run is not None and str(run.data.get("software")).lower() == NAME:
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the JSON says, what it lacks from the line, and the model from Software."""
    run, line = _find_run(blobs), blobs.first("imagedescription")
    fields: dict[Field, Stated] = {}
    if line is not None and _LINE_START.search(line.text):
        fields = dict(_fields_of_line(line))
    if run is not None:
        fields |= _fields_of_run(run)
    if not fields:
        return Generation(
            NAME, {}, unsettled=("neither UserComment nor ImageDescription holds the settings",)
        )
    fields = {**_model_of_software(blobs), **fields}
    facts = (*(run.facts() if run else ()), *_date(blobs))
    return Generation(NAME, fields, (), tuple(checkpoint_of_fields(fields)), facts)


def _date(blobs: Blobs) -> Iterator[Fact]:
    """Yield the date in EXIF, which imaginAIry writes as it makes the picture."""
    date = blobs.first("modifydate")
    if date is not None:
        yield Fact("Date", date.text, date.source)


def _model_of_software(blobs: Blobs) -> dict[Field, Stated]:
    software = blobs.first("software")
    match = _SOFTWARE.fullmatch(software.text.strip()) if software else None
    if software is None or match is None:
        return {}
    return {"model": Stated(match[1], software.source)}


def _find_run(blobs: Blobs) -> JsonTable | None:
    for table in find_tables(blobs, "usercomment"):
        run = table.inside("prompt")
        if run is not None and not _PROMPT_KEYS.isdisjoint(run.data):
            return run
    return None


def _fields_of_run(run: JsonTable) -> dict[Field, Stated]:
    fields = run.fields(BASE) | _size(run)
    named: tuple[tuple[Field, Stated | None], ...] = (
        ("positive_prompt", _prompt(run, "prompt", "prompts", "prompt_text")),
        ("negative_prompt", _prompt(run, "negative_prompt", "negative_prompts")),
        ("model", _model(run)),
    )
    for field, stated in named:
        if stated is not None:
            fields[field] = stated
    return fields


def _model(run: JsonTable) -> Stated | None:
    weights = run.inside("model_weights")
    if weights:
        return weights.stated("name")
    return run.stated("model", "model_weights")


def _size(run: JsonTable) -> dict[Field, Stated]:
    sides: list[str | int] = [side for side in run.items("size") if isinstance(side, int)]
    match = _SIZE.fullmatch(run.text("size") or "")
    if match:
        sides = [match[1], match[2]]
    if len(sides) != 2:  # noqa: PLR2004 - width and height
        return {}
    place = run.place("size")
    return {"width": Stated(sides[0], place), "height": Stated(sides[1], place)}


def _prompt(run: JsonTable, *keys: str) -> Stated | None:
    """Return a prompt: a text, or weighted texts in order."""
    for key in keys:
        stated = run.stated(key, empty=True)
        if stated is not None:
            return stated
        texts = "\n".join(_weighted_texts(run, key))
        if texts:
            return Stated(texts, run.place(key))
    return None


def _weighted_texts(run: JsonTable, key: str) -> Iterator[str]:
    """Yield the texts of ``{"weight", "text"}`` and of ``[weight, text]``."""
    for entry in run.each(key):
        text = entry.text("text")
        if text:
            yield text
    for pair in run.items(key):
        if isinstance(pair, list):
            yield from (part for part in pair if isinstance(part, str) and part)


def _fields_of_line(blob: Blob) -> Iterator[tuple[Field, Stated]]:
    start = _LINE_START.search(blob.text)
    rest = blob.text
    if start is not None:
        yield "positive_prompt", Stated(start[1], blob.source)
        yield "width", Stated(start[2], blob.source)
        yield "height", Stated(start[3], blob.source)
        rest = blob.text[start.end() - 1 :]
    negative, end = rest.find(_NEGATIVE), rest.rfind('" seed:')
    if 0 <= negative < end:
        yield "negative_prompt", Stated(rest[negative + len(_NEGATIVE) : end], blob.source)
        rest = rest[end:]
    for field, pattern in LINE:
        match = pattern.search(rest)
        if match is not None:
            yield field, Stated(match[1], blob.source)


PARSER = Parser(NAME, 3, claim, parse, roles=frozenset({"software", "usercomment"}))
