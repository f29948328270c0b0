"""Fooocus: PNG ``parameters`` in one of two schemes, and ``fooocus_scheme``, which says in which.

Written since v2.2 where the user saves metadata: PNG texts, or UserComment (0x9286), Software
(0x0131, ``Fooocus v2.5.5``) and MakerNote (0x927C, the scheme) in the first IFD of JPEG and WebP
(Fooocus' meta_parser.py).

* Scheme ``fooocus``: JSON. ``prompt`` and ``negative_prompt`` are what the user typed,
  ``full_prompt`` and ``full_negative_prompt`` lists of what the styles made of them. ``resolution``
  is the text ``(768, 1280)``; ``loras`` lists name, weight and hash; ``lora_combined_1`` is
  ``name : weight``. ``refiner_model`` ``None`` and ``vae`` ``Default (model)`` name no file.
* Scheme ``a1111``: an infotext with the made prompts, and the typed ones as ``Raw prompt`` and
  ``Raw negative prompt``.
* SimpleSDXL and older logs use the labels of the log as keys: ``Guidance Scale``, ``LoRA 1``,
  ``LoRA [name] weight``.

Where the user does not save metadata, ``log.html`` beside the images says it all: see
``fooocus_log``.

FooocusPlus, a fork, writes JSON with the log's labels as keys and ``Version: FooocusPlus 1.0.0``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.blobs import SIDECAR
from service.parse.generators import a1111
from service.parse.generators.fooocus_log import read_log
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_tables, plain_texts
from service.parse.shared.model_files import (
    checkpoint_of_fields,
    model_file,
    model_name,
    names_nothing,
)
from service.parse.shared.numbers import number_of
from service.records import Blob, Blobs, Field, Generation, Resource, Sampling, Stated
from service.records.model_names import stem

NAME = "fooocus"
PLUS = "fooocusplus"
DEFAULT_VAE = "Default (model)"

BASE: FieldKeys = (
    ("positive_prompt", ("prompt", "Prompt")),
    ("negative_prompt", ("negative_prompt", "Negative Prompt")),
    ("steps", ("steps", "Steps")),
    ("cfg_scale", ("guidance_scale", "Guidance Scale")),
    ("sampler", ("sampler", "Sampler")),
    ("scheduler", ("scheduler", "Scheduler")),
    ("seed", ("seed", "Seed")),
    ("width", ("width",)),
    ("height", ("height",)),
    ("model", ("base_model", "Base Model")),
    ("model_hash", ("base_model_hash", "Base Model Hash")),
    ("vae", ("vae", "VAE")),
    ("clip_skip", ("clip_skip", "CLIP Skip")),
    ("denoise", ("overwrite_vary_strength", "overwrite_upscale_strength")),
)

REFINER: FieldKeys = (
    ("model", ("refiner_model", "Refiner Model")),
    ("model_hash", ("refiner_model_hash", "Refiner Model Hash")),
)

ROLES = ("parameters", "usercomment", "comment")
_OWN = frozenset({"base_model", "Base Model", "full_prompt"})
_WITH_PROMPT = _OWN | {"prompt", "Prompt"}
_SIZE = light_pattern(r"[\[(]?\s*(\d+)\s*[,x×]\s*(\d+)")  # noqa: RUF001 - SimpleSDXL writes the sign
_COMBINED = light_pattern(r"(?:lora_combined_|LoRA )\d+")
_BRACKETED = light_pattern(r"LoRA \[(.+)\] weight")
_VERSION = re.compile(r"Version: \"?Fooocus v", re.IGNORECASE)
_STEPS = light_pattern(r"\bSteps: ?\d")


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where the scheme or the version names Fooocus, SHAPE for its keys alone."""
    settings = _find_json(blobs)
    if _find_infotext(blobs) or read_log(blobs):
        return Claim.MARKER
    if settings is None:
        return Claim.NO
    if _has_scheme(blobs) or _names_itself(settings):
        return Claim.MARKER
    if _OWN.isdisjoint(settings.data):
        return Claim.NO
    return Claim.SHAPE


def parse(blobs: Blobs) -> Generation:
    """Return what the text of either scheme says, or the log."""
    settings = _find_json(blobs) or read_log(blobs)
    if settings is not None:
        return _read_settings(settings)
    text = _find_infotext(blobs)
    if text is not None:
        return _read_infotext(text, blobs)
    return Generation(NAME, {}, unsettled=("no text is in a scheme of Fooocus",))


def _find_infotext(blobs: Blobs) -> Blob | None:
    mark = _STEPS if _has_scheme(blobs) else _VERSION
    for blob in plain_texts(blobs, *ROLES):
        # The name is found sooner than the pattern.
        may_be = mark is _STEPS or NAME in blob.text.casefold()
        if may_be and mark.search(blob.text):
            return blob
    return None


def _find_json(blobs: Blobs) -> JsonTable | None:
    tables = list(find_tables(blobs, *ROLES))
    for table in tables:
        if not _WITH_PROMPT.isdisjoint(table.data):
            return table
    if tables and "fooocus_scheme" in blobs.texts:
        return tables[0]
    return None


def _has_scheme(blobs: Blobs) -> bool:
    software = blobs.first("software")
    by_software = software is not None and software.text.startswith("Fooocus v")
    return by_software or "fooocus_scheme" in blobs.texts


def _names_itself(settings: JsonTable) -> bool:
    version = settings.text("version", "Version") or ""
    return (
        version.startswith(("Fooocus v", "FooocusPlus")) or settings.text("metadata_scheme") == NAME
    )


def _read_settings(settings: JsonTable) -> Generation:
    fields = settings.fields(BASE) | _size(settings)
    for field in ("model", "vae"):
        if field in fields and _names_no_file(fields[field]):
            del fields[field]
    found = settings.fields(REFINER)
    refiner = {field: stated for field, stated in found.items() if not _names_no_file(stated)}
    passes = (Sampling("refiner", refiner),) if "model" in refiner else ()
    resources = (
        *checkpoint_of_fields(fields),
        *checkpoint_of_fields(refiner, used_as="refiner"),
        *_vae(fields),
        *_loras(settings),
    )
    version = settings.text("version", "Version") or ""
    name = PLUS if version.startswith("FooocusPlus") else NAME
    return Generation(name, fields, passes, resources, settings.facts())


def _names_no_file(stated: Stated) -> bool:
    return stated.value == DEFAULT_VAE or names_nothing(str(stated.value))


def _size(settings: JsonTable) -> dict[Field, Stated]:
    """Return width and height of ``(768, 1280)``, a text or a list."""
    for key in ("resolution", "Resolution"):
        value = settings.data.get(key)
        if isinstance(value, list):
            value = ", ".join(map(str, value[:2]))
        match = _SIZE.match(value) if isinstance(value, str) else None
        if match is not None:
            place = settings.place(key)
            return {"width": Stated(match[1], place), "height": Stated(match[2], place)}
    return {}


def _vae(fields: Mapping[Field, Stated]) -> Iterator[Resource]:
    vae = fields.get("vae")
    if vae is not None:
        yield model_file("vae", str(vae.value), vae.source)


def _loras(settings: JsonTable) -> Iterator[Resource]:
    """Yield the LoRAs of the list, which has hashes, or else those written one a key."""
    listed = list(_listed_loras(settings))
    yield from listed or _loras_by_key(settings)


def _listed_loras(settings: JsonTable) -> Iterator[Resource]:
    for entry in settings.items("loras"):
        if not isinstance(entry, list) or len(entry) < 2:  # noqa: PLR2004 - name and weight
            continue
        first, weight, *hashes = entry
        name = model_name(first)
        if name:
            hash_ = hashes[0] if hashes else None
            yield model_file("lora", name, settings.place("loras"), weight=weight, hash_=hash_)


def _loras_by_key(settings: JsonTable) -> Iterator[Resource]:
    for key, value in settings.data.items():
        bracketed = _BRACKETED.fullmatch(key)
        if _COMBINED.fullmatch(key) and isinstance(value, str):
            name, _, weight = value.rpartition(" : ")
            if model_name(name):
                yield model_file("lora", name.strip(), settings.place(key), weight=weight)
        elif bracketed and model_name(bracketed[1]):
            yield model_file("lora", bracketed[1], settings.place(key), weight=value)


def _read_infotext(blob: Blob, blobs: Blobs) -> Generation:
    """Return the infotext's words, with the typed prompts in place of the made ones."""
    made = a1111.read_infotext(blob, blobs)
    raw = {fact.key.lower(): fact for fact in made.facts}
    fields = dict(made.fields)
    typed: tuple[tuple[Field, str], ...] = (
        ("positive_prompt", "raw prompt"),
        ("negative_prompt", "raw negative prompt"),
    )
    for field, key in typed:
        if key in raw:
            fields[field] = Stated(raw[key].value, f"{blob.source}#{raw[key].key}")
    if "vae" in fields and _names_no_file(fields["vae"]):
        del fields["vae"]
    passes = made.passes
    if "refiner hash" in raw:
        hash_ = Stated(raw["refiner hash"].value, blob.source)
        passes = tuple(_with_refiner_hash(one, hash_) for one in passes)
    weights = _read_weights(raw["lora weights"].value) if "lora weights" in raw else {}
    return replace(
        made,
        generator=NAME,
        fields=fields,
        passes=passes,
        resources=tuple(_with_weights(made.resources, weights)),
    )


def _with_refiner_hash(one_pass: Sampling, hash_: Stated) -> Sampling:
    if one_pass.role != "refiner":
        return one_pass
    return Sampling(one_pass.role, {**one_pass.fields, "model_hash": hash_})


def _read_weights(text: str) -> dict[str, float | None]:
    """Read ``name: 0.1, other name: 0.7``."""
    weights: dict[str, float | None] = {}
    for pair in text.split(","):
        name, _, weight = pair.rpartition(":")
        weights[stem(name)] = number_of(weight.strip())
    return weights


def _with_weights(
    resources: tuple[Resource, ...], weights: Mapping[str, float | None]
) -> Iterator[Resource]:
    for resource in resources:
        if resource.label == DEFAULT_VAE:
            continue
        weight = weights.get(stem(resource.label))
        if resource.kind == "lora" and weight is not None:
            yield replace(resource, weight=weight, used=weight != 0)
        else:
            yield resource


PARSER = Parser(
    NAME,
    3,
    claim,
    parse,
    covers=frozenset({"a1111"}),
    roles=frozenset({*ROLES, SIDECAR}),
)
