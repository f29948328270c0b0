"""Names for the widget values of classes that no table holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parse.comfyui.nodes.guesses import guess_names
from service.records.json_values import JsonValue

Raw = dict[str, JsonValue]


def raw(kind: str, values: list[JsonValue], gives: str = "", takes: str = "") -> Raw:
    outputs: list[JsonValue] = [{"name": one, "type": one} for one in gives.split()]
    inputs: list[JsonValue] = [
        {"name": one.lower(), "type": one, "link": 1} for one in takes.split()
    ]
    return {"type": kind, "widgets_values": values, "outputs": outputs, "inputs": inputs}


FILE = "a.safetensors"

KNOWN: dict[str, tuple[Raw, dict[str, JsonValue]]] = {
    "a checkpoint": (raw("X", ["auto", FILE], "MODEL CLIP VAE"), {"ckpt_name": FILE}),
    "a checkpoint with its picture": (
        raw("X", [{"content": FILE, "image": None}], "MODEL CLIP"),
        {"ckpt_name": FILE},
    ),
    "a diffusion model": (raw("X", [FILE, "default"], "MODEL"), {"unet_name": FILE}),
    "a patch of a model is no loader": (raw("X", [FILE], "MODEL", "MODEL"), {}),
    "a VAE": (raw("X", [FILE], "VAE"), {"vae_name": FILE}),
    "two text encoders": (
        raw("X", [FILE, "b.gguf"], "CLIP"),
        {"clip_name1": FILE, "clip_name2": "b.gguf"},
    ),
    "an upscaler": (raw("X", ["4x.pth"], "UPSCALE_MODEL"), {"model_name": "4x.pth"}),
    "a LoRA": (
        raw("X Lora", [FILE, 0.5], "MODEL", "MODEL"),
        {"lora_name_0": FILE, "strength_model_0": 0.5},
    ),
    "a LoRA switched off": (
        raw("X Lora", ["Off", FILE, 0.5, 0.4], "MODEL CLIP", "MODEL CLIP"),
        {"lora_name_1": FILE, "strength_model_1": 0.5, "strength_clip_1": 0.4, "switch_1": "Off"},
    ),
    "weights of which nobody knows the order": (
        raw("X Lora", [FILE, 1, 2, 3], "LORA"),
        {"lora_name_0": FILE},
    ),
    "a sampler": (
        raw("X KSampler", [9, 7, "fixed", 20, 6.5, "euler", "karras", 0.8], "LATENT", "MODEL"),
        {
            "seed": 7,
            "steps": 20,
            "cfg": 6.5,
            "sampler_name": "euler",
            "scheduler": "karras",
            "denoise": 0.8,
        },
    ),
    "an advanced sampler": (
        raw(
            "X KSampler",
            ["enable", 7, "fixed", 20, 6.5, "euler", "karras", 0, 12],
            "LATENT",
            "MODEL",
        ),
        {
            "noise_seed": 7,
            "steps": 20,
            "cfg": 6.5,
            "sampler_name": "euler",
            "scheduler": "karras",
            "start_at_step": 0,
            "end_at_step": 12,
        },
    ),
    "what samples under another name": (
        raw("X", [7, "fixed", 20, 6.5, "euler", "karras", 0.8], "LATENT", "MODEL CONDITIONING"),
        {
            "seed": 7,
            "steps": 20,
            "cfg": 6.5,
            "sampler_name": "euler",
            "scheduler": "karras",
            "denoise": 0.8,
        },
    ),
    "a sampler of early 2023": (
        raw(
            "X Detailer",
            [256, 7, False, 20, 8, "euler", "karras", 0.6, 5],
            "IMAGE",
            "MODEL CONDITIONING",
        ),
        {
            "seed": 7,
            "steps": 20,
            "cfg": 8,
            "sampler_name": "euler",
            "scheduler": "karras",
            "denoise": 0.6,
        },
    ),
    "a text where a sampler's name should be": (
        raw("X KSampler", [7, "fixed", 20, 6.5, 8, "karras", 0.8], "IMAGE", "MODEL"),
        {},
    ),
    "a sampler's name": (raw("X", ["lcm"], "SAMPLER"), {"sampler_name": "lcm"}),
    "a sampler named by its class": (
        raw("SamplerDPMPP_SDE", [1.0, 1.0, 0.5, "gpu"], "SAMPLER"),
        {},
    ),
    "a noise": (raw("X", [7, "randomize", "cpu"], "NOISE"), {"seed": 7}),
    "an encoder": (raw("X", ["a heron", "none"], "CONDITIONING", "CLIP"), {"text": "a heron"}),
    "an encoder's option of two words": (
        raw("X", ["catgirl", "no truncation"], "CONDITIONING", "CLIP"),
        {},
    ),
    "an encoder's option before its text": (
        raw("X", ["mean", "A1111 style", 1], "CONDITIONING", "CLIP"),
        {},
    ),
    "an encoder of more texts than sides": (
        raw("X TextEncode", ["sai-anime", "a fox"], "CONDITIONING", "CLIP"),
        {},
    ),
    "a LoRA that is switched off": (
        raw("X LoRA", [False, FILE, 0.8], "MODEL", "MODEL"),
        {"lora_name_1": FILE, "strength_model_1": 0.8, "switch_1": False},
    ),
    "LoRAs with switches behind them": (
        raw("X LoRA", [FILE, 0.8, "Off", FILE, 0.3, "On"], "MODEL", "MODEL"),
        {
            "lora_name_0": FILE,
            "strength_model_0": 0.8,
            "switch_0": "Off",
            "lora_name_3": FILE,
            "strength_model_3": 0.3,
            "switch_3": "On",
        },
    ),
    "a name chosen of a list": (raw("X", ["euler"], "COMBO"), {"value": "euler"}),
    "sigmas": (raw("X", ["beta", 12, 0.5], "SIGMAS", "MODEL"), {"steps": 12, "scheduler": "beta"}),
    "sigmas for a size": (raw("X", ["Fast (4 steps)", 1024, 1024], "SIGMAS"), {}),
    "an empty latent": (raw("X", [832, 1216, 1], "LATENT"), {"width": 832, "height": 1216}),
    "what is made of another latent has no size": (
        raw("X", [832, 1216, 1], "LATENT", "LATENT"),
        {},
    ),
    "a seed": (raw("X Seed", [7, "randomize", ""], "INT"), {"seed": 7}),
    "a number": (raw("X", [7], "INT"), {"value": 7}),
    "a file chosen for a loader": (raw("X", [FILE], "COMBO"), {"value": FILE}),
    "a text": (raw("X Text", ["a heron"], "STRING"), {"text": "a heron"}),
    "both prompts": (
        raw("X TextEncode", ["a heron", "frame"], "positive negative"),
        {"positive_prompt": "a heron", "negative_prompt": "frame"},
    ),
    "two numbers that no rule fits": (raw("X", [7, 8], "INT"), {}),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_value_is_named_by_what_its_node_gives(name: str) -> None:
    node, expected = KNOWN[name]
    assert guess_names(node, text_comes_in=False) == expected


def test_a_text_that_comes_in_makes_a_nodes_own_one_of_some_time_before() -> None:
    assert guess_names(KNOWN["a text"][0], text_comes_in=True) == {}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.just(FILE)
    | st.just("fixed"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(["X", "X Lora", "KSampler X", "Seed X", "TextEncode X"]),
    st.lists(VALUES, max_size=9),
    st.sampled_from(["", "MODEL", "SIGMAS", "LATENT", "INT", "VAE", "STRING"]),
)
def test_no_value_of_any_kind_breaks_a_rule(kind: str, values: list[JsonValue], gives: str) -> None:
    assert isinstance(guess_names(raw(kind, values, gives), text_comes_in=False), dict)
