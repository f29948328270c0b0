"""What a token is about, by the table of words."""

import pytest

from service import config
from service.config import ConfigError
from service.export.categories import Categories


@pytest.mark.parametrize(
    ("token", "category"),
    [
        ("red dress", "clothing"),
        ("dresses", "other"),
        ("dress", "clothing"),
        ("scarves", "other"),
        ("hats", "clothing"),
        ("blue eyes", "appearance"),
        ("standing in water", "pose"),
        ("by an old master", "artist"),
        ("field of lavender", "place"),
        ("shallow depth of field", "camera"),
        ("soft lighting", "lighting"),
        ("1girl", "subject"),
        ("score 9", "quality"),
        ("watercolor", "medium"),
        ("art nouveau", "style"),
        ("crimson", "colour"),
        ("golden hour", "time"),
        ("heavy fog", "weather"),
        (":d", "expression"),
        ("quux", "other"),
    ],
)
def test_a_token_belongs_to_the_category_of_its_words(token: str, category: str) -> None:
    assert Categories().find(token) == category


def test_a_users_word_wins_in_any_spelling() -> None:
    categories = Categories({"armoury": ("Red_Dress", r"mail \(armor\)")})
    found = [categories.find(word) for word in ("red dress", "red dresss", "mail (armor)", "dress")]
    assert found == ["armoury", "other", "armoury", "clothing"]


def test_every_word_of_the_table_is_found_in_its_category() -> None:
    words = Categories().words
    assert {word: Categories().find(word) for word in words} == words


@pytest.mark.parametrize("name", ["Hair", "../x", "a b", ""])
def test_a_category_that_could_be_no_file_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="a category is named like"):
        config.load(None, {"categories": {name: ["x"]}}, variables={})


@pytest.mark.parametrize("words", ["hen", 3, [1], ["hen", " "], {"a": "hen"}])
def test_a_category_is_a_list_of_words_and_the_refusal_says_so(words: object) -> None:
    with pytest.raises(ConfigError, match=r'farm: expected a list of words, like \["hanfu"'):
        config.load(None, {"categories": {"farm": words}}, variables={})


def test_an_export_knows_the_categories_of_the_file() -> None:
    tables = {
        "categories": {"farm": ["hen"]},
        "export": [
            {"kind": "tokens", "out": "out/a", "by": "category"},
            {"kind": "tokens", "out": "out/b.txt"},
        ],
    }
    got = config.load(None, tables, variables={}, only_reads=True)
    assert [dict(export.categories) for export in got.export] == [{"farm": ("hen",)}, {}]
