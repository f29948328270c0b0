import pytest
from growth import LINEAR, growth

from service.tokens.cut import split_prompt

TokenRow = tuple[str, str, float, str]


def rows(prompt: str) -> list[TokenRow]:
    return [
        (token.token, token.t_norm, token.weight, token.kind)
        for token in split_prompt(prompt, "pos")
    ]


def tags(prompt: str) -> dict[str, float]:
    return {token.t_norm: token.weight for token in split_prompt(prompt, "pos")}


AIR = "urn:air:sdxl:lora:civitai"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a, b\nc", {"a": 1, "b": 1, "c": 1}),
        ("(a)", {"a": 1.1}),
        ("((a))", {"a": 1.21}),
        ("[a]", {"a": 0.9091}),
        ("{{a}}", {"a": 1.1025}),
        ("(a:1.3)", {"a": 1.3}),
        ("(a: .5 )", {"a": 0.5}),
        ("(a:-1)", {"a": -1}),
        ("(a, b:1.3), c", {"a": 1.3, "b": 1.3, "c": 1}),
        ("((a, b:1.2), c:1.5)", {"a": 1.8, "b": 1.8, "c": 1.5}),
        ("[(a:1.1)]", {"a": 1.0}),
        ("(a)(b:1.3) [c]", {"a": 1.1, "b": 1.3, "c": 0.9091}),
        ("(a:1.3)b", {"a": 1.3, "b": 1}),
        ("a (b, c:1.3) d", {"a": 1, "b": 1.3, "c": 1.3, "d": 1}),
        ("a (red:1.3) car", {"a red car": 1}),
        ("", {}),
        (" , ,\n", {}),
        ("((((", {}),
    ],
)
def test_weights_reach_every_tag_in_the_brackets(prompt: str, expected: dict[str, float]) -> None:
    assert tags(prompt) == expected


@pytest.mark.parametrize(
    "face",
    [
        ":d",
        "@_@",
        ">_<",
        "^_^",
        "(o)_(o)",
        "<o>_<o>",
        "<|>_<|>",
        "|_|",
        "||_||",
        ":3",
        ";)",
        "x)",
        "0_0",
        "=_=",
        "\\_/",
    ],
)
def test_a_face_is_a_tag_as_it_stands(face: str) -> None:
    assert rows(f"1girl, {face}, smile")[1] == (face, face, 1.0, "tag")


def test_a_face_in_brackets_is_weighed_and_not_a_weight() -> None:
    assert rows("(:3), (:3:1.2)") == [(":3", ":3", 1.1, "tag"), (":3", ":3", 1.2, "tag")]


@pytest.mark.parametrize(
    "written",
    ["Saber \\(Fate\\)", "saber_(fate)", "saber (fate)", "saber  (fate)", "\uff53aber (fate)"],
)
def test_spellings_of_one_tag_are_one_word(written: str) -> None:
    assert [(token.t_norm, token.weight) for token in split_prompt(written, "pos")] == [
        ("saber (fate)", 1.0)
    ]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("[a:b:0.5]", ("[a:b:0.5]", "[a:b:0.5]", 1.0, "schedule")),
        ("[a::12]", ("[a::12]", "[a::12]", 1.0, "schedule")),
        ("[a, b:0.25]", ("[a, b:0.25]", "[a, b:0.25]", 1.0, "schedule")),
        ("([cat|dog]:1.2)", ("[cat|dog]", "[cat|dog]", 1.2, "alternate")),
        ("[cat|dog] fur", ("[cat|dog] fur", "[cat|dog] fur", 1.0, "alternate")),
        (
            "{red, dark|blue} hair",
            ("{red, dark|blue} hair", "{red, dark|blue} hair", 1.0, "wildcard"),
        ),
        ("__Hair/Color__ hair", ("__Hair/Color__ hair", "__hair/color__ hair", 1.0, "wildcard")),
        ("<lora:Add_Detail:0.8>", ("Add_Detail", "add detail", 0.8, "lora")),
        ("<lora:x>", ("x", "x", 1.0, "lora")),
        ("<lora:urn:air:sdxl:lora:civitai:1@2:0.8>", (f"{AIR}:1@2", f"{AIR}:1@2", 0.8, "lora")),
        ("<lora:civitai:1@2:0.8>", ("civitai:1@2", "civitai:1@2", 0.8, "lora")),
        ("<lora:civitai:0.8>", ("civitai", "civitai", 0.8, "lora")),
        (
            "(embedding:urn:air:sdxl:lora:civitai:1@2:1.2)",
            (f"{AIR}:1@2", f"{AIR}:1@2", 1.2, "embedding"),
        ),
        ("<lyco:x:0.5:0.7>", ("x", "x", 0.5, "lora")),
        ("(<lora:x:0.5>:1.3)", ("x", "x", 0.5, "lora")),
        ("<hypernet:x:0.5>", ("<hypernet:x:0.5>", "<hypernet:x:0.5>", 0.5, "directive")),
        ("(embedding:Bad_Hands:1.2)", ("Bad_Hands", "bad hands", 1.2, "embedding")),
        ("<embed:bad>", ("bad", "bad", 1.0, "embedding")),
        ("BREAK", ("BREAK", "break", 1.0, "break")),
        ("BREAKFAST", ("BREAKFAST", "breakfast", 1.0, "tag")),
        ("SAND AND_MORE", ("SAND AND_MORE", "sand and more", 1.0, "tag")),
    ],
)
def test_what_is_more_than_a_tag_has_its_kind(prompt: str, expected: TokenRow) -> None:
    assert rows(prompt) == [expected]


def test_a_weight_of_a_joined_prompt_reaches_all_its_tags() -> None:
    assert rows("a, b :1.2 AND c:0.8 AND d") == [
        ("a", "a", 1.2, "tag"),
        ("b", "b", 1.2, "tag"),
        ("AND", "and", 0.8, "and"),
        ("c", "c", 0.8, "tag"),
        ("AND", "and", 1.0, "and"),
        ("d", "d", 1.0, "tag"),
    ]


def test_positions_count_from_zero_on_each_side() -> None:
    assert [(token.side, token.position) for token in split_prompt("a, b", "neg")] == [
        ("neg", 0),
        ("neg", 1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "size"),
    [
        ("(", ")", 50_000),
        ("[a:", "", 50_000),
        ("a :1 AND ", "", 25_000),
        ("x (a ", ") y", 50_000),
    ],
    ids=["nested", "open", "joined", "partial"],
)
def test_a_hostile_prompt_takes_linear_time(before: str, after: str, size: int) -> None:
    def write(times: int) -> str:
        return before * times + "a" + after * times

    assert growth(write, lambda prompt: split_prompt(prompt, "pos"), size) < LINEAR


@pytest.mark.parametrize("times", [1, 100])
def test_a_long_prompt_is_cut_like_a_short_one(times: int) -> None:
    tokens = split_prompt("red_scarf, (hay:1.2), " * times, "pos")
    assert [token.token for token in tokens] == ["red_scarf", "hay"] * times
