"""The editor's form as it would run: links through what only the editor knows, values by name."""

from collections.abc import Mapping, Sequence

import pytest
from plain_graph import read, values

from service.parse.comfyui.form.editor_json import Link
from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.form.subgraphs import flatten
from service.parse.comfyui.form.widgets import read_instance, read_widgets
from service.parse.comfyui.form.workflow import graph_of_workflow
from service.records.json_values import JsonValue

Ends = Sequence[tuple[str, str, int | None]]


def node(
    id_: int, type_: str, takes: Ends = (), gives: Ends = (), *, mode: int = 0, **more: JsonValue
) -> JsonValue:
    """Return a node; ends are ``(name, type, link)``."""
    inputs: list[JsonValue] = [
        {"name": name, "type": kind, "link": link} for name, kind, link in takes
    ]
    outputs: list[JsonValue] = [{"name": name, "type": kind} for name, kind, _ in gives]
    return {"id": id_, "type": type_, "mode": mode, "inputs": inputs, "outputs": outputs, **more}


def graph_of(nodes: list[JsonValue], links: list[JsonValue]) -> dict[str, Node]:
    return graph_of_workflow(flatten({"nodes": nodes, "links": links}), "PNG:Workflow")


def links_of(nodes: list[JsonValue], links: list[JsonValue], id_: str) -> Mapping[str, Link]:
    return graph_of(nodes, links)[id_].links


@pytest.mark.parametrize(
    ("mode", "ends"), [(4, {"negative": ("2", 0)}), (2, {})], ids=["bypassed", "muted"]
)
def test_a_node_that_does_not_run_hands_on_what_is_beside_the_output(
    mode: int, ends: dict[str, Link]
) -> None:
    both: Ends = [("positive", "CONDITIONING", 1), ("negative", "CONDITIONING", 2)]
    nodes = [
        node(1, "CLIPTextEncode"),
        node(2, "CLIPTextEncode"),
        node(3, "ControlNetApplyAdvanced", both, both, mode=mode),
        node(4, "KSampler", [("negative", "CONDITIONING", 3)]),
    ]
    links: list[JsonValue] = [[1, 1, 0, 3, 0, "C"], [2, 2, 0, 3, 1, "C"], [3, 3, 1, 4, 0, "C"]]
    assert links_of(nodes, links, "4") == ends


def test_what_is_sent_everywhere_reaches_every_open_input_of_its_type() -> None:
    nodes = [
        node(1, "CheckpointLoaderSimple"),
        node(2, "CLIPTextEncode"),
        node(3, "CLIPTextEncode"),
        node(4, "Anything Everywhere", [("anything", "*", 1)]),
        node(5, "Prompts Everywhere", [("CONDITIONING", "*", 2), ("CONDITIONING", "*", 3)]),
        node(6, "KSampler", [(name, kind, None) for name, kind in OPEN]),
    ]
    links: list[JsonValue] = [[1, 1, 0, 4, 0, "MODEL"], [2, 2, 0, 5, 0, "*"], [3, 3, 0, 5, 1, "*"]]
    assert links_of(nodes, links, "6") == {
        "model": ("1", 0),
        "positive": ("2", 0),
        "negative": ("3", 0),
    }


OPEN = (
    ("model", "MODEL"),
    ("positive", "CONDITIONING"),
    ("negative", "CONDITIONING"),
    ("latent_image", "LATENT"),
)


def test_a_text_that_comes_in_by_link_puts_the_widgets_own_out_of_use() -> None:
    nodes = [
        node(1, "StringConcatenate", widgets_values=["a", "b", ", "]),
        node(2, "TextEncodeUnknownEdit", [("prompt", "STRING", 1)], widgets_values=["stale"]),
        node(3, "TextEncodeUnknownEdit", [("clip", "CLIP", None)], widgets_values=["current"]),
    ]
    graph = graph_of(nodes, [[1, 1, 0, 2, 0, "STRING"]])
    assert (graph["2"].inputs, graph["2"].links) == ({}, {"prompt": ("1", 0)})
    assert graph["3"].inputs == {"text": "current"}


def listed(name: str, type_: str, **more: JsonValue) -> JsonValue:
    return {"name": name, "type": type_, "widget": {"name": name}, **more}


LISTED = [
    listed("seed", "INT", localized_name="Seed"),
    listed("eta", "FLOAT", localized_name="Eta"),
]
"""As editors since 2025 list widgets: all of them, in order, each with a name to show."""
CONVERTED = [listed("seed", "INT"), listed("eta", "FLOAT")]
"""As editors before list what was turned into an input, in any order."""


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        (
            {"type": "KSampler", "widgets_values": [7, "fixed", 20, 8]},
            {"seed": 7, "steps": 20, "cfg": 8},
        ),
        ({"type": "KSampler", "widgets_values": [7, True, 20]}, {"seed": 7, "steps": 20}),
        (
            {"type": "KSampler (Efficient)", "widgets_values": [7, None, 20]},
            {"seed": 7, "steps": 20},
        ),
        ({"type": "PrimitiveBoolean", "widgets_values": [True]}, {"value": True}),
        ({"type": "Unheard", "widgets_values": [1, 2]}, {}),
        ({"type": "VHS_VideoCombine", "widgets_values": {"frame_rate": 8}}, {"frame_rate": 8}),
        (
            {
                "type": "Unheard",
                "inputs": LISTED,
                "widgets_values": [7, "randomize", 0.5],
            },
            {"seed": 7, "eta": 0.5},
        ),
        ({"type": "Unheard", "inputs": LISTED, "widgets_values": [0.5, 7]}, {}),
        (
            {
                "type": "CLIPTextEncodeSDXL",
                "inputs": [listed(name, "STRING") for name in ("text_g", "text_l")],
                "widgets_values": [1024, 768, 0, 0, 1024, 768, "a heron", "reeds"],
            },
            {
                "width": 1024,
                "height": 768,
                "crop_w": 0,
                "crop_h": 0,
                "target_width": 1024,
                "target_height": 768,
                "text_g": "a heron",
                "text_l": "reeds",
            },
        ),
        (
            {
                "type": "DetailerForEach",
                "widgets_values": [320, "bbox", 7, "fixed", 20, 8, "euler", "karras", 0.4, 5, "on"],
            },
            {
                "guide_size": 320,
                "guide_size_for": "bbox",
                "seed": 7,
                "steps": 20,
                "cfg": 8,
                "sampler_name": "euler",
                "scheduler": "karras",
                "denoise": 0.4,
                "feather": 5,
                "noise_mask": "on",
            },
        ),
        (
            {
                "type": "easy fullkSampler",
                "widgets_values": [20, 8, "euler", "karras", 1, "Hide", 0, "x", 7, "fixed"],
            },
            {
                "steps": 20,
                "cfg": 8,
                "sampler_name": "euler",
                "scheduler": "karras",
                "denoise": 1,
                "image_output": "Hide",
                "link_id": 0,
                "save_prefix": "x",
                "seed": 7,
            },
        ),
        ({"type": "Unheard", "inputs": LISTED[:1], "widgets_values": [7, "randomize", 0.5]}, {}),
        ({"type": "Unheard", "inputs": CONVERTED, "widgets_values": [7, "randomize", 0.5]}, {}),
        (
            {"type": "Power", "widgets_values": [{}, {"on": True, "lora": "a"}]},
            {"lora_1": {"on": True, "lora": "a"}},
        ),
    ],
)
def test_widget_values_get_their_names(
    raw: dict[str, JsonValue], values: dict[str, JsonValue]
) -> None:
    assert read_widgets(raw).values == values


def test_values_set_on_a_subgraphs_instance_follow_the_order_of_its_inputs() -> None:
    declared: JsonValue = [
        {"name": "image", "type": "IMAGE"},
        {"name": "text", "type": "STRING"},
        {"name": "n", "type": "INT"},
    ]
    definition = {"inputs": declared}
    assert read_instance({"widgets_values": ["a", 3]}, definition) == {"text": "a", "n": 3}
    assert read_instance({"widgets_values": ["a"]}, definition) == {}


def test_a_sender_with_a_plain_name_reaches_only_inputs_of_that_name() -> None:
    nodes = [
        node(1, "CLIPTextEncode"),
        node(2, "CLIPTextEncode"),
        node(
            3,
            "Anything Everywhere?",
            [("anything", "*", 1)],
            widgets_values=[".*", "positive", ".*"],
        ),
        node(
            4,
            "Anything Everywhere?",
            [("anything", "*", 2)],
            widgets_values=["Only (this|that)", ".*", ".*"],
        ),
        node(5, "KSampler", [(name, kind, None) for name, kind in OPEN]),
    ]
    links: list[JsonValue] = [[1, 1, 0, 3, 0, "CONDITIONING"], [2, 2, 0, 4, 0, "CONDITIONING"]]
    assert links_of(nodes, links, "5") == {"positive": ("1", 0)}


def test_the_senders_own_record_says_what_reaches_an_input() -> None:
    nodes = [
        node(1, "CheckpointLoaderSimple"),
        node(2, "Reroute", [("", "*", 1)], [("", "*", None)]),
        node(3, "KSampler", [("model", "MODEL", None)]),
    ]
    sent: JsonValue = {
        "downstream": 3,
        "downstream_slot": 0,
        "upstream": "2",
        "upstream_slot": 0,
        "type": "MODEL",
    }
    data: dict[str, JsonValue] = {
        "nodes": nodes,
        "links": [[1, 1, 0, 2, 0, "MODEL"]],
        "extra": {"ue_links": [sent]},
    }
    assert graph_of_workflow(flatten(data), "PNG:Workflow")["3"].links == {"model": ("1", 0)}


@pytest.mark.parametrize(
    ("setter", "getter"), [("SetNode", "GetNode"), ("easy setNode", "easy getNode")]
)
def test_what_is_set_under_a_name_comes_out_where_it_is_got(setter: str, getter: str) -> None:
    nodes = [
        node(1, "CheckpointLoaderSimple"),
        node(2, setter, [("MODEL", "MODEL", 1)], widgets_values=["base"]),
        node(3, getter, widgets_values=["base"]),
        node(4, "KSampler", [("model", "MODEL", 2)]),
    ]
    assert links_of(nodes, [[1, 1, 0, 2, 0, "MODEL"], [2, 3, 0, 4, 0, "MODEL"]], "4") == {
        "model": ("1", 0)
    }


def test_a_sampler_nobody_listed_is_read_where_its_widgets_stand_in_the_order_of_ksampler() -> None:
    values: JsonValue = ["GPU", 77, "fixed", 20, 7.5, "euler", "karras", 0.5, "extra"]
    assert graph_of([node(1, "Fancy Sampler", widgets_values=values)], [])["1"].inputs == {
        "seed": 77,
        "steps": 20,
        "cfg": 7.5,
        "sampler_name": "euler",
        "scheduler": "karras",
        "denoise": 0.5,
    }


def test_a_joining_node_whose_delimiter_has_no_name_is_known_to_lack_one() -> None:
    known = [node(1, "StringConcatenate", widgets_values=["a", "b", " | "])]
    unknown = [node(1, "Odd Text Concatenate", widgets_values=["a", "b", " | "])]
    assert (graph_of(known, [])["1"].unnamed, graph_of(unknown, [])["1"].unnamed) == (False, True)


# ── group nodes whose inputs were widgets


def in_group(
    seed_is_linked_inside: bool,  # noqa: FBT001
    given: list[JsonValue],
    inputs: list[JsonValue],
) -> dict[str, JsonValue]:
    """Return a workflow whose sampler is in a group, its seed turned into an input."""
    seed: JsonValue = {"name": "seed", "type": "INT", "widget": {"name": "seed"}}
    sampler: JsonValue = {
        "type": "KSampler",
        "inputs": [
            *(
                {"name": name, "type": name}
                for name in ("model", "positive", "negative", "latent_image")
            ),
            seed,
        ],
        "outputs": [{"name": "LATENT", "type": "LATENT"}],
        "widgets_values": [1, "fixed", 2, 3.0, "euler", "normal", 1],
    }
    box: JsonValue = {
        "type": "PrimitiveInt",
        "inputs": [],
        "outputs": [{"name": "INT", "type": "INT"}],
        "widgets_values": [5],
    }
    inner: list[JsonValue] = [[0, 0, 1, 4, 1, "INT"]] if seed_is_linked_inside else []
    group: JsonValue = {"nodes": [box, sampler], "links": inner, "external": []}
    return {
        "nodes": [
            {
                "id": 8,
                "type": "workflow>Draw",
                "inputs": inputs,
                "outputs": [{"name": name, "type": name} for name in ("INT", "LATENT")],
                "widgets_values": given,
            },
            {
                "id": 9,
                "type": "PrimitiveInt",
                "inputs": [],
                "outputs": [{"name": "INT", "type": "INT"}],
                "widgets_values": [4711],
            },
        ],
        "links": [[1, 9, 0, 8, 4, "INT"]],
        "extra": {"groupNodes": {"Draw": group}},
    }


PLAIN_INPUTS: list[JsonValue] = [
    {"name": name, "type": name} for name in ("model", "positive", "negative", "latent_image")
]


@pytest.mark.parametrize(
    ("linked_inside", "given", "inputs", "seed"),
    [
        # the seed's value is behind the node's other widgets
        (False, [5, 21, 6.5, "deis", "beta", 1, 808, "fixed"], PLAIN_INPUTS, 808),
        (
            False,
            [5, 21, 6.5, "deis", "beta", 1, 808, "fixed"],
            [*PLAIN_INPUTS, {"name": "KSampler seed", "type": "INT", "widget": {}, "link": 1}],
            4711,
        ),
        (True, [77, 21, 6.5, "deis", "beta", 1], PLAIN_INPUTS, 77),
    ],
)
def test_a_widget_that_became_an_input_of_a_group_moves_no_other_value(
    linked_inside: bool,  # noqa: FBT001
    given: list[JsonValue],
    inputs: list[JsonValue],
    seed: int,
) -> None:
    assert values(read(None, in_group(linked_inside, given, inputs))) == {
        "seed": seed,
        "steps": 21,
        "cfg_scale": 6.5,
        "sampler": "deis",
        "scheduler": "beta",
        "denoise": 1,
    }
