"""A value of another kind than its field is left out, with a warning that says where it was."""

import pytest

from service.parse.base import Claim, Parser
from service.parse.gate import RULES, keep_plausible
from service.records import Blobs, Field, Generation, Resource, Sampling, Scalar, Stated

RIGHT: dict[Field, tuple[Scalar, ...]] = {
    "sampler": (
        *("euler", "DPM++ 2M SDE Heun Karras", "multistep/res_2m", "[Forge] Flux Realistic"),
        *("k_dpmpp_2", "SamplerWaveWarp", "Euler A Trailing", "DDIM CFG++", "er_sde"),
        *("gradient estimation", "SEEDS 2", "ODE (Bosh3)", "Ralston 2s", "k-dpm 2"),
    ),
    "scheduler": (
        "karras",
        "SGM Uniform",
        "Sinusoidal SF",
        "FlowMatchEulerDiscreteScheduler (Custom)",
        "beta57",
    ),
    "positive_prompt": (
        *("a heron", "a", "", " \n", "(reeds:1.2), [fog|rain]", "猫", "3d", "text", "positive"),
        *('{"subject": "a reed", "count": 2}', "score_9, 1girl", "cat+ in a 2*2 grid"),
        *("apollo-13", "mid-1920", "deep-space-9"),
    ),
    "negative_prompt": ("", "fog", "3d", "lowres, bad hands"),
    "model": (
        "heron.safetensors",
        "sub\\heron v2.ckpt",
        "WAI reeds illustrious XL v16",
        "Reed, Deluxe",
    ),
    "vae": ("ae.sft", "pixel_space", "VAEFix", "orange.vae.pt"),
    "steps": (1, 1000, "24", "20, 5"),
    "cfg_scale": (0, 1.0, "7,5", -1.5, 100),
    "guidance": (3.5, "4"),
    "seed": (0, 2**64 - 1, "18446744073709551615", -1),
    "frames": (1, 81, "121"),
    "fps": (0.5, 24, "16.0"),
    "seconds": (0, 5, "8.5"),
    "width": (2, "512", 16384),
    "height": (2, "512", 16384),
}
"""What real files state of these fields, in other words."""

WRONG: dict[Field, tuple[Scalar, ...]] = {
    "sampler": (
        *("a heron in the reeds", "heron.safetensors", "soft light, fog", "20", 7, True, "a\nb"),
        *("a heron", "reeds:", "['5', 3]", "x" * 80, "猫"),
        *("red flowers", "school uniform", "simple background", "dark-haired heron", "old films"),
    ),
    "scheduler": ("a quiet lake", "sub\\heron.ckpt", "0.5", 1024),
    "positive_prompt": (
        *(
            "871",
            "12.5, 7",
            "(a*b)+c",
            "[1, 2]",
            "(width * 2) + 8",
            "ab-1",
            "CLIP_G",
            "clip_l",
            871,
        ),
        *("Positive prompt:", "['5', 0]", "heron.safetensors", "end_frame.png", "{a}", False),
    ),
    "negative_prompt": ("Negative prompt:", "42", "CLIP_L"),
    "model": (
        *("auto", "", "None", ".use_ckpt_model", "a\nb", "undefined", 12, "..", "x" * 300),
        "misty, grainy, dull",
        "a heron that stands in the reeds and waits for a fish to come by",
    ),
    "vae": ("auto", "Baked VAE", "baked-vae", "Automatic", ".use_ckpt_vae", ".none", "default"),
    "steps": (0, 4321, "10000", -3),
    "cfg_scale": (1024, 4321, "90210"),
    "guidance": (704, "960"),
    "seed": (2**70, "9" * 30),
    "frames": (0, 10**9),
    "fps": (0, 4321),
    "seconds": (-1, 90210),
    "width": (0, 90210, -64),
    "height": (0, 90210, -64),
}


def one_field(name: Field, value: Scalar) -> Generation:
    return Generation("comfyui", {name: Stated(value, "PNG:Prompt#12.inputs.x")})


@pytest.mark.parametrize("name", RULES)
def test_what_real_files_state_is_kept(name: Field) -> None:
    for value in RIGHT[name]:
        assert keep_plausible(one_field(name, value)) == one_field(name, value)


@pytest.mark.parametrize("name", RULES)
def test_what_a_field_cannot_hold_is_left_out(name: Field) -> None:
    for value in WRONG[name]:
        assert keep_plausible(one_field(name, value)).fields == {}


def test_the_warning_says_what_was_left_out_and_at_which_node() -> None:
    assert keep_plausible(one_field("sampler", "a heron in the reeds")).unsettled == (
        "the sampler at PNG:Prompt#12.inputs.x is left out: 'a heron in the reeds' is no such name",
    )


def test_later_passes_and_resources_are_judged_too() -> None:
    heron = Resource("checkpoint", "heron.safetensors", "PNG:Prompt#1.inputs.ckpt_name")
    word = Resource("vae", "auto", "PNG:Prompt#1.inputs.vae")
    later = Sampling("hires", {"steps": Stated(9, "b"), "cfg_scale": Stated(90210, "c")})
    found = keep_plausible(Generation("comfyui", {}, passes=(later,), resources=(heron, word)))
    assert found.passes == (Sampling("hires", {"steps": Stated(9, "b")}),)
    assert found.resources == (heron,)
    assert found.unsettled == ("the cfg_scale at c is left out: '90210' is no CFG scale",)


def test_every_parser_passes_the_gate() -> None:
    def parse(_: Blobs) -> Generation:
        return one_field("steps", 4321)

    parser = Parser("new", 1, lambda _: Claim.MARKER, parse)
    assert parser.read(Blobs({})).fields == {}


@pytest.mark.parametrize("steps", ["0", 0])
def test_no_steps_of_a_later_pass_are_as_many_as_before_and_no_mistake(steps: Scalar) -> None:
    later = Sampling("hires", {"steps": Stated(steps, "b"), "denoise": Stated(0.3, "c")})
    found = keep_plausible(Generation("a1111", {}, passes=(later,)))
    assert found.passes == (Sampling("hires", {"denoise": Stated(0.3, "c")}),)
    assert found.unsettled == ()
