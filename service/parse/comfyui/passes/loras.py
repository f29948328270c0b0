"""The LoRAs that one node applies, in each of the shapes in which node packs write them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from service.parse.blobs import parse_json
from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes.file_inputs import NOTHING
from service.parse.comfyui.values.ask import Values
from service.parse.comfyui.values.rules import is_number
from service.records import Resource

TAG = re.compile(r"<lora:([^<>:]+)(?::([-+\d.]+))?(?::([-+\d.]+))?>", re.IGNORECASE)
NAME = re.compile(r"^lora(?:_?name)?_?(\d{0,3})(?:_name)?$|^lora_(\d{1,3})_name$", re.IGNORECASE)
"""``lora_name``, ``lora_name_1``, ``lora_01``, ``lora_1``, ``lora``, ``lora_1_name``."""

MODEL_WEIGHTS = (
    "strength_model{}",
    "model_weight{}",
    "model_str{}",
    "lora_wt{}",
    "lora{}_model_strength",
    "strength{}",
    "lora{}_strength",
    "lora_weight{}",
    "lora_strength{}",
    "weight{}",
    "lora_model_strength",
)
SIMPLE_WEIGHTS = ("lora_wt{}", "lora{}_strength", "lora_weight{}")
CLIP_WEIGHTS = (
    "strength_clip{}",
    "clip_weight{}",
    "clip_str{}",
    "lora{}_clip_strength",
    "lora_clip_strength",
)
CLIPS = ("strengthTwo", "clipStrength", "strength_clip", "text_encoder_weight")
SWITCHES = ("switch{}", "toggle{}", "enabled{}", "on{}", "lora{}_on", "toggle", "enabled")
TEXTS = ("lora_str", "loras")
"""Inputs that may hold a list of LoRAs as JSON in a text (WeiLin)."""
COUNTS = ("lora_count", "num_loras")

MOST = 1e9
"""No weight is larger; an integer of a thousand digits is no float."""

OFF = frozenset({"off", "false", "no", "disable", "disabled"})


@dataclass(frozen=True, slots=True)
class Applied:
    """One LoRA as its node states it."""

    name: str
    where: str
    weight: float | None
    clip_weight: float | None
    on: bool = True

    def resource(self, *, used: bool = True) -> Resource:
        """Return the record; without effect where it is off or its weights are 0."""
        idle = self.weight == 0 and not self.clip_weight
        return Resource(
            "lora",
            self.name,
            self.where,
            weight=self.weight,
            clip_weight=self.clip_weight,
            used=used and self.on and not idle,
        )


def read_loras(values: Values, node: Node) -> list[Applied]:
    """Return the LoRAs of a node, those that are switched off included."""
    listed = list(_list_entries(node))
    if listed:
        return listed
    named = list(_file_widgets(values, node))
    if named or not (node.plays("load tags") or isinstance(node.inputs.get("loras"), str)):
        return named
    return list(_loras_in_text(values, node))


def _list_entries(node: Node) -> Iterator[Applied]:
    """Read ``loras``, a list of objects (LoRA Manager), and ``lora_1``, an object each (rgthree)."""
    for name, value in node.inputs.items():
        held = _open_list(value) if name in TEXTS else value
        items = held if isinstance(held, list) else [held]
        if not name.lower().startswith("lora"):
            continue
        for item in items:
            found = _object(item, node.where(name)) if isinstance(item, dict) else None
            if found is not None:
                yield found


def _open_list(value: JsonValue) -> JsonValue:
    """Return a list that is written as JSON in a text."""
    opened = parse_json(value) if isinstance(value, str) else None
    return value if opened is None else opened


def _object(item: Mapping[str, JsonValue], where: str) -> Applied | None:
    label = item.get("lora") or item.get("name") or item.get("lora_name")
    if not isinstance(label, str) or label.lower() in NOTHING or item.get("_isDummy"):
        return None
    on = item.get("on", item.get("active", item.get("enabled", item.get("hidden") is not True)))
    weight = as_number(item.get("strength", item.get("strength_model", item.get("weight"))))
    second = next((item[name] for name in CLIPS if name in item), None)
    return Applied(label, where, weight, as_number(second), on=bool(on))


def _file_widgets(values: Values, node: Node) -> Iterator[Applied]:
    """Read file widgets, alone or numbered, with their weights and switches beside them."""
    most = next(
        (count for name in COUNTS if (count := as_number(node.inputs.get(name))) is not None), None
    )
    for name in (*node.inputs, *node.links):
        match = (
            NAME.match(name) if name in node.inputs or "name" in name else None
        )  # a link "lora" brings a stack
        answer = values.read(node, name) if match else None
        if match is None or answer is None or not isinstance(answer.value, str):
            continue
        digits = match[1] or match[2] or ""
        if answer.value.lower() in NOTHING or (most is not None and digits and int(digits) > most):
            continue
        weight, clip = (_weight(values, node, names, digits) for names in _weights(node))
        yield Applied(answer.value, node.where(name), weight, clip, on=switched_on(node, digits))


def _weights(node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the inputs that hold weights.

    In the simple mode of stacks one for both, the others lie unused.
    """
    simple = "simple" in (node.inputs.get("mode"), node.inputs.get("input_mode"))
    return (SIMPLE_WEIGHTS, ()) if simple else (MODEL_WEIGHTS, CLIP_WEIGHTS)


def _weight(values: Values, node: Node, names: tuple[str, ...], digits: str) -> float | None:
    for name in names:
        key = name.format(f"_{digits}" if digits else "")
        if node.has(key):
            answer = values.read(node, key)
            return as_number(answer.value) if answer else None
    return None


def switched_on(node: Node, digits: str) -> bool:
    """Return whether one of a node's numbered entries is switched on; one without a switch is."""
    if node.inputs.get("bypass") is True:
        return False
    for name in SWITCHES:
        value = node.inputs.get(name.format(f"_{digits}" if digits else ""))
        if value is False or (isinstance(value, str) and value.lower() in OFF):
            return False
    return True


def _loras_in_text(values: Values, node: Node) -> Iterator[Applied]:
    """Read ``<lora:name:weight>`` in the text of a node that loads what it finds there."""
    for name in ("populated_text", "text", "lora_syntax", "prompt", "loras"):
        answer = values.read(node, name) if node.has(name) else None
        if answer is None:
            continue
        for label, weight, clip in TAG.findall(str(answer.value)):
            yield Applied(label, answer.source, as_number(weight or 1), as_number(clip))


def as_number(value: object) -> float | None:
    """Return a weight as a number, whatever it was written as."""
    if isinstance(value, str):
        return float(value) if is_number(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < MOST else None
