"""The model files that a SwarmUI image names, with hashes where ``sui_models`` has them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.parse.shared.hashes import read_hash
from service.parse.shared.json_facts import JsonTable
from service.parse.shared.model_files import model_file, model_name
from service.parse.shared.numbers import number_of
from service.records import Resource, ResourceKind
from service.records.json_values import JsonValue
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
USE_BASE = "(Use Base)"
"""How the page says that the refiner has no model of its own."""
_KINDS: Mapping[str, ResourceKind] = {
    **{param: kind for param, kind, _ in SINGLE},
    "loras": "lora",
    "used_loras": "lora",
}


def read_resources(whole: JsonTable, params: JsonTable) -> tuple[Resource, ...]:
    """Return the checkpoint first, then all else; hashes come from ``sui_models`` by name."""
    stated = (
        *_single(params),
        *_controlnets(params),
        *_loras(params),
        *_upscaler(params),
        *_embeddings(whole),
    )
    hashes: dict[str, JsonValue] = {}
    for file in whole.each("sui_models"):
        name = file.text("name")
        if name:
            hashes[stem(name)] = file.data.get("hash")
    names = [stem(resource.label) for resource in stated]
    found = [
        _with_tensor_hash(resource, hashes.get(name))
        for resource, name in zip(stated, names, strict=True)
    ]
    return (*found, *_only_listed(whole, set(names)))


def refines(params: JsonTable) -> bool:
    """Return whether the refiner, and the upscaling that goes with it, took part."""
    return params.stated("refinercontrolpercentage") is not None


def _single(params: JsonTable) -> Iterator[Resource]:
    for key, kind, used_as in SINGLE:
        name = model_name(params.data.get(key))
        if name and name != USE_BASE:
            weight = params.data.get("ipadapterweight") if kind == "ip_adapter" else None
            file = model_file(kind, name, params.place(key), weight=weight, used_as=used_as)
            if used_as == "refiner" and not refines(params):
                file = replace(file, used=False)
            yield file


def _controlnets(params: JsonTable) -> Iterator[Resource]:
    for prefix in CONTROLNETS:
        name = model_name(params.data.get(f"{prefix}model"))
        if name:
            weight = params.data.get(f"{prefix}strength")
            yield model_file("controlnet", name, params.place(f"{prefix}model"), weight=weight)


def _loras(params: JsonTable) -> Iterator[Resource]:
    names = _as_list(params, "loras")
    # a missing weight is None
    missing: list[JsonValue] = [None] * len(names)
    weights = _as_list(params, "loraweights") + missing
    clip_weights = _as_list(params, "loratencweights") + missing
    for item, weight, clip_weight in zip(names, weights, clip_weights, strict=False):
        name = model_name(item)
        if name:
            lora = model_file("lora", name, params.place("loras"), weight=weight)
            yield replace(lora, clip_weight=number_of(clip_weight))


def _as_list(params: JsonTable, key: str) -> list[JsonValue]:
    """Return a list, which old versions wrote as a text with commas."""
    value = params.data.get(key)
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return params.items(key)


def _upscaler(params: JsonTable) -> Iterator[Resource]:
    method = params.text("refinerupscalemethod") or ""
    # the others ('pixel-lanczos', 'latent-bislerp') are arithmetic
    if method.startswith("model-"):
        name = method.removeprefix("model-")
        file = model_file("upscaler", name, params.place("refinerupscalemethod"))
        yield replace(file, used=refines(params))


def _embeddings(whole: JsonTable) -> Iterator[Resource]:
    extra = whole.part("sui_extra_data")
    for item in extra.items("used_embeddings"):
        name = model_name(item)
        if name:
            yield model_file("embedding", name, extra.place("used_embeddings"))


def _with_tensor_hash(resource: Resource, hash_: JsonValue) -> Resource:
    """Return the resource with its hash, which is of the tensors and so never the file's SHA-256.

    A hash of no known length is kept as written: nobody can say of what it is.
    """
    digits, kind = read_hash(hash_)
    if kind == "unknown" and isinstance(hash_, str):
        digits = hash_.lower()
    elif kind == "sha256":
        kind = "autov3"
    return replace(resource, hash=digits, hash_kind=kind)


def _only_listed(whole: JsonTable, known: set[str]) -> Iterator[Resource]:
    """Yield the files that only ``sui_models`` lists."""
    for file in whole.each("sui_models"):
        name, param = model_name(file.data.get("name")), file.text("param") or ""
        if name and stem(name) not in known:
            kind = _KINDS.get(param, "other")
            resource = model_file(kind, name, file.place("name"))
            yield _with_tensor_hash(resource, file.data.get("hash"))
