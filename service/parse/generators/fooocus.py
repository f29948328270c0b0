"""Fooocus's scheme ``a1111``.

An infotext with the made prompts, and the typed ones under keys of its own.

What Fooocus's ``log.html`` says of one image: a table of labels and values, since v2.1.8 with a
button holding JSON.

The button's JSON has the keys of the metadata scheme; the table has the page's labels (``Guidance
Scale``), its values as HTML with ``</br>`` for line breaks (Fooocus' private_logger.py).

Fooocus: ``parameters`` in one of two schemes, and ``fooocus_scheme``, which says in which.

Written since v2.2 where the user saves metadata: PNG texts, or UserComment (0x9286), Software
(0x0131, ``Fooocus v2.5.5``) and MakerNote (0x927C, the scheme) in the first IFD of JPEG and WebP
(Fooocus' meta_parser.py).

* Scheme ``fooocus``: JSON. ``prompt`` and ``negative_prompt`` are what the user typed, ``full_prompt`` and
  ``full_negative_prompt`` lists of what the styles made of them. ``resolution`` is the text ``(768, 1280)``; ``loras``
  lists name, weight and hash; ``lora_combined_1`` is ``name : weight``. ``refiner_model`` ``None`` and ``vae``
  ``Default (model)`` stand for nothing.
* Scheme ``a1111``: an infotext with the made prompts, and the typed ones as ``Raw prompt`` and ``Raw negative prompt``.
* SimpleSDXL and older logs use the labels of the log as keys: ``Guidance Scale``, ``LoRA 1``, ``LoRA [name] weight``.

Where the user does not save metadata, ``log.html`` beside the images says it all (``fooocus_log``).
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import unquote

from pydantic import JsonValue

from service.parse.base import Claim, Parser
from service.parse.blobs import SIDECAR, parse_json
from service.parse.generators import a1111
from service.parse.infotext.field_names import names_nothing
from service.parse.shared.civitai_resources import number_of
from service.parse.shared.json_facts import JsonTable, Table, as_written, is_cut
from service.parse.shared.model_files import model_file, model_name
from service.records import Blob, Blobs, Field, Generation, Resource, Sampling, Stated
from service.records.model_names import stem

DEFAULT_VAE = "Default (model)"


def is_nothing(value: object) -> bool:
    """Tell whether a name stands for no file."""
    return value == DEFAULT_VAE or names_nothing(str(value))


def read_infotext(blob: Blob, blobs: Blobs) -> Generation:
    """Return the infotext's words, with the typed prompts in place of the made ones."""
    made = a1111.read(blob, blobs)
    raw = {fact.key.lower(): fact for fact in made.facts}
    fields = dict(made.fields)
    typed: tuple[tuple[Field, str], ...] = (
        ("positive_prompt", "raw prompt"),
        ("negative_prompt", "raw negative prompt"),
    )
    for field, key in typed:
        if key in raw:
            fields[field] = Stated(raw[key].value, f"{blob.source}#{raw[key].key}")
    if "vae" in fields and is_nothing(fields["vae"].value):
        del fields["vae"]
    weights = _weights(raw["lora weights"].value) if "lora weights" in raw else {}
    resources = tuple(
        _with_weight(resource, weights)
        for resource in made.resources
        if resource.label != DEFAULT_VAE
    )
    passes = (
        tuple(_refiner(one, raw["refiner hash"].value, blob) for one in made.passes)
        if "refiner hash" in raw
        else ()
    )
    return replace(made, fields=fields, passes=passes or made.passes, resources=resources)


def _refiner(one: Sampling, hash_: str, blob: Blob) -> Sampling:
    if one.role != "refiner":
        return one
    return Sampling(one.role, {**one.fields, "model_hash": Stated(hash_, blob.source)})


def _weights(text: str) -> dict[str, float | None]:
    """Read ``name: 0.1, other name: 0.7``."""
    pairs = (pair.rpartition(":") for pair in text.split(","))
    return {stem(name): number_of(weight.strip()) for name, _, weight in pairs}


def _with_weight(resource: Resource, weights: Mapping[str, float | None]) -> Resource:
    weight = weights.get(stem(resource.label))
    if resource.kind != "lora" or weight is None:
        return resource
    return replace(resource, weight=weight, used=weight != 0)


_MARK = 'class="image-container"'
_BUTTON = re.compile(r"to_clipboard\('([^']+)'\)")
# No value runs past the next cell, and blanks around a break are stripped, not matched: both would
# cost the square.
_ROW = re.compile(
    r"<td class='(?:key|label)'>([^<\n]{1,80})</td>\s{0,9}<td class='value'>"
    r"((?:(?!<td class=|</td>\s{0,9}</tr>).)*)</td>",
    re.DOTALL,
)
_BREAK = re.compile(r"</?br\s{0,9}/?>")


def read_log(blobs: Blobs) -> JsonTable | None:
    """Return what the page says of this image, by the button's keys or by the labels.

    None where there is no page.
    """
    blob = next((blob for blob in blobs.all(SIDECAR) if _MARK in blob.text[:400]), None)
    if blob is None:
        return None
    data = _read_button(blob) or _read_table(blob)
    return JsonTable(data, blob.source) if data else None


def _read_button(blob: Blob) -> dict[str, JsonValue] | None:
    button = _BUTTON.search(blob.text)
    data = parse_json(unquote(button[1])) if button else None
    return data if isinstance(data, dict) else None


def _read_table(blob: Blob) -> dict[str, JsonValue]:
    return {
        label: html.unescape(_without_breaks(value)) for label, value in _ROW.findall(blob.text)
    }


def _without_breaks(value: str) -> str:
    return "\n".join(part.strip() for part in _BREAK.split(value))


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

REFINER: Table = (
    ("model", ("refiner_model", "Refiner Model")),
    ("model_hash", ("refiner_model_hash",)),
)

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
    if (
        _infotext(blobs)
        or (json_ and (_has_scheme(blobs) or _names_itself(json_)))
        or read_log(blobs)
    ):
        return Claim.MARKER
    return Claim.SHAPE if json_ and not _OWN.isdisjoint(json_.data) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the text of either scheme says."""
    text, told = _infotext(blobs), _json(blobs) or read_log(blobs)
    if told is not None:
        return _read(told)
    if text is not None:
        return replace(read_infotext(text, blobs), generator=NAME)
    return Generation(NAME, {}, unsettled=("no text is in a scheme of Fooocus",))


def _infotext(blobs: Blobs) -> Blob | None:
    mark = _STEPS if _has_scheme(blobs) else _VERSION
    plain = (blob for blob in blobs.all(*ROLES) if blob.data is None and not is_cut(blob))
    return next((blob for blob in plain if mark.search(blob.text)), None)


def _json(blobs: Blobs) -> JsonTable | None:
    prompts = ("prompt", "Prompt", *_OWN)
    found = [told for blob in blobs.all(*ROLES) if (told := JsonTable.of(blob))]
    named_ = found[0] if found and "fooocus_scheme" in blobs.texts else None
    return next((told for told in found if any(key in told.data for key in prompts)), named_)


def _has_scheme(blobs: Blobs) -> bool:
    software = blobs.first("software")
    return "fooocus_scheme" in blobs.texts or (
        software is not None and software.text.startswith("Fooocus v")
    )


def _names_itself(told: JsonTable) -> bool:
    version = told.text("version", "Version") or ""
    return version.startswith("Fooocus v") or told.text("metadata_scheme") == NAME


def _read(told: JsonTable) -> Generation:
    fields = told.fields(BASE) | size(told, "resolution", "Resolution")
    for field in ("model", "vae"):
        if field in fields and is_nothing(fields[field].value):
            del fields[field]
    refiner = {
        field: stated
        for field, stated in told.fields(REFINER).items()
        if not is_nothing(stated.value)
    }
    passes = (Sampling("refiner", refiner),) if "model" in refiner else ()
    resources = (*_models(fields, refiner), *_loras(told))
    return Generation(NAME, fields, passes, resources, told.facts())


def size(told: JsonTable, *keys: str) -> dict[Field, Stated]:
    """Return width and height of ``(768, 1280)``, a text or a list.

    Nothing where it is no such pair.
    """
    for key in keys:
        value = told.data.get(key)
        pair = ", ".join(map(as_written, value[:2])) if isinstance(value, list) else value
        match = _SIZE.match(pair) if isinstance(pair, str) else None
        if match is not None:
            return {
                "width": Stated(match[1], told.place(key)),
                "height": Stated(match[2], told.place(key)),
            }
    return {}


def _models(fields: Mapping[Field, Stated], refiner: Mapping[Field, Stated]) -> Iterator[Resource]:
    for stated, used_as in ((fields, None), (refiner, "refiner")):
        if "model" in stated:
            model, hash_ = stated["model"], stated.get("model_hash")
            value = hash_.value if hash_ else None
            yield model_file(
                "checkpoint", str(model.value), model.source, hash_=value, used_as=used_as
            )
    if "vae" in fields:
        yield model_file("vae", str(fields["vae"].value), fields["vae"].source)


def _loras(told: JsonTable) -> Iterator[Resource]:
    """Yield the LoRAs of the list, which has hashes, or else those written one a key."""
    listed = told.data.get("loras")
    loras = list(_listed_loras(listed, told.place("loras"))) if isinstance(listed, list) else []
    yield from loras or _combined_loras(told)


def _listed_loras(entries: list[JsonValue], source: str) -> Iterator[Resource]:
    for entry in entries:
        if isinstance(entry, list) and len(entry) >= _PAIR and (name := model_name(entry[0])):
            yield model_file(
                "lora",
                name,
                source,
                weight=entry[1],
                hash_=entry[_PAIR] if len(entry) > _PAIR else None,
            )


def _combined_loras(told: JsonTable) -> Iterator[Resource]:
    for key, value in told.data.items():
        if _COMBINED.fullmatch(key) and isinstance(value, str):
            name, _, weight = value.rpartition(" : ")
            if model_name(name):
                yield model_file("lora", name.strip(), told.place(key), weight=weight)
        elif (found := _BRACKETED.fullmatch(key)) and model_name(found[1]):
            yield model_file("lora", found[1], told.place(key), weight=value)


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"a1111"}))
