"""Noun phrases of sentences, and which prompts are sentences."""

import pytest
from growth import LINEAR, growth
from hypothesis import given
from hypothesis import strategies as st

from service.tokens.cut import split_prompt
from service.tokens.phrases import LONGEST, find_phrases


@pytest.mark.parametrize(
    ("clause", "phrases"),
    [
        ("A potter in a wet apron shapes a tall vase", ["potter", "wet apron", "tall vase"]),
        ("and so", []),
        ("in the warm", []),
        ("the picture", []),
        ("She is calm and patient", []),
        ("glowing coals under a copper kettle", ["glowing coals", "copper kettle"]),
        ("a boy carrying a basket of ripe plums", ["boy", "basket of ripe plums"]),
        ("a kind of quiet joy", ["quiet joy"]),
        ("shallow depth of field", ["shallow depth of field"]),
        ("a softly lit pantry", ["softly lit pantry"]),
        ("geese drift slowly across the pond", ["geese", "pond"]),
        ("the old miller sits on a sack", ["old miller", "sack"]),
        ("smoke rises from the miller's hut", ["smoke", "miller's hut"]),
        ("shot on Agfa Vista 200 film", ["Agfa Vista 200 film"]),
        ("a street in Old Lisbon at dawn", ["street", "Old Lisbon", "dawn"]),
        ("a black and white goat", ["black and white goat"]),
        ("in the upper left corner", []),
        ('a board that reads "FRESH EGGS TODAY" by the gate', ["board", "gate"]),
        ("torn sails and a broken mast", ["torn sails", "broken mast"]),
        ("a jug painted with blue flowers", ["jug", "blue flowers"]),
        ("1970s kitchen with a 35mm look", ["1970s kitchen"]),
    ],
)  # fmt: skip
def test_a_clause_has_these_phrases(clause: str, phrases: list[str]) -> None:
    assert find_phrases(clause) == phrases


def kinds(prompt: str) -> list[tuple[str, str]]:
    return [(token.token, token.kind) for token in split_prompt(prompt, "pos")]


def test_a_clause_of_prose_keeps_its_place_and_its_phrases_follow_it() -> None:
    prompt = "A baker carries a tray of warm buns through the narrow lane, humming a tune."
    assert kinds(prompt) == [
        ("A baker carries a tray of warm buns through the narrow lane", "clause"),
        ("baker", "phrase"),
        ("tray of warm buns", "phrase"),
        ("narrow lane", "phrase"),
        ("humming a tune", "tag"),
    ]


def test_a_blank_before_the_end_of_a_sentence_is_no_part_of_its_clause() -> None:
    spaced = kinds("A lantern is hung over the old harbour . It glows in the fog of the night.")
    assert spaced == kinds(
        "A lantern is hung over the old harbour. It glows in the fog of the night."
    )
    assert spaced[0] == ("A lantern is hung over the old harbour", "clause")


def test_tags_before_and_behind_prose_stay_tags() -> None:
    prompt = (
        "masterpiece, best quality, 1girl, A girl in a straw hat is feeding the hens. "
        "Her apron is torn, muddy, and far too large for her, soft light, film grain"
    )
    assert kinds(prompt) == [
        ("masterpiece", "tag"),
        ("best quality", "tag"),
        ("1girl", "tag"),
        ("A girl in a straw hat is feeding the hens", "clause"),
        ("girl", "phrase"),
        ("straw hat", "phrase"),
        ("hens", "phrase"),
        ("Her apron is torn", "clause"),
        ("apron", "phrase"),
        ("muddy", "clause"),
        ("and far too large for her", "clause"),
        ("soft light", "tag"),
        ("film grain", "tag"),
    ]


@pytest.mark.parametrize(
    "prompt",
    [
        "1girl, standing on one leg, hand on another's head, looking at viewer, from above",
        "portrait of a man, in the rain, with a hat",
        "score_9, score_8_up, a cat, the moon",
        "hatsune_miku, hair between eyes, v over the eye",
    ],
)
def test_tags_with_small_words_are_no_prose(prompt: str) -> None:
    assert {kind for _, kind in kinds(prompt)} == {"tag"}


def test_what_is_too_long_for_a_tag_is_a_clause_in_any_language() -> None:
    long = "ein sehr alter Müller steht neben seiner Mühle und schaut den Gänsen nach"
    assert kinds(long)[0] == (long, "clause")


def test_phrases_have_the_weight_of_their_clause() -> None:
    tokens = split_prompt("(a hen sits in the shade of a wide oak tree:1.3), hay", "pos")
    assert [(token.token, token.weight) for token in tokens if token.kind == "phrase"] == [
        ("hen", 1.3),
        ("shade of a wide oak tree", 1.3),
    ]


WORDS = st.sampled_from(
    "a the of and with her glowing torn sits hens red 35mm softly lit is shot Lisbon . , -".split()
)


@given(st.lists(WORDS, max_size=30))
def test_a_phrase_is_words_of_its_clause_in_order(words: list[str]) -> None:
    clause = " ".join(words)
    left = clause.lower()
    for phrase in find_phrases(clause):
        assert 0 < len(phrase.split()) <= LONGEST
        assert phrase.lower() in left
        left = left[left.index(phrase.lower()) + len(phrase) :]


@pytest.mark.parametrize(
    "piece",
    [
        "a hen of ",
        "kind of ",
        "red and ",
        "softly ",
        "of the ",
        '"',
        "[",
        "x. A ",
        "light ",
        "hens light ",
        "...",
        "\u201c",
        "' ",
    ],
)
def test_a_hostile_clause_takes_linear_time(piece: str) -> None:
    assert growth(lambda times: piece * times, find_phrases, 20_000) < LINEAR
