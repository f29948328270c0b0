"""Invented graphs of any size."""


def large_graph(passes: int = 11) -> dict[str, object]:
    """Return a graph in ComfyUI's API form, of 26 nodes a pass and about 3,800 characters.

    A base pass and more of them, each with LoRAs, joined prompts and an upscale.
    """
    nodes: dict[str, object] = {
        "m": {
            "class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "garden.safetensors"},
        },
        "e": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 832, "height": 1216, "batch_size": 1},
        },
    }
    model, latent = "m", ["e", 0]
    for stage in range(passes):
        for number in range(10):
            name = f"l{stage}.{number}"
            strengths = {"strength_model": 0.1 * number, "strength_clip": 0.5}
            inputs = {
                "model": [model, 0],
                "clip": [model, 1],
                "lora_name": f"{name}.safetensors",
                **strengths,
            }
            nodes[name], model = {"class_type": "LoraLoader", "inputs": inputs}, name
        for side in "pn":
            for number in range(4):
                inputs = {"text": f"{side} {stage} {number}, a quay, fog", "clip": [model, 1]}
                nodes[f"{side}{stage}.{number}"] = {
                    "class_type": "CLIPTextEncode",
                    "inputs": inputs,
                }
            for number in range(3):
                first = [f"{side}{stage}.0" if number == 0 else f"{side}c{stage}.{number - 1}", 0]
                inputs = {
                    "conditioning_to": first,
                    "conditioning_from": [f"{side}{stage}.{number + 1}", 0],
                }
                nodes[f"{side}c{stage}.{number}"] = {
                    "class_type": "ConditioningConcat",
                    "inputs": inputs,
                }
        sampling = {
            "seed": 2**64 - 1 - stage,
            "steps": 20,
            "cfg": 6.5,
            "sampler_name": "euler",
            "scheduler": "karras",
        }
        links = {
            "model": [model, 0],
            "positive": [f"pc{stage}.2", 0],
            "negative": [f"nc{stage}.2", 0],
        }
        inputs = {**sampling, **links, "latent_image": latent, "denoise": 0.5 if stage else 1.0}
        nodes[f"k{stage}"] = {"class_type": "KSampler", "inputs": inputs}
        inputs = {"samples": [f"k{stage}", 0], "upscale_method": "bislerp", "scale_by": 1.1}
        nodes[f"u{stage}"] = {"class_type": "LatentUpscaleBy", "inputs": inputs}
        latent = [f"u{stage}", 0]
    nodes["d"] = {
        "class_type": "VAEDecode",
        "inputs": {"samples": [f"k{passes - 1}", 0], "vae": ["m", 2]},
    }
    nodes["s"] = {"class_type": "SaveImage", "inputs": {"images": ["d", 0], "filename_prefix": "a"}}
    return nodes
