"""Names for the values that the editor saves without names: ``[42, "fixed", 20, 8.0, …]``.

Editors since 2025 list every widget among the inputs, in order. For files from before, the table of
nodes knows what a class declares. Whoever says it, the values must fit.
"""

from collections.abc import Mapping, Sequence

from service.parse.comfyui.form.editor_json import Raw, objects, word
from service.parse.comfyui.form.graph import unwrap
from service.parse.comfyui.nodes.fitting import Fit, fit
from service.parse.comfyui.nodes.record import SEED_NAMES, WIDGETS, Input
from service.parse.comfyui.nodes.table import TABLE, Table
from service.parse.comfyui.nodes.text_inputs import LITERALS, SELECTORS
from service.records.json_values import JsonValue

NONE = Fit({})

WIDGET_TYPES = frozenset({"STRING", "INT", "FLOAT", "BOOLEAN", "COMBO"})


def read_widgets(raw: Raw, table: Table = TABLE) -> Fit:
    """Return a node's widget values by name, and behind which of them a control is saved."""
    values = raw.get("widgets_values")
    if isinstance(values, dict):
        return Fit({name: unwrap(value) for name, value in values.items()})
    values = list_values(raw)
    if not values:
        return NONE
    found = fit(_list_inputs(raw), values)
    if found is not None and found.is_whole:
        return found
    found = table.name_values(word(raw.get("type")), values)
    return found or Fit(_find_lists(values))


def list_values(raw: Raw) -> list[JsonValue]:
    """Return the values that a node keeps without names."""
    values = raw.get("widgets_values")
    if not isinstance(values, list):
        return []
    return [unwrap(value) for value in values]


def _list_inputs(raw: Raw) -> Sequence[Input]:
    """Return the widgets that the editor lists, where it lists all: each then has a name to show.

    Editors before 2025 list only what was turned into an input, in the order in which that was
    done.
    """
    found: list[Input] = []
    for one in objects(raw.get("inputs")):
        widget = one.get("widget")
        if isinstance(widget, dict):
            if "localized_name" not in one:
                return ()
            name = word(widget.get("name"))
            type_ = word(one.get("type")).lower()
            if type_ not in WIDGETS:
                type_ = "other"
            found.append(Input(name, type_, seed=name in SEED_NAMES))
    return found


def _find_lists(values: Sequence[JsonValue]) -> dict[str, JsonValue]:
    """Return the values that say themselves what they are.

    These are rgthree's LoRAs (``{"on": true, "lora": file}``) and LoRA Manager's lists of objects.
    """
    found: dict[str, JsonValue] = {}
    for index, value in enumerate(values):
        if isinstance(value, dict) and "lora" in value:
            found[f"lora_{index}"] = value
        elif _lists_objects_with(value, "name"):
            found["loras"] = value
        elif _lists_objects_with(value, "active"):
            found["toggle_trigger_words"] = value
    return found


def _lists_objects_with(value: JsonValue, member: str) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(one, dict) and member in one for one in value)


def seed_names(raw: Raw, found: Fit) -> Mapping[str, str]:
    """Return the number with a control behind it → ``seed``, where no input has a seed's name.

    A number that a node only gives on keeps its name.
    """
    seeds = [name for name in found.controlled if name not in (*LITERALS, *SELECTORS)]
    if len(seeds) != 1 or not found.values.keys().isdisjoint(SEED_NAMES):
        return {}
    for one in objects(raw.get("inputs")):
        if word(one.get("name")) in SEED_NAMES:
            return {}
    return {seeds[0]: SEED_NAMES[0]}


def read_instance(raw: Raw, definition: Raw) -> dict[str, JsonValue]:
    """Return the values set on a subgraph's instance by the names of the subgraph's inputs.

    They are in the order of the definition's inputs that are widgets; those that lead nowhere may
    be left out.
    """
    values = raw.get("widgets_values")
    names: list[str] = []
    used: list[str] = []
    for one in objects(definition.get("inputs")):
        if word(one.get("type")) in WIDGET_TYPES:
            names.append(word(one.get("name")))
            if one.get("linkIds"):
                used.append(word(one.get("name")))
    for several in (names, used):
        if isinstance(values, list) and len(several) == len(values):
            return dict(zip(several, values, strict=True))
    return read_widgets(raw).values
