"""Fooocus: ``parameters`` in one of two schemes, and ``fooocus_scheme``, which says in which.

Written since v2.2 where the user saves metadata: PNG texts, or UserComment (0x9286), Software (0x0131, ``Fooocus
v2.5.5``) and MakerNote (0x927C, the scheme) in the first IFD of JPEG and WebP (Fooocus' meta_parser.py).

* Scheme ``fooocus``: JSON. ``prompt`` and ``negative_prompt`` are what the user typed, ``full_prompt`` and
  ``full_negative_prompt`` lists of what the styles made of them. ``resolution`` is the text ``(768, 1280)``; ``loras``
  lists name, weight and hash; ``lora_combined_1`` is ``name : weight``. ``refiner_model`` ``None`` and ``vae``
  ``Default (model)`` stand for nothing.
* Scheme ``a1111``: an infotext with the made prompts, and the typed ones as ``Raw prompt`` and ``Raw negative prompt``.
* SimpleSDXL and older logs use the labels of the log as keys: ``Guidance Scale``, ``LoRA 1``, ``LoRA [name] weight``.

Where the user does not save metadata, ``log.html`` beside the images says it all (``fooocus_log``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import JsonValue

from service.parse import fooocus_infotext, fooocus_log
from service.parse.base import Claim, Parser
from service.parse.fooocus_infotext import is_nothing
from service.parse.json_facts import Table, Told, is_cut, written
from service.parse.model_files import model_file, named
from service.records import Blob, Blobs, Field, Generation, Resource, Sampling, Stated

NAME = "fooocus"

BASE: Table = (
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
    ("model_hash", ("base_model_hash",)),
    ("vae", ("vae", "VAE")),
    ("clip_skip", ("clip_skip", "CLIP Skip")),
    ("denoise", ("overwrite_vary_strength", "overwrite_upscale_strength")),
)

REFINER: Table = (("model", ("refiner_model", "Refiner Model")), ("model_hash", ("refiner_model_hash",)))

ROLES = ("parameters", "usercomment", "comment")
_OWN = frozenset({"base_model", "Base Model", "full_prompt"})
_SIZE = re.compile(r"[\[(]?\s*(\d+)\s*[,x×]\s*(\d+)")  # noqa: RUF001 - SimpleSDXL writes the sign
_COMBINED = re.compile(r"(?:lora_combined_|LoRA )\d+")
_BRACKETED = re.compile(r"LoRA \[(.+)\] weight")
_VERSION = re.compile(r"Version: \"?Fooocus v", re.IGNORECASE)
_STEPS = re.compile(r"\bSteps: ?\d")
_PAIR = 2


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where the scheme or the version names Fooocus, SHAPE for its keys alone."""
    json_ = _json(blobs)
    if _infotext(blobs) or (json_ and (_has_scheme(blobs) or _names_itself(json_))) or fooocus_log.told(blobs):
        return Claim.MARKER
    return Claim.SHAPE if json_ and not _OWN.isdisjoint(json_.data) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the text of either scheme says."""
    text, told = _infotext(blobs), _json(blobs) or fooocus_log.told(blobs)
    if told is not None:
        return _read(told)
    if text is not None:
        return replace(fooocus_infotext.read(text, blobs), generator=NAME)
    return Generation(NAME, {}, unsettled=("no text is in a scheme of Fooocus",))


def _infotext(blobs: Blobs) -> Blob | None:
    mark = _STEPS if _has_scheme(blobs) else _VERSION
    plain = (blob for blob in blobs.all(*ROLES) if blob.data is None and not is_cut(blob))
    return next((blob for blob in plain if mark.search(blob.text)), None)


def _json(blobs: Blobs) -> Told | None:
    prompts = ("prompt", "Prompt", *_OWN)
    found = [told for blob in blobs.all(*ROLES) if (told := Told.of(blob))]
    named_ = found[0] if found and "fooocus_scheme" in blobs.texts else None
    return next((told for told in found if any(key in told.data for key in prompts)), named_)


def _has_scheme(blobs: Blobs) -> bool:
    software = blobs.first("software")
    return "fooocus_scheme" in blobs.texts or (software is not None and software.text.startswith("Fooocus v"))


def _names_itself(told: Told) -> bool:
    version = told.text("version", "Version") or ""
    return version.startswith("Fooocus v") or told.text("metadata_scheme") == NAME


def _read(told: Told) -> Generation:
    fields = told.fields(BASE) | size(told, "resolution", "Resolution")
    for field in ("model", "vae"):
        if field in fields and is_nothing(fields[field].value):
            del fields[field]
    refiner = {field: stated for field, stated in told.fields(REFINER).items() if not is_nothing(stated.value)}
    passes = (Sampling("refiner", refiner),) if "model" in refiner else ()
    resources = (*_models(fields, refiner), *_loras(told))
    return Generation(NAME, fields, passes, resources, told.facts())


def size(told: Told, *keys: str) -> dict[Field, Stated]:
    """Return width and height of ``(768, 1280)``, a text or a list; nothing where it is no such pair."""
    for key in keys:
        value = told.data.get(key)
        pair = ", ".join(map(written, value[:2])) if isinstance(value, list) else value
        match = _SIZE.match(pair) if isinstance(pair, str) else None
        if match is not None:
            return {"width": Stated(match[1], told.place(key)), "height": Stated(match[2], told.place(key))}
    return {}


def _models(fields: Mapping[Field, Stated], refiner: Mapping[Field, Stated]) -> Iterator[Resource]:
    for stated, used_as in ((fields, None), (refiner, "refiner")):
        if "model" in stated:
            model, hash_ = stated["model"], stated.get("model_hash")
            value = hash_.value if hash_ else None
            yield model_file("checkpoint", str(model.value), model.source, hash_=value, used_as=used_as)
    if "vae" in fields:
        yield model_file("vae", str(fields["vae"].value), fields["vae"].source)


def _loras(told: Told) -> Iterator[Resource]:
    """Yield the LoRAs of the list, which has hashes, or else those written one a key."""
    listed = told.data.get("loras")
    loras = list(_listed(listed, told.place("loras"))) if isinstance(listed, list) else []
    yield from loras or _combined(told)


def _listed(entries: list[JsonValue], source: str) -> Iterator[Resource]:
    for entry in entries:
        if isinstance(entry, list) and len(entry) >= _PAIR and (name := named(entry[0])):
            yield model_file("lora", name, source, weight=entry[1], hash_=entry[_PAIR] if len(entry) > _PAIR else None)


def _combined(told: Told) -> Iterator[Resource]:
    for key, value in told.data.items():
        if _COMBINED.fullmatch(key) and isinstance(value, str):
            name, _, weight = value.rpartition(" : ")
            if named(name):
                yield model_file("lora", name.strip(), told.place(key), weight=weight)
        elif (found := _BRACKETED.fullmatch(key)) and named(found[1]):
            yield model_file("lora", found[1], told.place(key), weight=value)


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"a1111"}))
