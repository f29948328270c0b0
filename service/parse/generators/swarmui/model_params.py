"""The model files that a SwarmUI image names.

In its parameters, and with hashes in ``sui_models``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import JsonValue

from service.parse.shared.civitai_resources import number_of
from service.parse.shared.json_facts import JsonTable
from service.parse.shared.model_files import model_file, model_name, read_hash
from service.records import Resource, ResourceKind
from service.records.model_names import stem

SINGLE: tuple[tuple[str, ResourceKind, str | None], ...] = (
    ("model", "checkpoint", None),
    ("refinermodel", "checkpoint", "refiner"),
    ("segmentmodel", "checkpoint", "detailer"),
    ("videomodel", "checkpoint", "video"),
    ("videoswapmodel", "checkpoint", "video"),
    ("vae", "vae", None),
    ("refinervae", "vae", "refiner"),
    ("clipmodel", "text_encoder", None),
    ("clipgmodel", "text_encoder", None),
    ("clipvisionmodel", "clip_vision", None),
    ("cliplmodel", "text_encoder", None),
    ("t5xxlmodel", "text_encoder", None),
    ("llavamodel", "text_encoder", None),
    ("llamamodel", "text_encoder", None),
    ("qwenmodel", "text_encoder", None),
    ("mistralmodel", "text_encoder", None),
    ("useipadapter", "ip_adapter", None),
)
"""Parameter, what its model is, and the pass it serves where not the base pass."""

CONTROLNETS = ("controlnet", "controlnettwo", "controlnetthree")
_SAME = "(Use Base)"
_KINDS: Mapping[str, ResourceKind] = {param: kind for param, kind, _ in SINGLE}


def read_resources(whole: JsonTable, params: JsonTable) -> tuple[Resource, ...]:
    """Return the checkpoint first, then all else; hashes come from ``sui_models`` by name."""
    stated = (
        *_single(params),
        *_controlnets(params),
        *_loras(params),
        *_upscaler(params),
        *_embeddings(whole),
    )
    hashes = _hashes(whole)
    known = {stem(resource.label) for resource in stated}
    return (*(_with_hash(resource, hashes) for resource in stated), *_only_listed(whole, known))


def refines(params: JsonTable) -> bool:
    """Return whether the refiner, and the upscaling that goes with it, took part."""
    return params.stated("refinercontrolpercentage") is not None


def _single(params: JsonTable) -> Iterator[Resource]:
    for key, kind, used_as in SINGLE:
        name = model_name(params.data.get(key))
        if name and name != _SAME:
            weight = params.data.get("ipadapterweight") if kind == "ip_adapter" else None
            told = model_file(kind, name, params.place(key), weight=weight, used_as=used_as)
            yield (
                replace(told, used=False) if used_as == "refiner" and not refines(params) else told
            )


def _controlnets(params: JsonTable) -> Iterator[Resource]:
    for prefix in CONTROLNETS:
        name = model_name(params.data.get(f"{prefix}model"))
        if name:
            weight = params.data.get(f"{prefix}strength")
            yield model_file("controlnet", name, params.place(f"{prefix}model"), weight=weight)


def _loras(params: JsonTable) -> Iterator[Resource]:
    weights, clip_weights = _as_list(params, "loraweights"), _as_list(params, "loratencweights")
    for number, name in enumerate(_as_list(params, "loras")):
        label = model_name(name)
        if label:
            weight = weights[number] if number < len(weights) else None
            lora = model_file("lora", label, params.place("loras"), weight=weight)
            clip_weight = number_of(clip_weights[number]) if number < len(clip_weights) else None
            yield replace(lora, clip_weight=clip_weight)


def _as_list(params: JsonTable, key: str) -> list[JsonValue]:
    """Return a list, which old versions wrote as a text with commas."""
    value = params.data.get(key)
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return value if isinstance(value, list) else []


def _upscaler(params: JsonTable) -> Iterator[Resource]:
    method = params.text("refinerupscalemethod")
    if method and method.startswith(
        "model-"
    ):  # the others ('pixel-lanczos', 'latent-bislerp') are arithmetic
        told = model_file(
            "upscaler", method.removeprefix("model-"), params.place("refinerupscalemethod")
        )
        yield replace(told, used=refines(params))


def _embeddings(whole: JsonTable) -> Iterator[Resource]:
    extra = whole.inside("sui_extra_data")
    used = extra.data.get("used_embeddings") if extra else None
    for name in used if isinstance(used, list) else ():
        label = model_name(name)
        if label and extra:
            yield model_file("embedding", label, extra.place("used_embeddings"))


def _hashes(whole: JsonTable) -> dict[str, JsonValue]:
    return {
        stem(name): one.data.get("hash")
        for one in whole.each("sui_models")
        if (name := one.text("name"))
    }


def _with_hash(resource: Resource, hashes: Mapping[str, JsonValue]) -> Resource:
    return _with_tensor_hash(resource, hashes.get(stem(resource.label)))


def _with_tensor_hash(resource: Resource, hash_: JsonValue) -> Resource:
    """Return the resource with its hash, which is of the tensors and so never the file's SHA-256.

    A hash of no known length stays as it is written: nobody can say of what it is.
    """
    hex_, kind = read_hash(hash_)
    if kind == "unknown" and isinstance(hash_, str):
        return replace(resource, hash=hash_.lower(), hash_kind=kind)
    return replace(resource, hash=hex_, hash_kind="autov3" if kind == "sha256" else kind)


def _only_listed(whole: JsonTable, known: set[str]) -> Iterator[Resource]:
    """Yield the files that only ``sui_models`` lists."""
    for one in whole.each("sui_models"):
        name, param = model_name(one.data.get("name")), one.text("param") or ""
        if name and stem(name) not in known:
            kind = "lora" if param in ("loras", "used_loras") else _KINDS.get(param, "other")
            yield _with_tensor_hash(model_file(kind, name, one.place("name")), one.data.get("hash"))
