"""What a sampler gets in a bundle (a pipe, a context), its decoder among it."""

import pytest

from service.parse.comfyui import PARSER
from service.records import Blob, Blobs
from service.records.json_values import JsonValue

Graph = dict[str, JsonValue]


def node(kind: str, **inputs: JsonValue) -> JsonValue:
    return {"class_type": kind, "inputs": inputs}


def sampler(kind: str, **links: JsonValue) -> JsonValue:
    return node(
        kind, seed=1, steps=4, cfg=2.0, sampler_name="lcm", scheduler="simple", denoise=1.0, **links
    )


def values_of(graph: Graph) -> dict[str, object]:
    blob = Blob("", "PNG:Prompt", graph)
    found = PARSER.parse(Blobs({"prompt": (blob,)}, file_name="x.png"))
    return {field: stated.value for field, stated in found.fields.items()}


PARTS: Graph = {
    "c": node("CheckpointLoaderSimple", ckpt_name="m.safetensors"),
    "v": node("VAELoader", vae_name="own.safetensors"),
    "p": node("CLIPTextEncode", text="a heron", clip=["c", 1]),
    "n": node("CLIPTextEncode", text="frame", clip=["c", 1]),
    "e": node("EmptyLatentImage", width=64, height=32, batch_size=1),
}
BUNDLED: dict[str, JsonValue] = {
    "model": ["c", 0],
    "clip": ["c", 1],
    "positive": ["p", 0],
    "negative": ["n", 0],
}
EXPECTED: dict[str, object] = {
    "model": "m.safetensors",
    "vae": "own.safetensors",
    "positive_prompt": "a heron",
    "negative_prompt": "frame",
    "steps": 4,
    "cfg_scale": 2.0,
    "sampler": "lcm",
    "scheduler": "simple",
    "seed": 1,
    "denoise": 1.0,
}
SIZE: dict[str, object] = {"width": 64, "height": 32}

BUNDLES: dict[str, tuple[Graph, dict[str, object]]] = {
    "decodes within": (
        {
            "s": node("SaveImage", images=["d", 0]),
            "d": sampler("FaceDetailerPipe", image=["l", 0], detailer_pipe=["b", 0]),
            "l": node("LoadImage", image="a.png"),
            "b": node("ToDetailerPipe", vae=["v", 0], **BUNDLED),
        },
        EXPECTED,
    ),
    "gives its bundle's VAE to the decoder": (
        {
            "s": node("SaveImage", images=["d", 0]),
            "d": node("VAEDecode", samples=["k", 1], vae=["k", 2]),
            "k": sampler("ImpactKSamplerBasicPipe", basic_pipe=["b", 0], latent_image=["e", 0]),
            "b": node("ToBasicPipe", vae=["v", 0], **BUNDLED),
        },
        {**EXPECTED, **SIZE},
    ),
    "is in the bundle that the VAE joined later": (
        {
            "s": node("SaveImage", images=["o", 0]),
            "o": node("Odd Image Of Pipe", pipe=["j", 0]),
            "j": node("Odd Join", pipe=["k", 0], vae=["v", 0]),
            "k": sampler("Odd KSampler", pipe=["b", 0], positive=["p", 0], negative=["n", 0]),
            "b": node("ToBasicPipe", model=["c", 0], clip=["c", 1]),
        },
        EXPECTED,
    ),
}


@pytest.mark.parametrize("name", BUNDLES)
def test_the_decoder_of_a_sampler_that_works_from_a_bundle_is_found(name: str) -> None:
    graph, expected = BUNDLES[name]
    assert values_of({**PARTS, **graph}) == expected
