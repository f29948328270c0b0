"""Damaged pages: found at start, told by every command in one line, and undone by a backup."""

import shutil

import pytest
from asked import count, rows, wait_for
from commands import run
from damaged import damage, damage_table
from drawn_images import draw_many
from running_service import Place, running

from service import demo

WAY_OUT = "`aiimagepipe restore` puts the newest backup in its place"


def way_out(place: Place) -> str:
    """Return what a command says that was called with this place's settings."""
    return WAY_OUT.replace("restore`", f'restore --config "{place.config}"`')


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a place whose images are in the database; tests use copies of it."""
    place = Place(tmp_path_factory.mktemp("original"))
    place.input.mkdir()
    place.configure()
    draw_many(place.input, 40)
    list(demo.write_samples(place.input / "samples"))
    assert run(place, "all").code == 0
    return place


@pytest.fixture
def collection(place: Place, original: Place) -> Place:
    """Return a copy of that place, with the images' times as they were."""
    shutil.copytree(original.top, place.top, dirs_exist_ok=True)
    return place


READING = (
    ("stats",),
    ("show", "samples/fooocus.png"),
    ("search", "fox"),
    ("failures",),
    ("export", "tokens", "--out", "out/tokens.txt"),
    ("export", "prompts", "--out", "out/prompts.txt"),
    ("export", "kv", "--key", "steps", "--out", "out/steps.txt"),
    ("export", "resources", "--kind", "lora", "--out", "out/loras.txt"),
    ("export", "records", "--csv", "out/records.csv"),
    ("export", "sql", "--sql", "SELECT positive_prompt FROM images", "--out", "out/sql.txt"),
)
WRITING = (("all",), ("run",), ("reprocess",), ("resources",), ("resolve",), ("backup",))


@pytest.mark.parametrize("words", [*READING, *WRITING, ("status",), ("confirm-missing", "Input")])
def test_every_command_says_of_a_file_that_is_no_database_what_to_do(
    collection: Place, words: tuple[str, ...]
) -> None:
    damage(collection.database, page=1)
    got = run(collection, *words)
    assert (got.code, got.err.count("\n"), way_out(collection) in got.err) == (2, 1, True), got.err
    assert str(collection.database) in got.err


@pytest.mark.parametrize("words", [*READING, *WRITING])
def test_no_command_meets_damaged_rows_with_a_traceback(
    collection: Place, words: tuple[str, ...]
) -> None:
    for table in ("images", "token_rows", "kv_rows", "resource_rows", "terms", "texts"):
        damage_table(collection.database, table)
    got = run(collection, *words)
    assert "Traceback" not in got.err
    if words in WRITING or got.code != 0:
        assert (got.code, way_out(collection) in got.err) == (2, True), got.err


def test_the_commands_that_are_advised_mean_the_same_database(collection: Place) -> None:
    other = collection.top / "other.db"
    collection.database.rename(other)
    damage(other, page=1)
    for words in (("--db", str(other)), (f"--db={other}",)):
        got = run(collection, "stats", *words)
        options = f'--config "{collection.config}" --db "{other}"'
        assert f"`aiimagepipe restore {options}` puts" in got.err
        assert f"`aiimagepipe salvage {options}` saves" in got.err


def test_doctor_names_the_damage_and_the_way_out(collection: Place) -> None:
    damage_table(collection.database, "kv_rows")
    got = run(collection, "doctor")
    assert got.code == 1
    assert WAY_OUT in got.out


def test_a_service_that_is_working_stops_when_it_finds_damage_and_says_why(
    collection: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look has no time here, as with a large database; the thread finds it."""
    damage_table(collection.database, "token_rows")
    monkeypatch.setattr("service.store.integrity.FIRST_LOOK_S", 0.0)
    got = run(collection, "run")
    assert (got.code, way_out(collection) in got.err) == (2, True)
    errors = [line for line in collection.log() if line["event"] == "service_gives_up"]
    assert len(errors) == 1
    assert WAY_OUT in str(errors[0]["reason"])


def test_the_service_writes_a_backup_and_restore_brings_everything_back(
    collection: Place,
) -> None:
    backups = collection.database.parent / "backups"
    with running(collection) as service:
        wait_for(lambda: len(list(backups.glob("images-*Z.db"))), 1)
        assert service.stop() == 0
    ids = rows(collection.database, "SELECT id, path FROM images ORDER BY id")
    damage_table(collection.database, "images")
    assert run(collection, "all").code == 2
    draw_many(collection.input, 5, start=100)
    got = run(collection, "restore")
    assert got.code == 0
    assert "What was there is now" in got.out
    assert run(collection, "all").code == 0
    found = rows(collection.database, "SELECT id, path FROM images ORDER BY id")
    assert found[: len(ids)] == ids
    assert len(found) == len(ids) + 5
    assert rows(collection.database, "PRAGMA integrity_check") == [("ok",)]


def test_salvage_and_restore_keep_ids_and_the_next_pass_reads_what_was_lost(
    collection: Place,
) -> None:
    before = rows(collection.database, "SELECT id, path, seed FROM images ORDER BY id")
    for table in ("raw_records", "kv_rows"):
        damage_table(collection.database, table)
    got = run(collection, "salvage")
    assert got.code == 1
    assert "raw_records" in got.out
    salvaged = str(collection.database.with_name("images.salvaged.db"))
    assert f'aiimagepipe restore --from "{salvaged}" --config' in got.out
    assert run(collection, "restore", "--from", salvaged).code == 0
    assert run(collection, "all").code == 0
    assert run(collection, "reprocess").code == 0
    assert rows(collection.database, "SELECT id, path, seed FROM images ORDER BY id") == before
    assert count(collection.database, "id NOT IN (SELECT image_id FROM raw_records)") == 0
    assert count(collection.database, "recipe = 'salvaged@1'") == 0
    assert rows(collection.database, "PRAGMA integrity_check") == [("ok",)]


def test_backup_works_beside_the_running_service(collection: Place) -> None:
    with running(collection) as service:
        assert run(collection, "backup").code == 0
        refused = run(collection, "restore")
        assert service.stop() == 0
    assert refused.code == 3


def test_without_a_backup_restore_says_so(collection: Place) -> None:
    got = run(collection, "restore")
    assert (got.code, "there is no backup of images.db" in got.err) == (2, True)


def test_backups_are_written_where_the_settings_say(collection: Place) -> None:
    folder = collection.top / "elsewhere"
    with collection.config.open("a", encoding="utf-8") as config:
        config.write("[backup]\nfolder = 'elsewhere'\nkeep = 1\n")
    assert run(collection, "backup").code == 0
    endings = sorted(file.name.partition("Z")[2] for file in folder.iterdir())
    assert endings == [".db", ".marks.db"]
