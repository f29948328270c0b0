"""Names for the values that the editor saves without names, ``"widgets_values".

[42, "fixed", 20, 8.0, …]``.

Editors since 2025 list every widget among the inputs, in order; for files from before, the order is
kept here.
"""

from collections.abc import Mapping

from pydantic import JsonValue

from service.parse.comfyui.form.graph import unwrap, word
from service.parse.comfyui.orders import ORDERS

CONTROLS = frozenset({"fixed", "randomize", "increment", "decrement", "increment-wrap"})
"""What the editor puts after a seed: what to do with it next time.

Before 2023-05 it was a switch.
"""

SEEDS = frozenset({"seed", "noise_seed", "value", "Random Seed"})


def named(raw: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a node's widget values by name, as far as the names are known."""
    values = raw.get("widgets_values")
    if isinstance(values, dict):
        return dict(values)
    if not isinstance(values, list):
        return {}
    listed = _listed(raw)
    if (
        listed
        and len(paired(listed, values)) == len(listed)
        and _needs(listed, values) == len(values)
    ):
        return paired(listed, values)
    order = ORDERS.get(word(raw.get("type")))
    if order:
        return paired(order, values)
    return _self_named(values)


WIDGET_TYPES = frozenset({"STRING", "INT", "FLOAT", "BOOLEAN", "COMBO"})


def of_instance(
    raw: Mapping[str, JsonValue], definition: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Return the values set on a subgraph's instance by the names of the subgraph's inputs.

    They stand in the order of the definition's inputs that are widgets; those that lead nowhere may
    be left out.
    """
    values = raw.get("widgets_values")
    declared = definition.get("inputs")
    inputs = (
        [one for one in declared if isinstance(one, dict)] if isinstance(declared, list) else []
    )
    inputs = [one for one in inputs if word(one.get("type")) in WIDGET_TYPES]
    for kept in (inputs, [one for one in inputs if one.get("linkIds")]):
        if isinstance(values, list) and len(kept) == len(values):
            return {word(one.get("name")): value for one, value in zip(kept, values, strict=True)}
    return named(raw)


def _listed(raw: Mapping[str, JsonValue]) -> tuple[str, ...]:
    inputs = raw.get("inputs")
    widgets = (
        [one.get("widget") for one in inputs if isinstance(one, dict)]
        if isinstance(inputs, list)
        else []
    )
    names = [widget.get("name") for widget in widgets if isinstance(widget, dict)]
    return tuple(name for name in names if isinstance(name, str))


def paired(names: tuple[str, ...], values: list[JsonValue]) -> dict[str, JsonValue]:
    """Return values by these names, in order; what follows a seed is passed over."""
    found: dict[str, JsonValue] = {}
    at = 0
    for name in names:
        if at >= len(values):
            break
        found[name] = values[at]
        at += 1
        if _controlled(name, values, at):
            at += 1
    return found


def _controlled(name: str, values: list[JsonValue], at: int) -> bool:
    if name not in SEEDS or at >= len(values):
        return False
    follower = values[at]
    if isinstance(follower, str):
        return follower in CONTROLS
    return name != "value" and (follower is None or isinstance(follower, bool))


def _needs(names: tuple[str, ...], values: list[JsonValue]) -> int:
    """Return how many values these names take up, the ones that follow seeds included."""
    at = 0
    for name in names:
        at += 1
        at += _controlled(name, values, at)
    return at


def usual_count(raw: Mapping[str, JsonValue]) -> int:
    """Return how many values a node of a known class saves, what follows its seed included."""
    order = ORDERS.get(word(raw.get("type")), ())
    return len(order) + sum(name in SEEDS and name != "value" for name in order)


def _self_named(values: list[JsonValue]) -> dict[str, JsonValue]:
    """Values that name themselves: rgthree's LoRAs ``{"on": true, "lora".

    File}``, LoRA Manager's list of objects.
    """
    found: dict[str, JsonValue] = {}
    for index, value in enumerate(unwrap(one) for one in values):
        if isinstance(value, dict) and "lora" in value:
            found[f"lora_{index}"] = value
        elif (
            isinstance(value, list)
            and value
            and all(isinstance(one, dict) and "name" in one for one in value)
        ):
            found["loras"] = value
        elif (
            isinstance(value, list)
            and value
            and all(isinstance(one, dict) and "active" in one for one in value)
        ):
            found["toggle_trigger_words"] = value
    return found
