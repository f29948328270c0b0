"""The side files of an image: decoder, upscaler, ControlNets, text encoders and their kin."""

from collections.abc import Iterable, Iterator, Sequence

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.file_inputs import NOTHING, PARTWISE, kind_of
from service.parse.comfyui.passes.loras import as_number, switched_on
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import Values
from service.records import Resource, ResourceKind, Stated

VAE_FILES = ("vae_name", "vae_checkpoint", "vae")
LOADER_FILES = (*VAE_FILES, "model_name")
SKIPS = ("stop_at_clip_layer", "clip_skip", "base_clip_skip")
APPLIERS = ("control_net", "ipadapter", "controlnet")
STRENGTHS = ("strength", "weight")
MOST = 8
"""Encoders that are asked for their clip skip; the first that has one decides."""


def find_vae(routes: Routes, values: Values, decoder: Node | None) -> Stated | None:
    """Return the file of the decoder's VAE; None where it is the checkpoint's own."""
    starts = routes.starts(decoder, "vae") if decoder else []
    for node, _, _ in routes.walk(starts):
        names = LOADER_FILES if "vae" in node.class_type.lower() else VAE_FILES
        file = _file(
            values, node, ("vae_model",) if node.scalar(PARTWISE[0]) == PARTWISE[1] else names
        )
        if file is not None:
            return file
    return None


def find_clip_skip(routes: Routes, values: Values, encoders: Sequence[Node]) -> Stated | None:
    """Return where the base encoder's CLIP stops, as written (-2)."""
    for encoder in encoders[:MOST]:
        for node in (
            encoder,
            *(node for node, _, _ in routes.walk(routes.starts(encoder, "clip"))),
        ):
            skip = values.first(node, SKIPS)
            if skip is not None:
                return skip
    return None


def find_upscaler(graph: Graph, values: Values, nodes: Iterable[Node]) -> Stated | None:
    """Return the file of the first upscale model on the path, in the order in which they ran."""
    for node in nodes:
        loader = (
            graph.get(node.links["upscale_model"][0]) if "upscale_model" in node.links else node
        )
        named = [name for name in node.inputs if kind_of(node.record, name) == "upscaler"]
        file = (
            _file(values, loader, ("model_name", "upscale_model", "upscaler_name", *named))
            if loader
            else None
        )
        if file is not None:
            return file
    return None


def _file(values: Values, node: Node, names: tuple[str, ...]) -> Stated | None:
    for name in names:
        stated = node.stated(name) or (values.read(node, name) if name == names[0] else None)
        if (
            stated is not None
            and isinstance(stated.value, str)
            and stated.value.lower() not in NOTHING
        ):
            return stated
    return None


def side_files(graph: Graph, values: Values, nodes: Iterable[Node]) -> Iterator[Resource]:
    """Yield the files that the image's nodes load besides checkpoint, LoRA and VAE."""
    nodes = list(nodes)
    weights = _weights(graph, values, nodes)
    for node in nodes:
        for name in node.inputs:
            kind = kind_of(node.record, name)
            file = node.stated(name) if kind else None
            if kind is None or file is None or str(file.value).strip().lower() in NOTHING:
                continue
            digits = name.rpartition("_")[2]
            weight, used = (
                _own_weight(node, kind, digits),
                switched_on(node, digits if digits.isdecimal() else ""),
            )
            weight = weights.get(node.id) if weight is None else weight
            yield Resource(
                kind,
                str(file.value),
                file.source,
                weight,
                used=used,
                extra={"loader": node.class_type},
            )


def _own_weight(node: Node, kind: ResourceKind, digits: str) -> float | None:
    """Return the strength that stands beside a file on its own node.

    A hypernetwork's, one of a stack.
    """
    return as_number(
        node.inputs.get("strength" if kind == "hypernetwork" else f"controlnet_strength_{digits}")
    )


def _weights(graph: Graph, values: Values, nodes: list[Node]) -> dict[str, float | None]:
    """Return how strongly each ControlNet or IP-Adapter loader is applied, by the loader's id."""
    weights: dict[str, float | None] = {}
    for node in nodes:
        for name in APPLIERS:
            strength = values.first(node, STRENGTHS) if name in node.links else None
            loader = graph.get(node.links[name][0]) if strength else None
            while loader is not None and name in loader.links and loader.id not in weights:
                weights[loader.id] = None  # between loader and applier: a union type, a cycle
                loader = graph.get(loader.links[name][0])
            if loader is not None and strength is not None:
                weights.setdefault(loader.id, as_number(strength.value))
    return weights
