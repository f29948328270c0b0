"""What the signs of each program mean, and that none of them is left in a token."""

import pytest
from growth import LINEAR, growth

from service.tokens.cut import split_again, split_prompt

Row = tuple[str, float, str]


def rows(prompt: str, generator: str | None = None) -> list[Row]:
    """Return token, weight and kind."""
    return [
        (token.token, token.weight, token.kind) for token in split_prompt(prompt, "pos", generator)
    ]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("<segment:eye,0.4> iris", [("<segment:eye,0.4>", "directive"), ("iris", "tag")]),
        ("barn<region:0,1>hay", [("barn", "tag"), ("<region:0,1>", "directive"), ("hay", "tag")]),
        ("<fromto[0.3]:fog,sun> meadow", [("<fromto[0.3]:fog,sun> meadow", "schedule")]),
        ("<alternate:hare,goat>", [("<alternate:hare,goat>", "alternate")]),
        ("<random:tin,brass> kettle", [("<random:tin,brass> kettle", "wildcard")]),
        ("<random[2]:<wc:ore>,<alt:a,b>>", [("<random[2]:<wc:ore>,<alt:a,b>>", "wildcard")]),
        ("<wildcard:farm/tools>", [("<wildcard:farm/tools>", "wildcard")]),
        ("<setvar[a]:elf> <var:a>", [("<setvar[a]:elf>", "directive"), ("<var:a>", "wildcard")]),
        ("<macro:ending>", [("<macro:ending>", "wildcard")]),
        ("hay <break> straw", [("hay", "tag"), ("<break>", "break"), ("straw", "tag")]),
        ("<comment:no, not this> oats", [("<comment:no, not this>", "directive"), ("oats", "tag")]),
        ("<3, <o>_<o>, a < b", [("<3", "tag"), ("<o>_<o>", "tag"), ("a < b", "tag")]),
    ],
)  # fmt: skip
def test_swarmuis_directives_are_whole_and_told_by_their_kind(
    prompt: str, expected: list[tuple[str, str]]
) -> None:
    assert [(token, kind) for token, _, kind in rows(prompt, "swarmui")] == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("dusty+", [("dusty", 1.1, "tag")]),
        ("dusty++, faded-", [("dusty", 1.21, "tag"), ("faded", 0.9, "tag")]),
        ("(wet sand)1.4", [("wet sand", 1.4, "tag")]),
        ("(wet sand)--", [("wet sand", 0.81, "tag")]),
        ("(wet sand, reeds)+", [("wet sand", 1.1, "tag"), ("reeds", 1.1, "tag")]),
        ("(wet sand)", [("wet sand", 1.0, "tag")]),
        ("a dusty+ road", [("a dusty road", 1.0, "tag")]),
        ("old-time, 18-wheeler", [("old-time", 1.0, "tag"), ("18-wheeler", 1.0, "tag")]),
        ("a hen.swap(duck) asleep", [("a hen.swap(duck) asleep", 1.0, "alternate")]),
        ('("mill", "barn").blend(1,2)', [('("mill", "barn").blend(1,2)', 1.0, "alternate")]),
    ],
)  # fmt: skip
def test_invokeais_signs_weigh(prompt: str, expected: list[Row]) -> None:
    assert rows(prompt, "invokeai") == expected


def test_elsewhere_a_plus_belongs_to_its_word() -> None:
    assert rows("c++, 18+", "a1111") == [("c++", 1.0, "tag"), ("18+", 1.0, "tag")]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("{wool}", [("wool", 1.05, "tag")]),
        ("[wool]", [("wool", 0.9524, "tag")]),
        ("(wool)", [("wool", 1.0, "tag")]),
        ("1.5::red wool::", [("red wool", 1.5, "tag")]),
        ("-0.8::rot, rust:: hay", [("rot", -0.8, "tag"), ("rust", -0.8, "tag"), ("hay", 1, "tag")]),
        ("2::wool, loom", [("wool", 2.0, "tag"), ("loom", 2.0, "tag")]),
    ],
)  # fmt: skip
def test_novelais_brackets_weigh(prompt: str, expected: list[Row]) -> None:
    assert rows(prompt, "novelai") == expected


def test_a_colon_pair_without_its_partner_is_text() -> None:
    assert rows("[hay::0.5], std::map, 1.5::wool") == [
        ("[hay::0.5]", 1.0, "schedule"),
        ("std::map", 1.0, "tag"),
        ("1.5::wool", 1.0, "tag"),
    ]


@pytest.mark.parametrize(
    "prompt", ["${coat=red|blue}", "${coat}", "%{coat}", "{2$$red|blue}", "__coats__"]
)
def test_dynamic_prompts_are_wildcards(prompt: str) -> None:
    assert rows(f"{prompt} coat") == [(f"{prompt} coat", 1.0, "wildcard")]


def test_full_width_commas_and_stops_part_tags() -> None:
    assert [token for token, *_ in rows("\u72d0\uff0c red coat\u3001hat\u3002 snow")] == [
        "\u72d0", "red coat", "hat", "snow",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "token"),
    [
        ("ragged:0.7", "ragged"),
        ("16:9", "16:9"),
        ("(murky) pond (green)", "murky pond green"),
        ("a (grey:1.3) goose", "a grey goose"),
        ("goose (waterfowl)", "goose (waterfowl)"),
        (r"goose \(waterfowl\)", r"goose \(waterfowl\)"),
        ("sunny.", "sunny"),
        ("sunny;", "sunny"),
        ("sunny ...", "sunny"),
        ("yahoo!", "yahoo!"),
        ("e.g.", "e.g."),
        ('"barn"', "barn"),
        ("f/2.8.", "f/2.8"),
        (":d", ":d"),
        ("* hay", "hay"),
    ],
)  # fmt: skip
def test_what_odd_syntax_leaves_is_no_part_of_a_token(written: str, token: str) -> None:
    assert [token for token, *_ in rows(written)] == [token]


@pytest.mark.parametrize("slip", [",", ", ,", ".", " . ", "\uff0c", ";"])
def test_a_sign_alone_is_no_token(slip: str) -> None:
    assert rows(slip) == []


def test_midjourneys_arguments_are_apart() -> None:
    assert rows("a barn at dusk --ar 3:2 --v 6") == [
        ("a barn at dusk", 1.0, "tag"),
        ("--ar 3:2 --v 6", 1.0, "directive"),
    ]


def test_columns_of_the_regional_prompter_are_directives() -> None:
    assert rows("a hen ADDCOL a goat, ADDITION") == [
        ("a hen", 1.0, "tag"),
        ("ADDCOL", 1.0, "directive"),
        ("a goat", 1.0, "tag"),
        ("ADDITION", 1.0, "tag"),
    ]


def test_all_grammars_may_meet_in_one_prompt() -> None:
    assert rows("1.2::wool::, (hay)1.3, embedding:Farm, loom+, <break>", "invokeai") == [
        ("wool", 1.2, "tag"),
        ("hay", 1.3, "tag"),
        ("Farm", 1.0, "embedding"),
        ("loom", 1.1, "tag"),
        ("<break>", 1.0, "break"),
    ]


@pytest.mark.parametrize("generator", [None, "invokeai", "novelai"])
@pytest.mark.parametrize(
    "piece",
    ["<random:", "<setvar[", "1.5::", "a::", "a+", "(a)1.2", "a.b.", "___(", '"', "a:b:", "...",
     "ab. C", "--a ", "\uff0c", "ADDCOL", "x (y) "],
)  # fmt: skip
def test_a_hostile_prompt_takes_linear_time(piece: str, generator: str | None) -> None:
    def work(prompt: str) -> None:
        split_again.cache_clear()
        split_prompt(prompt, "pos", generator)

    assert growth(lambda times: piece * times, work, 20_000) < LINEAR
