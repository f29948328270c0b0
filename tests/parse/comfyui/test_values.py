"""Values that are not written where they are used."""

import pytest
from growth import LINEAR, growth

from service.parse.comfyui.form.graph import graph_of_prompt
from service.parse.comfyui.values.ask import NodeValues
from service.records import Scalar
from service.records.json_values import JsonValue


def text_of(graph: dict[str, JsonValue], name: str = "text") -> Scalar | None:
    """Return what the input ``name`` of node ``e`` holds."""
    nodes = graph_of_prompt(graph, "PNG:Prompt", {})
    answer = NodeValues(nodes).read_input(nodes["e"], name)
    return answer.value if answer else None


def node(kind: str, **inputs: JsonValue) -> JsonValue:
    return {"class_type": kind, "inputs": inputs}


ENCODER = node("CLIPTextEncode", text=["t", 0])


@pytest.mark.parametrize(
    ("made_by", "text"),
    [
        (node("PrimitiveStringMultiline", value="a fox"), "a fox"),
        (node("StringConcatenate", string_b="fox", delimiter=" ", string_a=["a", 0]), "a red fox"),
        (
            node("JoinStringMulti", delimiter=", ", string_10="c", string_2="b", string_1="a"),
            "a, b, c",
        ),
        (node("Text Concatenate", text_a="a", text_b="b", delimiter="\\n"), "a\nb"),
        (node("StringReplace", string="a X", find="X", replace="fox"), "a fox"),
        (node("StringReplace", string="a X", find=["a", 0], replace="fox"), "a X"),
        (node("StringReplace", string="a red X", find=["a", 0], replace="fox"), "fox X"),
        (node("StringReplace", string="a X", find=["missing", 0], replace="fox"), None),
        (node("StringFormat", format_string="{a}, {{best}}", a="{{fox}}"), "{{fox}}, {best}"),
        (node("ShowText|pysssss", text=["a", 0], text_0="of the run before"), "a red"),
        (node("ShowText|pysssss", text=["missing", 0], text_0="a fox"), "a fox"),
        (node("ComfySwitchNode", switch=True, on_true="yes", on_false="no"), "yes"),
        (node("ComfySwitchNode", switch=["off", 0], on_true="yes", on_false=["a", 0]), "a red"),
        (node("ImpactSwitch", select=2, input1=["off", 0], input2=["a", 0]), "a red"),
        (node("ImpactWildcardProcessor", wildcard_text="{a|b}", populated_text="b"), "b"),
        (node("TextGenerate", prompt="expand a fox"), None),
        (node("RegexReplace", string="a", regex_pattern="a", replace="b"), None),
        (node("StringConcatenate", string_a=["t", 0], string_b="x", delimiter=""), None),
        (node("ComfySwitchNode", switch=["missing", 0], on_true="yes", on_false="no"), None),
    ],
)
def test_a_text_is_what_the_graph_makes_of_it(made_by: JsonValue, text: str | None) -> None:
    graph = {
        "e": ENCODER,
        "t": made_by,
        "a": node("String", String="a red"),
        "off": node("Bool", value=False),
    }
    assert text_of(graph) == text


@pytest.mark.parametrize(
    ("made_by", "seed"),
    [
        (node("PrimitiveInt", value=2**64 - 1), 2**64 - 1),
        (node("Seed (rgthree)", seed=7), 7),
        (node("PrimitiveInt", value="7"), "7"),
        (node("PrimitiveInt", value=["e", 0]), None),
        (node("PrimitiveString", value="seven"), None),
        (node("PrimitiveBoolean", value=True), None),
    ],
)
def test_a_number_is_never_a_word(made_by: JsonValue, seed: Scalar | None) -> None:
    assert text_of({"e": node("KSampler", seed=["t", 0]), "t": made_by}, "seed") == seed


def doubling_chain(size: int) -> dict[str, JsonValue]:
    """Return nodes each of which joins the next one's text to itself."""
    chain: dict[str, JsonValue] = {"e": node("E", text=["t0", 0])}
    for i in range(size):
        following: JsonValue = [f"t{i + 1}", 0]
        chain[f"t{i}"] = node(
            "StringConcatenate", string_a=following, string_b=following, delimiter=""
        )
    chain[f"t{size}"] = node("String", value="x")
    return chain


def test_a_chain_that_doubles_its_text_ends_in_linear_time_and_is_not_stated() -> None:
    assert text_of(doubling_chain(5000)) is None
    assert growth(doubling_chain, text_of, 5000) < LINEAR
