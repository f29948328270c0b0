"""Every place in which a file states a model gives a row, and one model one row.

From ExifTool's tags to resources.
"""

import json
from typing import Any

import pytest

from service.pipeline import process
from service.records import RawRecord, WatchedFile

Row = tuple[str, str, float | None, float | None, str | None]
"""Kind, label, weight, the text encoder's weight, hash."""


def rows(tags: dict[str, Any]) -> list[Row]:
    """Return the resources of a file with these tags, those that were used."""
    file = WatchedFile(root="Input", path="x.png", size=1, mtime_ns=1)
    raw = RawRecord(
        file=file, mime_type="image/png", sha256=None, extractor="exiftool 12.57", tags=tags
    )
    used = [one for one in process(raw).resources if one.used]
    return sorted((one.kind, one.label, one.weight, one.clip_weight, one.hash) for one in used)  # type: ignore[type-var]


def infotext(prompt: str, settings: str) -> list[Row]:
    first = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"
    text = f"{prompt}\n{first}, {settings}Version: v1.10.1"
    return rows({"PNG:Parameters": text})


MODEL = ("checkpoint", "m", None, None, "0123456789")
M = "Model hash: 0123456789, Model: m, "

INFOTEXTS: dict[str, tuple[str, str, list[Row]]] = {
    "model and hash": ("cat", M, [MODEL]),
    "a LoRA's hash joins its tag": (
        "<lora:a:0.5>",
        M + 'Lora hashes: "a: aabbccddeeff", ',
        [MODEL, ("lora", "a", 0.5, None, "aabbccddeeff")],
    ),
    "two LoRAs": (
        "<lora:a:0.5> <lora:b:1>",
        'Lora hashes: "a: aabbccddeeff, b: 001122334455", ',
        [("lora", "a", 0.5, None, "aabbccddeeff"), ("lora", "b", 1.0, None, "001122334455")],
    ),
    "the same LoRA in both": (
        "<lora:a:0.5>",
        'Lora hashes: "a: aabbccddeeff", Hashes: {"lora:a": "aabbccddee"}, ',
        [("lora", "a", 0.5, None, "aabbccddeeff")],
    ),
    "an embedding's hash": (
        "easyneg, cat",
        'TI hashes: "easyneg: c74b4e810b03", ',
        [("embedding", "easyneg", 1.0, None, "c74b4e810b03")],
    ),
    "a weighted embedding": (
        "(easyneg:1.3), cat",
        'TI hashes: "easyneg: c74b4e810b03", ',
        [("embedding", "easyneg", 1.3, None, "c74b4e810b03")],
    ),
    "a VAE and its hash": (
        "cat",
        "VAE hash: aabbccddee, VAE: v.safetensors, ",
        [("vae", "v.safetensors", None, None, "aabbccddee")],
    ),
    "the hires upscaler": (
        "cat",
        "Hires upscale: 2, Hires upscaler: 4x-UltraSharp, ",
        [("upscaler", "4x-UltraSharp", None, None, None)],
    ),
    "a refiner": (
        "cat",
        M + "Refiner: r [aabbccddee], Refiner switch at: 0.8, ",
        [
            ("checkpoint", "m", None, None, "0123456789"),
            ("checkpoint", "r", None, None, "aabbccddee"),
        ],
    ),
    "the Hashes object": (
        "cat <lora:a:1>",
        M + 'VAE: v.pt, Hashes: {"model": "0123456789", "lora:a": "aabbccddee", '
        '"vae": "1122334455"}, ',
        [MODEL, ("lora", "a", 1.0, None, "aabbccddee"), ("vae", "v.pt", None, None, "1122334455")],
    ),
    "a hypernetwork in the prompt": (
        "<hypernet:h:0.4>",
        "",
        [("hypernetwork", "h", 0.4, None, None)],
    ),
    "a LyCORIS in the prompt": ("<lyco:l:0.4>", "", [("lora", "l", 0.4, None, None)]),
    "a negative weight": ("<lora:slider:-2>", "", [("lora", "slider", -2.0, None, None)]),
    "weight 0 is no use": ("<lora:off:0>", "", []),
    "no weight is 1": ("<lora:plain>", "", [("lora", "plain", 1.0, None, None)]),
    "a name with a folder, dots and blanks": (
        "<lora:sub/My LoRA v1.5:0.7>",
        "",
        [("lora", "sub/My LoRA v1.5", 0.7, None, None)],
    ),
    "Unicode": ("<lora:水墨:0.7>", "", [("lora", "水墨", 0.7, None, None)]),
    "twice in one prompt": ("<lora:a:0.5> x <lora:a:0.5>", "", [("lora", "a", 0.5, None, None)]),
    "CivitAI's list": (
        "cat",
        (
            'Civitai resources: [{"type":"checkpoint","modelVersionId":25,"modelName":"Real",'
            '"modelVersionName":"v1"},{"type":"lora","weight":0.8,"modelVersionId":7}], '
        ),
        [("checkpoint", "Real", None, None, None), ("lora", "modelVersionId:7", 0.8, None, None)],
    ),
    "CivitAI's list by AIR": (
        "cat",
        (
            "Civitai resources: "
            '[{"type":"lora","weight":0.8,"air":"urn:air:sdxl:lora:civitai:70@7"}], '
        ),
        [("lora", "urn:air:sdxl:lora:civitai:70@7", 0.8, None, None)],
    ),
}


@pytest.mark.parametrize("name", INFOTEXTS)
def test_a_place_in_an_infotext(name: str) -> None:
    prompt, settings, expected = INFOTEXTS[name]
    assert infotext(prompt, settings) == sorted(expected)


def graph(**more: dict[str, Any]) -> list[Row]:
    """Return the resources of a ComfyUI graph whose model comes through the node ``last``."""
    last = ["last", 0] if "last" in more else ["1", 0]
    clip = ["last", 1] if "last" in more else ["1", 1]
    nodes: dict[str, Any] = {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "m.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": clip}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": clip}},
        "4": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 512, "height": 512, "batch_size": 1},
        },
        "5": {
            "class_type": "KSampler",
            "inputs": {
                "model": last,
                "positive": ["2", 0],
                "negative": ["3", 0],
                "latent_image": ["4", 0],
                "seed": 1,
                "steps": 20,
                "cfg": 7.0,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 1.0,
            },
        },
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["6", 0]}},
    }
    for name, node in more.items():
        inputs = {**nodes.get(name, {}).get("inputs", {}), **node.get("inputs", {})}
        nodes[name] = {
            "class_type": node.get("class_type", nodes.get(name, {}).get("class_type")),
            "inputs": inputs,
        }
    return rows({"PNG:Prompt": json.dumps(nodes)})


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": {"model": ["1", 0], "clip": ["1", 1], **inputs}}


CKPT = ("checkpoint", "m.safetensors", None, None, None)
A, B = "a.safetensors", "b.safetensors"

GRAPHS: dict[str, tuple[dict[str, Any], list[Row]]] = {
    "a checkpoint": ({}, []),
    "a LoRA": (
        {"last": node("LoraLoader", lora_name=A, strength_model=0.8, strength_clip=0.6)},
        [("lora", A, 0.8, 0.6, None)],
    ),
    "a LoRA for the model alone": (
        {
            "last": node("LoraLoaderModelOnly", lora_name=A, strength_model=0.8),
            "2": {"inputs": {"clip": ["1", 1]}},
            "3": {"inputs": {"clip": ["1", 1]}},
        },
        [("lora", A, 0.8, None, None)],
    ),
    "a LoRA of weight 0": (
        {"last": node("LoraLoader", lora_name=A, strength_model=0, strength_clip=0)},
        [],
    ),
    "one LoRA after another": (
        {
            "last": node(
                "LoraLoader",
                model=["x", 0],
                clip=["x", 1],
                lora_name=A,
                strength_model=1,
                strength_clip=1,
            ),
            "x": node("LoraLoader", lora_name=B, strength_model=0.5, strength_clip=0.5),
        },
        [("lora", A, 1.0, 1.0, None), ("lora", B, 0.5, 0.5, None)],
    ),
    "rgthree's Power Lora": (
        {
            "last": node(
                "Power Lora Loader (rgthree)",
                lora_1={"on": True, "lora": A, "strength": 0.7},
                lora_2={"on": False, "lora": B, "strength": 1.0},
            )
        },
        [("lora", A, 0.7, None, None)],
    ),
    "LoRA Manager": (
        {
            "last": node(
                "Lora Loader (LoraManager)",
                text="<lora:a:0.7>",
                loras={
                    "__value__": [
                        {"name": "a", "strength": 0.7, "active": True, "clipStrength": 0.7},
                        {"name": "b", "strength": 1.0, "active": False},
                    ]
                },
            )
        },
        [("lora", "a", 0.7, 0.7, None)],
    ),
    "a stack of Efficiency": (
        {
            "last": node(
                "Efficient Loader",
                ckpt_name="m.safetensors",
                vae_name="Baked VAE",
                clip_skip=-1,
                lora_name=A,
                lora_model_strength=0.7,
                lora_clip_strength=0.6,
                positive="",
                negative="",
                empty_latent_width=512,
                empty_latent_height=512,
                batch_size=1,
            )
        },
        [("lora", A, 0.7, 0.6, None)],
    ),
    "a stack of CR": (
        {
            "last": node("CR Apply LoRA Stack", lora_stack=["s", 0]),
            "s": {
                "class_type": "CR LoRA Stack",
                "inputs": {
                    "switch_1": "On",
                    "lora_name_1": A,
                    "model_weight_1": 0.7,
                    "clip_weight_1": 0.6,
                    "switch_2": "Off",
                    "lora_name_2": B,
                    "model_weight_2": 1.0,
                    "clip_weight_2": 1.0,
                    "switch_3": "Off",
                    "lora_name_3": "None",
                    "model_weight_3": 1.0,
                    "clip_weight_3": 1.0,
                },
            },
        },
        [("lora", A, 0.7, 0.6, None)],
    ),
    "a LoRA that leads nowhere": (
        {"x": node("LoraLoader", lora_name=A, strength_model=1, strength_clip=1)},
        [],
    ),
    "a VAE of its own": (
        {
            "6": {"inputs": {"vae": ["v", 0]}},
            "v": {"class_type": "VAELoader", "inputs": {"vae_name": "v.safetensors"}},
        },
        [("vae", "v.safetensors", None, None, None)],
    ),
    "an embedding in the prompt": (
        {"2": {"inputs": {"text": "a cat, (embedding:easy:1.2)"}}},
        [("embedding", "easy", 1.2, None, None)],
    ),
    "an embedding in the negative": (
        {"3": {"inputs": {"text": "embedding:easy.pt, blurry"}}},
        [("embedding", "easy.pt", 1.0, None, None)],
    ),
    "a LoRA tag that nobody reads": ({"2": {"inputs": {"text": "a cat <lora:a:1>"}}}, []),
    "an upscaler": (
        {
            "9": {"inputs": {"images": ["u", 0]}},
            "u": {
                "class_type": "ImageUpscaleWithModel",
                "inputs": {"upscale_model": ["ul", 0], "image": ["6", 0]},
            },
            "ul": {"class_type": "UpscaleModelLoader", "inputs": {"model_name": "4x.pth"}},
        },
        [("upscaler", "4x.pth", None, None, None)],
    ),
    "a ControlNet": (
        {
            "5": {"inputs": {"positive": ["c", 0]}},
            "c": {
                "class_type": "ControlNetApply",
                "inputs": {
                    "conditioning": ["2", 0],
                    "control_net": ["cl", 0],
                    "image": ["i", 0],
                    "strength": 0.8,
                },
            },
            "cl": {
                "class_type": "ControlNetLoader",
                "inputs": {"control_net_name": "canny.safetensors"},
            },
            "i": {"class_type": "LoadImage", "inputs": {"image": "x.png"}},
        },
        [("controlnet", "canny.safetensors", 0.8, None, None)],
    ),
    "an AIR as a checkpoint": (
        {"1": {"inputs": {"ckpt_name": "urn:air:sdxl:checkpoint:civitai:82@25"}}},
        [],
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_place_in_a_graph(name: str) -> None:
    more, expected = GRAPHS[name]
    ckpt = (
        ("checkpoint", "urn:air:sdxl:checkpoint:civitai:82@25", None, None, None)
        if "AIR" in name
        else CKPT
    )
    assert graph(**more) == sorted([ckpt, *expected])  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (
            {"airs": ["urn:air:sdxl:checkpoint:civitai:82@25", "urn:air:sdxl:lora:civitai:70@7"]},
            [("lora", "urn:air:sdxl:lora:civitai:70@7", None, None, None)],
        ),
        ({"airs": ["oci:image:repo@sha256", "urn:air:other:unknown:civitai:1@2"]}, []),
    ],
)
def test_airs_beside_a_graph(extra: dict[str, Any], expected: list[Row]) -> None:
    nodes = {
        "1": {
            "class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "urn:air:sdxl:checkpoint:civitai:82@25"},
        },
        "5": {
            "class_type": "KSampler",
            "inputs": {
                "model": ["1", 0],
                "seed": 1,
                "steps": 20,
                "cfg": 7.0,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 1.0,
            },
        },
        "9": {"class_type": "SaveImage", "inputs": {"images": ["5", 0]}},
        "extra": extra,
    }
    got = [
        row
        for row in rows({"PNG:Prompt": json.dumps(nodes)})
        if row[0] not in ("checkpoint", "resource_ref")
    ]
    assert got == expected
