"""ComfyUI graphs in API form, built node by node, and the editor's form beside them."""

import json
from collections.abc import Mapping

InputValue = str | int | float | list[str | int]
DemoGraph = Mapping[str, tuple[str, dict[str, InputValue]]]
"""Node id → (class, inputs); an input that is a list is a link: [node id, output slot]."""

NEGATIVE = "blurry, lowres, watermark"


def _sampler(
    seed: int, latent: str, model: str = "1", **other: InputValue
) -> tuple[str, dict[str, InputValue]]:
    inputs: dict[str, InputValue] = {
        "seed": seed,
        "steps": 25,
        "cfg": 6.0,
        "sampler_name": "dpmpp_2m",
        "scheduler": "karras",
        "denoise": 1.0,
        "model": [model, 0],
        "positive": ["2", 0],
        "negative": ["3", 0],
        "latent_image": [latent, 0],
    }
    return "KSampler", inputs | other


def _encoders(prompt: str, clip: str = "1") -> DemoGraph:
    return {
        "2": ("CLIPTextEncode", {"text": prompt, "clip": [clip, 1]}),
        "3": ("CLIPTextEncode", {"text": NEGATIVE, "clip": [clip, 1]}),
    }


CHECKPOINT: DemoGraph = {
    "1": ("CheckpointLoaderSimple", {"ckpt_name": "sd_xl_base_1.0.safetensors"})
}
EMPTY: DemoGraph = {"4": ("EmptyLatentImage", {"width": 1024, "height": 1024, "batch_size": 1})}


def _saved(latent: str) -> DemoGraph:
    return {
        "8": ("VAEDecode", {"samples": [latent, 0], "vae": ["1", 2]}),
        "9": ("SaveImage", {"filename_prefix": "ComfyUI", "images": ["8", 0]}),
    }


TEXT_TO_IMAGE: DemoGraph = {
    **CHECKPOINT,
    **_encoders("a wooden bridge over a stream, autumn leaves, masterpiece"),
    **EMPTY,
    "5": _sampler(18446744073709551615, "4"),
    **_saved("5"),
}

TWO_PASSES: DemoGraph = {
    **CHECKPOINT,
    **_encoders("a snowy mountain village at night, windows glowing"),
    **EMPTY,
    "5": _sampler(123, "4"),
    "6": (
        "LatentUpscaleBy",
        {"samples": ["5", 0], "upscale_method": "nearest-exact", "scale_by": 1.5},
    ),
    "7": _sampler(123, "6", steps=12, denoise=0.5),
    **_saved("7"),
}

LORA_STACK: DemoGraph = {
    **CHECKPOINT,
    **_encoders("a knitted owl on a shelf, embedding:soft_wool", clip="11"),
    **EMPTY,
    "10": (
        "LoraLoader",
        {
            "lora_name": "knitwear.safetensors",
            "strength_model": 0.9,
            "strength_clip": 0.8,
            "model": ["1", 0],
            "clip": ["1", 1],
        },
    ),
    "11": (
        "LoraLoader",
        {
            "lora_name": "soft_light.safetensors",
            "strength_model": 0.4,
            "strength_clip": 0.4,
            "model": ["10", 0],
            "clip": ["10", 1],
        },
    ),
    "5": _sampler(456, "4", model="11"),
    **_saved("5"),
}

FLUX: DemoGraph = {
    "1": ("UNETLoader", {"unet_name": "flux1-dev.safetensors", "weight_dtype": "default"}),
    "2": (
        "CLIPTextEncode",
        {"text": "a street musician in the rain, 35mm photograph", "clip": ["12", 0]},
    ),
    "4": ("EmptySD3LatentImage", {"width": 832, "height": 1216, "batch_size": 1}),
    "5": (
        "SamplerCustomAdvanced",
        {
            "noise": ["16", 0],
            "guider": ["15", 0],
            "sampler": ["17", 0],
            "sigmas": ["18", 0],
            "latent_image": ["4", 0],
        },
    ),
    "8": ("VAEDecode", {"samples": ["5", 0], "vae": ["13", 0]}),
    "9": ("SaveImage", {"filename_prefix": "ComfyUI", "images": ["8", 0]}),
    "12": (
        "DualCLIPLoader",
        {
            "clip_name1": "t5xxl_fp16.safetensors",
            "clip_name2": "clip_l.safetensors",
            "type": "flux",
        },
    ),
    "13": ("VAELoader", {"vae_name": "ae.safetensors"}),
    "14": ("FluxGuidance", {"guidance": 3.5, "conditioning": ["2", 0]}),
    "15": ("BasicGuider", {"model": ["1", 0], "conditioning": ["14", 0]}),
    "16": ("RandomNoise", {"noise_seed": 987654321}),
    "17": ("KSamplerSelect", {"sampler_name": "euler"}),
    "18": (
        "BasicScheduler",
        {"scheduler": "simple", "steps": 20, "denoise": 1.0, "model": ["1", 0]},
    ),
}

IMAGE_TO_IMAGE: DemoGraph = {
    **CHECKPOINT,
    **_encoders("the same harbour as an oil painting"),
    "4": ("VAEEncode", {"pixels": ["10", 0], "vae": ["1", 2]}),
    "5": _sampler(789, "4", denoise=0.55),
    **_saved("5"),
    "10": ("LoadImage", {"image": "harbour.png"}),
}


def texts(graph: DemoGraph) -> dict[str, str]:
    """Return a graph as ComfyUI embeds it: ``prompt`` for what ran, ``workflow`` for the editor."""
    api = {
        id_: {"inputs": inputs, "class_type": name, "_meta": {"title": name}}
        for id_, (name, inputs) in graph.items()
    }
    return {"prompt": json.dumps(api), "workflow": json.dumps(_editor(graph))}


def _editor(graph: DemoGraph) -> dict[str, object]:
    nodes: list[dict[str, object]] = []
    links: list[list[object]] = []
    for id_, (name, inputs) in graph.items():
        slots: list[dict[str, object]] = []
        for key, value in inputs.items():
            if isinstance(value, list):
                links.append([len(links) + 1, int(value[0]), value[1], int(id_), len(slots), "*"])
                slots.append({"name": key, "type": "*", "link": len(links)})
        widgets = [value for value in inputs.values() if not isinstance(value, list)]
        nodes.append(
            {"id": int(id_), "type": name, "mode": 0, "inputs": slots, "widgets_values": widgets}
        )
    return {"last_node_id": max(map(int, graph)), "nodes": nodes, "links": links, "version": 0.4}
