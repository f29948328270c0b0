"""The full-text indexes follow the images, whoever changes them."""

from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from store_samples import LATER, NOW, image

from service.errors import RowRefusedError, StartError
from service.records import ImageRows
from service.store.database_reader import DatabaseReader
from service.store.user_query import first_column
from service.store.writer import Store


def found(store: Store, word: str, side: str = "positive") -> list[int]:
    query = f"SELECT rowid FROM {side}_words WHERE {side}_words MATCH ? ORDER BY rowid"  # noqa: S608  # our names
    return [id_ for (id_,) in store._connection.execute(query, (word,))]


def verify(store: Store) -> None:
    """Raise apsw.CorruptError where an index holds other words than the prompts."""
    for side in ("positive", "negative"):
        check = f"INSERT INTO {side}_words ({side}_words, rank) VALUES ('integrity-check', 1)"  # noqa: S608  # our names
        store._connection.execute(check)


def with_prompts(number: int, positive: str | None, negative: str | None) -> ImageRows:
    rows = image(number, path=f"{number}.png")
    base = replace(rows.image.passes[0], positive_prompt=positive, negative_prompt=negative)
    return replace(rows, image=replace(rows.image, passes=(base,)))


def test_an_image_written_anew_is_found_by_its_new_words_alone(store: Store) -> None:
    store.save([with_prompts(1, "a castle", "fog"), with_prompts(2, None, "")], now=NOW)
    store.save([with_prompts(1, "an owl", None), with_prompts(2, "a castle", "fog")], now=LATER)
    verify(store)
    assert [found(store, word) for word in ("castle", "owl", "a*")] == [[2], [1], [1, 2]]
    assert found(store, "fog", "negative") == [2]


def test_a_batch_brings_its_words_at_once_and_not_image_by_image(store: Store) -> None:
    store.save([with_prompts(number, f"castle {number}", "fog") for number in range(64)], now=NOW)
    count = "SELECT COUNT(DISTINCT segid) FROM positive_words_idx"
    assert (store._connection.execute(count).get, len(found(store, "castle"))) == (1, 64)


def test_what_fails_leaves_no_words_and_what_is_removed_takes_its_own_along(store: Store) -> None:
    store.save([with_prompts(1, "a castle", "fog"), with_prompts(2, "a castle", "rain")], now=NOW)
    script = "UPDATE images SET positive_prompt = 'a dragon'; UPDATE images SET status = 'no such'"
    with pytest.raises(RowRefusedError), store.transaction():
        store._connection.execute(script).fetchall()
    store.relocate(2, "Input", "1.png", 5, 5)
    verify(store)
    assert [found(store, "castle"), found(store, "dragon"), found(store, "fog", "negative")] == [
        [2],
        [],
        [],
    ]


def test_a_database_from_before_the_indexes_gets_them_filled_once(database: Path) -> None:
    with Store.open(database) as store:
        store.save([with_prompts(1, "a castle", "fog")], now=NOW)
        for name in (
            "positive_words_changed",
            "negative_words_changed",
            "words_added",
            "words_removed",
        ):
            store._connection.execute(f"DROP TRIGGER {name}")
        store._connection.execute("DROP TABLE positive_words; DROP TABLE negative_words").fetchall()
    with Store.open(database) as store:
        verify(store)
        assert (found(store, "castle"), found(store, "fog", "negative")) == ([1], [1])
        store.save([with_prompts(1, "an owl", None)], now=LATER)
        verify(store)
    with DatabaseReader.open(database) as reader:
        assert reader.check() == ""


def test_the_words_are_found_by_another_sqlite_without_our_functions(
    store: Store, database: Path
) -> None:
    store.save(
        [with_prompts(1, "a castle at night", "fog"), with_prompts(2, "castles", None)], now=NOW
    )
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    query = (
        "SELECT image_id FROM v_images_search WHERE image_id IN "
        "(SELECT rowid FROM positive_words WHERE positive_words MATCH 'castle* NOT dragon')"
    )
    assert connection.execute(query).fetchall() == [(1,), (2,)]
    connection.close()


def test_a_users_own_query_may_ask_the_words_and_change_nothing(
    store: Store, database: Path
) -> None:
    store.save([with_prompts(1, "a castle", None), with_prompts(2, "an owl", None)], now=NOW)
    query = (
        "SELECT positive_prompt FROM images WHERE id IN "
        "(SELECT rowid FROM positive_words WHERE positive_words MATCH 'castle')"
    )
    assert list(first_column(database, query)) == ["a castle"]
    for forbidden in (
        "INSERT INTO positive_words (positive_words) VALUES ('rebuild')",
        "PRAGMA user_version",
    ):
        with pytest.raises(StartError, match="only reading is allowed"):
            list(first_column(database, forbidden))
