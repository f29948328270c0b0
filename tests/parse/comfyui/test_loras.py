"""LoRAs in each shape that node packs write."""

import pytest

from service.parse.comfyui.form.graph import make_node
from service.parse.comfyui.passes import loras
from service.parse.comfyui.values.ask import NodeValues
from service.records.json_values import JsonValue

Row = tuple[str, float | None, float | None, bool]


def rows(kind: str, inputs: dict[str, JsonValue]) -> list[Row]:
    node = make_node("1", kind, "PNG:Prompt#1.inputs", inputs, {})
    found = [one.resource() for one in loras.read_loras(NodeValues({"1": node}), node)]
    return [(one.label, one.weight, one.clip_weight, one.used) for one in found]


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        (
            "LoraLoader",
            {"lora_name": "a", "strength_model": 0.5, "strength_clip": 0},
            [("a", 0.5, 0.0, True)],
        ),
        (
            "LoraLoader",
            {"lora_name": "a", "strength_model": 0, "strength_clip": 0},
            [("a", 0.0, 0.0, False)],
        ),
        ("LoraLoader", {"lora_name": "a", "strength_model": "odd"}, [("a", None, None, True)]),
        ("LoraLoader", {"lora_name": "None", "strength_model": 1}, []),
        (
            "LoRA Stacker",
            {"lora_count": 1, "lora_name_1": "a", "lora_wt_1": 2, "lora_name_2": "b"},
            [("a", 2, None, True)],
        ),
        (
            "Lora Loader Stack (rgthree)",
            {"lora_01": "a", "strength_01": 0.3, "lora_02": "None"},
            [("a", 0.3, None, True)],
        ),
        (
            "easy loraStack",
            {"num_loras": 1, "lora_1_name": "a", "lora_1_strength": 0.4},
            [("a", 0.4, None, True)],
        ),
        ("WanVideoLoraSelect", {"lora": "a", "strength": 1.0}, [("a", 1.0, None, True)]),
        ("Power", {"lora_1": {"on": False, "lora": "a", "strength": 1}}, [("a", 1.0, None, False)]),
        (
            "LoraLoaderLM",
            {
                "text": "<lora:b:1>",
                "loras": [
                    {"name": "a", "strength": "0.80", "active": True},
                    {"name": "d", "_isDummy": True},
                ],
            },
            [("a", 0.8, None, True)],
        ),
        (
            "LoraTagLoader",
            {"text": "<lora:a:0.6> and <lora:b:1:0.5>"},
            [("a", 0.6, None, True), ("b", 1.0, 0.5, True)],
        ),
        ("CLIPTextEncode", {"text": "<lora:a:0.6>"}, []),
    ],
)
def test_a_node_applies(kind: str, inputs: dict[str, JsonValue], expected: list[Row]) -> None:
    assert rows(kind, inputs) == expected
