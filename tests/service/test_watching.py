"""Whatever happens to files while the service runs stands in the database a moment later."""

import shutil
import time

from asked import rows, wait_for
from drawn_images import draw, draw_many, infotext, png
from running_service import Place, running

PLACES = "SELECT path, state FROM images ORDER BY path"


def test_files_that_come_change_move_and_go_are_followed(place: Place) -> None:
    with running(place):
        image = draw(place.input / "a.png", 1)
        wait_for(
            lambda: rows(place.database, "SELECT path, seed FROM v_images_search"), [("a.png", "1")]
        )
        draw(image, 2)
        wait_for(
            lambda: rows(place.database, "SELECT path, seed FROM v_images_search"), [("a.png", "2")]
        )
        image.rename(place.input / "b.png")
        wait_for(lambda: rows(place.database, PLACES), [("b.png", "present")])
        (place.input / "b.png").unlink()
        wait_for(lambda: rows(place.database, PLACES), [("b.png", "missing")])
    assert rows(place.database, "SELECT COUNT(*), MIN(id) FROM images") == [(1, 1)]


def test_a_folder_that_moves_in_around_and_out_takes_its_rows_along(place: Place) -> None:
    draw_many(place.top / "elsewhere", 40)
    with running(place):
        (place.top / "elsewhere").rename(place.input / "one")
        wait_for(lambda: len(rows(place.database, "SELECT 1 FROM images WHERE status = 'ok'")), 40)
        ids = rows(place.database, "SELECT id, file_name FROM images ORDER BY id")
        (place.input / "one").rename(place.input / "two")
        wait_for(
            lambda: rows(
                place.database, "SELECT folder, state, COUNT(*) FROM images GROUP BY 1, 2"
            ),
            [("two/", "present", 40)],
        )
        assert rows(place.database, "SELECT id, file_name FROM images ORDER BY id") == ids
        (place.input / "two").rename(place.top / "elsewhere")
        wait_for(
            lambda: rows(
                place.database, "SELECT folder, state, COUNT(*) FROM images GROUP BY 1, 2"
            ),
            [("two/", "missing", 40)],
        )
        (place.top / "elsewhere").rename(place.input / "two")
        wait_for(
            lambda: rows(
                place.database, "SELECT folder, state, COUNT(*) FROM images GROUP BY 1, 2"
            ),
            [("two/", "present", 40)],
        )
        wait_for(lambda: place.status_file().get("done"), 40)


def test_a_file_written_in_pieces_has_one_row_of_its_whole_self(place: Place) -> None:
    whole = png(infotext(5))
    with running(place):
        with (place.input / "slow.png").open("wb") as out:
            for start in range(0, len(whole), 60):
                out.write(whole[start : start + 60])
                out.flush()
                time.sleep(0.05)  # a slow writer; how slow, nothing here depends on
        wait_for(
            lambda: rows(place.database, "SELECT seed, status FROM v_images_search"), [("5", "ok")]
        )
    assert rows(place.database, "SELECT * FROM failures") == []


def test_a_folder_that_was_copied_and_one_file_saved_by_rename_are_all_there(place: Place) -> None:
    draw_many(place.top / "original", 30)
    with running(place):
        shutil.copytree(place.top / "original", place.input / "copy")
        (place.input / "half.png.tmp").write_bytes(png(infotext(99)))
        (place.input / "half.png.tmp").replace(place.input / "half.png")
        wait_for(lambda: len(rows(place.database, "SELECT 1 FROM images WHERE status = 'ok'")), 31)


def test_a_root_that_leaves_and_returns_while_watched_loses_no_row(place: Place) -> None:
    draw_many(place.input, 10)
    with running(place):
        wait_for(lambda: len(rows(place.database, PLACES)), 10)
        place.input.rename(place.top / "away")
        wait_for(lambda: rows(place.database, "SELECT online FROM roots"), [(0,)])
        assert rows(place.database, "SELECT state, COUNT(*) FROM images GROUP BY 1") == [
            ("present", 10)
        ]
        (place.top / "away").rename(place.input)
        draw(place.input / "new.png", 77)
        wait_for(
            lambda: rows(place.database, "SELECT state, COUNT(*) FROM images GROUP BY 1"),
            [("present", 11)],
        )
        wait_for(lambda: rows(place.database, "SELECT online, note FROM roots"), [(1, None)])


def test_a_text_beside_an_image_is_heard_of_when_it_comes_and_when_it_changes(place: Place) -> None:
    with running(place):
        (place.input / "a.png").write_bytes(png(None))
        wait_for(
            lambda: rows(place.database, "SELECT path, seed FROM v_images_search"),
            [("a.png", None)],
        )
        (place.input / "a.txt").write_text(infotext(3), encoding="utf-8")
        wait_for(
            lambda: rows(place.database, "SELECT path, seed FROM v_images_search"), [("a.png", "3")]
        )
        (place.input / "a.txt").write_text(infotext(44), encoding="utf-8")
        wait_for(
            lambda: rows(place.database, "SELECT path, seed FROM v_images_search"),
            [("a.png", "44")],
        )
