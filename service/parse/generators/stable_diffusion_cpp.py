"""stable-diffusion.cpp and KoboldCpp: a text of settings in PNG ``parameters`` or XMP.

stable-diffusion.cpp writes an infotext that ends with ``Version: stable-diffusion.cpp``. Sampler
and schedule are one value (``Sampler: euler discrete``), as no sampler of it has a blank in its
name. A model that is loaded in parts is ``Model: , TE: …, TE: …, Unet: …, VAE: …``. Since 2026
``SDCPP: {…}`` follows (schema ``sdcpp.image.params/v1``): ``models`` by their use, ``loras`` with
``multiplier``, ``hires``, ``sampling`` and ``generator``. Its ``strength`` is there without an
initial image, too, so it is a fact and no denoise.

KoboldCpp runs the same engine and writes one line, whose bars may lack their first blank::

    Prompt: … | NegativePrompt: … | Steps: 20 | CFGScale: 7 | … | Sampler: euler_a simple | …

Sources: the engines' own code (``get_image_params`` in both) and the corpus.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.generators import a1111
from service.parse.infotext.field_names import scaled_size
from service.parse.infotext.key_values import Settings
from service.parse.infotext.layout import Infotext, read_layout
from service.parse.shared.json_facts import FieldKeys, JsonTable, is_cut, parse_value
from service.parse.shared.model_files import model_file, names_nothing
from service.parse.shared.numbers import number_of, shortest_float
from service.records import (
    Blob,
    Blobs,
    Field,
    Generation,
    Resource,
    ResourceKind,
    Sampling,
    Stated,
)

NAME = "stable-diffusion.cpp"
KOBOLD = "koboldcpp"
ROLES = ("parameters", "usercomment", "comment", "description", "imagedescription", "sidecar")

MODELS: Mapping[str, tuple[ResourceKind, str | None]] = {
    "model": ("checkpoint", None),
    "diffusion_model": ("checkpoint", None),
    "high_noise_diffusion_model": ("checkpoint", "high noise"),
    "uncond_diffusion_model": ("checkpoint", "unconditional"),
    "clip_l": ("text_encoder", None),
    "clip_g": ("text_encoder", None),
    "t5xxl": ("text_encoder", None),
    "llm": ("text_encoder", None),
    "llm_vision": ("clip_vision", None),
    "clip_vision": ("clip_vision", None),
    "vae": ("vae", None),
    "taesd": ("vae", None),
    "control_net": ("controlnet", None),
}
"""Keys of ``models``: the kind, and what it served where that is not the whole picture."""

OF_THE_JSON = frozenset[ResourceKind]({"checkpoint", "vae", "text_encoder"})
"""Kinds that the JSON names by their use, so that the text's words for them are not needed."""

HIRES: FieldKeys = (
    ("steps", ("steps",)),
    ("denoise", ("denoising_strength",)),
    ("width", ("target_width",)),
    ("height", ("target_height",)),
)

UPSCALER: FieldKeys = (("upscaler", ("model", "upscaler")),)

_UNSET = -1
_MAY_BE_UNSET: tuple[Field, ...] = ("clip_skip", "guidance")
_VERSION = light_pattern(r"\bVersion: stable-diffusion\.cpp\b")
_KOBOLD = light_pattern(r"\|\s*Version: KoboldCpp\b")
_KOBOLD_START = "Prompt: "
_KOBOLD_NEGATIVE = " | NegativePrompt: "
_KOBOLD_STEPS = light_pattern(r" \| (?=Steps: \d{1,9} ?\| CFGScale: )")
_BAR = light_pattern(r" ?\| ")
_KOBOLD_KEYS = {"CFGScale": "CFG scale"}


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text ends as one of the two engines ends it."""
    if _find_text(blobs):
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the text says, and the JSON after it."""
    blob = _find_text(blobs)
    if blob is None:
        return Generation(NAME, {}, unsettled=("no text of stable-diffusion.cpp is here",))
    kobold = _read_kobold(blob.text)
    text = kobold or read_layout(blob.text)
    found = a1111.assemble_infotext(text, blob.source, blobs)
    fields = {**found.fields, **_split_sampler(found.fields)}
    for name in _MAY_BE_UNSET:
        if name in fields and number_of(fields[name].value) == _UNSET:
            del fields[name]
    found = replace(
        found,
        generator=KOBOLD if kobold else NAME,
        fields=fields,
        because=f"Version: {text.settings.get('version')}",
    )
    found = replace(found, resources=(*found.resources, *_parts(text.settings, blob.source)))
    json = _read_json(text.settings, blob.source)
    if json is not None:
        found = _with_json(found, json)
    return replace(found, fields={**_model_of_parts(found.resources), **found.fields})


def _with_json(found: Generation, json: JsonTable) -> Generation:
    """Return what the text says with the models, passes and facts that the JSON states better."""
    models = tuple(_models(json))
    others = [one for one in found.resources if not models or one.kind not in OF_THE_JSON]
    hires = json.part("hires")
    facts = [fact for fact in found.facts if fact.key != "SDCPP"]
    passes = tuple(_hires_pass(hires, found.fields))
    fields = {**found.fields, **_upscaler(hires)}
    for one in passes:  # the text's only strength is the second pass's
        fields |= {name: stated for name, stated in one.fields.items() if name == "denoise"}
    return replace(
        found,
        fields=fields,
        passes=passes or found.passes,
        resources=(*models, *_loras(json), *_upscaler_file(hires), *others),
        facts=(*facts, *json.facts()),
    )


def _find_text(blobs: Blobs) -> Blob | None:
    for blob in blobs.all(*ROLES):
        # The names are found sooner than the patterns.
        is_named = NAME in blob.text or "KoboldCpp" in blob.text
        if is_named and blob.data is None and not is_cut(blob) and _is_signed(blob.text):
            return blob
    return None


def _is_signed(text: str) -> bool:
    return _VERSION.search(text) is not None or _read_kobold(text) is not None


def _read_kobold(text: str) -> Infotext | None:
    """Return KoboldCpp's line as an infotext, or None where the text is none of its.

    A prompt may hold the same words, so the last of each mark counts.
    """
    if not text.startswith(_KOBOLD_START) or not _KOBOLD.search(text):
        return None
    steps = [match.start() for match in _KOBOLD_STEPS.finditer(text)]
    negative = text.rfind(_KOBOLD_NEGATIVE, 0, steps[-1]) if steps else -1
    if negative < 0:
        return None
    pairs: list[tuple[str, str]] = []
    for part in _BAR.split(text[steps[-1] :]):
        key, _, value = part.partition(": ")
        key = key.strip()
        if key:
            pairs.append((_KOBOLD_KEYS.get(key, key), value.strip()))
    by_key = {key.lower(): value for key, value in reversed(pairs)}
    return Infotext(
        text[len(_KOBOLD_START) : negative].strip(),
        text[negative + len(_KOBOLD_NEGATIVE) : steps[-1]].strip(),
        Settings(tuple(pairs), by_key),
    )


def _split_sampler(fields: Mapping[Field, Stated]) -> dict[Field, Stated]:
    """Return sampler and schedule of ``euler discrete``."""
    sampler = fields.get("sampler")
    if sampler is None or "scheduler" in fields:
        return {}
    name, _, schedule = str(sampler.value).strip().partition(" ")
    if not schedule.strip():
        return {}
    return {
        "sampler": replace(sampler, value=name),
        "scheduler": replace(sampler, value=schedule.strip()),
    }


def _parts(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the parts that the text names, several text encoders each under the same key."""
    kinds: dict[str, ResourceKind] = {"unet": "checkpoint", "te": "text_encoder"}
    for key, name in settings.pairs:
        kind = kinds.get(key.lower())
        if kind and not names_nothing(name):
            yield model_file(kind, name, source)


def _model_of_parts(resources: tuple[Resource, ...]) -> dict[Field, Stated]:
    """Return the model that draws: of two, that of the low noise."""
    for resource in resources:
        if resource.kind == "checkpoint" and not resource.extra:
            return {"model": Stated(resource.label, resource.source)}
    return {}


def _read_json(settings: Settings, source: str) -> JsonTable | None:
    value = parse_value(settings.get("sdcpp"))
    if isinstance(value, dict):
        return JsonTable(value, source, "SDCPP")
    return None


def _models(json: JsonTable) -> Iterator[Resource]:
    models = json.part("models")
    for key, value in models.data.items():
        kind, used_as = MODELS.get(key, ("other", None))
        if isinstance(value, str) and not names_nothing(value):
            yield model_file(kind, value, models.place(key), used_as=used_as)


def _loras(json: JsonTable) -> Iterator[Resource]:
    for entry in json.each("loras"):
        name = entry.text("name")
        if name:
            used_as = "high noise" if entry.data.get("is_high_noise") is True else None
            weight = entry.data.get("multiplier")
            yield model_file("lora", name, entry.here, weight=weight, used_as=used_as)


def _is_on(hires: JsonTable) -> bool:
    return hires.data.get("enabled") is True


def _upscaler(hires: JsonTable) -> dict[Field, Stated]:
    return hires.fields(UPSCALER) if _is_on(hires) else {}


def _upscaler_file(hires: JsonTable) -> Iterator[Resource]:
    name = hires.text("model")
    if name and _is_on(hires):
        yield model_file("upscaler", name, hires.place("model"), used_as="hires")


def _hires_pass(hires: JsonTable, base: Mapping[Field, Stated]) -> Iterator[Sampling]:
    """Yield the second pass; what is 0 there is taken from the base pass, or from the scale."""
    if _is_on(hires):
        stated = hires.fields(HIRES)
        fields = {name: one for name, one in stated.items() if one.value != 0}
        strength = fields.get("denoise")
        if strength is not None and isinstance(strength.value, float):
            fields["denoise"] = replace(strength, value=shortest_float(strength.value))
        if "width" not in fields:
            fields |= scaled_size(base, str(hires.data.get("scale")))
        yield Sampling("hires", fields)


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"a1111"}), roles=frozenset(ROLES))
