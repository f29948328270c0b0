"""What other generators write into PNG texts, in words of our own."""

import json

SWARMUI = {
    "parameters": json.dumps(
        {
            "sui_image_params": {
                "prompt": "a lighthouse in fog, gulls",
                "negativeprompt": "people",
                "model": "XL/harbour_v3",
                "seed": 1357924680,
                "steps": 28,
                "cfgscale": 6.5,
                "width": 1216,
                "height": 832,
                "sampler": "dpmpp_2m_sde",
                "scheduler": "karras",
                "loras": ["sea_spray"],
                "loraweights": ["0.6"],
                "swarm_version": "0.9.6.2",
            },
        },
    ),
}

INVOKEAI = {
    "invokeai_metadata": json.dumps(
        {
            "app_version": "5.6.0",
            "generation_mode": "sdxl_txt2img",
            "positive_prompt": "a stone bridge, moss, morning",
            "negative_prompt": "cars",
            "width": 1024,
            "height": 1024,
            "seed": 24680,
            "cfg_scale": 6.0,
            "steps": 30,
            "scheduler": "euler_a",
            "model": {
                "key": "k-1",
                "hash": "blake3:" + "ab" * 32,
                "name": "garden_xl",
                "base": "sdxl",
                "type": "main",
            },
        },
    ),
}

NOVELAI = {
    "Title": "NovelAI generated image",
    "Description": "1girl, red scarf, snow, {{night}}, best quality",
    "Software": "NovelAI",
    "Source": "NovelAI Diffusion V3 C1CCBA86",
    "Comment": json.dumps(
        {
            "prompt": "1girl, red scarf, snow, {{night}}, best quality",
            "steps": 28,
            "height": 1216,
            "width": 832,
            "scale": 5.0,
            "uncond_scale": 1.0,
            "seed": 987123654,
            "n_samples": 1,
            "noise_schedule": "native",
            "sampler": "k_euler_ancestral",
            "uc": "lowres, text",
        },
    ),
}

FOOOCUS = {
    "parameters": json.dumps(
        {
            "base_model": "garden_xl",
            "base_model_hash": "aeb7e9e689",
            "guidance_scale": 4,
            "loras": [["soft_light", 0.3, "4852686128"]],
            "metadata_scheme": "fooocus",
            "negative_prompt": "",
            "performance": "Speed",
            "prompt": "a garden gate, ivy",
            "resolution": "(896, 1152)",
            "sampler": "dpmpp_2m_sde_gpu",
            "scheduler": "karras",
            "seed": "112233445566",
            "sharpness": 2,
            "steps": 30,
            "version": "Fooocus v2.5.5",
        },
    ),
    "fooocus_scheme": "fooocus",
}

MIDJOURNEY = {
    "Description": "paper lanterns over a canal, dusk --ar 3:2 --seed 4294967295 "
    "--stylize 250 --v 6.1 Job ID: 0a1b2c3d-0001-4002-8003-0a1b2c3d4e5f",
    "Author": "somebody",
}
