"""Every way in which a generator's own form states a model file gives its row.

From ExifTool's tags to resources.
"""

import json
from typing import Any

import pytest
from stated_rows import Row, row, rows

SHAPES: dict[str, tuple[dict[str, Any], list[Row]]] = {
    "SwarmUI's lists": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "cat",
                    "model": "m",
                    "loras": ["a", "sub/b"],
                    "loraweights": ["0.5", "1"],
                    "loratencweights": ["0.3", "1"],
                }
            }
        },
        [
            row("checkpoint", "m"),
            row("lora", "a", 0.5, clip=0.3),
            row("lora", "sub/b", 1.0, clip=1.0),
        ],
    ),
    "SwarmUI's texts of 2023": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "cat",
                    "model": "m",
                    "loras": "a, b",
                    "loraweights": "0.5,0.25",
                }
            }
        },
        [row("checkpoint", "m"), row("lora", "a", 0.5), row("lora", "b", 0.25)],
    ),
    "SwarmUI's LoRA without a weight": (
        {"PNG:Parameters": {"sui_image_params": {"prompt": "cat", "loras": ["a"]}}},
        [row("lora", "a")],
    ),
    "SwarmUI's tags": (
        {
            "PNG:Parameters": {
                "sui_image_params": {"prompt": "cat <lora:a:0.8:0.4> <embed:dark.safetensors>"}
            }
        },
        [row("lora", "a", 0.8, clip=0.4), row("embedding", "dark.safetensors", 1.0)],
    ),
    "SwarmUI's hashes of tensors": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "cat",
                    "model": "m",
                    "loras": ["a"],
                    "loraweights": ["1"],
                },
                "sui_models": [
                    {
                        "name": "m.safetensors",
                        "param": "model",
                        "hash": "0x" + "AB" * 32,
                    },
                    {
                        "name": "a.safetensors",
                        "param": "loras",
                        "hash": "0x" + "CD" * 32,
                    },
                ],
            }
        },
        [row("checkpoint", "m", hash_="ab" * 32), row("lora", "a", 1.0, hash_="cd" * 32)],
    ),
    "SwarmUI's file that only the list names": (
        {
            "PNG:Parameters": {
                "sui_image_params": {"prompt": "cat"},
                "sui_models": [
                    {
                        "name": "te.safetensors",
                        "param": "t5xxlmodel",
                        "hash": "0x" + "EF" * 32,
                    }
                ],
            }
        },
        [row("text_encoder", "te.safetensors", hash_="ef" * 32)],
    ),
    "SwarmUI's refiner, VAE and upscaler": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "cat",
                    "refinermodel": "r",
                    "refinervae": "rv",
                    "vae": "v",
                    "refinercontrolpercentage": 0.2,
                    "refinerupscale": 2,
                    "refinerupscalemethod": "model-4x.pth",
                }
            }
        },
        [row("checkpoint", "r"), row("vae", "v"), row("vae", "rv"), row("upscaler", "4x.pth")],
    ),
    "SwarmUI's refiner that does not run": (
        {"PNG:Parameters": {"sui_image_params": {"prompt": "cat", "refinermodel": "r"}}},
        [row("checkpoint", "r", used=False)],
    ),
    "SwarmUI's ControlNets": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "cat",
                    "controlnetmodel": "c1",
                    "controlnetstrength": 0.7,
                    "controlnettwomodel": "c2",
                    "controlnetthreemodel": "(None)",
                }
            }
        },
        [row("controlnet", "c1", 0.7), row("controlnet", "c2")],
    ),
    "SwarmUI's adapter and encoders": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "cat",
                    "useipadapter": "ip",
                    "ipadapterweight": 0.6,
                    "clipgmodel": "g",
                    "t5xxlmodel": "t5",
                    "clipvisionmodel": "cv",
                }
            }
        },
        [
            row("text_encoder", "g"),
            row("clip_vision", "cv"),
            row("text_encoder", "t5"),
            row("ip_adapter", "ip", 0.6),
        ],
    ),
    "SwarmUI's segments": (
        {
            "PNG:Parameters": {
                "sui_image_params": {
                    "prompt": "cat <segment:yolo-face_yolov9.pt-1,0.5> smile",
                    "segmentmodel": "s",
                }
            }
        },
        [row("checkpoint", "s"), row("detector", "face_yolov9.pt")],
    ),
    "SwarmUI's embeddings": (
        {
            "PNG:Parameters": {
                "sui_image_params": {"prompt": "cat"},
                "sui_extra_data": {"used_embeddings": ["dark.safetensors"]},
            }
        },
        [row("embedding", "dark.safetensors")],
    ),
    "InvokeAI 3's models": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "cat",
                "model": {"model_name": "m", "base_model": "sd-1", "model_type": "main"},
                "vae": {"model_name": "v", "base_model": "sd-1"},
                "loras": [{"lora": {"model_name": "a", "base_model": "sd-1"}, "weight": 0.75}],
                "refiner_model": {"model_name": "r"},
            }
        },
        [row("checkpoint", "m"), row("checkpoint", "r"), row("vae", "v"), row("lora", "a", 0.75)],
    ),
    "InvokeAI 3's control": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "cat",
                "controlnets": [{"control_model": {"model_name": "canny"}, "control_weight": 0.8}],
                "ipAdapters": [{"ip_adapter_model": {"model_name": "ip"}, "weight": [0.5, 0.6]}],
                "t2iAdapters": [{"t2i_adapter_model": {"model_name": "sketch"}, "weight": 0.4}],
            }
        },
        [
            row("controlnet", "canny", 0.8),
            row("ip_adapter", "ip", 0.5),
            row("controlnet", "sketch", 0.4),
        ],
    ),
    "InvokeAI 4's models with hashes": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "cat",
                "model": {
                    "key": "k",
                    "hash": "blake3:" + "ab" * 32,
                    "name": "m",
                    "base": "sdxl",
                    "type": "main",
                },
                "loras": [
                    {
                        "model": {
                            "key": "k",
                            "hash": "sha256:" + "cd" * 32,
                            "name": "a",
                            "base": "sdxl",
                            "type": "lora",
                        },
                        "weight": -0.5,
                    }
                ],
            }
        },
        [row("checkpoint", "m", hash_="ab" * 32), row("lora", "a", -0.5, hash_="cd" * 32)],
    ),
    "InvokeAI 4.2's layers": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "cat",
                "control_layers": {
                    "layers": [
                        {
                            "type": "control_adapter_layer",
                            "controlAdapter": {"model": {"name": "canny"}, "weight": 0.7},
                        },
                        {
                            "type": "regional_guidance_layer",
                            "ipAdapters": [{"model": {"name": "ip"}, "weight": 0.5}],
                        },
                        {
                            "type": "control_adapter_layer",
                            "isEnabled": False,
                            "controlAdapter": {"model": {"name": "off"}},
                        },
                    ],
                    "version": 2,
                },
            }
        },
        [row("controlnet", "canny", 0.7), row("ip_adapter", "ip", 0.5)],
    ),
    "InvokeAI 5's canvas": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "cat",
                "canvas_v2_metadata": {
                    "controlLayers": [
                        {
                            "isEnabled": True,
                            "controlAdapter": {"weight": 0.6, "model": {"name": "canny"}},
                        },
                        {"isEnabled": False, "controlAdapter": {"model": {"name": "off"}}},
                    ],
                    "referenceImages": [
                        {"isEnabled": True, "ipAdapter": {"weight": 0.3, "model": {"name": "ip"}}}
                    ],
                    "regionalGuidance": [
                        {
                            "isEnabled": True,
                            "referenceImages": [
                                {"ipAdapter": {"model": {"name": "region"}, "weight": 1}}
                            ],
                        }
                    ],
                },
            }
        },
        [
            row("controlnet", "canny", 0.6),
            row("ip_adapter", "ip", 0.3),
            row("ip_adapter", "region", 1.0),
        ],
    ),
    "InvokeAI 5's Flux": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "cat",
                "model": {"name": "flux"},
                "vae": {"name": "ae"},
                "t5_encoder": {"name": "t5"},
                "clip_embed_model": {"name": "clip"},
            }
        },
        [
            row("checkpoint", "flux"),
            row("vae", "ae"),
            row("text_encoder", "t5"),
            row("text_encoder", "clip"),
        ],
    ),
    "InvokeAI's upscaling": (
        {
            "PNG:Invokeai_metadata": {
                "positive_prompt": "cat",
                "upscale_model": {"name": "4x"},
                "tile_controlnet_model": {"name": "tile"},
            }
        },
        [row("upscaler", "4x"), row("controlnet", "tile")],
    ),
    "InvokeAI 2's LoRA": (
        {
            "PNG:Sd-metadata": {
                "model_weights": "sd-1.5",
                "model_hash": "abababababababababababababababababababababababababababababababab",
                "image": {
                    "prompt": [{"prompt": "cat withLora(oil,0.7)", "weight": 1.0}],
                    "steps": 20,
                },
            }
        },
        [row("checkpoint", "sd-1.5", hash_="ab" * 32), row("lora", "oil", 0.7)],
    ),
    "Fooocus' list": (
        {
            "PNG:Parameters": {
                "prompt": "cat",
                "base_model": "m.safetensors",
                "base_model_hash": "aabbccddee",
                "refiner_model": "None",
                "loras": [["a.safetensors", 0.5, "1122334455"], ["None", 1.0, ""]],
                "version": "Fooocus v2.5.5",
            }
        },
        [
            row("checkpoint", "m.safetensors", hash_="aabbccddee"),
            row("lora", "a.safetensors", 0.5, hash_="1122334455"),
        ],
    ),
    "Fooocus' combined LoRAs": (
        {
            "PNG:Parameters": {
                "prompt": "cat",
                "base_model": "m",
                "refiner_model": "r",
                "vae": "v.safetensors",
                "lora_combined_1": "a.safetensors : 0.5",
                "lora_combined_2": "b : -1",
            },
            "PNG:Fooocus_scheme": "fooocus",
        },
        [
            row("checkpoint", "m"),
            row("checkpoint", "r"),
            row("vae", "v.safetensors"),
            row("lora", "a.safetensors", 0.5),
            row("lora", "b", -1.0),
        ],
    ),
    "Fooocus' infotext": (
        {
            "PNG:Parameters": (
                "cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model: m,"
                ' Model hash: aabbccddee, Refiner: r, Lora hashes: "a: 1122334455", Lora '
                'weights: "a: 0.5",'
                " Version: Fooocus v2.5.5"
            )
        },
        [
            row("checkpoint", "m", hash_="aabbccddee"),
            row("lora", "a", 0.5, hash_="1122334455"),
            row("checkpoint", "r"),
        ],
    ),
    "Fooocus-MRE": (
        {
            "PNG:Comment": {
                "software": "Fooocus-MRE v2.0.78.5",
                "prompt": "cat",
                "real_prompt": ["cat"],
                "base_model": "m.safetensors",
                "refiner_model": "r.safetensors",
                "l1": "a.safetensors",
                "w1": 0.5,
                "l2": "None",
                "w2": 0.5,
                "control_lora_canny": True,
                "canny_model": "cn.safetensors",
                "canny_strength": 0.7,
            }
        },
        [
            row("checkpoint", "m.safetensors"),
            row("checkpoint", "r.safetensors"),
            row("lora", "a.safetensors", 0.5),
            row("controlnet", "cn.safetensors", 0.7),
        ],
    ),
    "RuinedFooocus' pairs": (
        {
            "PNG:Parameters": {
                "software": "RuinedFooocus",
                "Prompt": "cat",
                "base_model_name": "m.safetensors",
                "base_model_hash": "AABBCCDD",
                "loras": [
                    ["1122334455", "0.5 - sub\\a.safetensors"],
                    ["", "1.0 - b"],
                    ["", "0.5 - None"],
                ],
            }
        },
        [
            row("checkpoint", "m.safetensors", hash_="aabbccdd"),
            row("lora", "sub\\a.safetensors", 0.5, hash_="1122334455"),
            row("lora", "b", 1.0),
        ],
    ),
    "RuinedFooocus' text of 2023": (
        {
            "PNG:Parameters": {
                "software": "RuinedFooocus",
                "Prompt": "cat",
                "base_model_name": "m",
                "refiner_model_name": "r",
                "loras": "Loras:<a.safetensors:0.5>,<b:1>",
            }
        },
        [
            row("checkpoint", "m"),
            row("checkpoint", "r"),
            row("lora", "a.safetensors", 0.5),
            row("lora", "b", 1.0),
        ],
    ),
    "Draw Things' lists": (
        {
            "XMP-xmp:CreatorTool": "Draw Things",
            "XMP-exif:UserComment": {
                "c": "cat",
                "uc": "",
                "model": "m_q6p.ckpt",
                "lora": [
                    {"model": "a_f16.ckpt", "weight": 0.5},
                    {"model": "b_f16.ckpt", "weight": 0},
                ],
                "control": [{"file": "cn.ckpt", "weight": 1}],
                "refiner": "r.ckpt",
                "upscaler": "4x.ckpt",
            },
        },
        [
            row("checkpoint", "m_q6p.ckpt"),
            row("upscaler", "4x.ckpt"),
            row("checkpoint", "r.ckpt"),
            row("lora", "a_f16.ckpt", 0.5),
            row("lora", "b_f16.ckpt", 0.0, used=False),
            row("controlnet", "cn.ckpt", 1.0),
        ],
    ),
    "Draw Things' configuration": (
        {
            "XMP-xmp:CreatorTool": "Draw Things",
            "XMP-exif:UserComment": {
                "c": "cat",
                "uc": "",
                "model": "m.ckpt",
                "v2": {"loras": [{"file": "a.ckpt", "weight": 0.6}], "controls": []},
            },
        },
        [row("checkpoint", "m.ckpt"), row("lora", "a.ckpt", 0.6)],
    ),
    "Draw Things' text": (
        {
            "XMP-xmp:CreatorTool": "Draw Things",
            "XMP-dc:Description": (
                "cat\n-dog\nSteps: 20, Sampler: UniPC, Guidance Scale: 7.0, Seed: 1, Size: 512x512,"
                " Model: m.ckpt, LoRA 1 Model: a.ckpt, LoRA 1 Weight: 0.5"
            ),
        },
        [row("checkpoint", "m.ckpt"), row("lora", "a.ckpt", 0.5)],
    ),
    "Draw Things' text of two LoRAs and controls": (
        {
            "PNG:Software": "Draw Things",
            "PNG:Description": (
                "cat\nSteps: 20, Sampler: UniPC, Guidance Scale: 7.0, Seed: 1, Size: "
                "512x512, Model: m.ckpt, "
                "LoRA 1 Model: a.ckpt, LoRA 1 Weight: 0.5, LoRA 2 Model: b.ckpt, LoRA 2 "
                "Weight: -1.0, "
                "Control 1: c.ckpt, Control 1 No Prompt: false, Control 1 Weight: 0.8, "
                "Control 2: d.ckpt"
            ),
        },
        [
            row("checkpoint", "m.ckpt"),
            row("lora", "a.ckpt", 0.5),
            row("lora", "b.ckpt", -1.0),
            row("controlnet", "c.ckpt", 0.8),
            row("controlnet", "d.ckpt"),
        ],
    ),
    "Easy Diffusion's object": (
        {
            "PNG:Parameters": {
                "prompt": "cat",
                "use_stable_diffusion_model": "m",
                "use_lora_model": ["a", "b"],
                "lora_alpha": [0.5, "0.7"],
                "use_vae_model": "v",
                "use_hypernetwork_model": "h",
                "hypernetwork_strength": 0.4,
                "use_controlnet_model": "cn",
                "control_alpha": 0.8,
                "use_upscale": "4x",
                "use_embeddings_model": ["dark"],
            }
        },
        [
            row("checkpoint", "m"),
            row("vae", "v"),
            row("lora", "a", 0.5),
            row("lora", "b", 0.7),
            row("hypernetwork", "h", 0.4),
            row("controlnet", "cn", 0.8),
            row("embedding", "dark"),
            row("upscaler", "4x"),
        ],
    ),
    "Easy Diffusion's PNG texts": (
        {
            "PNG:Prompt": "cat",
            "PNG:Use_stable_diffusion_model": "m",
            "PNG:Use_lora_model": "['a', 'b c']",
            "PNG:Lora_alpha": "[0.5, -1]",
        },
        [row("checkpoint", "m"), row("lora", "a", 0.5), row("lora", "b c", -1.0)],
    ),
    "Easy Diffusion's lists as text": (
        {
            "File:Comment": (
                "Prompt: cat\nStable Diffusion model: a, b\nLoRA model: one, two\nLoRA "
                "Strength: 0.5, -1\n"
                "Embedding models: dark, light"
            ),
        },
        [
            row("checkpoint", "a, b"),
            row("lora", "one", 0.5),
            row("lora", "two", -1.0),
            row("embedding", "dark"),
            row("embedding", "light"),
        ],
    ),
    "Easy Diffusion's one LoRA": (
        {
            "PNG:Prompt": "cat",
            "PNG:Use_stable_diffusion_model": "m",
            "PNG:Use_lora_model": "a",
            "PNG:Lora_alpha": 0.5,
        },
        [row("checkpoint", "m"), row("lora", "a", 0.5)],
    ),
    "Stability Matrix' ids": (
        {
            "PNG:Parameters-json": {
                "PositivePrompt": "cat",
                "ModelName": "m.safetensors",
                "ModelHash": "aabbccddee",
                "ModelVersionId": 25,
                "ExtraNetworkModelVersionIds": [7, 8],
            }
        },
        [
            row("checkpoint", "m.safetensors", hash_="aabbccddee", version=25),
            row("resource_ref", "modelVersionId:7", version=7),
            row("resource_ref", "modelVersionId:8", version=8),
        ],
    ),
    "Stability Matrix' project": (
        {
            "PNG:Smproj": {
                "State": {
                    "Model": {
                        "SelectedModelName": "m.safetensors",
                        "SelectedVaeName": "v.safetensors",
                    },
                    "Prompt": {"Prompt": "cat"},
                }
            }
        },
        [row("checkpoint", "m.safetensors"), row("vae", "v.safetensors")],
    ),
    "Tensor.Art's models": (
        {
            "PNG:Generation_data": {
                "prompt": "cat",
                "baseModel": {
                    "modelFileName": "m",
                    "hash": "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB",
                },
                "models": [
                    {
                        "modelFileName": "a",
                        "type": "LORA",
                        "weight": 0.7,
                        "hash": "CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD",
                    },
                    {"label": "Dark", "type": "TEXTUAL_INVERSION", "weight": 1},
                    {"modelFileName": "cn", "type": "CONTROLNET"},
                ],
            }
        },
        [
            row("checkpoint", "m", hash_="ab" * 32),
            row("lora", "a", 0.7, hash_="cd" * 32),
            row("embedding", "Dark", 1.0),
            row("controlnet", "cn"),
        ],
    ),
    "CivitAI's airs beside no graph": (
        {
            "PNG:Parameters": {
                "extra": {
                    "airs": [
                        "urn:air:sdxl:checkpoint:civitai:82@25",
                        "urn:air:sdxl:dora:civitai:70@7",
                        "urn:air:other:upscaler:civitai:147759@164821",
                        "urn:air:other:other:civitai-r2:worker-assets@sam.pth",
                        "oci:image:a@1",
                    ]
                },
                "extraMetadata": (
                    '{"prompt": "cat", "resources": [{"modelVersionId": 25, "strength": 1},'
                    ' {"modelVersionId": 7, "strength": 0.6}]}'
                ),
            }
        },
        [
            row("checkpoint", "modelVersionId:25", 1.0, version=25),
            row("lora", "modelVersionId:7", 0.6, version=7),
            row("upscaler", "urn:air:other:upscaler:civitai:147759@164821", version=164821),
            row("other", "urn:air:other:other:civitai-r2:worker-assets@sam.pth"),
        ],
    ),
    "CivitAI's meta by lists of files": (
        {
            "PNG:Parameters": {
                "prompt": "cat",
                "cfgScale": 7,
                "Model": "m",
                "models": ["m.safetensors"],
                "vaes": ["v"],
                "upscalers": ["4x.pth"],
                "controlNets": ["cn.pth"],
                "additionalResources": [
                    {
                        "name": "urn:air:sdxl:lora:civitai:70@7",
                        "type": "lora",
                        "strength": 0.7,
                        "strengthClip": 0.6,
                    }
                ],
            }
        },
        [
            row("checkpoint", "m"),
            row("vae", "v"),
            row("upscaler", "4x.pth"),
            row("controlnet", "cn.pth"),
            row("lora", "urn:air:sdxl:lora:civitai:70@7", 0.7, clip=0.6, version=7),
        ],
    ),
    "CivitAI's meta by resources": (
        {
            "PNG:Parameters": {
                "prompt": "cat <lora:a:0.5>",
                "cfgScale": 7,
                "hashes": {"model": "aabbccddee", "lora:a": "112233445566"},
                "resources": [
                    {"name": "m", "type": "model", "hash": "aabbccddee"},
                    {"name": "a", "type": "lora", "weight": 0.5},
                ],
                "civitaiResources": [{"type": "lora", "modelVersionId": 8, "weight": 0.9}],
            }
        },
        [
            row("checkpoint", "m", hash_="aabbccddee"),
            row("lora", "a", 0.5, hash_="112233445566"),
            row("lora", "modelVersionId:8", 0.9, version=8),
        ],
    ),
    "NovelAI's weights": (
        {
            "PNG:Software": "NovelAI",
            "PNG:Source": "NovelAI Diffusion V4.5 4BDE2A90",
            "PNG:Description": "cat",
            "PNG:Comment": {
                "prompt": "cat <lora:a:1>",
                "uc": "",
                "steps": 28,
                "sampler": "k_euler",
                "reference_strength_multiple": [0.6],
            },
        },
        [
            row("checkpoint", "NovelAI Diffusion V4.5", hash_="4bde2a90"),
            row("lora", "a", 1.0, used=False),
        ],
    ),
    "a Space's model": (
        {
            "PNG:Parameters": {
                "prompt": "cat",
                "num_inference_steps": 28,
                "guidance_scale": 7,
                "Model": {"Model": "Animagine", "Model hash": "e3c47aedb0"},
            }
        },
        [row("checkpoint", "Animagine", hash_="e3c47aedb0")],
    ),
    "DiffusionBee's ControlNet": (
        {
            "PNG:Parameters": {
                "prompt": "cat",
                "seed": 1,
                "guidance_scale": 7.5,
                "img_width": 512,
                "selected_sd_model": "m",
                "controlnet_model": "Canny",
                "control_weight": 0.8,
            }
        },
        [row("checkpoint", "m"), row("controlnet", "Canny", 0.8)],
    ),
    "imaginAIry's weights": (
        {
            "IFD0:Software": "Imaginairy / SD 1.5",
            "ExifIFD:UserComment": {
                "prompt": {
                    "prompt": [{"weight": 1, "text": "cat"}],
                    "model_weights": {"name": "SD 1.5"},
                }
            },
        },
        [row("checkpoint", "SD 1.5")],
    ),
    "Sygil's model": (
        {"PNG:SDprompt": "cat", "PNG:SDmodel_name": "m", "PNG:SDmodel_hash": "aabbccdd"},
        [row("checkpoint", "m", hash_="aabbccdd")],
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_gives_its_rows(name: str) -> None:
    tags, expected = SHAPES[name]
    assert (
        rows(
            {
                tag: json.dumps(value) if isinstance(value, dict) else value
                for tag, value in tags.items()
            }
        )
        == expected
    )
