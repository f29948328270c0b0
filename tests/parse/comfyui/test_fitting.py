"""Values fitted to the widgets that a class declares: all of them, each of its type, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parse.comfyui.nodes.fitting import find_best_fit, fit
from service.parse.comfyui.nodes.record import Input, NodeRecord, read_inputs
from service.records.json_values import JsonValue

Values = list[JsonValue]


def widgets(text: str) -> tuple[Input, ...]:
    return NodeRecord("X", text).widget_inputs


def named(text: str, values: Values, *, more: bool = False) -> dict[str, JsonValue] | None:
    found = fit(widgets(text), values, more=more)
    return found.values if found else None


NAMED: dict[str, tuple[str, Values, dict[str, JsonValue] | None]] = {
    "links hold no value": ("model:MODEL steps:int any:*", [20], {"steps": 20}),
    "a control behind a seed": ("seed:int* steps:int", [7, "fixed", 20], {"seed": 7, "steps": 20}),
    "a seed without its control": ("seed:int* steps:int", [7, 20], {"seed": 7, "steps": 20}),
    "a control behind any int": ("rng:int steps:int", [7, "fixed", 20], {"rng": 7, "steps": 20}),
    "a switch behind a seed": ("seed:int* steps:int", [7, True, 20], {"seed": 7, "steps": 20}),
    "null behind a seed": ("seed:int* steps:int", [7, None, 20], {"seed": 7, "steps": 20}),
    "a switch of its own": ("seed:int* on:boolean", [7, True], {"seed": 7, "on": True}),
    "the text of a filter": ("file:combo x:float", ["a", "", 0.5], {"file": "a", "x": 0.5}),
    "a text of nothing": ("mode:combo text:string", ["a", ""], {"mode": "a", "text": ""}),
    "an upload button": ("image:combo^", ["a.png", "image"], {"image": "a.png", "upload": "image"}),
    "no upload button": ("image:combo^", ["a.png"], {"image": "a.png"}),
    "a button before what is optional": (
        "image:combo^ size:int?",
        ["a.png", "image", 64],
        {"image": "a.png", "upload": "image", "size": 64},
    ),
    "null fits all": ("a:int b:string", [None, None], {"a": None, "b": None}),
    "a whole number is a fraction, too": ("cfg:float", [8], {"cfg": 8}),
    "a fraction is no whole number": ("steps:int", [8.5], None),
    "a switch is no number": ("steps:int", [True], None),
    "a number is no text": ("text:string", [1024], None),
    "a list may offer numbers": ("size:combo", [512], {"size": 512}),
    "the name of a sampler is no number": ("sampler_name:combo", [8], None),
    "the name of a schedule is no number": ("scheduler:combo", [8], None),
    "values that are left over": ("a:int", [1, 2], None),
    "leftovers of scripts": ("a:int", [1, None, "", [], {}], {"a": 1}),
    "fewer values than widgets": ("a:int b:string", [1], {"a": 1}),
    "a class without widgets": ("model:MODEL", [1], None),
    "no values": ("a:int", [], None),
    "a blank in a name": ("Select␣to␣add:combo", ["x"], {"Select to add": "x"}),
}


@pytest.mark.parametrize("name", NAMED)
def test_values_get_the_names_of_widgets_that_they_fit(name: str) -> None:
    text, values, expected = NAMED[name]
    assert named(text, values) == expected


def test_a_record_that_lists_the_first_widgets_alone_leaves_the_rest_unnamed() -> None:
    assert named("seed:int* steps:int", [7, "fixed", 20, "euler"], more=True) == {
        "seed": 7,
        "steps": 20,
    }


def test_a_number_with_a_control_differs_from_one_without() -> None:
    found = fit(widgets("steps:int rng:int"), [20, 7, "randomize"])
    assert found is not None
    assert found.controlled == ("rng",)


BEST: dict[str, tuple[list[str], Values, dict[str, JsonValue] | None]] = {
    "the first in the order of trust": (["a:int", "b:int"], [1], {"a": 1}),
    "one that fits": (["a:string", "b:int"], [1], {"b": 1}),
    "none fits": (["a:string", "b:boolean"], [1], None),
    "one with a value for every widget": (["a:int b:int", "c:int"], [1], {"c": 1}),
    "one whose lists hold texts": (["a:combo", "b:int"], [1], {"b": 1}),
    "not what two call by each other's name": (
        ["width:int height:int x:int", "height:int width:int x:int"],
        [1, 2, 3],
        {"x": 3},
    ),
    "what two call by another name": (["prompt:string", "text:string"], ["a"], {"prompt": "a"}),
}


@pytest.mark.parametrize("name", BEST)
def test_of_several_definitions_the_best_is_taken(name: str) -> None:
    texts, values, expected = BEST[name]
    found = find_best_fit([widgets(text) for text in texts], values)
    assert (found.values if found else None) == expected


TYPES = ("int", "int*", "float", "string", "boolean", "combo", "combo^", "other", "MODEL", "*")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "fixed"])
VALUES = st.lists(SCALARS | st.lists(SCALARS, max_size=2), max_size=9)


@given(st.lists(st.sampled_from(TYPES), max_size=9), VALUES)
def test_every_name_gets_a_value_of_the_list_in_order(types: list[str], values: Values) -> None:
    text = " ".join(f"w{at}:{type_}" for at, type_ in enumerate(types))
    found = fit(widgets(text), values)
    if found is None:
        return
    places = list(found.places.values())
    assert places == sorted(set(places))
    assert {name: values[at] for name, at in found.places.items()} == {
        name: value for name, value in found.values.items() if name != "upload"
    }


def test_the_notation_says_all_of_an_input() -> None:
    assert read_inputs("model:MODEL seed:int*? image:combo^ any:*? two:INT,FLOAT odd:??") == (
        Input("model", "MODEL"),
        Input("seed", "int", seed=True, optional=True),
        Input("image", "combo", upload=True),
        Input("any", "*", optional=True),
        Input("two", "INT,FLOAT"),
        Input("odd", "?", optional=True),
    )
