"""A plain graph for tests to change: each names only the nodes that matter to it."""

from collections.abc import Mapping

from service.parse.comfyui import PARSER
from service.records import Blob, Blobs, Field, Generation, Scalar
from service.records.json_values import JsonValue

Nodes = Mapping[str, tuple[str, Mapping[str, JsonValue]]]
"""Id → class and inputs."""

PLAIN: Nodes = {
    "1": ("CheckpointLoaderSimple", {"ckpt_name": "heron.safetensors"}),
    "2": ("CLIPTextEncode", {"text": "a heron at dawn", "clip": ["1", 1]}),
    "3": ("CLIPTextEncode", {"text": "mist", "clip": ["1", 1]}),
    "4": ("EmptyLatentImage", {"width": 704, "height": 960, "batch_size": 1}),
    "5": (
        "KSampler",
        {
            "seed": 90210,
            "steps": 22,
            "cfg": 4.5,
            "sampler_name": "deis",
            "scheduler": "beta",
            "denoise": 1,
            "model": ["1", 0],
            "positive": ["2", 0],
            "negative": ["3", 0],
            "latent_image": ["4", 0],
        },
    ),
    "6": ("VAEDecode", {"samples": ["5", 0], "vae": ["1", 2]}),
    "7": ("SaveImage", {"filename_prefix": "heron", "images": ["6", 0]}),
}

READ: Mapping[Field, Scalar] = {
    "positive_prompt": "a heron at dawn",
    "negative_prompt": "mist",
    "steps": 22,
    "cfg_scale": 4.5,
    "sampler": "deis",
    "scheduler": "beta",
    "seed": 90210,
    "denoise": 1,
    "width": 704,
    "height": 960,
    "model": "heron.safetensors",
}
"""What the plain graph states."""


def prompt_of(nodes: Nodes) -> dict[str, JsonValue]:
    """Return nodes in the API form."""
    graph: dict[str, JsonValue] = {}
    for id_, (class_type, inputs) in nodes.items():
        graph[id_] = {"class_type": class_type, "inputs": dict(inputs)}
    return graph


def changed(nodes: Nodes, **inputs: Mapping[str, JsonValue]) -> Nodes:
    """Return nodes with some inputs of some (``n5={"model": …}``) changed, None for left out."""
    new = dict(nodes)
    for name, values in inputs.items():
        id_ = name.removeprefix("n")
        class_type, old = nodes[id_]
        merged = {key: value for key, value in {**old, **values}.items() if value is not None}
        new[id_] = (class_type, merged)
    return new


def read(
    prompt: JsonValue, workflow: JsonValue = None, file_name: str = "heron_00001_.png"
) -> Generation:
    """Return what the parser says of a file with these graphs."""
    texts: dict[str, tuple[Blob, ...]] = {}
    for role, data in (("prompt", prompt), ("workflow", workflow)):
        if data is not None:
            texts[role] = (Blob("", f"PNG:{role.title()}", data),)
    return PARSER.read(Blobs(texts, file_name))


def values(found: Generation) -> dict[Field, Scalar]:
    """Return the stated values without their places."""
    return {name: stated.value for name, stated in found.fields.items()}


def read_nodes(nodes: Nodes, file_name: str = "heron_00001_.png") -> dict[Field, Scalar]:
    """Return the values that nodes in the API form state."""
    return values(read(prompt_of(nodes), file_name=file_name))
