from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from service.records import Token
from service.tokens.cut import split_prompt

TAGS = (
    st.text("abc é文 _-!^@", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda tag: tag.strip("_ ") and "__" not in tag and tag[0] != "-")
)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
WEIGHTS = st.floats(-5, 5).map(lambda weight: round(weight, 4) + 0.0)
PIECES = st.one_of(
    st.tuples(TAGS, WEIGHTS, st.just("tag")),
    st.tuples(NAMES, WEIGHTS, st.just("lora")),
    st.tuples(NAMES, WEIGHTS, st.just("embedding")),
    st.tuples(st.just("BREAK"), st.just(1.0), st.just("break")),
    st.tuples(
        st.tuples(TAGS, TAGS).map(lambda pair: f"[{pair[0]}:{pair[1]}:0.5]"),
        WEIGHTS,
        st.just("schedule"),
    ),
    st.tuples(
        st.tuples(TAGS, TAGS).map(lambda pair: f"[{pair[0]}|{pair[1]}]"),
        WEIGHTS,
        st.just("alternate"),
    ),
    st.tuples(
        st.tuples(TAGS, TAGS).map(lambda pair: f"{{{pair[0]}|{pair[1]}}}"),
        WEIGHTS,
        st.just("wildcard"),
    ),
)


@given(st.lists(PIECES, max_size=12))
def test_what_is_written_is_read_back(pieces: list[tuple[str, float, str]]) -> None:
    prompt = ", ".join(rendered(*piece) for piece in pieces)
    assert [
        (token.token, token.weight, token.kind) for token in split_prompt(prompt, "pos")
    ] == pieces


@given(st.lists(PIECES, max_size=12))
def test_reading_twice_changes_nothing(pieces: list[tuple[str, float, str]]) -> None:
    once = split_prompt(", ".join(rendered(*piece) for piece in pieces), "neg")
    assert split_prompt(", ".join(rendered(t.token, t.weight, t.kind) for t in once), "neg") == once


@given(st.lists(st.tuples(TAGS, WEIGHTS), min_size=1, max_size=8))
def test_tags_of_one_weight_may_share_a_bracket(tags: list[tuple[str, float]]) -> None:
    runs = [
        (weight, [tag for tag, _ in run]) for weight, run in groupby(tags, key=lambda pair: pair[1])
    ]
    prompt = " ".join(f"({', '.join(run)}:{weight})" for weight, run in runs)
    assert [(token.token, token.weight) for token in split_prompt(prompt, "pos")] == tags


@given(st.text("ab,()[]{}<>:|\\1._ \nANDBREAKlora_", max_size=200))
def test_any_text_is_cut_without_an_error(prompt: str) -> None:
    tokens = split_prompt(prompt, "pos")
    assert [token.position for token in tokens] == list(range(len(tokens)))
    assert all(isinstance(token, Token) and token.token.strip() for token in tokens)


def rendered(text: str, weight: float, kind: str) -> str:
    if kind == "lora":
        return f"<lora:{text}:{weight}>"
    if kind == "break":
        return text
    if kind == "embedding":
        text = f"embedding:{text}"
    return text if weight == 1.0 else f"({text}:{weight})"
