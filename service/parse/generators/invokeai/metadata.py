"""``invokeai_metadata``: what InvokeAI's user interface states of a run, versions 3 to 6.

A model is ``{model_name, base_model, model_type}`` in version 3 and ``{key, hash, name, base,
type}`` since 4; the hash has its kind as prefix (``blake3:…``). ``scheduler`` is the sampler, with
``_k`` for Karras. ``clip_skip`` counts the layers that were skipped, so 1 is what others call clip
skip 2. ``strength`` applies to an init image, so it is none of a ``txt2img``. The lists:
``loras``, ``controlnets``,
``ipAdapters``, ``t2iAdapters`` (3 to 4), ``control_layers`` (4.2), ``ref_images`` (6) and
``canvas_v2_metadata`` with layers (5 on); regions have reference images of their own.
"""

from collections.abc import Iterator, Mapping

from service.light_patterns import light_pattern
from service.parse.shared.json_facts import FieldKeys, JsonTable
from service.parse.shared.model_files import model_file, model_name
from service.records import Field, Generation, Resource, ResourceKind, Sampling, Stated
from service.records.json_values import JsonValue

BASE: FieldKeys = (
    ("positive_prompt", ("positive_prompt", "prompt", "positive_conditioning")),
    ("negative_prompt", ("negative_prompt", "negative_conditioning")),
    ("steps", ("steps", "num_steps")),
    ("cfg_scale", ("cfg_scale", "cfg")),
    ("guidance", ("guidance",)),
    ("sampler", ("scheduler", "sampler_name")),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("denoise", ("strength",)),
)

REFINER: FieldKeys = (
    ("steps", ("refiner_steps",)),
    ("cfg_scale", ("refiner_cfg_scale",)),
    ("sampler", ("refiner_scheduler",)),
    ("positive_prompt", ("positive_style_prompt",)),
    ("negative_prompt", ("negative_style_prompt",)),
)
"""SDXL's refiner reads the style prompts alone."""

HIRES: FieldKeys = (
    ("denoise", ("hrf_strength",)),
    ("width", ("hrf_width",)),
    ("height", ("hrf_height",)),
    ("upscaler", ("hrf_method",)),
)

SINGLE: tuple[tuple[str, ResourceKind, str | None], ...] = (
    ("model", "checkpoint", None),
    ("refiner_model", "checkpoint", "refiner"),
    ("vae", "vae", None),
    ("t5_encoder", "text_encoder", None),
    ("qwen3_encoder", "text_encoder", None),
    ("clip_embed_model", "text_encoder", None),
    ("clip_l_model", "text_encoder", None),
    ("clip_g_model", "text_encoder", None),
    ("upscale_model", "upscaler", None),
    ("tile_controlnet_model", "controlnet", None),
)
"""Key, what its model is, and the pass it serves where not the base pass."""

LISTS: tuple[tuple[str, ResourceKind, tuple[str, ...], tuple[str, ...]], ...] = (
    ("loras", "lora", ("model", "lora"), ("weight",)),
    ("controlnets", "controlnet", ("control_model", "model"), ("control_weight", "weight")),
    ("controlLayers", "controlnet", ("model", "control_model"), ("weight",)),
    ("ipAdapters", "ip_adapter", ("ip_adapter_model", "model"), ("weight",)),
    ("t2iAdapters", "controlnet", ("t2i_adapter_model", "model"), ("weight",)),
    ("ref_images", "ip_adapter", ("model", "ip_adapter_model"), ("weight",)),
    ("referenceImages", "ip_adapter", ("model", "ip_adapter_model"), ("weight",)),
)
"""List, what its models are, and the keys of the model and of its weight within an entry."""

LAYERS: Mapping[str, ResourceKind] = {
    "control_adapter_layer": "controlnet",
    "ip_adapter_layer": "ip_adapter",
}
"""Types of InvokeAI 4.2's layers, each with its model."""

_TRIGGER = light_pattern(r"<([A-Za-z0-9][\w .-]{1,80})>")
_INNER = ("config", "controlAdapter", "ipAdapter")


def read_metadata(run: JsonTable) -> Generation:
    """Return what the object says."""
    fields = run.fields(BASE) | _models(run)
    if str(run.data.get("generation_mode")).endswith("txt2img"):  # of SDXL and Flux, too
        fields.pop("denoise", None)
    clip_skip = run.data.get("clip_skip")
    if isinstance(clip_skip, int) and not isinstance(clip_skip, bool) and clip_skip >= 0:
        fields["clip_skip"] = Stated(clip_skip + 1, run.place("clip_skip"))
    resources = (*_single(run), *_lists(run), *_layers(run), *embeddings_of_prompts(fields))
    return Generation("invokeai", fields, tuple(_passes(run)), resources, run.facts())


def embeddings_of_prompts(fields: Mapping[Field, Stated]) -> Iterator[Resource]:
    """Yield the textual inversions that the prompts call by their triggers: ``<paper-cut>``."""
    prompts = (fields.get("positive_prompt"), fields.get("negative_prompt"))
    for prompt in prompts:
        if prompt is not None:
            for name in _TRIGGER.findall(str(prompt.value)):
                yield model_file("embedding", name, prompt.source)


def _models(run: JsonTable) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {}
    keys: tuple[tuple[Field, str], ...] = (
        ("model", "model"),
        ("vae", "vae"),
        ("upscaler", "upscale_model"),
    )
    for field, key in keys:
        name = _name(run, key)
        if name:
            fields[field] = name
    hash_ = run.part("model").stated("hash", "model_hash")
    if hash_:
        fields["model_hash"] = hash_
    return fields


def _name(table: JsonTable, key: str) -> Stated | None:
    """Return a model's name, which may be in an object or alone."""
    model = table.inside(key)
    stated = model.stated("name", "model_name") if model else table.stated(key)
    if stated and model_name(stated.value):
        return stated
    return None


def _passes(run: JsonTable) -> Iterator[Sampling]:
    refiner = _name(run, "refiner_model")
    if refiner is not None:
        yield Sampling("refiner", {**run.fields(REFINER), "model": refiner})
    hires = run.fields(HIRES)
    if _is_hires_on(run, hires):
        yield Sampling("hires", hires)
    if _name(run, "upscale_model") is not None:
        yield Sampling("upscale", {})


def _is_hires_on(run: JsonTable, hires: Mapping[Field, Stated]) -> bool:
    """Return whether the hires pass ran; before 3.5 there was no switch, only its size."""
    switch = run.data.get("hrf_enabled")
    if switch is None:
        return "width" in hires
    return switch is True


def _single(run: JsonTable) -> Iterator[Resource]:
    for key, kind, used_as in SINGLE:
        yield from _file(run, key, kind, used_as=used_as)


def _file(
    table: JsonTable,
    key: str,
    kind: ResourceKind,
    *,
    weight: JsonValue = None,
    used_as: str | None = None,
) -> Iterator[Resource]:
    """Yield the model under a key, if there is one."""
    name = _name(table, key)
    if name is not None:
        hash_ = table.part(key).data.get("hash")
        yield model_file(
            kind, str(name.value), name.source, hash_=hash_, weight=weight, used_as=used_as
        )


def _lists(run: JsonTable) -> Iterator[Resource]:
    canvas = run.part("canvas_v2_metadata")
    for key, kind, names, weights in LISTS:
        for part in (run, canvas):
            for entry in _entries(part, key):
                yield from named_models(entry, kind, names, weights)


def _entries(part: JsonTable, key: str) -> Iterator[JsonTable]:
    """Yield a list's objects, also those of lists within it (``ref_images`` of 6.8)."""
    yield from part.each(key)
    for number, inner in enumerate(part.items(key)):
        if isinstance(inner, list):
            nested = JsonTable({str(number): inner}, part.source, part.place(key).partition("#")[2])
            yield from nested.each(str(number))


def _layers(run: JsonTable) -> Iterator[Resource]:
    """Yield the models of layers (4.2) and of a canvas's regions (5 on)."""
    for layer in run.part("control_layers").each("layers"):
        kind = LAYERS.get(layer.text("type") or "")
        if kind:
            yield from named_models(layer, kind, ("model",), ("weight",))
        yield from _adapters(layer, "ipAdapters")
    for region in run.part("canvas_v2_metadata").each("regionalGuidance"):
        yield from _adapters(region, "referenceImages")


def _adapters(region: JsonTable, key: str) -> Iterator[Resource]:
    """Yield the adapters of a region that is switched on."""
    if region.data.get("isEnabled") is not False:
        for entry in region.each(key):
            yield from named_models(entry, "ip_adapter", ("model",), ("weight",))


def named_models(
    entry: JsonTable, kind: ResourceKind, names: tuple[str, ...], weights: tuple[str, ...]
) -> Iterator[Resource]:
    """Yield the model that an entry names by the first of these keys, unless it is switched off."""
    if entry.data.get("isEnabled") is False:
        return
    entry = entry.inside(*_INNER) or entry
    for key in names:
        found = list(_file(entry, key, kind, weight=_weight(entry, weights)))
        if found:
            yield from found
            return


def _weight(entry: JsonTable, keys: tuple[str, ...]) -> JsonValue:
    """Return the weight; of a list with one for each step, the first."""
    for key in keys:
        if key in entry.data:
            value = entry.data[key]
            if isinstance(value, list) and value:
                return value[0]
            return value
    return None
