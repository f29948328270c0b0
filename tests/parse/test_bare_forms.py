"""Each generator's barest forms: told apart by one sign, and no more said than the text says.

From tags to columns.
"""

import json
from dataclasses import asdict
from typing import Any

import pytest

from service.pipeline import process
from service.records import RawRecord, WatchedFile

Answer = dict[str, Any]

FORMS: dict[str, tuple[dict[str, Any], str | None, Answer]] = {
    "a Space by its resolution": (
        {"PNG:Parameters": {"prompt": "a", "negative_prompt": "b", "resolution": "832 x 1216"}},
        "hf-space",
        {"positive_prompt": "a", "negative_prompt": "b", "width": 832, "height": 1216},
    ),
    "a Space by its steps": (
        {"PNG:Parameters": {"prompt": "a", "num_inference_steps": 28}},
        "hf-space",
        {"positive_prompt": "a", "steps": 28},
    ),
    "a Space by its upscaler": (
        {"PNG:Parameters": {"prompt": "a", "use_upscaler": None, "seed": "4"}},
        "hf-space",
        {"positive_prompt": "a", "seed": "4"},
    ),
    "a Space whose prompt is missing its text": (
        {"PNG:Parameters": {"prompt": None, "num_inference_steps": 28, "guidance_scale": 7}},
        "hf-space",
        {"steps": 28, "cfg_scale": 7.0},
    ),
    "Fooocus by its scheme": (
        {"PNG:Fooocus_scheme": "fooocus", "PNG:Parameters": {"steps": 30, "seed": "9"}},
        "fooocus",
        {"steps": 30, "seed": "9"},
    ),
    "Fooocus' infotext by its scheme": (
        {
            "PNG:Fooocus_scheme": "a1111",
            "PNG:Parameters": (
                "a cat\nNegative prompt: b\nSteps: 30, Sampler: DPM++ 2M SDE Karras, CFG "
                "scale: 4, Seed: 9,"
                " Size: 896x1152"
            ),
        },
        "fooocus",
        {
            "positive_prompt": "a cat",
            "negative_prompt": "b",
            "steps": 30,
            "cfg_scale": 4.0,
            "sampler": "DPM++ 2M SDE Karras",
            "sampler_norm": "dpmpp_2m_sde",
            "scheduler_norm": "karras",
            "seed": "9",
            "width": 896,
            "height": 1152,
        },
    ),
    "Fooocus by its software": (
        {
            "IFD0:Software": "Fooocus v2.5.5",
            "IFD0:UserComment": {"prompt": "a", "resolution": "(512, 768)"},
        },
        "fooocus",
        {"positive_prompt": "a", "width": 512, "height": 768},
    ),
    "Fooocus with a list for a size": (
        {"PNG:Parameters": {"prompt": "a", "base_model": "m", "resolution": [896, 1152]}},
        "fooocus",
        {"positive_prompt": "a", "width": 896, "height": 1152, "model": "m"},
    ),
    "RuinedFooocus by its software": (
        {"PNG:Parameters": {"software": "RuinedFooocus", "prompt": "a"}},
        "ruinedfooocus",
        {"positive_prompt": "a"},
    ),
    "RuinedFooocus' infotext": (
        {
            "PNG:Parameters": (
                "a\nNegative prompt: b\nSteps: 30, Sampler: dpmpp_2m_sde_gpu karras, CFG "
                "Scale: 7.0, Seed: 3,"
                " Size: 64x64, Model hash: aabbccdd, Model: m.safetensors, Version: RuinedFooocus"
            )
        },
        "ruinedfooocus",
        {
            "positive_prompt": "a",
            "negative_prompt": "b",
            "steps": 30,
            "cfg_scale": 7.0,
            "sampler": "dpmpp_2m_sde_gpu karras",
            "sampler_norm": "dpmpp_2m_sde",
            "scheduler_norm": "karras",
            "seed": "3",
            "width": 64,
            "height": 64,
            "model": "m.safetensors",
            "model_hash": "aabbccdd",
        },
    ),
    "Fooocus-MRE by its software": (
        {"PNG:Comment": {"software": "Fooocus-MRE v2.0.78.5", "prompt": "a"}},
        "fooocus-mre",
        {"positive_prompt": "a"},
    ),
    "Draw Things by its prompt": (
        {"XMP-xmp:CreatorTool": "Draw Things", "XMP-exif:UserComment": {"c": "a"}},
        "drawthings",
        {"positive_prompt": "a"},
    ),
    "Draw Things with its configuration": (
        {
            "XMP-xmp:CreatorTool": "Draw Things",
            "XMP-exif:UserComment": {
                "c": "a",
                "uc": "",
                "v2": {
                    "steps": 8,
                    "guidanceScale": 4.5,
                    "seed": 7,
                    "model": "m.ckpt",
                    "width": 640,
                    "height": 960,
                    "sampler": 3,
                },
            },
        },
        "drawthings",
        {
            "positive_prompt": "a",
            "negative_prompt": "",
            "steps": 8,
            "cfg_scale": 4.5,
            "seed": "7",
            "width": 640,
            "height": 960,
            "model": "m.ckpt",
        },
    ),
    "Draw Things with an index for a sampler": (
        {
            "XMP-xmp:CreatorTool": "Draw Things",
            "XMP-exif:UserComment": {"c": "a", "uc": "b", "sampler": 3, "size": "64x64"},
        },
        "drawthings",
        {"positive_prompt": "a", "negative_prompt": "b", "width": 64, "height": 64},
    ),
    "Draw Things' JSON that was cut": (
        {"XMP-xmp:CreatorTool": "Draw Things", "XMP-exif:UserComment": '{"c": "a", "uc'},
        "drawthings",
        {},
    ),
    "Easy Diffusion by its sampler": (
        {
            "ExifIFD:UserComment": {
                "prompt": "a",
                "sampler_name": "euler_a",
                "num_inference_steps": 25,
            }
        },
        "easydiffusion",
        {
            "positive_prompt": "a",
            "steps": 25,
            "sampler": "euler_a",
            "sampler_norm": "euler_ancestral",
        },
    ),
    "Easy Diffusion with switches for models": (
        {
            "PNG:Parameters": {
                "prompt": "a",
                "use_stable_diffusion_model": "m",
                "use_face_correction": True,
                "use_upscale": False,
            }
        },
        "easydiffusion",
        {"positive_prompt": "a", "model": "m"},
    ),
    "Easy Diffusion with numbers as texts": (
        {
            "PNG:Parameters": {
                "prompt": "a",
                "use_stable_diffusion_model": "m",
                "seed": "7",
                "width": "512",
                "height": "768",
                "num_inference_steps": "20",
                "guidance_scale": "7.5",
            }
        },
        "easydiffusion",
        {
            "positive_prompt": "a",
            "steps": 20,
            "cfg_scale": 7.5,
            "seed": "7",
            "width": 512,
            "height": 768,
            "model": "m",
        },
    ),
    "Midjourney by Niji alone": (
        {"PNG:Description": "a fox --niji"},
        "midjourney",
        {"positive_prompt": "a fox", "model": "niji"},
    ),
    "Midjourney's oldest parameters": (
        {"PNG:Description": "a fox --w 512 --h 768 --version 3 --no fur"},
        "midjourney",
        {"positive_prompt": "a fox", "negative_prompt": "fur", "model": "v3"},
    ),
    "SwarmUI without parameters": (
        {"PNG:Parameters": {"sui_image_params": {}}},
        "swarmui",
        {},
    ),
    "SwarmUI with a raw resolution": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "a",
                    "width": 1,
                    "height": 1,
                    "rawresolution": "640x960",
                }
            }
        },
        "swarmui",
        {"positive_prompt": "a", "width": 640, "height": 960},
    ),
    "SwarmUI with numbers as texts": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "a",
                    "seed": "7",
                    "steps": "20",
                    "cfgscale": "7.5",
                    "width": "512",
                }
            }
        },
        "swarmui",
        {"positive_prompt": "a", "steps": 20, "cfg_scale": 7.5, "seed": "7", "width": 512},
    ),
    "NovelAI by its software": (
        {"PNG:Software": "NovelAI", "PNG:Description": "a"},
        "novelai",
        {"positive_prompt": "a"},
    ),
    "NovelAI 4 with an empty prompt": (
        {
            "PNG:Software": "NovelAI",
            "PNG:Comment": {
                "prompt": "",
                "uc": "",
                "v4_prompt": {"caption": {"base_caption": "", "char_captions": []}},
            },
        },
        "novelai",
        {"positive_prompt": "", "negative_prompt": ""},
    ),
    "NovelAI 3's model": (
        {
            "PNG:Software": "NovelAI",
            "PNG:Source": "Stable Diffusion XL C1E1DE52",
            "PNG:Comment": {
                "prompt": "a",
                "uc": "b",
                "sampler": "k_dpmpp_2s_ancestral",
                "noise_schedule": "exponential",
                "scale": 5.5,
                "steps": 28,
                "seed": 1,
            },
        },
        "novelai",
        {
            "positive_prompt": "a",
            "negative_prompt": "b",
            "steps": 28,
            "cfg_scale": 5.5,
            "sampler": "k_dpmpp_2s_ancestral",
            "scheduler": "exponential",
            "sampler_norm": "dpmpp_2s_ancestral",
            "scheduler_norm": "exponential",
            "seed": "1",
            "model": "Stable Diffusion XL",
            "model_hash": "c1e1de52",
        },
    ),
    "NovelAI's inpainting": (
        {
            "PNG:Software": "NovelAI",
            "PNG:Comment": {
                "prompt": "a",
                "uc": "",
                "request_type": "NativeInfillingRequest",
                "strength": 0.7,
            },
        },
        "novelai",
        {"positive_prompt": "a", "negative_prompt": "", "denoise": 0.7},
    ),
    "InvokeAI by an empty object": (
        {"PNG:Invokeai_metadata": {"app_version": "4.0.0"}},
        "invokeai",
        {},
    ),
    "InvokeAI with numbers as texts": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "a",
                "seed": "7",
                "steps": "20",
                "cfg_scale": "7.5",
                "clip_skip": 1,
            }
        },
        "invokeai",
        {"positive_prompt": "a", "steps": 20, "cfg_scale": 7.5, "seed": "7", "clip_skip": 2},
    ),
    "InvokeAI with a model's name": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "a",
                "model": "sd-1/main/m",
                "scheduler": "euler_k",
            }
        },
        "invokeai",
        {
            "positive_prompt": "a",
            "sampler": "euler_k",
            "sampler_norm": "euler",
            "scheduler_norm": "karras",
            "model": "sd-1/main/m",
        },
    ),
    "InvokeAI's command without quotes": (
        {"PNG:Dream": "a fox [fur] -s 20 -S 7 -W 512 -H 768 -C 7.5 -A k_dpm_2_a"},
        "invokeai",
        {
            "positive_prompt": "a fox",
            "negative_prompt": "fur",
            "steps": 20,
            "cfg_scale": 7.5,
            "sampler": "k_dpm_2_a",
            "sampler_norm": "dpm_2_ancestral",
            "seed": "7",
            "width": 512,
            "height": 768,
        },
    ),
    "Stability Matrix whose JSON is broken": (
        {
            "PNG:Parameters-json": '{"PositivePrompt": "a',
            "PNG:Parameters": "a\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64",
        },
        "stability_matrix",
        {
            "positive_prompt": "a",
            "steps": 20,
            "cfg_scale": 7.0,
            "sampler": "Euler",
            "sampler_norm": "euler",
            "seed": "1",
            "width": 64,
            "height": 64,
        },
    ),
    "Stability Matrix by one key": (
        {"PNG:Parameters-json": {"PositivePrompt": "a"}},
        "stability_matrix",
        {"positive_prompt": "a"},
    ),
    "Tensor.Art by its prompt": (
        {"PNG:Generation_data": {"prompt": "a"}},
        "tensorart",
        {"positive_prompt": "a"},
    ),
    "Tensor.Art with numbers as texts": (
        {
            "PNG:Generation_data": {
                "prompt": "a",
                "seed": "7",
                "steps": "20",
                "cfgScale": "7.5",
                "clipSkip": "2",
                "ksamplerName": "dpmpp_2m",
                "schedule": "karras",
            }
        },
        "tensorart",
        {
            "positive_prompt": "a",
            "steps": 20,
            "cfg_scale": 7.5,
            "sampler": "dpmpp_2m",
            "scheduler": "karras",
            "sampler_norm": "dpmpp_2m",
            "scheduler_norm": "karras",
            "seed": "7",
            "clip_skip": 2,
        },
    ),
    "DiffusionBee by one size": (
        {"PNG:Parameters": {"prompt": "a", "seed": 1, "guidance_scale": 7.5, "img_width": 512}},
        "diffusionbee",
        {"positive_prompt": "a", "cfg_scale": 7.5, "seed": "1", "width": 512},
    ),
    "CivitAI's meta by its cfg": (
        {
            "PNG:Parameters": {
                "prompt": "a",
                "cfgScale": 7,
                "sampler": "Euler a",
                "width": 512,
                "height": 768,
            }
        },
        "a1111",
        {
            "positive_prompt": "a",
            "cfg_scale": 7.0,
            "sampler": "Euler a",
            "sampler_norm": "euler_ancestral",
            "width": 512,
            "height": 768,
        },
    ),
    "CivitAI's meta by its files": (
        {"PNG:Parameters": {"prompt": "a", "additionalResources": []}},
        "a1111",
        {"positive_prompt": "a"},
    ),
    "imaginAIry by its software": (
        {
            "IFD0:Software": "Imaginairy",
            "ExifIFD:UserComment": {
                "prompt": {
                    "prompts": [[1, "a"], [0.5, "b"]],
                    "seed": 7,
                    "sampler_type": "k_dpmpp_2m",
                }
            },
        },
        "imaginairy",
        {
            "positive_prompt": "a\nb",
            "sampler": "k_dpmpp_2m",
            "sampler_norm": "dpmpp_2m",
            "seed": "7",
        },
    ),
    "Sygil by its prompt": (
        {"PNG:SDprompt": "a", "PNG:SDseed": 7},
        "sygil",
        {"positive_prompt": "a", "seed": "7"},
    ),
    "DreamStudio by its version": (
        {
            "PNG:Parameters": (
                "a\nSteps: 30, Sampler: K_DPMPP_2S_ANCESTRAL, CFG scale: 7, Seed: 1, Size: 512x512,"
                " Version: DreamStudio"
            )
        },
        "dreamstudio",
        {
            "positive_prompt": "a",
            "steps": 30,
            "cfg_scale": 7.0,
            "sampler": "K_DPMPP_2S_ANCESTRAL",
            "sampler_norm": "dpmpp_2s_ancestral",
            "seed": "1",
            "width": 512,
            "height": 512,
        },
    ),
    "NAIFU by its software": (
        {
            "PNG:Software": "NAIFU",
            "PNG:Description": "a",
            "PNG:Comment": {
                "uc": "b",
                "steps": 28,
                "sampler": "k_euler_ancestral",
                "seed": 1,
                "scale": 12,
            },
        },
        "naifu",
        {
            "positive_prompt": "a",
            "negative_prompt": "b",
            "steps": 28,
            "cfg_scale": 12.0,
            "sampler": "k_euler_ancestral",
            "sampler_norm": "euler_ancestral",
            "seed": "1",
        },
    ),
    "an infotext by its steps": (
        {"PNG:Parameters": "a\nSteps: 20"},
        "a1111",
        {"positive_prompt": "a", "steps": 20},
    ),
    "an infotext in one line without blanks": (
        {"PNG:Parameters": "a catNegative prompt: dogSteps: 20, Sampler: Euler a, Seed: 7"},
        "a1111",
        {
            "positive_prompt": "a cat",
            "negative_prompt": "dog",
            "steps": 20,
            "sampler": "Euler a",
            "sampler_norm": "euler_ancestral",
            "seed": "7",
        },
    ),
    "an infotext whose settings follow a comma": (
        {"PNG:Parameters": "a cat\nNegative prompt: dog, Steps: 20, Sampler: Euler a, Seed: 7"},
        "a1111",
        {
            "positive_prompt": "a cat",
            "negative_prompt": "dog",
            "steps": 20,
            "sampler": "Euler a",
            "sampler_norm": "euler_ancestral",
            "seed": "7",
        },
    ),
    "an infotext whose JSON was cut": (
        {"PNG:Parameters": '{"infotexts": ["a\\nSteps: 20, Sampler: Euler a, Seed: 7'},
        None,
        {},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_bare_form_is_told_apart_and_read(name: str) -> None:
    tags, generator, expected = FORMS[name]
    written = {
        tag: json.dumps(value) if isinstance(value, dict) else value for tag, value in tags.items()
    }
    file = WatchedFile(root="Input", path="x.png", size=1, mtime_ns=1)
    raw = RawRecord(
        file=file, mime_type="image/png", sha256=None, extractor="exiftool 12.57", tags=written
    )
    image = process(raw).image
    told = {
        **asdict(image.base),
        "vae": image.vae,
        "clip_skip": image.clip_skip,
        "upscaler": image.upscaler,
    }
    known = {field: value for field, value in told.items() if field != "role" and value is not None}
    assert (image.generator, known) == (generator, expected)
