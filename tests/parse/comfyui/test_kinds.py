"""Kinds of graphs that were read wrongly at first contact, each in a graph of the tests' own."""

import pytest
from plain_graph import PLAIN, READ, Nodes, changed, prompt_of, read, read_nodes, values

from service.parse.comfyui import PARSER
from service.parse.comfyui.form.graph import graph_of_prompt
from service.records import Blob, Blobs, Field, Scalar
from service.records.json_values import JsonValue

# ── bundles: contexts, pipes, streams of settings


def context(**linked: JsonValue) -> tuple[str, dict[str, JsonValue]]:
    return "Context (rgthree)", linked


def listed(id_: int, **links: int) -> JsonValue:
    """Return a context as the editor lists it: every input with its type, few with a link."""
    types = {
        "base_ctx": "RGTHREE_CONTEXT",
        "model": "MODEL",
        "positive": "CONDITIONING",
        "negative": "CONDITIONING",
        "latent": "LATENT",
        "images": "IMAGE",
    }
    outputs = ("CONTEXT", "MODEL", "CLIP", "VAE", "POSITIVE", "NEGATIVE", "LATENT", "IMAGE")
    return {
        "id": id_,
        "type": "Context (rgthree)",
        "inputs": [{"name": n, "type": t, "link": links.get(n)} for n, t in types.items()],
        "outputs": [{"name": name, "type": name} for name in outputs],
    }


IN_CONTEXTS: Nodes = {
    **changed(
        PLAIN,
        n5={
            "model": ["12", 1],
            "positive": ["12", 4],
            "negative": ["12", 5],
            "latent_image": ["12", 6],
        },
        n7={"images": ["13", 7]},
    ),
    "10": context(model=["1", 0], latent=["4", 0]),
    "11": context(base_ctx=["10", 0], positive=["2", 0]),
    "12": context(base_ctx=["11", 0], negative=["3", 0]),
    "13": context(base_ctx=["14", 0]),
    "14": context(base_ctx=["12", 0], images=["6", 0]),
}


def test_inputs_that_are_listed_but_not_linked_do_not_stop_the_way() -> None:
    workflow: JsonValue = {
        "nodes": [
            listed(10, model=1, latent=2),
            listed(11, base_ctx=3, positive=4),
            listed(12, base_ctx=5, negative=6),
            listed(13, base_ctx=7),
            listed(14, base_ctx=8, images=9),
        ],
        "links": [],
    }
    assert values(read(prompt_of(IN_CONTEXTS), workflow)) == READ
    assert read_nodes(IN_CONTEXTS) == READ


STREAM: Nodes = {
    "1": ("LoadRiver", {"ckpt_name": "river.safetensors", "vae": "auto"}),
    "2": ("RiverSeed", {"seed": 3, "settings": ["1", 3]}),
    "3": ("RiverPrompt", {"prompt": "a weir", "settings": ["2", 0]}),
    "4": ("RiverUnpack", {"part": "base", "settings": ["3", 0], "model": ["1", 0]}),
    "5": (
        "SamplerCustom",
        {
            "noise_seed": ["4", 6],
            "cfg": ["4", 5],
            "model": ["4", 0],
            "positive": ["4", 1],
            "negative": ["4", 2],
            "sampler": ["4", 3],
            "sigmas": ["4", 4],
            "latent_image": ["6", 0],
        },
    ),
    "6": ("EmptyLatentImage", {"width": 512, "height": 512, "batch_size": 1}),
    "7": ("VAEDecode", {"samples": ["5", 0], "vae": ["1", 2]}),
    "8": ("SaveImage", {"images": ["7", 0]}),
}


def test_a_stream_of_settings_gives_only_what_it_names() -> None:
    found = read(prompt_of(STREAM))
    assert values(found) == {
        "positive_prompt": "a weir",
        "seed": 3,
        "width": 512,
        "height": 512,
        "model": "river.safetensors",
    }
    assert "one link brings both prompts of node 5 (SamplerCustom); the positive is taken" in (
        found.unsettled
    )


# ── prompts


def test_one_link_of_embeds_is_no_negative() -> None:
    nodes: Nodes = {
        "1": ("HyVideoModelLoader", {"model": "brook_video.safetensors"}),
        "2": ("HyVideoTextEncode", {"prompt": "a brook"}),
        "3": (
            "HyVideoSampler",
            {"steps": 25, "seed": 8, "num_frames": 49, "model": ["1", 0], "hyvid_embeds": ["2", 0]},
        ),
        "4": ("HyVideoDecode", {"samples": ["3", 0]}),
        "5": ("VHS_VideoCombine", {"images": ["4", 0], "frame_rate": 24.0}),
    }
    assert read_nodes(nodes, "brook.mp4") == {
        "frames": 49,
        "fps": 24.0,
        "positive_prompt": "a brook",
        "steps": 25,
        "seed": 8,
        "model": "brook_video.safetensors",
    }


def test_two_links_to_one_encoder_are_a_positive_and_a_negative() -> None:
    nodes = changed(PLAIN, n5={"negative": ["2", 0]})
    assert read_nodes(nodes) == {**READ, "negative_prompt": "a heron at dawn"}


def with_encoder(class_type: str, inputs: dict[str, JsonValue], **others: JsonValue) -> Nodes:
    """Return the plain graph with another positive encoder, and the nodes that it needs."""
    nodes: dict[str, tuple[str, dict[str, JsonValue]]] = {}
    nodes["2"] = (class_type, {"clip": ["1", 1], **inputs})
    for id_, text in others.items():
        nodes[id_.removeprefix("n")] = ("Some String Box", {"string": text})
    return {**PLAIN, **nodes}


ENCODERS = {
    "parts of a prompt, in their order": (
        with_encoder(
            "ReedSections",
            {"end_text": "dusk", "front_text": "a heron", "mid_text": "", "separator": "newline"},
        ),
        "a heron\ndusk",
    ),
    "the second box where the first is empty": (
        with_encoder("EllaTextEncode", {"text": " ", "text_clip": "a bittern"}),
        "a bittern",
    ),
    "numbered texts beside a delimiter": (
        {
            **with_encoder("CLIPTextEncode", {"text": ["20", 0]}, n21="a heron", n22="fishing"),
            "20": (
                "Row of Words",
                {"string_2": ["22", 0], "string_1": ["21", 0], "delimiter": " ; "},
            ),
        },
        "a heron ; fishing",
    ),
    "a schedule whose texts around it are empty": (
        with_encoder(
            "BatchPromptSchedule",
            {"text": '"0": "a reed"', "pre_text": ["21", 0], "app_text": ["22", 0]},
            n21="",
            n22="",
        ),
        '"0": "a reed"',
    ),
    "what wildcards became": (
        {
            **with_encoder("CLIPTextEncode", {"text": ["20", 0]}),
            "20": ("WildReeds", {"wildcard_text": "a {bittern|crane}", "populated_text": "a c"}),
        },
        "a c",
    ),
    "a text by link that held no wildcards": (
        {
            **with_encoder("CLIPTextEncode", {"text": ["20", 0]}, n21="a crane"),
            "20": ("WildReeds", {"wildcard_text": ["21", 0], "populated_text": ""}),
        },
        "a crane",
    ),
    "nothing of wildcards whose result is not kept": (
        {
            **with_encoder("CLIPTextEncode", {"text": ["20", 0]}, n21="a {bittern|crane}"),
            "20": ("WildReeds", {"wildcard_text": ["21", 0], "populated_text": ""}),
        },
        None,
    ),
    "the one line that a node gives on": (
        {
            **with_encoder("CLIPTextEncode", {"text": ["20", 0]}),
            "20": ("Reed Lines", {"prompt": "a\na coot\nc", "start_index": 1, "max_rows": 1}),
        },
        "a coot",
    ),
    "nothing of several lines, one a run": (
        {
            **with_encoder("CLIPTextEncode", {"text": ["20", 0]}),
            "20": ("Reed Lines", {"prompt": "a\na coot\nc", "start_index": 0, "max_rows": 9}),
        },
        None,
    ),
    "the branch that a comparison chooses": (
        {
            **with_encoder("CLIPTextEncode", {"text": ["20", 0]}, n21="a coot", n22="a crane"),
            "20": (
                "ComfySwitchNode",
                {"switch": ["23", 0], "on_true": ["21", 0], "on_false": ["22", 0]},
            ),
            "23": ("Some Compare", {"a": ["24", 0], "b": 5, "comparison": "a < b"}),
            "24": ("PrimitiveInt", {"value": 4}),
        },
        "a coot",
    ),
    "both encoders of one conditioning": (
        {
            **with_encoder("EllaEncode", {"clip": None, "embeds": ["20", 0]}),
            "20": ("CombineClipEllaEmbeds", {"cond": ["21", 0], "embeds": ["22", 0]}),
            "21": ("CLIPTextEncode", {"text": "a coot", "clip": ["1", 1]}),
            "22": ("T5TextEncode #ELLA", {"text": "a coot on a lake", "text_encoder": ["23", 0]}),
            "23": ("T5TextEncoderLoader #ELLA", {"name": "t5"}),
        },
        "a coot\na coot on a lake",
    ),
    "nothing where the text is a number": (with_encoder("CLIPTextEncode", {"text": "871"}), None),
}


@pytest.mark.parametrize(("nodes", "prompt"), ENCODERS.values(), ids=ENCODERS)
def test_an_encoder_holds_its_prompt_in_many_ways(nodes: Nodes, prompt: str | None) -> None:
    expected: dict[Field, Scalar] = {**READ, "positive_prompt": prompt or ""}
    if prompt is None:
        del expected["positive_prompt"]
    assert read_nodes(nodes) == expected


def test_numbered_conditionings_are_joined_in_the_order_of_their_numbers() -> None:
    nodes = {
        **changed(PLAIN, n5={"positive": ["20", 0]}, n4={"width": ["20", 1], "height": ["20", 2]}),
        "20": (
            "MultiAreaConditioning",
            {
                "resolutionX": 320,
                "resolutionY": 448,
                "x": 0,
                "y": 64,
                "width": 96,
                "height": 128,
                "conditioning1": ["21", 0],
                "conditioning0": ["2", 0],
            },
        ),
        "21": ("CLIPTextEncode", {"text": "reeds", "clip": ["1", 1]}),
    }
    assert read_nodes(nodes) == {
        **READ,
        "positive_prompt": "a heron at dawn\nreeds",
        "width": 320,  # that of the canvas, not of an area on it
        "height": 448,
    }


# ── what made the file


def twice(class_type: str, first: dict[str, JsonValue], second: dict[str, JsonValue]) -> Nodes:
    """Return two ways from one model, of which the second has 9 steps."""
    other = changed(PLAIN, n5={"steps": 9, "seed": 11})
    return {
        **PLAIN,
        "7": (class_type, {"images": ["6", 0], **first}),
        "25": other["5"],
        "26": ("VAEDecode", {"samples": ["25", 0], "vae": ["1", 2]}),
        "27": (class_type, {"images": ["26", 0], **second}),
    }


@pytest.mark.parametrize(
    ("nodes", "file_name", "steps"),
    [
        (twice("SaveImage", {}, {}), "x.png", 9),  # the last in order
        (twice("PreviewImage", {}, {}), "x.png", 9),
        (twice("VHS_VideoCombine", {"save_output": True}, {"save_output": False}), "x.mp4", 22),
        (twice("VHS_VideoCombine", {"save_output": False}, {"save_output": True}), "x.mp4", 9),
        (
            twice("SaveImage", {"filename_prefix": "pond"}, {"filename_prefix": "lake"}),
            "pond_00001_.png",
            22,
        ),
        ({**twice("SaveImage", {}, {}), "27": ("SaveWEBM", {"images": ["26", 0]})}, "x.png", 22),
        ({**twice("SaveImage", {}, {}), "7": ("SaveVideo", {"images": ["6", 0]})}, "x.webm", 22),
    ],
)
def test_the_output_is_the_one_that_wrote_this_file(
    nodes: Nodes, file_name: str, steps: int
) -> None:
    assert read_nodes(nodes, file_name)["steps"] == steps


def test_of_several_savers_the_one_whose_image_has_the_size_of_the_file_wrote_it() -> None:
    nodes: Nodes = {
        **twice("SaveImage", {}, {}),
        "4": ("EmptyLatentImage", {"width": 320, "height": 448, "batch_size": 1}),
    }
    large = changed(nodes, n25={"latent_image": ["24", 0]})
    nodes = {**large, "24": ("EmptyLatentImage", {"width": 640, "height": 896, "batch_size": 1})}
    texts = {"prompt": (Blob("", "PNG:Prompt", prompt_of(nodes)),)}
    steps: list[Scalar] = []
    for size in ((320, 448), (640, 896), (64, 64)):
        found = PARSER.read(Blobs(texts, "x.png", *size))
        steps.append(found.fields["steps"].value)
    assert steps == [22, 9, 9]


# ── settings, sizes, files


def test_a_sampler_without_a_name_is_named_by_its_class() -> None:
    nodes: Nodes = {
        **PLAIN,
        "5": (
            "SamplerCustom",
            {
                "noise_seed": 4,
                "cfg": 3,
                "model": ["1", 0],
                "positive": ["2", 0],
                "negative": ["3", 0],
                "sampler": ["20", 0],
                "sigmas": ["21", 0],
                "latent_image": ["4", 0],
            },
        ),
        "20": ("SamplerWaveWarp", {"eta": 0.3, "guide_latent_opt": ["22", 0]}),
        "21": ("BasicScheduler", {"scheduler": "normal", "steps": 12, "model": ["1", 0]}),
        "22": ("EmptyLatentImage", {"width": 64, "height": 64}),
    }
    found = read_nodes(nodes)
    assert (found["sampler"], found["scheduler"], found["steps"]) == (
        "SamplerWaveWarp",
        "normal",
        12,
    )


def test_a_class_that_has_an_input_for_the_schedule_is_no_schedule_s_name() -> None:
    nodes: Nodes = {
        **PLAIN,
        "5": (
            "SamplerCustom",
            {"noise_seed": 4, "model": ["1", 0], "positive": ["2", 0], "sigmas": ["21", 0]},
        ),
        "21": ("BasicScheduler", {"steps": 12, "model": ["1", 0]}),
    }
    assert "scheduler" not in read_nodes(nodes)
    named = changed(nodes, n5={"sigmas": ["22", 0]})
    nodes = {**named, "22": ("SDTurboScheduler", {"steps": 1, "model": ["1", 0]})}
    assert read_nodes(nodes)["scheduler"] == "SDTurboScheduler"


def test_a_word_that_stands_for_no_file_is_no_vae() -> None:
    nodes: Nodes = {
        **PLAIN,
        "1": ("ReedLoader", {"ckpt_name": "heron.safetensors", "vae_name": ".use_ckpt_vae"}),
    }
    assert read_nodes(nodes) == READ


SIZES: dict[str, tuple[Nodes, tuple[int, int] | None]] = {
    "of the scaled pixels that become a latent": (
        {
            **changed(PLAIN, n5={"latent_image": ["20", 2]}),
            "20": (
                "InstructPixToPixConditioning",
                {"pixels": ["21", 0], "vae": ["1", 2], "positive": ["2", 0], "negative": ["3", 0]},
            ),
            "21": ("ImageScale", {"width": 640, "height": 384, "image": ["22", 0]}),
            "22": ("LoadImage", {"image": "x.png"}),
        },
        (640, 384),
    ),
    "none of a box that an image is fitted into": (
        {
            **changed(PLAIN, n5={"latent_image": ["20", 0]}),
            "20": ("VAEEncode", {"pixels": ["21", 0], "vae": ["1", 2]}),
            "21": (
                "ImageResizeKJ",
                {"width": 640, "height": 384, "keep_proportion": True, "image": ["22", 0]},
            ),
            "22": ("LoadImage", {"image": "x.png"}),
        },
        None,
    ),
    "of a scaled image that is measured": (
        {
            **changed(PLAIN, n4={"width": ["20", 0], "height": ["20", 1]}),
            "20": ("GetImageSize", {"image": ["21", 0]}),
            "21": ("ImageScale", {"width": 640, "height": 384, "image": ["22", 0]}),
            "22": ("LoadImage", {"image": "x.png"}),
        },
        (640, 384),
    ),
    "none that contradicts the ratio beside it": (
        {
            **PLAIN,
            "4": ("RatioLatent", {"width": 512, "height": 512, "aspect_ratio": "16:9"}),
        },
        None,
    ),
    "of sides that have the ratio": (
        {
            **PLAIN,
            "4": ("RatioLatent", {"width": 1344, "height": 768, "aspect_ratio": "16:9 wide"}),
        },
        (1344, 768),
    ),
    "none of an area on a canvas": (
        {
            **changed(PLAIN, n4={"width": ["20", 1], "height": ["20", 2]}),
            "20": ("PlaceHeron", {"x": 8, "y": 16, "width": 96, "height": 128}),
        },
        None,
    ),
    "with a colon": (
        {
            "1": ("CloudClipNode", {"prompt": "a heron", "seed": 5, "ratio": "1280:720"}),
            "2": ("SaveVideo", {"video": ["1", 0]}),
        },
        (1280, 720),
    ),
}


@pytest.mark.parametrize(("nodes", "size"), SIZES.values(), ids=SIZES)
def test_a_size_is_that_of_what_was_sampled(nodes: Nodes, size: tuple[int, int] | None) -> None:
    found = read_nodes(nodes)
    across, down = size or (None, None)
    assert (found.get("width"), found.get("height")) == (across, down)


def video(sampler: dict[str, JsonValue]) -> Nodes:
    """Return a video whose sampler is a wrapper of another program's."""
    return {
        "1": ("RiverVideoLoader", {"model": "river_high.safetensors"}),
        "2": ("RiverTextEncode", {"positive_prompt": "a river", "negative_prompt": "fog"}),
        "3": ("RiverEmptyEmbeds", {"width": 832, "height": 480, "num_frames": 49}),
        "4": (
            "RiverVideoSampler",
            {
                "steps": 8,
                "cfg": 1,
                "seed": 7,
                "model": ["1", 0],
                "text_embeds": ["2", 0],
                "image_embeds": ["3", 0],
                **sampler,
            },
        ),
        "5": ("RiverDecode", {"samples": ["4", 0]}),
        "6": ("VHS_VideoCombine", {"images": ["5", 0]}),
    }


OF_VIDEO: dict[Field, Scalar] = {
    "positive_prompt": "a river",
    "negative_prompt": "fog",
    "steps": 8,
    "cfg_scale": 1,
    "seed": 7,
    "width": 832,
    "height": 480,
    "frames": 49,
    "model": "river_high.safetensors",
}


@pytest.mark.parametrize(
    ("sampler", "method"),
    [
        ({"scheduler": "unipc_flow"}, {"sampler": "unipc_flow"}),
        ({"scheduler": "karras"}, {"scheduler": "karras"}),
        (
            {"scheduler": "flow", "sampler_name": "heun"},
            {"sampler": "heun", "scheduler": "flow"},
        ),
    ],
)
def test_a_wrapper_s_scheduler_is_its_sampler(
    sampler: dict[str, JsonValue], method: dict[Field, Scalar]
) -> None:
    assert read_nodes(video(sampler), "x.mp4") == {**OF_VIDEO, **method}


def test_of_two_stages_the_one_that_ran_first_is_the_base_pass() -> None:
    nodes = video({"scheduler": "unipc_flow", "start_step": 0, "end_step": 4})
    first = nodes["4"][1]
    low = {**first, "model": ["11", 0], "start_step": 4, "end_step": 8, "samples": ["4", 0]}
    found = read(
        prompt_of(
            {
                **changed(nodes, n5={"samples": ["14", 0]}, n1={"lora": ["12", 0]}),
                "11": ("RiverVideoLoader", {"model": "river_low.safetensors", "lora": ["13", 0]}),
                "12": ("RiverLoraSelect", {"lora": "high.safetensors", "strength": 1}),
                "13": ("RiverLoraSelect", {"lora": "low.safetensors", "strength": 0.5}),
                "14": ("RiverVideoSampler", low),
            }
        ),
        file_name="x.mp4",
    )
    assert values(found)["model"] == "river_high.safetensors"
    assert [one.fields["model"].value for one in found.passes] == ["river_low.safetensors"]
    assert [(one.kind, one.label, one.weight) for one in found.resources] == [
        ("checkpoint", "river_high.safetensors", None),
        ("lora", "high.safetensors", 1),
        ("checkpoint", "river_low.safetensors", None),
        ("lora", "low.safetensors", 0.5),
    ]


def test_links_may_name_nodes_by_number() -> None:
    numbered: dict[str, tuple[str, dict[str, JsonValue]]] = {}
    for id_, (class_type, inputs) in PLAIN.items():
        numbered[id_] = (class_type, {})
        for name, value in inputs.items():
            is_link = isinstance(value, list)
            numbered[id_][1][name] = [int(str(value[0])), value[1]] if is_link else value
    assert read_nodes(numbered) == READ


def test_a_list_that_the_editor_marks_as_a_value_is_no_link() -> None:
    marked: Nodes = {**PLAIN, "20": ("MarkedList", {"indexes": {"__value__": [1, 2]}})}
    assert graph_of_prompt(prompt_of(marked), "PNG:Prompt", {})["20"].links == {}


def test_a_way_lost_in_a_loop_is_found_again_where_only_one_sampler_feeds_the_image() -> None:
    nodes: Nodes = {
        **changed(PLAIN, n7={"images": ["20", 0]}),
        "20": ("RoundAndRound", {"collected": ["21", 1], "flow": ["22", 0]}),
        "21": ("ListOfThings", {"first": ["6", 0], "second": ["22", 1]}),
        "22": ("BeginRound", {"total": 3}),
    }
    found = read(prompt_of(nodes))
    assert values(found) == READ
    assert found.unsettled == (
        "the way from the saved image is lost; the only last sampler is taken",
    )


def test_passes_beside_the_way_are_rows_too() -> None:
    other = changed(PLAIN, n5={"steps": 7, "seed": 5})["5"]
    nodes: Nodes = {
        **changed(PLAIN, n7={"images": ["30", 0]}),
        "25": other,
        "26": ("VAEDecode", {"samples": ["25", 0], "vae": ["1", 2]}),
        "30": ("ImageCompositeMasked", {"destination": ["6", 0], "source": ["26", 0]}),
        "40": ("FaceDetailer", {**other[1], "latent_image": None, "image": ["6", 0], "steps": 3}),
        "41": ("PreviewImage", {"images": ["40", 0]}),
        "50": other,  # feeds nothing of this image
    }
    found = read(prompt_of(nodes))
    assert values(found) == READ
    assert [(one.role, one.fields["steps"].value) for one in found.passes] == [
        ("branch", 7),
        ("detailer", 3),
    ]


def test_a_wrapper_of_another_program_has_inference_steps() -> None:
    nodes: Nodes = {
        "1": ("OmniReed", {"prompt": "a heron", "num_inference_steps": 40, "seed": 6}),
        "2": ("SaveImage", {"images": ["1", 0]}),
    }
    assert read_nodes(nodes) == {"positive_prompt": "a heron", "steps": 40, "seed": 6}


# ── files beside the checkpoint


def test_side_files_of_every_loader_on_the_way_are_resources_of_their_kind() -> None:
    nodes: Nodes = {
        **changed(PLAIN, n5={"model": ["20", 0], "positive": ["26", 0]}, n6={"vae": ["30", 0]}),
        "20": ("ApplyMotion", {"model": ["1", 0], "motion": ["21", 0], "ella": ["22", 0]}),
        "21": ("ADE_LoadAnimateDiffModel", {"model_name": "mm_reed.ckpt"}),
        "22": ("ELLALoader", {"name": "ella_reed.safetensors"}),
        "23": ("BrushNetLoader", {"brushnet": "brush_reed.safetensors"}),
        "24": ("INPAINT_LoadFooocusInpaint", {"head": "head.pth", "patch": "patch.pt"}),
        "25": ("T5TextEncoderLoader #ELLA", {"name": "t5-reed"}),
        "26": ("Mix", {"conditioning": ["2", 0], "a": ["23", 0], "b": ["24", 0], "c": ["25", 0]}),
        "30": ("VAELoader", {"vae_name": "last.vae.pt"}),
        "31": ("VAELoader", {"vae_name": "first.vae.pt"}),
        "4": ("VAEEncode", {"pixels": ["32", 0], "vae": ["31", 0]}),
        "32": ("LoadImage", {"image": "x.png"}),
    }
    found = read(prompt_of(nodes))
    assert {(one.kind, one.label) for one in found.resources} == {
        ("checkpoint", "heron.safetensors"),
        ("motion", "mm_reed.ckpt"),
        ("other", "ella_reed.safetensors"),
        ("other", "brush_reed.safetensors"),
        ("other", "head.pth"),
        ("other", "patch.pt"),
        ("text_encoder", "t5-reed"),
        ("vae", "last.vae.pt"),
        ("vae", "first.vae.pt"),
    }
    assert found.fields["vae"].value == "last.vae.pt"
