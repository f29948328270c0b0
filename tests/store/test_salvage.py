"""What can be read of a damaged database is saved; what was lost is made again."""

from contextlib import closing
from pathlib import Path

import apsw
import pytest
from damaged import damage, damage_table, pages_of
from store_dump import dump
from store_samples import NOW, image

from service.errors import DatabaseDamagedError, StartError
from service.store.integrity import find_damage
from service.store.model_reader import ModelReader
from service.store.salvage import salvage_into
from service.store.writer import Store

COUNT = 120
LONG_TABLES = ("kv_rows", "token_rows", "resource_rows", "pass_rows", "conflict_rows")


@pytest.fixture
def filled(database: Path) -> Path:
    """Return a closed database of many images."""
    with Store.open(database) as store:
        for start in range(0, COUNT, 40):
            store.save([image(number) for number in range(start, start + 40)], now=NOW)
        store.confirm_missing("Input", NOW)
    return database


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "salvaged.db"


def ask(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(apsw.Connection(str(database))) as connection:
        return list(connection.execute(query))


def is_sound(database: Path) -> bool:
    with closing(apsw.Connection(str(database))) as connection:
        violations = connection.execute("PRAGMA foreign_key_check").fetchall()
        return find_damage(connection) == "" and violations == []


def test_of_a_sound_database_everything_is_saved(filled: Path, target: Path) -> None:
    saved = salvage_into(filled, target)
    assert saved.damaged == ()
    assert (saved.rows["images"], saved.rows["raw_records"]) == (COUNT, COUNT)
    with closing(apsw.Connection(str(filled))) as old, closing(apsw.Connection(str(target))) as new:
        assert dump(new) == dump(old)
    words = "SELECT COUNT(*) FROM positive_words WHERE positive_words MATCH 'masterpiece'"
    assert ask(target, words) == ask(filled, words)
    assert is_sound(target)


@pytest.mark.parametrize("table", [*LONG_TABLES[:4], "raw_records", "terms", "texts"])
def test_of_a_damaged_table_the_other_pages_are_saved_and_images_keep_their_ids(
    filled: Path, target: Path, table: str
) -> None:
    pages = pages_of(filled, table)
    before = ask(filled, f"SELECT COUNT(*) FROM {table}")[0][0]  # noqa: S608
    damage_table(filled, table, len(pages) // 2)
    saved = salvage_into(filled, target)
    assert saved.damaged == (table,)
    assert ask(target, "SELECT id, stable_id FROM images ORDER BY id") == ask(
        filled, "SELECT id, stable_id FROM images ORDER BY id"
    )
    assert saved.rows[table] >= int(str(before)) * (len(pages) - 3) / len(pages)
    assert is_sound(target)


def test_what_a_damaged_page_of_images_held_is_lost_and_no_more(filled: Path, target: Path) -> None:
    pages = pages_of(filled, "images")
    damage_table(filled, "images", len(pages) // 2)
    saved = salvage_into(filled, target)
    assert saved.damaged == ("images",)
    assert COUNT * (len(pages) - 2) / len(pages) <= saved.rows["images"] < COUNT
    assert ask(target, "SELECT COUNT(*) FROM images") == [(saved.rows["images"],)]
    assert is_sound(target)


def test_rows_are_made_again_from_records_and_images_without_one_are_read_again(
    filled: Path, target: Path
) -> None:
    damage_table(filled, "raw_records", 3)
    salvage_into(filled, target)
    lost = "id NOT IN (SELECT image_id FROM raw_records)"
    marks = "SELECT DISTINCT recipe, mtime_ns = 0, sha256 IS NULL FROM images WHERE "
    assert ask(target, f"{marks} {lost}")[0][1:] == (1, 1)
    assert ask(target, f"{marks} NOT ({lost})") == [("salvaged@1", 0, 0)]
    with Store.open(target) as store:
        assert store.recipes() >= {"salvaged@1"}


def test_what_is_known_of_models_is_saved(filled: Path, target: Path) -> None:
    with closing(apsw.Connection(str(filled))) as connection:
        connection.execute(
            "INSERT INTO model_versions (version_id, model_name, trust) VALUES (7, 'Harbour', 3)"
        ).fetchall()
    damage_table(filled, "kv_rows")
    salvage_into(filled, target)
    assert ask(target, "SELECT version_id, model_name FROM model_versions") == [(7, "Harbour")]
    with Store.open(target) as store:
        assert isinstance(store.models(), ModelReader)


def test_a_file_without_its_first_page_is_told_and_leaves_nothing(
    filled: Path, target: Path
) -> None:
    damage(filled, page=1)
    with pytest.raises(DatabaseDamagedError, match="aiimagepipe restore"):
        salvage_into(filled, target)
    assert not target.exists()


def test_a_file_that_is_there_is_not_overwritten(filled: Path, target: Path) -> None:
    target.write_bytes(b"mine")
    with pytest.raises(StartError, match="is there already"):
        salvage_into(filled, target)
    assert target.read_bytes() == b"mine"
