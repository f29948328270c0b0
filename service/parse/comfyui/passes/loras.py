"""The LoRAs that one node applies, in each of the shapes in which node packs write them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes.signature import (
    ANSWERS_KEPT,
    SIGNATURES_KEPT,
    Names,
    Signature,
    present_names,
)
from service.parse.comfyui.values.ask import NodeValues
from service.parse.comfyui.values.rules import is_number
from service.parse.gate import is_file
from service.parse.json_texts import parse_json
from service.records import Resource
from service.records.json_values import JsonValue

TAG = light_pattern(r"<lora:([^<>:]+)(?::([-+\d.]+))?(?::([-+\d.]+))?>", re.IGNORECASE)
NAME = light_pattern(r"^lora(?:_?name)?_?(\d{0,3})(?:_name)?$|^lora_(\d{1,3})_name$", re.IGNORECASE)
"""``lora_name``, ``lora_name_1``, ``lora_01``, ``lora_1``, ``lora``, ``lora_1_name``."""
LABELS = ("lora", "name", "lora_name")
"""Members of an object that name its file."""

MODEL_WEIGHTS: Names = (
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
CLIP_WEIGHTS: Names = (
    "strength_clip{}",
    "clip_weight{}",
    "clip_str{}",
    "lora{}_clip_strength",
    "lora_clip_strength",
)
LISTED_WEIGHTS = ("strength", "strength_model", "weight")
LISTED_CLIP_WEIGHTS = ("strengthTwo", "clipStrength", "strength_clip", "text_encoder_weight")
SWITCHES = ("switch{}", "toggle{}", "enabled{}", "on{}", "lora{}_on", "toggle", "enabled")
TEXTS = ("lora_str", "loras")
"""Inputs that may hold a list of LoRAs as JSON in a text (WeiLin)."""
TAGGED = ("populated_text", "text", "lora_syntax", "prompt", "loras")
"""Inputs whose text may hold tags."""
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


def read_loras(values: NodeValues, node: Node) -> list[Applied]:
    """Return the LoRAs of a node, those that are switched off included."""
    found = list(_read_objects(node)) or list(_read_widgets(values, node))
    if found:
        return found
    if node.plays("load tags") or isinstance(node.inputs.get("loras"), str):
        return list(_read_tags(values, node))
    return []


def _read_objects(node: Node) -> Iterator[Applied]:
    """Read ``loras``, a list of objects (LoRA Manager), and ``lora_1``, one object (rgthree)."""
    for name in _names_of_objects(node.signature):
        opened = node.inputs[name]
        if isinstance(opened, str):  # most often the name of a file
            opened = parse_json(opened) if name in TEXTS else None
        for item in opened if isinstance(opened, list) else (opened,):
            if isinstance(item, dict):
                yield from _read_object(item, node.where(name))


@lru_cache(maxsize=SIGNATURES_KEPT)
def _names_of_objects(node: Signature) -> Names:
    """Return the inputs that may hold LoRAs as objects."""
    return tuple(name for name in node.inputs if name.lower().startswith("lora"))


def _read_object(item: Mapping[str, JsonValue], where: str) -> Iterator[Applied]:
    label = next(filter(None, map(item.get, LABELS)), None)
    if not isinstance(label, str) or not is_file(label) or item.get("_isDummy"):
        return
    weight = as_number(_first_member(item, LISTED_WEIGHTS))
    clip_weight = as_number(_first_member(item, LISTED_CLIP_WEIGHTS))
    is_visible = item.get("hidden") is not True
    on = item.get("on", item.get("active", item.get("enabled", is_visible)))
    yield Applied(label, where, weight, clip_weight, on=bool(on))


def _first_member(item: Mapping[str, JsonValue], names: tuple[str, ...]) -> JsonValue:
    for name in names:
        if name in item:
            return item[name]
    return None


def _read_widgets(values: NodeValues, node: Node) -> Iterator[Applied]:
    """Read file widgets, alone or numbered, with their weights and switches beside them."""
    weights, clip_weights = MODEL_WEIGHTS, CLIP_WEIGHTS
    if "simple" in (node.inputs.get("mode"), node.inputs.get("input_mode")):
        weights, clip_weights = SIMPLE_WEIGHTS, ()
    most = _count_of_stack(node)
    for entry in _list_entries(node.signature, weights, clip_weights):
        if entry.digits and most is not None and int(entry.digits) > most:
            continue
        file = values.read_input(node, entry.name)
        if file is None or not isinstance(file.value, str) or not is_file(file.value):
            continue
        yield Applied(
            file.value,
            node.where(entry.name),
            _read_weight(values, node, entry.weight),
            _read_weight(values, node, entry.clip_weight),
            on=is_on(node, entry.digits),
        )


class _Entry(NamedTuple):
    """An input that names a file, and those that say how strongly it is applied."""

    name: str
    digits: str
    weight: str | None
    clip_weight: str | None


@lru_cache(maxsize=SIGNATURES_KEPT)
def _list_entries(node: Signature, weights: Names, clip_weights: Names) -> tuple[_Entry, ...]:
    """Return the files that a node can name, each with the first of these weights that it has."""
    found: list[_Entry] = []
    for name in (*node.inputs, *node.links):
        if name not in node.inputs and "name" not in name:
            continue  # a link "lora" brings a stack
        digits = number_of_file(name)
        if digits is not None:
            weight = _first_numbered(node, weights, digits)
            found.append(_Entry(name, digits, weight, _first_numbered(node, clip_weights, digits)))
    return tuple(found)


def _first_numbered(node: Signature, names: Names, digits: str) -> str | None:
    """Return the first of these inputs that a node has, under the number of an entry."""
    return next(filter(node.has, _number_names(names, digits)), None)


def _count_of_stack(node: Node) -> float | None:
    """Return how many of its files a stack applies; None where it does not say it."""
    for name in present_names(node.signature, COUNTS):
        count = as_number(node.inputs.get(name))
        if count is not None:
            return count
    return None


@lru_cache(maxsize=SIGNATURES_KEPT)
def names_file(node: Signature) -> bool:
    """Return whether one of a node's widgets names a LoRA's file."""
    return any(number_of_file(name) is not None for name in node.inputs)


def number_of_file(name: str) -> str | None:
    """Return the number of an input that names a LoRA's file, '' without one; None for others."""
    match = NAME.match(name)
    return None if match is None else match[1] or match[2] or ""


def _read_weight(values: NodeValues, node: Node, name: str | None) -> float | None:
    """Return a weight; None where only the run knew it."""
    if name is None:
        return None
    weight = node.scalar(name)
    if weight is None:
        answer = values.read_input(node, name)
        weight = answer.value if answer else None
    return as_number(weight)


def _number_names(names: Names, digits: str) -> Names:
    return tuple(name.format(f"_{digits}" if digits else "") for name in names)


@lru_cache(maxsize=ANSWERS_KEPT)
def _switches(node: Signature, digits: str) -> Names:
    """Return the widgets by which an entry is switched on and off."""
    return tuple(name for name in _number_names(SWITCHES, digits) if name in node.inputs)


def is_on(node: Node, digits: str) -> bool:
    """Return whether one of a node's numbered entries is switched on; one without a switch is."""
    if node.inputs.get("bypass") is True:
        return False
    for name in _switches(node.signature, digits):
        value = node.inputs[name]
        if value is False or (isinstance(value, str) and value.lower() in OFF):
            return False
    return True


def _read_tags(values: NodeValues, node: Node) -> Iterator[Applied]:
    """Read ``<lora:name:weight>`` in the text of a node that loads what it finds there."""
    for name in TAGGED:
        answer = values.read_input(node, name)
        if answer is None:
            continue
        for label, weight, clip in TAG.findall(str(answer.value)):
            yield Applied(label, answer.source, as_number(weight or 1), as_number(clip))


def as_number(value: object) -> float | None:
    """Return a weight as a number, whatever it was written as."""
    if isinstance(value, str) and is_number(value):
        return float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < MOST:
        return float(value)
    return None
