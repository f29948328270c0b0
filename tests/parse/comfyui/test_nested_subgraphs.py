"""Subgraphs within subgraphs: every level's links and values, and an end to what holds itself."""

import pytest

from service.parse.comfyui import PARSER
from service.records import Blob, Blobs
from service.records.json_values import JsonValue

LOADED = ("MODEL", "CONDITIONING", "CONDITIONING", "LATENT")
NAMES = ("model", "positive", "negative", "latent_image")


def values_of(workflow: JsonValue) -> dict[str, object]:
    blob = Blob("", "PNG:Workflow", workflow)
    found = PARSER.parse(Blobs({"workflow": (blob,)}, file_name="x.png"))
    return {field: stated.value for field, stated in found.fields.items()}


def node(
    id_: int, kind: str, links: tuple[int, ...] = (), gives: str = "", **more: JsonValue
) -> JsonValue:
    """Return a node; its links come into what a sampler takes, or into its one input."""
    names = NAMES if len(links) > 1 else ("images" if kind == "SaveImage" else "samples",)
    kinds = LOADED if len(links) > 1 else (names[0].removesuffix("s").upper(),)
    inputs: list[JsonValue] = [
        {"name": name, "type": type_, "link": link}
        for name, type_, link in zip(names, kinds, links, strict=False)
    ]
    outputs: list[JsonValue] = [{"name": gives, "type": gives}]
    return {"id": id_, "type": kind, "inputs": inputs, "outputs": outputs, **more}


def level(name: str, inside: JsonValue) -> JsonValue:
    """Return a subgraph's definition: what comes in goes into its one node, which gives out."""
    links: list[JsonValue] = [
        {
            "id": place + 1,
            "origin_id": -10,
            "origin_slot": place,
            "target_id": 5,
            "target_slot": place,
            "type": type_,
        }
        for place, type_ in enumerate(LOADED)
    ]
    out: JsonValue = {
        "id": 9,
        "origin_id": 5,
        "origin_slot": 0,
        "target_id": -20,
        "target_slot": 0,
        "type": "LATENT",
    }
    inputs: list[JsonValue] = [
        {"name": given, "type": type_, "linkIds": [place + 1]}
        for place, (given, type_) in enumerate(zip(NAMES, LOADED, strict=True))
    ]
    outputs: JsonValue = [{"name": "LATENT", "type": "LATENT", "linkIds": [9]}]
    return {
        "id": name,
        "nodes": [inside],
        "links": [*links, out],
        "inputs": inputs,
        "outputs": outputs,
    }


SAMPLER = node(
    5,
    "KSampler",
    (1, 2, 3, 4),
    "LATENT",
    widgets_values=[77, "fixed", 8, 3.5, "lcm", "simple", 1.0],
)


def instance(of: str) -> JsonValue:
    return node(5, of, (1, 2, 3, 4), "LATENT")


def workflow(of: str, definitions: list[JsonValue]) -> JsonValue:
    """Return a workflow that loads, samples in an instance of a subgraph, decodes and saves."""
    nodes: list[JsonValue] = [
        node(1, "CheckpointLoaderSimple", (), "MODEL", widgets_values=["m.safetensors"]),
        node(2, "CLIPTextEncode", (), "CONDITIONING", widgets_values=["a heron"]),
        node(3, "CLIPTextEncode", (), "CONDITIONING", widgets_values=["frame"]),
        node(4, "EmptyLatentImage", (), "LATENT", widgets_values=[64, 32, 1]),
        instance(of),
        node(6, "VAEDecode", (5,), "IMAGE"),
        node(7, "SaveImage", (6,), widgets_values=["x"]),
    ]
    links: list[JsonValue] = [
        [1, 1, 0, 5, 0, "MODEL"],
        [2, 2, 0, 5, 1, "CONDITIONING"],
        [3, 3, 0, 5, 2, "CONDITIONING"],
        [4, 4, 0, 5, 3, "LATENT"],
        [5, 5, 0, 6, 0, "LATENT"],
        [6, 6, 0, 7, 0, "IMAGE"],
    ]
    return {"nodes": nodes, "links": links, "definitions": {"subgraphs": definitions}}


EXPECTED: dict[str, object] = {
    "model": "m.safetensors",
    "positive_prompt": "a heron",
    "negative_prompt": "frame",
    "width": 64,
    "height": 32,
    "seed": 77,
    "steps": 8,
    "cfg_scale": 3.5,
    "sampler": "lcm",
    "scheduler": "simple",
    "denoise": 1.0,
}


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_a_sampler_is_read_however_many_subgraphs_it_is_in(levels: int) -> None:
    names = [f"level {number}" for number in range(levels)]
    inside = [*(instance(name) for name in names[1:]), SAMPLER]
    definitions = [level(name, node_) for name, node_ in zip(names, inside, strict=True)]
    assert values_of(workflow(names[0], definitions)) == EXPECTED


def test_a_subgraph_that_holds_itself_ends_and_leaves_what_is_outside() -> None:
    data = workflow("ring", [level("ring", instance("ring"))])
    assert values_of(data) == {}
