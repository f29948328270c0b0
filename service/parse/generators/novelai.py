"""NovelAI: PNG texts ``Software``, ``Source``, ``Description`` and ``Comment`` (JSON), also hidden.

``Software`` is ``NovelAI``, ``Source`` the model: ``NovelAI Diffusion V4.5 4BDE2A90``. The same
five texts (Title, Description, Software, Source, Comment) are in one JSON object, with ``Comment``
as a text within it, in EXIF UserComment of WebP downloads and, gzipped, in the alpha channel of
every PNG (NovelAI's own ``novelai-image-metadata``), which survives sites that strip texts.

* 2022 (V1, V2): ``Comment`` has steps, sampler, seed, strength, noise, scale, uc; the prompt is
  ``Description``, the model ``Stable Diffusion 1D44365E``. ``strength`` and ``noise`` are there
  without an init image, too, so strength is the denoise only where ``request_type`` says
  image-to-image or infill, or an image is named.
* 2023 (V3): prompt, width, height, ``noise_schedule``, ``sm``/``sm_dyn``, ``request_type``, vibe
  transfer lists.
* 2025 (V4, V4.5): ``v4_prompt`` and ``v4_negative_prompt`` with ``base_caption`` and
  ``char_captions``; the plain prompt repeats the base caption (corpus: novelai-full-3char.png).
  Captions of characters are facts of their own.
* The director's tools (line art, emotion, background removal …) change a picture: ``Title`` is ``AI
  augmented image``, ``Comment`` only ``req_type`` and what the tool was told.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.json_texts import parse_json
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table, find_tables
from service.records import Blob, Blobs, Fact, Field, Generation, Resource, Stated

NAME = "novelai"

BASE: FieldKeys = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("uc", "negative_prompt")),
    ("steps", ("steps",)),
    ("cfg_scale", ("scale",)),
    ("sampler", ("sampler",)),
    ("scheduler", ("noise_schedule",)),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
)

CAPTIONS: tuple[tuple[Field, str], ...] = (
    ("positive_prompt", "v4_prompt"),
    ("negative_prompt", "v4_negative_prompt"),
)

DIRECTOR = "a director's tool changed this picture; how it was made is not stated"

WHOLE_ROLES = ("usercomment", "alpha", "rgb", "comment")
"""Where all five texts are found as one object."""
NAMING_ROLES = ("software", "source", "title")

_NAME = light_pattern(r"NovelAI(?: Diffusion\b.*| generated image)?", re.IGNORECASE)
_HASH = light_pattern(r"[0-9A-F]{8}")
_FROM_IMAGE = frozenset({"Img2ImgRequest", "NativeInfillingRequest"})
_OWN = frozenset({"uc", "steps", "sampler", "scale", "v4_prompt", "request_type", "signed_hash"})
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class NovelaiTexts:
    """NovelAI's texts, wherever they were found."""

    comment: JsonTable | None
    """The settings."""
    named: Mapping[str, Blob]
    """``description``, ``software``, ``source`` …"""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text names NovelAI, SHAPE for its settings alone."""
    best = Claim.NO
    for texts in _find_texts(blobs):
        if _is_named(texts.named):
            return Claim.MARKER
        if texts.comment:
            best = Claim.SHAPE
    return best


def parse(blobs: Blobs) -> Generation:
    """Return what the best of the file's sets of texts says."""
    return read_texts(texts_of(blobs), NAME)


def read_texts(texts: NovelaiTexts, generator: str) -> Generation:
    """Return what these texts say; for forks that write the same ones, too."""
    fields: dict[Field, Stated] = {}
    description = texts.named.get("description")
    if description is not None:
        fields["positive_prompt"] = Stated(description.text.lstrip("\0"), description.source)
    if texts.comment is not None:
        fields |= _settings(texts.comment)
    fields |= _model(texts.named.get("source"))
    unsettled = () if texts.comment else ("NovelAI's settings (Comment) are missing or no JSON",)
    if texts.comment is not None and _is_of_director(texts.comment):
        fields, unsettled = _model(texts.named.get("source")), (DIRECTOR,)
    return Generation(generator, fields, (), tuple(_checkpoint(fields)), _facts(texts), unsettled)


def texts_of(blobs: Blobs) -> NovelaiTexts:
    """Return the best of the file's sets of texts."""
    return min(_find_texts(blobs), key=_rank, default=NovelaiTexts(None, {}))


def _rank(texts: NovelaiTexts) -> tuple[bool, bool, bool]:
    """Return what sorts those first that hold settings, name NovelAI, and name the model."""
    return texts.comment is None, not _is_named(texts.named), "source" not in texts.named


def _find_texts(blobs: Blobs) -> Iterator[NovelaiTexts]:
    named: dict[str, Blob] = {}
    for role in ("title", "description", "software", "source", "generationtime"):
        blob = blobs.first(role)
        if blob:
            named[role] = blob
    comment = find_table(blobs, "comment", accept=_is_settings)
    if comment or _is_named(named):
        yield NovelaiTexts(comment or find_table(blobs, "comment", accept=_is_of_director), named)
    for role in WHOLE_ROLES:
        for table in find_tables(blobs, role):
            if "Comment" in table.data:
                yield _texts_within(table)
            elif role != "comment" and _is_settings(table):
                yield NovelaiTexts(table, named)


def _texts_within(whole: JsonTable) -> NovelaiTexts:
    """Return the texts of one object that holds them all, ``Comment`` as JSON."""
    comment = whole.data["Comment"]
    if isinstance(comment, str):
        comment = parse_json(comment)
    named: dict[str, Blob] = {}
    for key, value in whole.data.items():
        if isinstance(value, str) and key != "Comment":
            named[key.lower()] = Blob(value, whole.place(key))
    if not isinstance(comment, dict):
        return NovelaiTexts(None, named)
    return NovelaiTexts(JsonTable(comment, whole.source, "Comment"), named)


def _is_named(named: Mapping[str, Blob]) -> bool:
    return any(role in named and _NAME.fullmatch(named[role].text.strip()) for role in NAMING_ROLES)


def _is_settings(table: JsonTable) -> bool:
    keys = table.data.keys()
    return len(_OWN & keys) >= _ENOUGH or ("uc" in keys and "prompt" in keys)


def _is_of_director(table: JsonTable) -> bool:
    return "req_type" in table.data and not _is_settings(table)


def _settings(comment: JsonTable) -> dict[Field, Stated]:
    fields = comment.fields(BASE)
    for field, key in CAPTIONS:
        base = comment.part(key).part("caption").stated("base_caption", empty=True)
        if base is not None:
            fields[field] = base
    strength = comment.stated("strength")
    if strength and (comment.text("request_type") in _FROM_IMAGE or comment.text("image")):
        fields["denoise"] = strength
    return fields


def _model(source: Blob | None) -> dict[Field, Stated]:
    """Split ``NovelAI Diffusion V4.5 4BDE2A90`` into the model's name and hash."""
    if source is None:
        return {}
    whole = source.text.strip()
    name, _, hash_ = whole.rpartition(" ")
    if not name.strip() or _HASH.fullmatch(hash_) is None:
        return {"model": Stated(whole, source.source)}
    return {
        "model": Stated(name.strip(), source.source),
        "model_hash": Stated(hash_, source.source),
    }


def _checkpoint(fields: Mapping[Field, Stated]) -> Iterator[Resource]:
    """Yield the model with NovelAI's eight digits, its own name for the weights.

    No file's hash begins so, and so their kind is unknown.
    """
    model, hash_ = fields.get("model"), fields.get("model_hash")
    if model is None:
        return
    checkpoint = Resource("checkpoint", str(model.value), model.source)
    if hash_:
        digits = str(hash_.value).lower()
        checkpoint = replace(checkpoint, hash=digits, hash_kind="unknown")
    yield checkpoint


def _facts(texts: NovelaiTexts) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    if texts.comment:
        facts += [_without_path(fact) for fact in texts.comment.facts()]
    facts += [Fact(name, blob.text.strip("\0"), blob.source) for name, blob in texts.named.items()]
    return tuple(facts)


def _without_path(fact: Fact) -> Fact:
    return Fact(fact.key.removeprefix("Comment."), fact.value, fact.source)


PARSER = Parser(NAME, 3, claim, parse, roles=frozenset({*WHOLE_ROLES, *NAMING_ROLES}))
