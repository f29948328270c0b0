"""NovelAI: PNG texts ``Software: NovelAI``, ``Source.

NovelAI Diffusion V4.5 4BDE2A90`` and ``Comment`` (JSON).

The same five texts (Title, Description, Software, Source, Comment) stand in one JSON object, with
``Comment`` as a text within it, in EXIF UserComment of WebP downloads and, gzipped, in the alpha
channel of every PNG (NovelAI's own ``novelai-image-metadata``), which survives sites that strip
texts.

* 2022 (V1, V2): ``Comment`` has steps, sampler, seed, strength, noise, scale, uc; the prompt is ``Description``, the
  model ``Stable Diffusion 1D44365E``. ``strength`` and ``noise`` are there without an init image, too, so strength is
  the denoise only where ``request_type`` says image-to-image or infill, or an image is named.
* 2023 (V3): prompt, width, height, ``noise_schedule``, ``sm``/``sm_dyn``, ``request_type``, vibe transfer lists.
* 2025 (V4, V4.5): ``v4_prompt`` and ``v4_negative_prompt`` with ``base_caption`` and ``char_captions``; the plain
  prompt repeats the base caption (corpus: novelai-full-3char.png). Captions of characters are facts of their own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from service.parse.base import Claim, Parser
from service.parse.blobs import parse_json
from service.parse.shared.json_facts import JsonTable, Table
from service.parse.shared.model_files import model_file
from service.records import Blob, Blobs, Fact, Field, Generation, Resource, Stated

NAME = "novelai"

BASE: Table = (
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

WHOLE_ROLES = ("usercomment", "alpha", "rgb", "comment")
"""Where all five texts stand as one object."""

_NAME = re.compile(r"NovelAI(?: Diffusion\b.*| generated image)?", re.IGNORECASE)
_HASH = re.compile(r"[0-9A-F]{8}")
_FROM_IMAGE = frozenset({"Img2ImgRequest", "NativeInfillingRequest"})
_OWN = frozenset({"uc", "steps", "sampler", "scale", "v4_prompt", "request_type", "signed_hash"})
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Texts:
    """NovelAI's texts, wherever they stood."""

    comment: JsonTable | None
    named: Mapping[str, Blob]
    """``description``, ``software``, ``source`` …"""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text names NovelAI, SHAPE for its settings alone."""
    if any(_is_ours(texts.named) for texts in _find_texts(blobs)):
        return Claim.MARKER
    return Claim.SHAPE if any(texts.comment for texts in _find_texts(blobs)) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the first of the places says that hold settings."""
    return read(next(_rank_texts(blobs), Texts(None, {})), NAME)


def read(texts: Texts, generator: str) -> Generation:
    """Return what these texts say; for forks that write the same ones, too."""
    fields: dict[Field, Stated] = {}
    description = texts.named.get("description")
    if description is not None:
        fields["positive_prompt"] = Stated(description.text.lstrip("\0"), description.source)
    if texts.comment is not None:
        fields |= _settings(texts.comment)
    fields |= _model(texts.named.get("source"))
    unsettled = () if texts.comment else ("NovelAI's settings (Comment) are missing or no JSON",)
    return Generation(generator, fields, (), tuple(_resources(fields)), _facts(texts), unsettled)


def texts_of(blobs: Blobs) -> Texts:
    """Return the best of the file's sets of texts."""
    return next(_rank_texts(blobs), Texts(None, {}))


def _rank_texts(blobs: Blobs) -> Iterator[Texts]:
    return iter(sorted(_find_texts(blobs), key=_rank))


def _rank(texts: Texts) -> tuple[bool, bool, bool]:
    """Return what sorts those first that hold settings, name NovelAI, and name the model."""
    return texts.comment is None, not _is_ours(texts.named), "source" not in texts.named


def _find_texts(blobs: Blobs) -> Iterator[Texts]:
    roles = ("title", "description", "software", "source", "generationtime")
    named = {role: blob for role in roles if (blob := blobs.first(role))}
    comments = [
        told for blob in blobs.all("comment") if (told := JsonTable.of(blob)) and _is_settings(told)
    ]
    if comments or _is_ours(named):
        yield Texts(comments[0] if comments else None, named)
    for role in WHOLE_ROLES:
        for blob in blobs.all(role):
            whole = JsonTable.of(blob)
            if whole is not None and "Comment" in whole.data:
                yield _open_comment(whole)
            elif whole is not None and role != "comment" and _is_settings(whole):
                yield Texts(whole, named)


def _open_comment(whole: JsonTable) -> Texts:
    """Return the texts that stand in one object, ``Comment`` opened."""
    inner = whole.data["Comment"]
    data = parse_json(inner) if isinstance(inner, str) else inner
    comment = JsonTable(data, whole.source, "Comment") if isinstance(data, dict) else None
    named = {
        k.lower(): Blob(v, whole.place(k))
        for k, v in whole.data.items()
        if isinstance(v, str) and k != "Comment"
    }
    return Texts(comment, named)


def _is_ours(named: Mapping[str, Blob]) -> bool:
    return any(
        _NAME.fullmatch(named[role].text.strip())
        for role in ("software", "source", "title")
        if role in named
    )


def _is_settings(told: JsonTable) -> bool:
    return len(_OWN & told.data.keys()) >= _ENOUGH or ("uc" in told.data and "prompt" in told.data)


def _settings(comment: JsonTable) -> dict[Field, Stated]:
    fields = comment.fields(BASE)
    for field, key in CAPTIONS:
        version_4 = comment.inside(key)
        caption = version_4.inside("caption") if version_4 else None
        base = caption.stated("base_caption", empty=True) if caption else None
        if base is not None:
            fields[field] = base
    strength = comment.stated("strength")
    if strength and (comment.text("request_type") in _FROM_IMAGE or comment.text("image")):
        fields["denoise"] = strength
    return fields


def _model(source: Blob | None) -> dict[Field, Stated]:
    """Part ``NovelAI Diffusion V4.5 4BDE2A90`` into the model's name and hash."""
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


def _resources(fields: Mapping[Field, Stated]) -> Iterator[Resource]:
    model, hash_ = fields.get("model"), fields.get("model_hash")
    if model is not None:
        told = model_file("checkpoint", str(model.value), model.source)
        # NovelAI's eight digits are its own name for the weights; no file's hash begins so
        hex_ = str(hash_.value).lower() if hash_ else None
        yield Resource(
            "checkpoint", told.label, told.source, hash=hex_, hash_kind="unknown" if hex_ else None
        )


def _facts(texts: Texts) -> tuple[Fact, ...]:
    own = texts.comment.facts() if texts.comment else ()
    own = tuple(replace(fact, key=fact.key.removeprefix("Comment.")) for fact in own)
    return (
        *own,
        *(Fact(name, blob.text.strip("\0"), blob.source) for name, blob in texts.named.items()),
    )


PARSER = Parser(NAME, 2, claim, parse)
