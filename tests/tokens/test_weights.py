"""How much each token weighs: brackets within brackets, joined prompts, and BREAK among them."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tokens.cut import split_prompt

Weighted = tuple[str, float, str]
"""A token, its weight and its kind."""


@dataclass(frozen=True)
class Bracket:
    """What a pair of brackets holds, and the weight they give it."""

    inner: "tuple[Leaf | Bracket, ...]"
    weight: float


@dataclass(frozen=True)
class Leaf:
    """A token as it is written and as it is read."""

    written: str
    token: str
    kind: str
    weight: float | None = None
    """Where brackets do not reach it."""


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)
LEAVES = st.one_of(
    st.builds(lambda name: Leaf(name, name, "tag"), NAMES),
    st.builds(lambda name: Leaf(f"<lora:{name}:0.7>", name, "lora", 0.7), NAMES),
    st.builds(
        lambda name: Leaf(f"<hypernet:{name}:0.3>", f"<hypernet:{name}:0.3>", "directive", 0.3),
        NAMES,
    ),
    st.builds(lambda name: Leaf(f"embedding:{name}", name, "embedding"), NAMES),
    st.builds(lambda name: Leaf(f"<embed:{name}>", name, "embedding"), NAMES),
    st.builds(lambda name: Leaf(f"__{name}__", f"__{name}__", "wildcard"), NAMES),
    st.just(Leaf("BREAK", "BREAK", "break", 1.0)),
)
WEIGHTS = st.floats(-2000, 2000).map(lambda weight: round(weight, 3))
TREES = st.lists(
    st.recursive(
        LEAVES,
        lambda inner: st.builds(
            Bracket, st.lists(inner, min_size=1, max_size=4).map(tuple), WEIGHTS
        ),
        max_leaves=12,
    ),
    max_size=5,
)


def rendered(node: Leaf | Bracket) -> str:
    if isinstance(node, Leaf):
        return node.written
    return f"({', '.join(rendered(one) for one in node.inner)}:{node.weight})"


def expected(node: Leaf | Bracket, around: float) -> list[Weighted]:
    """Return the tokens of a part of a prompt, by the weight of the brackets around it."""
    if isinstance(node, Leaf):
        weight = around if node.weight is None else node.weight
        return [(node.token, kept(weight), node.kind)]
    within = max(-1_000_000.0, min(1_000_000.0, around * node.weight))
    return [token for one in node.inner for token in expected(one, within)]


def kept(weight: float) -> float:
    """Return a weight as it is stored: four digits behind the point, and no negative nought."""
    return round(weight, 4) + 0.0


def read(prompt: str) -> list[Weighted]:
    return [(token.token, token.weight, token.kind) for token in split_prompt(prompt, "pos")]


@given(TREES)
def test_weights_of_brackets_multiply_and_reach_all_but_networks_and_break(
    trees: list[Leaf | Bracket],
) -> None:
    prompt = ", ".join(rendered(tree) for tree in trees)
    assert read(prompt) == [token for tree in trees for token in expected(tree, 1.0)]


SUBPROMPTS = st.lists(
    st.tuples(st.lists(LEAVES, min_size=1, max_size=4), st.none() | WEIGHTS),
    min_size=2,
    max_size=5,
)


@given(SUBPROMPTS)
def test_a_weight_at_the_end_of_a_joined_prompt_reaches_all_of_it_and_the_and_before_it(
    subprompts: list[tuple[list[Leaf], float | None]],
) -> None:
    prompts: list[str] = []
    tokens: list[Weighted] = []
    for leaves, weight in subprompts:
        prompts.append(", ".join(leaf.written for leaf in leaves))
        if weight is not None:
            prompts[-1] += f" :{weight}"
        times = 1.0 if weight is None else weight
        if tokens:
            tokens.append(("AND", kept(times), "and"))
        for leaf in leaves:
            own = 1.0 if leaf.weight is None else leaf.weight
            tokens.append((leaf.token, kept(own * times), leaf.kind))
    assert read(" AND ".join(prompts)) == tokens


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a :1.2 BREAK b", [("a :1.2", 1.0), ("BREAK", 1.0), ("b", 1.0)]),
        (
            "a :1.2 BREAK b AND c :2",
            [("a :1.2", 1.0), ("BREAK", 1.0), ("b", 1.0), ("AND", 2.0), ("c", 2.0)],
        ),
        (
            "a :1.2 <lora:l:0.5> b AND c",
            [("a :1.2", 1.0), ("l", 0.5), ("b", 1.0), ("AND", 1.0), ("c", 1.0)],
        ),
        ("a:1.2, b AND c", [("a:1.2", 1.0), ("b", 1.0), ("AND", 1.0), ("c", 1.0)]),
        ("(a, b:1.5) :2 AND c", [("a", 3.0), ("b", 3.0), ("AND", 1.0), ("c", 1.0)]),
        ("(a AND b:1.5)", [("a", 1.5), ("AND", 1.0), ("b", 1.5)]),
        ("a, b :1.2", [("a", 1.0), ("b :1.2", 1.0)]),
    ],
    ids=[
        "before BREAK",
        "before BREAK within a joined prompt",
        "before a LoRA",
        "before a comma",
        "behind a bracket",
        "AND within a bracket",
        "without AND",
    ],
)
def test_a_bare_weight_counts_only_before_and_or_at_the_end_of_joined_prompts(
    prompt: str, expected: list[tuple[str, float]]
) -> None:
    assert [(token, weight) for token, weight, _ in read(prompt)] == expected


@pytest.mark.parametrize(
    ("separator", "between"),
    [
        (",", []),
        ("\n", []),
        (" BREAK ", [("BREAK", 1.0, "break")]),
        (" AND ", [("AND", 1.0, "and")]),
        (" <lora:l:0.5> ", [("l", 0.5, "lora")]),
        (" embedding:e ", [("e", 1.3, "embedding")]),
    ],
)
def test_a_bracket_that_holds_more_than_one_token_weighs_them_whatever_is_beside_it(
    separator: str, between: list[Weighted]
) -> None:
    assert read(f"x (a{separator}b:1.3) y") == [
        ("x", 1.0, "tag"),
        ("a", 1.3, "tag"),
        *between,
        ("b", 1.3, "tag"),
        ("y", 1.0, "tag"),
    ]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("x|(a:1.2)|y", [("x|", 1.0), ("a", 1.2), ("|y", 1.0)]),
        ("(b)(a:1.2)[c]", [("b", 1.1), ("a", 1.2), ("c", 0.9091)]),
        ("(a:1.2)y", [("a", 1.2), ("y", 1.0)]),
        ("(a:1.2) y", [("(a:1.2) y", 1.0)]),
        ("(a:1.2) Book", [("a Book", 1.0)]),
        ("(a)y", [("(a)y", 1.0)]),
        ("x (a:1.2)", [("x (a:1.2)", 1.0)]),
        ("(a:1.2)  , y", [("a", 1.2), ("y", 1.0)]),
        ("( :1.2)", [(":1.2", 1.1)]),
        ("([a|b]:1.2)", [("[a|b]", 1.2)]),
        ("([a]|b:1.2)", [("a", 1.0909), ("|b", 1.2)]),
        ("((a]:1.2)", [("a]", 1.2)]),
    ],
)
def test_a_bracket_with_one_token_weighs_where_it_is_a_whole_tag(
    prompt: str, expected: list[tuple[str, float]]
) -> None:
    assert [(token, weight) for token, weight, _ in read(prompt)] == expected


@pytest.mark.parametrize(
    ("written", "weight"),
    [
        ("1.3", 1.3),
        ("+1.3", 1.3),
        ("-1.3", -1.3),
        (".5", 0.5),
        ("2.", 2.0),
        (" \t1.3\t ", 1.3),
        ("0.00001", 0.0),
        ("-0.00001", 0.0),
        ("1.23456", 1.2346),
        ("123456789012", 1_000_000.0),
        ("-12345678901", -1_000_000.0),
    ],
)
def test_a_weight_may_be_written_in_many_ways(written: str, weight: float) -> None:
    assert [str(found) for _, found, _ in read(f"(a:{written})")] == [str(weight)]


@pytest.mark.parametrize("written", ["1234567890123", "1e3", "1,5", "x", "--1", "1.2.3"])
def test_what_is_no_weight_is_text(written: str) -> None:
    tokens = ", ".join(token for token, _, _ in read(f"(a:{written})"))
    assert tokens == f"a:{written}".replace(",", ", ")


def test_a_weight_beyond_the_limit_is_the_limit_for_the_brackets_within() -> None:
    assert read("(((a:0.5):99999):99999), (((a:0.5):-99999):99999)") == [
        ("a", 500_000.0, "tag"),
        ("a", -500_000.0, "tag"),
    ]


def test_a_joined_prompt_weighs_no_more_than_the_limit() -> None:
    assert read("(a, b:999999) :999 AND (a, b:-999999), c :999") == [
        ("a", 1_000_000.0, "tag"),
        ("b", 1_000_000.0, "tag"),
        ("AND", 999.0, "and"),
        ("a", -1_000_000.0, "tag"),
        ("b", -1_000_000.0, "tag"),
        ("c", 999.0, "tag"),
    ]


@pytest.mark.parametrize("word", ["BREAKs", "xBREAK", "BREAK_", "ANDy", "xAND", "SAND", "_AND"])
def test_break_and_and_are_whole_words(word: str) -> None:
    assert read(f"a {word} b") == [(f"a {word} b", 1.0, "tag")]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("[a:b:50%]", ("[a:b:50%]", 1.0, "schedule")),
        ("[a:b: 5 % ]", ("[a:b: 5 % ]", 1.0, "schedule")),
        ("{2$$a}", ("{2$$a}", 1.0, "wildcard")),
        ("{2::a}", ("{2::a}", 1.0, "wildcard")),
        ("{2:a}", ("2:a", 1.05, "tag")),
        ("(embedding:12)", ("12", 1.1, "embedding")),
        ("(<embed:e>:1.2)", ("e", 1.2, "embedding")),
    ],
)
def test_what_looks_like_a_weight_and_is_none_is_left_to_its_kind(
    prompt: str, expected: Weighted
) -> None:
    assert read(prompt) == [expected]
