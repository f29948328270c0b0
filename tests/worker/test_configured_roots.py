"""Roots that config.toml names otherwise, or no longer."""

import os
import shutil
from contextlib import closing

import apsw
import pytest
from commands import run
from drawn_images import draw, draw_many
from running_service import Place
from working_by_hand import Door

from service import instance

STATES = "SELECT root, state, COUNT(*) FROM images GROUP BY 1, 2"
IDS = "SELECT id, path, sha256, first_seen_at FROM images ORDER BY id"
STABLE = "SELECT path, stable_id FROM images ORDER BY path"


def rename_in_settings(place: Place, old: str, new: str) -> None:
    text = place.config.read_text(encoding="utf-8")
    assert text.count(old) > 0
    place.config.write_text(text.replace(old, new), encoding="utf-8")


def test_a_root_with_another_name_and_the_same_folder_keeps_its_rows(door: Door) -> None:
    draw_many(door.place.input, 3)
    house = door.open()
    house.work()
    before = house.rows(IDS), house.rows("SELECT marker FROM volumes")
    rename_in_settings(door.place, 'name = "Input"', 'name = "Harbour"')
    house = door.open()
    house.read_by_exiftool()
    house.work()
    assert house.rows(STATES) == [("Harbour", "present", 3)]
    assert (house.rows(IDS), house.rows("SELECT marker FROM volumes")) == before
    assert house.rows("SELECT name, configured FROM roots") == [("Harbour", 1)]
    assert house.read_by_exiftool() == []
    stable = house.rows(STABLE)
    door.close()
    for file in door.place.database.parent.glob("images.db*"):
        file.unlink()
    house = door.open()
    house.work()
    assert house.rows(STABLE) == stable


def test_a_root_whose_folder_and_name_both_changed_is_known_by_its_marker(door: Door) -> None:
    draw_many(door.place.input, 3)
    door.open().work()
    door.close()
    door.place.input.rename(door.place.top / "Pictures")
    rename_in_settings(door.place, "Input", "Pictures")
    house = door.open()
    house.work()
    assert house.rows(STATES) == [("Pictures", "present", 3)]


def test_a_root_does_not_take_the_name_of_images_that_a_dump_has_brought(door: Door) -> None:
    draw_many(door.place.input, 3)
    door.open().work()
    door.close()
    assert run(door.place, "dump", "--out", "here.jsonl").code == 0
    text = (door.place.top / "here.jsonl").read_text(encoding="utf-8")
    (door.place.top / "there.jsonl").write_text(text.replace('"Input"', '"Harbour"'), "utf-8")
    assert run(door.place, "ingest", "--in", "there.jsonl").code == 0
    rename_in_settings(door.place, 'name = "Input"', 'name = "Harbour"')
    house = door.open()
    house.work()
    assert house.rows(STATES) == [("Harbour", "present", 3), ("Input", "missing", 3)]


def test_a_root_that_was_taken_away_is_told_and_is_missing_until_it_is_back(door: Door) -> None:
    draw_many(door.place.input, 3)
    door.open().work()
    add_other(door.place)
    settings = door.place.config.read_text(encoding="utf-8")
    rename_in_settings(door.place, "Input", "Other")
    house = door.open()
    house.work()
    assert house.rows(STATES) == [("Input", "missing", 3), ("Other", "present", 1)]
    told = "no longer in config.toml: its images are marked missing; to remove their rows, run: "
    (note,) = house.rows("SELECT note FROM roots WHERE name = 'Input'")
    assert note == (f'{told}aiimagepipe forget "Input"',)
    shown = run(door.place, "status").out.split()  # in lines as wide as the page
    assert 'aiimagepipe forget "Input"' in " ".join(shown)
    door.place.config.write_text(settings, encoding="utf-8")
    house = door.open()
    house.work()
    assert house.rows(STATES) == [("Input", "present", 3), ("Other", "missing", 1)]
    assert house.rows("SELECT name, online, configured FROM roots") == [
        ("Input", 1, 1),
        ("Other", 0, 0),
    ]


def test_all_counts_the_images_of_a_root_that_was_taken_away_and_those_of_a_deleted_folder(
    door: Door,
) -> None:
    draw_many(door.place.input / "deep", 2)
    draw(door.place.input / "top.png", 7)
    add_other(door.place)
    assert run(door.place, "all").code == 0
    shutil.rmtree(door.place.input / "deep")
    assert counted(door.place) == (0, 0, 2)
    rename_in_settings(door.place, "Input", "Other")
    assert counted(door.place) == (1, 0, 1)
    assert counted(door.place) == (0, 0, 0)


def test_a_constraint_that_refuses_the_roots_is_told_and_not_waited_for(door: Door) -> None:
    draw_many(door.place.input, 1)
    assert run(door.place, "all").code == 0
    with closing(apsw.Connection(str(door.place.database))) as connection:
        connection.execute(
            "CREATE TRIGGER mine BEFORE UPDATE ON roots BEGIN SELECT RAISE(ABORT, 'not mine'); END"
        )
    rename_in_settings(door.place, 'name = "Input"', 'name = "Harbour"')
    said = run(door.place, "all")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"aiimagepipe: {door.place.database}: the roots cannot be changed as config.toml says "
        "(a trigger or constraint in the database: not mine); remove the trigger or constraint if "
        "it is yours, else report a bug\n"
    )


def counted(place: Place) -> tuple[object, ...]:
    """Return how many images one pass over the folders read, found moved, and found gone."""
    said = run(place, "all", "--json").json()
    assert isinstance(said, dict)
    return said["done"], said["moved"], said["gone"]


def add_other(place: Place) -> None:
    """Make a second folder, with an image."""
    other = place.top / "Other"
    other.mkdir()
    draw(other / "other.png", 99)


def test_what_an_option_names_instead_takes_no_root_away(door: Door) -> None:
    draw_many(door.place.input, 3)
    door.open().work()
    door.close()
    add_other(door.place)
    both = [("Input", "present", 3), ("Other", "present", 1)]
    for words in (("--input", os.fspath(door.place.top / "Other")), ()):
        assert run(door.place, "all", *words).code == 0
        assert door.open().rows(STATES) == both
        door.close()


def test_forget_removes_a_root_and_all_of_it_and_nothing_else(door: Door) -> None:
    draw_many(door.place.input, 3)
    door.open().work()
    add_other(door.place)
    rename_in_settings(door.place, "Input", "Other")
    house = door.open()
    house.work()
    said = run(door.place, "forget", "Input")
    told = "Input: 3 images forgotten; the files are as they were\n"
    assert (said.code, said.out) == (0, told)
    assert house.rows(STATES) == [("Other", "present", 1)]
    (kept,) = house.rows("SELECT id FROM images")
    for table in ("kv_rows", "token_rows", "pass_rows", "raw_records"):
        assert house.rows(f"SELECT DISTINCT image_id FROM {table}") == [kept]  # noqa: S608
    assert house.rows("SELECT root FROM volumes") == [("Other",)]
    assert len(list(door.place.input.glob("*.png"))) == 3


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Input", "'Input' is in config.toml"),
        ("Nowhere", "there is no root 'Nowhere'; roots that can be forgotten: none\n"),
    ],
)
def test_forget_refuses_a_watched_root_and_an_unknown_one(door: Door, name: str, told: str) -> None:
    draw(door.place.input / "a.png", 1)
    house = door.open()
    house.work()
    said = run(door.place, "forget", name)
    assert told in said.err
    assert said.code != 0
    assert house.rows(STATES) == [("Input", "present", 1)]


def test_forget_refuses_a_root_that_the_running_service_still_watches(door: Door) -> None:
    draw(door.place.input / "a.png", 1)
    house = door.open()
    house.work()
    add_other(door.place)
    rename_in_settings(door.place, "Input", "Other")
    with instance.hold_instance(door.place.database):
        said = run(door.place, "forget", "Input")
    assert "'Input' is still watched by the running service" in said.err
    assert said.code != 0
    assert house.rows(STATES) == [("Input", "present", 1)]
    assert run(door.place, "forget", "Input").code == 0
