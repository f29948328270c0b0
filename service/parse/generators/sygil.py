"""Sygil (hlky's Stable Diffusion web UI): PNG texts or JSON with names that begin with ``SD:``.

* PNG: a text for each setting, ``SD:prompt``, ``SD:seed``; ExifTool drops the colon
  (``PNG:SDprompt``).
* WebP and others: all of them as one JSON object in UserComment (Sygil's ``save_sample``).

The first versions wrote prompt, seed, width, height, steps, cfg_scale; later ones the whole
request: ``ddim_steps`` in place of steps, ``sampler_name``, ``target``, ``denoising_strength``
(only with an init image), ``model_name``. The prompt is kept as written, though some heirs of the
program read what follows ``###`` as the negative.
"""

from collections.abc import Iterator, Mapping

from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_tables
from service.parse.shared.model_files import model_file, names_nothing
from service.records import Blobs, Fact, Field, Generation, Resource, Stated

NAME = "sygil"

BASE: FieldKeys = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("negative_prompt",)),
    ("steps", ("steps", "ddim_steps", "num_inference_steps")),
    ("cfg_scale", ("cfg_scale",)),
    ("sampler", ("sampler_name", "sampler")),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("model", ("model_name", "model")),
    ("model_hash", ("model_hash",)),
    ("denoise", ("denoising_strength",)),
)

_ROLE = "sd"
_KEY = "SD:"


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text is named ``SD:prompt``."""
    if "prompt" in _settings(blobs):
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the settings say."""
    settings = _settings(blobs)
    fields: dict[Field, Stated] = {}
    for field, keys in BASE:
        known = [key for key in keys if key in settings]
        if known:
            fields[field] = settings[known[0]]
    facts: list[Fact] = []
    for key, stated in settings.items():
        facts.append(Fact(f"{_KEY}{key}", str(stated.value), stated.source))
    return Generation(NAME, fields, (), tuple(_checkpoint(fields)), tuple(facts))


def _settings(blobs: Blobs) -> Mapping[str, Stated]:
    if "sdprompt" in blobs.texts:
        return dict(_from_roles(blobs))
    for table in find_tables(blobs, "usercomment", "comment"):
        if f"{_KEY}prompt" in table.data:
            return dict(_from_json(table))
    return {}


def _from_roles(blobs: Blobs) -> Iterator[tuple[str, Stated]]:
    for role, texts in blobs.texts.items():
        if role.startswith(_ROLE) and "-" not in role:  # 'sd-metadata' is InvokeAI's
            yield role.removeprefix(_ROLE), Stated(texts[0].text, texts[0].source)


def _from_json(table: JsonTable) -> Iterator[tuple[str, Stated]]:
    for key in table.data:
        stated = table.stated(key)
        if stated is not None and key.startswith(_KEY):
            yield key.removeprefix(_KEY), stated


def _checkpoint(fields: Mapping[Field, Stated]) -> Iterator[Resource]:
    model, hash_ = fields.get("model"), fields.get("model_hash")
    if model is not None and not names_nothing(str(model.value)):
        digits = str(hash_.value) if hash_ else None
        yield model_file("checkpoint", str(model.value), model.source, hash_=digits)


PARSER = Parser(NAME, 1, claim, parse, roles=frozenset({"sdprompt", "usercomment", "comment"}))
