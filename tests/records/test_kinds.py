"""Every word for a kind of model is understood where it is met."""

from typing import get_args

import pytest

from service.records import ResourceKind
from service.records.kinds import (
    AIR_TYPES,
    HASH_PREFIXES,
    KINDS,
    TAGS,
    WRITTEN_AIR_TYPES,
    kind_in_list,
    kind_of_word,
    squeeze_word,
)


def test_the_table_has_one_row_for_each_kind() -> None:
    assert sorted(row.kind for row in KINDS) == sorted(get_args(ResourceKind))


@pytest.mark.parametrize("column", ["air", "lists", "hashes", "tags", "site", "folders"])
def test_no_word_of_a_column_names_two_kinds(column: str) -> None:
    words = [word for row in KINDS for word in getattr(row, column).split()]
    assert sorted(words) == sorted(set(words))


def test_no_word_names_two_kinds_once_it_is_squeezed() -> None:
    named = {
        (squeeze_word(word), row.kind)
        for row in KINDS
        for column in (row.air, row.lists, row.hashes, row.tags, row.site, row.folders)
        for word in column.split()
    }
    words = [word for word, _ in named]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("word", "anywhere", "in_list", "as_air", "before_hash", "in_tag"),
    [
        ("lyco", "lora", None, None, "lora", "lora"),
        ("loha", "lora", "lora", "lora", None, "lora"),
        ("TextualInversion", "embedding", "embedding", None, None, None),
        ("ti", "embedding", None, None, "embedding", None),
        ("embed", "embedding", "embedding", None, "embedding", "embedding"),
        ("Motion Module", "motion", "motion", None, None, None),
        ("text_encoders", "text_encoder", "text_encoder", "text_encoder", None, None),
        ("model", "checkpoint", "checkpoint", "checkpoint", None, None),
        ("other", "other", None, "other", None, None),
        ("unknown", None, None, "resource_ref", None, None),
        ("Detection", "detector", None, None, None, None),
        ("T2I-Adapter", "controlnet", None, None, None, None),
        ("recipe", None, None, None, None, None),
    ],
)
def test_a_word_means_what_its_speaker_means(  # noqa: PLR0917 - a row of the table
    word: str,
    anywhere: str | None,
    in_list: str | None,
    as_air: str | None,
    before_hash: str | None,
    in_tag: str | None,
) -> None:
    got = (
        kind_of_word(word),
        kind_in_list(word),
        AIR_TYPES.get(word),
        HASH_PREFIXES.get(word),
        TAGS.get(word),
    )
    assert got == (anywhere, in_list, as_air, before_hash, in_tag)


def test_an_air_type_that_we_write_is_one_that_we_read_as_that_kind() -> None:
    written = list(WRITTEN_AIR_TYPES.items())
    assert [(AIR_TYPES[type_], type_) for _, type_ in written] == written


@pytest.mark.parametrize("word", [None, 3, ["lora"], {}])
def test_what_is_no_text_names_no_kind(word: object) -> None:
    assert kind_of_word(word) is None
