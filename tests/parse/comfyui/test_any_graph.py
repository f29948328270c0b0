"""Whatever a file holds, there is an answer, and it costs no more a node in a large graph."""

import pytest
from growth import LINEAR, growth
from hypothesis import given, settings
from hypothesis import strategies as st

from service.parse.comfyui import PARSER
from service.parse.comfyui.nodes.link_inputs import LINKS
from service.parse.comfyui.nodes.setting_inputs import NUMBERS
from service.records import Blob, Blobs
from service.records.json_values import JsonValue

CLASSES = (
    "KSampler SamplerCustomAdvanced CLIPTextEncode CheckpointLoaderSimple LoraLoader VAEDecode "
    "VAEEncode SaveImage Reroute PreviewImage StringConcatenate StringReplace ComfySwitchNode "
    "FromBasicPipe ControlNetApplyAdvanced EmptyLatentImage BasicGuider BasicScheduler "
    "ImageUpscaleWithModel FaceDetailer CLIPSetLastLayer SetNode GetNode PrimitiveNode "
    "ComfyMathExpression SEGSPaste KreaTwoStageSampler ForLoopClose StringTrim JsonExtractString "
    "DPRandomGenerator FluxSettingsPipe TriggerWordToggle"
).split()
IDS = st.sampled_from([str(number) for number in range(12)])
NAMES = st.sampled_from(
    sorted(
        {name for names in (*LINKS.values(), *NUMBERS.values()) for name in names}
        | {
            "text",
            "string_a",
            "string_b",
            "switch",
            "on_true",
            "basic_pipe",
            "lora_name",
            "lora_stack",
            "ckpt_name",
            "noise",
        }
        | {
            "expression",
            "values.a",
            "segs",
            "stage1_steps",
            "stage2_steps",
            "stage2_model",
            "initial_value1",
            "mode",
        }
        | {
            "json_string",
            "key",
            "selection_data",
            "toggle_trigger_words",
            "lora_str",
            "load_mode",
            "Xi",
            "start",
            "end",
        }
        | {
            "upscale_model",
            "control_net",
            "stage_c",
            "sampler_name",
            "width",
            "height",
            "find",
            "replace",
            "",
        }
    )
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["<lora:a:1e9>", "a * 2", '[{"lora": 1}]', '{"ckpt": {"a": "b"}}'])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
)
LINK = st.tuples(IDS, st.integers(-1, 6)).map(list)
API_NODE = st.fixed_dictionaries(
    {
        "class_type": st.sampled_from(CLASSES),
        "inputs": st.dictionaries(NAMES, LINK | JSON, max_size=8),
    }
)
UI_NODE = st.fixed_dictionaries(
    {
        "id": st.integers(0, 9) | JSON,
        "type": st.sampled_from([*CLASSES, "sub", "workflow>g", "workflow/g"]) | JSON,
        "mode": st.sampled_from([0, 2, 4]) | JSON,
        "inputs": st.lists(
            st.fixed_dictionaries(
                {"name": NAMES | JSON, "type": JSON, "link": st.integers(0, 20) | JSON}
            )
        )
        | JSON,
        "outputs": st.lists(st.fixed_dictionaries({"name": NAMES | JSON, "type": JSON})) | JSON,
        "widgets_values": JSON,
    }
)
UI_LINKS = st.lists(st.tuples(*[st.integers(-20, 20)] * 5, JSON).map(list), max_size=20) | JSON
LEVEL = {"nodes": st.lists(UI_NODE, max_size=10), "links": UI_LINKS}
SLOTS = st.lists(st.fixed_dictionaries({"name": NAMES | JSON, "type": JSON}), max_size=4) | JSON
SUBGRAPH = st.fixed_dictionaries({**LEVEL, "id": st.just("sub"), "inputs": SLOTS, "outputs": SLOTS})
GROUP_LINKS = st.lists(st.tuples(*[st.integers(-1, 4)] * 4).map(list), max_size=6) | JSON
GROUP = st.fixed_dictionaries(
    {"nodes": st.lists(UI_NODE, max_size=4), "links": GROUP_LINKS, "external": GROUP_LINKS}
)
SENT = st.fixed_dictionaries(
    {
        name: st.integers(0, 9) | JSON
        for name in ("downstream", "downstream_slot", "upstream", "upstream_slot")
    }
)
EXTRA = st.fixed_dictionaries(
    {
        "groupNodes": st.fixed_dictionaries({"g": GROUP}) | JSON,
        "ue_links": st.lists(SENT, max_size=4) | JSON,
    }
)
UI = st.fixed_dictionaries(
    {
        **LEVEL,
        "definitions": st.fixed_dictionaries({"subgraphs": st.lists(SUBGRAPH, max_size=1)}) | JSON,
        "extra": EXTRA | JSON,
    }
)


def parse(role: str, data: JsonValue) -> None:
    blobs = Blobs({role: (Blob("", f"PNG:{role}", data),)}, file_name="a.png")
    PARSER.claim(blobs)
    PARSER.parse(blobs)


@settings(max_examples=300)
@given(st.dictionaries(IDS, API_NODE | JSON, max_size=12))
def test_any_api_graph_ends_in_an_answer(graph: JsonValue) -> None:
    parse("prompt", graph)


@settings(max_examples=60)
@given(UI)
def test_any_editor_graph_ends_in_an_answer(graph: JsonValue) -> None:
    parse("workflow", graph)


@settings(max_examples=100)
@given(JSON)
def test_any_json_ends_in_an_answer(data: JsonValue) -> None:
    parse("usercomment", data)


MANY = 5000
TAKEN_BY_SAMPLER = ("model", "positive", "negative", "latent_image", "steps", "pipe")
CHAINS = {
    "reroutes in a ring": ("Reroute", ("",)),
    "conditionings": ("ConditioningCombine", ("conditioning_1", "conditioning_2")),
    "samplers": ("KSampler", ("latent_image", "positive")),
    "LoRA stacks": ("CR Apply LoRA Stack", ("model", "lora_stack")),
    "pipes": ("EditBasicPipe", ("basic_pipe",)),
    "switches": ("ComfySwitchNode", ("switch", "on_true")),
    "images": ("ImageBlur", ("image",)),
    "savers": ("SaveImage", ("images",)),
    "numbers": ("ComfyMathExpression", ("values.a",)),
    "loops": ("ForLoopClose", ("initial_value1",)),
    "stages": ("KreaTwoStageSampler", ("latent_image", "stage1_model")),
}


@pytest.mark.parametrize(("kind", "inputs"), CHAINS.values(), ids=CHAINS)
def test_a_ring_of_five_thousand_nodes_is_walked_in_linear_time(
    kind: str, inputs: tuple[str, ...]
) -> None:
    def ring(size: int) -> JsonValue:
        nodes: dict[str, JsonValue] = {}
        for i in range(size):
            following: JsonValue = [f"n{(i + 1) % size}", 0]
            nodes[f"n{i}"] = {"class_type": kind, "inputs": dict.fromkeys(inputs, following)}
        every: dict[str, JsonValue] = {name: ["n0", 0] for name in TAKEN_BY_SAMPLER}
        nodes["k"] = {"class_type": "KSampler", "inputs": {**every, "seed": 1}}
        nodes["s"] = {"class_type": "SaveImage", "inputs": {"images": ["k", 0]}}
        return nodes

    assert growth(ring, lambda nodes: parse("prompt", nodes), MANY) < LINEAR


def test_many_of_a_large_group_node_are_unfolded_only_so_far() -> None:
    """Were all unfolded, sixteen times as many of a group sixteen times as large would cost 256."""

    def many(size: int) -> JsonValue:
        sampler: JsonValue = {
            "type": "KSampler",
            "inputs": [],
            "outputs": [],
            "widgets_values": [1],
        }
        group: JsonValue = {"nodes": [sampler] * (size // 5), "links": []}
        nodes: list[JsonValue] = [
            {"id": i, "type": "workflow>g", "widgets_values": []} for i in range(size)
        ]
        return {"nodes": nodes, "links": [], "extra": {"groupNodes": {"g": group}}}

    assert growth(many, lambda data: parse("workflow", data), MANY) < LINEAR


def test_the_inputs_of_a_subgraph_may_have_any_name_and_type() -> None:
    inner: JsonValue = {
        "id": 1,
        "type": "KSampler",
        "inputs": [{"name": "seed", "type": "INT", "link": 1}],
    }
    odd: list[JsonValue] = [{"name": {"a": 1}, "type": [2]}]
    subgraph: JsonValue = {
        "id": "sub",
        "nodes": [inner],
        "links": [[1, -10, 0, 1, 0, "INT"]],
        "inputs": odd,
    }
    instance: JsonValue = {"id": 7, "type": "sub", "inputs": [], "widgets_values": [3]}
    parse("workflow", {"nodes": [instance], "links": [], "definitions": {"subgraphs": [subgraph]}})
