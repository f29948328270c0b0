import json

import pytest
from growth import LINEAR, growth
from hypothesis import given
from hypothesis import strategies as st

from service.parse.infotext.key_values import scan_settings
from service.parse.infotext.layout import read_layout

WORDS = st.text("abcxyz ÄЖ文,.:()<>[]{}\\'\"1_-|", max_size=40)
LINES = st.lists(WORDS, min_size=1, max_size=4).map("\n".join).map(str.strip)
KEYS = st.sampled_from(
    ["Sampler", "CFG scale", "Seed", "Model", "Refiner switch at", "ADetailer prompt 2nd", "X/Y-Z"]
)


@given(LINES, LINES, st.dictionaries(KEYS, WORDS, max_size=6))
def test_what_is_written_as_a1111_writes_it_is_read_back(
    positive: str, negative: str, extra: dict[str, str]
) -> None:
    settings = {"Steps": "20", "Size": "512x768", **extra}
    text = f"{positive}\nNegative prompt: {negative}\n{rendered(settings)}"
    got = read_layout(text)
    assert (got.positive, got.negative, dict(got.settings.pairs)) == (positive, negative, settings)


def rendered(settings: dict[str, str]) -> str:
    """Write settings by A1111's rule.

    A value with a comma, a newline or a colon is quoted as JSON.
    """
    return ", ".join(f"{key}: {quoted(value)}" for key, value in settings.items())


def quoted(value: str) -> str:
    plain = value.strip() == value and value and not set(value) & set(',\n:"[{')
    return value if plain else json.dumps(value, ensure_ascii=False)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert read_layout(text).positive.strip() == read_layout(text).positive


@given(
    st.lists(
        st.sampled_from(
            [
                "Steps: 1, ",
                "Seed: ",
                '"',
                "{",
                "[1, ",
                "\n",
                ", ",
                "Negative prompt: ",
                "Template: ",
                "\\",
                "a",
            ]
        )
    )
)
def test_any_mixture_of_marks_is_read_without_an_error(parts: list[str]) -> None:
    assert isinstance(read_layout("".join(parts)).positive, str)


@pytest.mark.parametrize(
    ("text", "positive", "negative", "keys"),
    [
        ("a fox\nSteps: 20", "a fox", None, ["Steps"]),
        (
            "a fox\nnegative prompt: fur\n\n\nsteps: 20, Sampler: Euler",
            "a fox",
            "fur",
            ["steps", "Sampler"],
        ),
        ("Negative prompt: fur\nSteps: 20, Seed: 1", "", "fur", ["Steps", "Seed"]),
        ("\nSteps: 20, Seed: 1", "", None, ["Steps", "Seed"]),
        ("a fox\nNegative prompt:\nSteps: 20, Seed: 1", "a fox", "", ["Steps", "Seed"]),
        ("a fox\nSteps: 20, Seed: 1\nNegative prompt: fur", "a fox", "fur", ["Steps", "Seed"]),
        ("a fox\r\nNegative prompt: fur\r\nSteps: 20, Seed: 1", "a fox", "fur", ["Steps", "Seed"]),
        ("a fox\nNegative prompt: fur", "a fox", "fur", []),
        ("a fox, Steps: 3\nSteps: 5, Seed: 1", "a fox, Steps: 3", None, ["Steps", "Seed"]),
        ("a fox\nSteps: 3\nSteps: 5, Seed: 1", "a fox\nSteps: 3", None, ["Steps", "Seed"]),
        ("recipe\nSteps: 1, stir\nthen wait", "recipe\nSteps: 1, stir\nthen wait", None, []),
        (
            "a fox\nSampler: Euler, CFG scale: 7, Seed: 1",
            "a fox",
            None,
            ["Sampler", "CFG scale", "Seed"],
        ),
        (
            "a fox\nSteps: 20,\nSampler: Euler,\n Seed: 1",
            "a fox",
            None,
            ["Steps", "Sampler", "Seed"],
        ),
        ("a fox\nSampler: Euler, Steps: 20, Seed: 1", "a fox", None, ["Sampler", "Steps", "Seed"]),
        ("style: x, a fox Steps: 20, Seed: 1", "style: x, a fox", None, ["Steps", "Seed"]),
        ("a fox\nSteps:20,Sampler:Euler,Seed:1", "a fox", None, ["Steps", "Sampler", "Seed"]),
        (
            "a fox Negative prompt: fur Steps: 20, Sampler: Euler",
            "a fox",
            "fur",
            ["Steps", "Sampler"],
        ),
        (
            "a sign: Negative prompt: no\nSteps: 20, Seed: 1",
            "a sign: Negative prompt: no",
            None,
            ["Steps", "Seed"],
        ),
        ("just words", "just words", None, []),
        ("", "", None, []),
    ],
)
def test_a_layout_is_cut_where_a_reader_would(
    text: str, positive: str, negative: str | None, keys: list[str]
) -> None:
    got = read_layout(text)
    assert (got.positive, got.negative, [key for key, _ in got.settings.pairs]) == (
        positive,
        negative,
        keys,
    )


def test_templates_before_the_settings_belong_to_no_prompt() -> None:
    got = read_layout(
        "a\nNegative prompt: b\nTemplate: {a|c}\nNegative Template: d\nSteps: 20, Seed: 1"
    )
    assert (got.positive, got.negative, got.templates) == (
        "a",
        "b",
        (("Template", "{a|c}"), ("Negative Template", "d")),
    )


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ('A: "x, y: z", B: 1', [("A", "x, y: z"), ("B", "1")]),
        ('A: "say \\"hi\\"\\nthere", B: 1', [("A", 'say "hi"\nthere'), ("B", "1")]),
        (
            'A: [{"b": [1, 2], "c": "],"}], B: {}',
            [("A", '[{"b": [1, 2], "c": "],"}]'), ("B", "{}")],
        ),
        ("Model: one, two and three, Seed: 1", [("Model", "one, two and three"), ("Seed", "1")]),
        ("Date: 2025-01-02T03:04:05, Seed: 1", [("Date", "2025-01-02T03:04:05"), ("Seed", "1")]),
        ('A: "open, Seed: 1', [("A", '"open'), ("Seed", "1")]),
        ("A: [broken, Seed: 1", [("A", "[broken"), ("Seed", "1")]),
        ("A: , B: , Seed: 1", [("A", ""), ("B", ""), ("Seed", "1")]),
        ("Seed: 1\nVersion: v1\nleft over words", [("Seed", "1"), ("Version", "v1")]),
        (
            'ControlNet 0: "Module: canny, Model: a [1f]", Seed: 1',
            [("ControlNet 0", "Module: canny, Model: a [1f]"), ("Seed", "1")],
        ),
    ],
)
def test_settings_are_scanned(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(scan_settings(text).pairs) == pairs


@pytest.mark.parametrize(
    "unit",
    [
        "Steps: 1\n",
        "Steps: 1, Seed: 2\n",
        'A: "x\\" , ',
        "A: [1, ",
        "A: {",
        "a, ",
        "Template: a\n",
        'Steps: 1, "',
        "A: " + "[" * 50,
    ],
)
def test_a_hostile_text_takes_linear_time(unit: str) -> None:
    # Past the cache, which would answer the second time.
    assert (
        growth(lambda size: unit * (size // len(unit)), read_layout.__wrapped__, 400_000) < LINEAR
    )
