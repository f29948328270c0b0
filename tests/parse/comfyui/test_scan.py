"""From a graph to a generation: what the golden cases do not show one by one."""

from service.parse.comfyui.form.graph import graph_of_prompt
from service.parse.comfyui.scan import read_graph
from service.records import Blobs, Field, Generation, Scalar
from service.records.json_values import JsonValue


def node(kind: str, **inputs: JsonValue) -> JsonValue:
    return {"class_type": kind, "inputs": inputs}


def sampler(seed: int, **inputs: JsonValue) -> JsonValue:
    return node(
        "KSampler", seed=seed, steps=4, cfg=2.0, sampler_name="lcm", scheduler="simple", **inputs
    )


def generation(file_name: str = "x.png", **graph: JsonValue) -> Generation:
    return read_graph(graph_of_prompt(graph, "PNG:Prompt", {}), Blobs({}, file_name))


def stated(found: Generation) -> dict[Field, Scalar]:
    return {field: one.value for field, one in found.fields.items()}


PLAIN: dict[Field, Scalar] = {"steps": 4, "cfg_scale": 2.0, "sampler": "lcm", "scheduler": "simple"}


def test_the_saver_wins_over_a_preview_before_it() -> None:
    found = generation(
        p=node("PreviewImage", images=["dp", 0]),
        dp=node("VAEDecode", samples=["kp", 0]),
        kp=sampler(1),
        s=node("SaveImage", images=["ds", 0]),
        ds=node("VAEDecode", samples=["ks", 0]),
        ks=sampler(2),
    )
    assert stated(found) == {**PLAIN, "seed": 2}


def test_of_several_savers_the_one_whose_prefix_fits_the_file_name_wrote_it() -> None:
    graph = {
        "a": node("SaveImage", filename_prefix="draft", images=["ka", 0]),
        "ka": sampler(1),
        "b": node("SaveImage", filename_prefix="out/final", images=["kb", 0]),
        "kb": sampler(2),
    }
    assert stated(generation("final_00001_.png", **graph)) == {**PLAIN, "seed": 2}
    # where no prefix fits, the last in order wrote it
    assert stated(generation("renamed.png", **graph)) == {**PLAIN, "seed": 2}


def test_a_broken_way_with_two_samplers_is_not_guessed() -> None:
    found = generation(s=node("SaveImage", images=["gone", 0]), a=sampler(1), b=sampler(2))
    assert (stated(found), found.passes) == ({}, ())
    assert found.unsettled == (
        "the saved image comes from a node that the file does not hold",
        "no sampler leads to the saved image",
    )


def test_an_image_that_was_only_loaded_has_no_settings() -> None:
    found = generation(
        s=node("SaveImage", images=["l", 0]), l=node("LoadImage", image="a.png"), k=sampler(1)
    )
    assert stated(found) == {}


def test_a_link_is_never_a_value() -> None:
    found = generation(
        k=sampler(1, model=["m", 0]), m=node("CheckpointLoaderSimple", ckpt_name=["n", 0])
    )
    assert stated(found) == {**PLAIN, "seed": 1}
    assert found.resources == ()


def test_a_value_says_where_it_is() -> None:
    found = generation(k=sampler(1, model=["m", 0]), m=node("UNETLoader", unet_name="a.gguf"))
    assert found.fields["seed"].source == "PNG:Prompt#k.inputs.seed"
    assert [(one.label, one.source, dict(one.extra)) for one in found.resources] == [
        ("a.gguf", "PNG:Prompt#m.inputs.unet_name", {"loader": "UNETLoader"})
    ]


def test_an_unknown_sampler_and_encoder_are_understood_by_their_inputs() -> None:
    found = generation(
        s=node("SaveImage", images=["k", 0]),
        k=node(
            "NobodyKnowsThis",
            noise_seed=5,
            steps=9,
            sampler_name="heun",
            positive=["e", 0],
            latent=["z", 0],
        ),
        e=node("AlsoUnknown", prompt="a kite", clip=["c", 0]),
        z=node("SomeLatent", width=320, height=448),
    )
    assert stated(found) == {
        "steps": 9,
        "sampler": "heun",
        "seed": 5,
        "width": 320,
        "height": 448,
        "positive_prompt": "a kite",
    }


def test_a_controlnets_crossed_outputs_are_followed_as_wired() -> None:
    found = generation(
        k=sampler(1, positive=["n", 1], negative=["n", 0]),
        n=node("ControlNetApplyAdvanced", positive=["p", 0], negative=["q", 0], strength=1.0),
        p=node("CLIPTextEncode", text="first"),
        q=node("CLIPTextEncode", text="second"),
    )
    assert stated(found) == {
        **PLAIN,
        "seed": 1,
        "positive_prompt": "second",
        "negative_prompt": "first",
    }


def test_the_first_stage_of_stable_cascade_is_the_base_pass() -> None:
    found = generation(
        s=node("SaveImage", images=["d", 0]),
        d=node("VAEDecode", samples=["b", 0]),
        b=sampler(2, positive=["c", 0], latent_image=["e", 1]),
        c=node("StableCascade_StageB_Conditioning", conditioning=["p", 0], stage_c=["a", 0]),
        a=sampler(1, positive=["p", 0], latent_image=["e", 0]),
        p=node("CLIPTextEncode", text="a hill"),
        e=node("StableCascade_EmptyLatentImage", width=1024, height=768),
    )
    assert stated(found) == {
        **PLAIN,
        "seed": 1,
        "width": 1024,
        "height": 768,
        "positive_prompt": "a hill",
    }
    assert [(one.role, one.fields["seed"].value) for one in found.passes] == [("hires", 2)]


def test_written_sigmas_state_the_steps_and_the_node_names_the_schedule() -> None:
    found = generation(
        k=node("SamplerCustom", noise_seed=1, cfg=1.0, sampler=["a", 0], sigmas=["z", 0]),
        a=node("SamplerLCMUpscale", scale_ratio=1.0),
        z=node("ManualSigmas", sigmas="1.0, 0.5, 0.0"),
    )
    assert stated(found) == {
        "steps": 2,
        "cfg_scale": 1.0,
        "sampler": "SamplerLCMUpscale",
        "scheduler": "ManualSigmas",
        "seed": 1,
    }


def test_an_unknown_node_at_the_end_of_a_graph_wrote_the_image() -> None:
    found = generation(
        k=sampler(1),
        d=node("VAEDecode", samples=["k", 0], vae=["v", 0]),
        v=node("VAELoader", vae_name="a.safetensors"),
        w=node("Post To Board", image=["d", 0]),
    )
    assert stated(found) == {**PLAIN, "seed": 1, "vae": "a.safetensors"}


def test_of_upscales_on_the_way_the_first_after_the_base_pass_counts_else_one_before_it() -> None:
    graph: dict[str, JsonValue] = {
        "i": node("LoadImage", image="a.png"),
        "u": node("ImageUpscaleWithModel", image=["i", 0], upscale_model=["m", 0]),
        "m": node("UpscaleModelLoader", model_name="early.pth"),
        "e": node("VAEEncode", pixels=["u", 0]),
        "k": sampler(1, latent_image=["e", 0]),
        "d": node("VAEDecode", samples=["k", 0]),
    }
    assert (
        stated(generation(**graph, s=node("SaveImage", images=["d", 0])))["upscaler"] == "early.pth"
    )
    late = node("CR Upscale Image", image=["d", 0], upscale_model="late.pth")
    assert (
        stated(generation(**graph, w=late, s=node("SaveImage", images=["w", 0])))["upscaler"]
        == "late.pth"
    )


def test_a_value_that_is_alone_is_what_its_node_gives() -> None:
    found = generation(
        k=node(
            "KSampler",
            seed=["a", 0],
            steps=["b", 0],
            sampler_name=["c", 0],
            cfg=2.0,
            scheduler="simple",
        ),
        a=node("Odd Number", odd=7),
        b=node("Steps By Megapixel", megapixels=4),
        c=node("Odd Choice", odd="lcm"),
    )
    assert stated(found) == {"seed": 7, "cfg_scale": 2.0, "sampler": "lcm", "scheduler": "simple"}


def test_a_pipe_hands_on_the_words_of_the_side_that_is_asked_for() -> None:
    found = generation(
        k=sampler(1, positive=["p", 0], negative=["n", 0]),
        p=node("CLIPTextEncode", text=["o", 1]),
        n=node("CLIPTextEncode", text=["o", 2]),
        o=node("AV_ParametersPipeToPrompts", pipe=["i", 0]),
        i=node("AV_PromptsToParametersPipe", positive="a heron", negative="frame"),
    )
    assert stated(found) == {
        **PLAIN,
        "seed": 1,
        "positive_prompt": "a heron",
        "negative_prompt": "frame",
    }
