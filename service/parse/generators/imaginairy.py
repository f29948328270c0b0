"""imaginAIry: EXIF of its JPEGs, all versions (imaginairy's schema.py, ``ImagineResult._exif``).

* UserComment: JSON ``{"prompt": {…}}``. Up to 13: ``prompts`` is a list of ``[weight, text]``, ``sampler_type``; from
  14: ``prompt`` and ``negative_prompt`` are lists of ``{"weight", "text"}``, ``solver_type``, ``model_weights`` is an
  object, ``size`` may stand for width and height.
* ImageDescription: the same in a line, ``"a cat" 512x512px negative-prompt:"…" seed:1 prompt-strength:7.5 steps:40
  sampler-type:ddim``; read where the JSON is missing.
* Software: ``Imaginairy / Stable Diffusion SD-1.5``.

``prompt_strength`` is the CFG scale. ``init_image_strength`` runs the other way from a denoise, so
it stays a fact.
"""

import re
from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import JsonTable, Table
from service.parse.shared.model_files import model_file
from service.records import Blob, Blobs, Field, Generation, Resource, Stated

NAME = "imaginairy"

BASE: Table = (
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

_PROMPT = re.compile(r"\A(?:\W{0,4})\"(.*)\" (\d+)x(\d+)px ", re.DOTALL)
_NEGATIVE = ' negative-prompt:"'
_NEGATIVES: tuple[str, ...] = ("negative_prompt", "negative_prompts")
_SIZE = re.compile(r"(\d+)[x,](\d+)")


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where the software or the JSON names imaginAIry."""
    named = any(blob.text.lower().startswith(NAME) for blob in blobs.all("software"))
    told = _read_told(blobs)
    if told is not None and (named or str(told.data.get("software")).lower() == NAME):
        return Claim.MARKER
    return Claim.MARKER if named else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the JSON says, or the line where there is none."""
    told, line = _read_told(blobs), blobs.first("imagedescription")
    if told is not None:
        return _read(told)
    if line is not None and _PROMPT.search(line.text):
        fields = dict(_from_line(line))
        return Generation(NAME, fields, (), tuple(_checkpoint(fields)))
    return Generation(
        NAME, {}, unsettled=("neither UserComment nor ImageDescription tells the settings",)
    )


def _read_told(blobs: Blobs) -> JsonTable | None:
    for blob in blobs.all("usercomment"):
        told = JsonTable.of(blob)
        inner = told.inside("prompt") if told else None
        if inner is not None and not {"prompts", "prompt", "prompt_text"}.isdisjoint(inner.data):
            return inner
    return None


def _read(told: JsonTable) -> Generation:
    fields = told.fields(BASE) | _size(told)
    positive = _text(told, "prompt", "prompts", "prompt_text")
    negative = _text(told, *_NEGATIVES)
    if positive is not None:
        fields["positive_prompt"] = positive
    if negative is not None:
        fields["negative_prompt"] = negative
    weights = told.inside("model_weights")
    model = weights.stated("name") if weights else told.stated("model", "model_weights")
    if model is not None:
        fields["model"] = model
    return Generation(NAME, fields, (), tuple(_checkpoint(fields)), told.facts())


def _size(told: JsonTable) -> dict[Field, Stated]:
    size = told.data.get("size")
    pair = [one for one in size if isinstance(one, int)] if isinstance(size, list) else []
    match = _SIZE.fullmatch(size) if isinstance(size, str) else None
    sides: list[int | str] = [match[1], match[2]] if match else [*pair]
    if len(sides) != 2:  # noqa: PLR2004 - width and height
        return {}
    place = told.place("size")
    return {"width": Stated(sides[0], place), "height": Stated(sides[1], place)}


def _text(told: JsonTable, *keys: str) -> Stated | None:
    """Return a prompt: a text, or weighted texts in order."""
    for key in keys:
        stated, value = told.stated(key, empty=True), told.data.get(key)
        if stated is not None:
            return stated
        texts = [one.text("text") for one in told.each(key)]
        if isinstance(value, list):
            texts += [
                part
                for one in value
                if isinstance(one, list)
                for part in one
                if isinstance(part, str)
            ]
        found = [text for text in texts if text]
        if found:
            return Stated("\n".join(found), told.place(key))
    return None


def _from_line(blob: Blob) -> Iterator[tuple[Field, Stated]]:
    head = _PROMPT.search(blob.text)
    if head is not None:
        yield "positive_prompt", Stated(head[1], blob.source)
        yield "width", Stated(head[2], blob.source)
        yield "height", Stated(head[3], blob.source)
    tail = blob.text[head.end() - 1 :] if head else blob.text
    start, end = tail.find(_NEGATIVE), tail.rfind('" seed:')
    if 0 <= start < end:
        yield "negative_prompt", Stated(tail[start + len(_NEGATIVE) : end], blob.source)
        tail = tail[end:]
    for field, pattern in LINE:
        match = pattern.search(tail)
        if match is not None:
            yield field, Stated(match[1], blob.source)


def _checkpoint(fields: dict[Field, Stated]) -> Iterator[Resource]:
    if "model" in fields:
        yield model_file("checkpoint", str(fields["model"].value), fields["model"].source)


PARSER = Parser(NAME, 2, claim, parse)
