"""Rows of an older version are made again, with neither the files nor ExifTool."""

import shutil
import threading

import apsw
from commands import Said, run
from drawn_images import draw_many
from running_service import Place
from working_by_hand import Door

from service.clock import Clock
from service.worker.reprocess import Reprocessor

OLD = "UPDATE images SET recipe = 'a1111@0 blobs@0', model = 'what an older version thought'"
NOW = "SELECT path, model, recipe LIKE '%@0%' FROM images ORDER BY path"
DAMAGE = (
    "UPDATE raw_records SET record = x'00' "
    "WHERE image_id = (SELECT id FROM images WHERE path = '00002.png')"
)
ANEW = [(f"{seed:05}.png", "dreamshaper_8", 0) for seed in range(5)]


def make_stale(place: Place) -> None:
    """Let every row be of an older version, and take the files away."""
    connection = apsw.Connection(str(place.database))
    connection.execute(OLD)
    connection.close()
    shutil.rmtree(place.input)


def test_the_service_makes_stale_rows_again_when_nothing_else_waits(door: Door) -> None:
    by_hand = door.open()
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    dump = by_hand.dump()
    door.close()
    make_stale(by_hand.place)
    by_hand = door.open()
    by_hand.read_by_exiftool()
    by_hand.house.worker.run_until_idle(threading.Event())
    assert by_hand.rows(NOW) == ANEW
    assert by_hand.read_by_exiftool() == []
    assert by_hand.dump() == dump


def test_reprocess_makes_stale_rows_again_without_exiftool(door: Door) -> None:
    by_hand = door.open()
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    door.close()
    make_stale(by_hand.place)
    (by_hand.place.top / "exiftool").unlink()
    again = [run(by_hand.place, "reprocess") for _ in range(2)]
    assert again == [Said(0, "5 images made again\n", ""), Said(0, "0 images made again\n", "")]
    assert by_hand.rows(NOW) == ANEW


def test_a_damaged_kept_record_is_told_and_its_neighbours_are_made_again(door: Door) -> None:
    by_hand = door.open()
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    door.close()
    make_stale(by_hand.place)
    connection = apsw.Connection(str(by_hand.place.database))
    connection.execute(
        "UPDATE raw_records SET record = x'00010203' WHERE image_id = (SELECT id FROM images "
        "WHERE path = '00002.png')"
    )
    connection.close()
    again = run(by_hand.place, "reprocess")
    assert (again.code, again.out) == (1, "4 images made again\n")
    assert again.err.startswith("failed: Input/00002.png: ")
    assert len(by_hand.rows("SELECT 1 FROM images WHERE model = 'dreamshaper_8'")) == 4


def test_images_that_go_while_rows_are_made_again_keep_none_behind_them_from_being_made(
    door: Door,
) -> None:
    by_hand = door.open()
    draw_many(by_hand.place.input, 4)
    by_hand.work()
    house = by_hand.house
    again = Reprocessor(house.store, house.worker._parts.readers, Clock(), everything=True)
    assert again.ask(1)
    house.store._connection.execute("DELETE FROM images WHERE path IN ('00001.png', '00002.png')")
    assert (again.ask(1), again.save_oldest(), again.is_waiting) == (True, 1, True)
    assert (again.ask(1), again.save_oldest(), again.is_waiting) == (False, 1, False)
