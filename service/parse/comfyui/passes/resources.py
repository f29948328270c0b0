"""What belongs to the image as a whole: decoder, CLIP skip, upscaler, and all model files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.file_inputs import PARTWISE, kind_of
from service.parse.comfyui.nodes.setting_inputs import NUMBERS
from service.parse.comfyui.nodes.signature import SIGNATURES_KEPT, Names, Signature
from service.parse.comfyui.passes.from_output import Way
from service.parse.comfyui.passes.loras import as_number, is_on, read_loras
from service.parse.comfyui.passes.one_pass import Pass
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.passes.steps import Step
from service.parse.comfyui.values.ask import NodeValues
from service.parse.gate import is_file
from service.records import Field, Resource, ResourceKind, Stated

VAE_FILES = ("vae_name", "vae_checkpoint", "vae")
LOADER_FILES = (*VAE_FILES, "model_name")
PARTWISE_FILES = ("vae_model",)
SKIPS = ("stop_at_clip_layer", "clip_skip", "base_clip_skip")
UPSCALERS = ("model_name", "upscale_model", "upscaler_name")
APPLIERS = ("control_net", "ipadapter", "controlnet")
STRENGTHS = ("strength", "weight")
MOST = 8
"""Encoders that are asked for their clip skip; the first that has one decides."""


def read_image_fields(
    graph: Graph, routes: Routes, values: NodeValues, way: Way, encoders: Sequence[Node]
) -> dict[Field, Stated]:
    """Return what is said of the image as a whole, rather than of a pass."""
    found: dict[Field, Stated] = {}
    vae = _find_vae(routes, values, way.decoder)
    if vae is not None:
        found["vae"] = vae
    clip_skip = _find_clip_skip(routes, values, encoders)
    if clip_skip is not None:
        found["clip_skip"] = clip_skip
    rate = _find_rate(graph, values, way.start)
    if rate is not None:
        found["fps"] = rate
    upscaler = _find_upscaler(graph, values, way.upscalers[::-1])
    if upscaler is not None:
        found["upscaler"] = upscaler
    return found


def _find_vae(routes: Routes, values: NodeValues, decoder: Node | None) -> Stated | None:
    """Return the file of the decoder's VAE; None where it is the checkpoint's own."""
    if decoder is None:
        return None
    for node in routes.nodes(decoder, "vae"):
        names: tuple[str, ...] = VAE_FILES
        if node.scalar(PARTWISE[0]) == PARTWISE[1]:
            names = PARTWISE_FILES
        elif "vae" in node.class_type.lower():
            names = LOADER_FILES
        file = _read_file(values, node, names)
        if file is not None:
            return file
    return None


def _read_file(values: NodeValues, node: Node, names: tuple[str, ...]) -> Stated | None:
    """Return the first file that these widgets name; only the first may name it by link."""
    for name in names:
        file = node.stated(name)
        if file is None and name == names[0]:
            file = values.read_input(node, name)
        if file is not None and is_file(file.value):
            return file
    return None


def _find_clip_skip(routes: Routes, values: NodeValues, encoders: Sequence[Node]) -> Stated | None:
    """Return where the base encoder's CLIP stops, as written (-2)."""
    known: list[list[Step]] = []
    for encoder in encoders[:MOST]:
        nodes = [encoder]
        starts = routes.starts(encoder, "clip")
        if starts not in known:  # one CLIP encodes most prompts
            known.append(starts)
            nodes += [visit.node for visit in routes.walk(starts)]
        for node in nodes:
            skip = values.read_first(node, SKIPS)
            if skip is not None:
                return skip
    return None


def _find_rate(graph: Graph, values: NodeValues, saver: Node | None) -> Stated | None:
    """Return how many frames a second are saved: by the saver, or what makes a video for it."""
    if saver is None:
        return None
    for node in (saver, *(graph[origin] for origin in saver.origins() if origin in graph)):
        rate = values.read_first(node, NUMBERS["fps"])
        if rate is not None:
            return rate
    return None


def _find_upscaler(graph: Graph, values: NodeValues, nodes: Iterable[Node]) -> Stated | None:
    """Return the file of the first upscale model on the path, in the order in which they ran."""
    for node in nodes:
        loader: Node | None = node
        if "upscale_model" in node.links:
            loader = graph.get(node.links["upscale_model"][0])
        if loader is None:
            continue
        own = [name for name, kind in _names_of_files(node.signature) if kind == "upscaler"]
        file = _read_file(values, loader, (*UPSCALERS, *own))
        if file is not None:
            return file
    return None


def collect_resources(
    graph: Graph, values: NodeValues, output: Node, passes: Sequence[Pass], vae: Stated | None
) -> tuple[Resource, ...]:
    """Return each file once: those of the passes, the VAE, then the side files of all nodes."""
    unique: dict[tuple[str, str, str], Resource] = {}
    for ordinal, one in enumerate(passes):
        for file in one.resources:
            key = _key(file)
            if key not in unique:  # later passes have most of theirs from the first
                unique[key] = _of_pass(file, ordinal) if ordinal else file
    others = list(_list_side_files(graph, values, _list_upstream(graph, output.id)))
    if vae is not None:
        others.insert(0, Resource("vae", str(vae.value), vae.source))
    for file in others:
        unique.setdefault(_key(file), file)
    return tuple(unique.values())


def _of_pass(file: Resource, ordinal: int) -> Resource:
    """Return a file of a later pass."""
    return Resource(
        file.kind,
        file.label,
        file.source,
        file.weight,
        file.clip_weight,
        used=file.used,
        extra={**file.extra, "pass": ordinal},
    )


def _key(file: Resource) -> tuple[str, str, str]:
    """Return by what two are one file of one node."""
    return file.kind, file.label, file.source


def _list_upstream(graph: Graph, start: str) -> list[Node]:
    """Return a node and everything that feeds it, nearest first."""
    found: dict[str, Node] = {}
    waiting = [start]
    for id_ in waiting:  # the list grows while it is read
        node = graph.get(id_)
        if node is not None and id_ not in found:
            found[id_] = node
            waiting += node.origins()
    return list(found.values())


def _list_side_files(graph: Graph, values: NodeValues, nodes: Sequence[Node]) -> Iterator[Resource]:
    """Yield the files that nodes load besides checkpoint, LoRA and VAE."""
    weights = _read_weights(graph, values, nodes)
    for node in nodes:
        for name, kind in _names_of_files(node.signature):
            file = node.stated(name)
            if file is None or not is_file(file.value):
                continue
            ending = name.rpartition("_")[2]
            weight = _own_weight(node, kind, ending)
            if weight is None:
                weight = weights.get(node.id)
            yield Resource(
                kind,
                str(file.value),
                file.source,
                weight,
                used=is_on(node, ending if ending.isdecimal() else ""),
                extra={"loader": node.class_type},
            )


@lru_cache(maxsize=SIGNATURES_KEPT)
def _names_of_files(node: Signature) -> tuple[tuple[str, ResourceKind], ...]:
    """Return the widgets that name side files, with the kind of each."""
    kinds = ((name, kind_of(node.record, name)) for name in node.inputs)
    return tuple((name, kind) for name, kind in kinds if kind is not None)


def _own_weight(node: Node, kind: ResourceKind, digits: str) -> float | None:
    """Return the strength beside a file on its own node: a hypernetwork's, or one of a stack."""
    if kind == "hypernetwork":
        return as_number(node.inputs.get("strength"))
    return as_number(node.inputs.get(f"controlnet_strength_{digits}"))


def _read_weights(
    graph: Graph, values: NodeValues, nodes: Sequence[Node]
) -> Mapping[str, float | None]:
    """Return how strongly each ControlNet or IP-Adapter loader is applied, by the loader's id."""
    weights: dict[str, float | None] = {}
    for node in nodes:
        for name in _links_of_loaders(node.signature):
            strength = values.read_first(node, STRENGTHS)
            if strength is None:
                continue
            loader = graph.get(node.links[name][0])
            while loader is not None and name in loader.links and loader.id not in weights:
                weights[loader.id] = None  # between loader and applier: a union type, a cycle
                loader = graph.get(loader.links[name][0])
            if loader is not None:
                weights.setdefault(loader.id, as_number(strength.value))
    return weights


@lru_cache(maxsize=SIGNATURES_KEPT)
def _links_of_loaders(node: Signature) -> Names:
    """Return the links that bring a ControlNet or IP-Adapter to what applies it."""
    return tuple(filter(node.links.__contains__, APPLIERS))


def list_idle_loras(nodes: Iterable[Node]) -> Iterator[Resource]:
    """Yield the LoRAs of nodes that did not run: listed, without effect."""
    for node in nodes:
        for lora in read_loras(NodeValues({node.id: node}), node):
            yield lora.resource(used=False)
