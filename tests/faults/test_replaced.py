"""The database is deleted or exchanged under the running service, which fills the new one."""

import shutil
import sqlite3

from asked import count, rows, wait_for
from commands import run
from drawn_images import draw, draw_many
from patience import PATIENCE_S
from running_service import Place, running

from service.instance import hold_instance


def test_a_deleted_database_is_made_anew_from_the_images(place: Place) -> None:
    draw_many(place.input, 50)
    with running(place) as service:
        wait_for(lambda: count(place.database), 50)
        place.database.unlink()
        wait_for(lambda: count(place.database, "status = 'ok'"), 50)
        draw(place.input / "later.png", 99)
        wait_for(lambda: count(place.database, "status = 'ok'"), 51)
        assert service.stop() == 0
    assert rows(place.database, "PRAGMA integrity_check") == [("ok",)]
    assert [line["level"] for line in place.log() if line["event"] == "database_replaced"] == [
        "error"
    ]


def test_a_database_deleted_with_its_companions_is_made_anew(place: Place) -> None:
    draw_many(place.input, 50)
    with running(place) as service:
        wait_for(lambda: count(place.database), 50)
        for path in place.database.parent.glob("images.db*"):
            path.unlink()
        wait_for(lambda: count(place.database, "status = 'ok'"), 50)
        assert service.stop() == 0
    assert rows(place.database, "PRAGMA integrity_check") == [("ok",)]


def test_a_backup_that_is_put_in_the_database_s_place_is_brought_up_to_date(place: Place) -> None:
    draw_many(place.input, 20)
    assert run(place, "all").code == 0
    backup = shutil.copy(place.database, place.top / "backup.db")
    with running(place) as service:
        draw_many(place.input, 20, start=20)
        wait_for(lambda: count(place.database), 40)
        backup.replace(place.database)
        wait_for(lambda: count(place.database, "status = 'ok'"), 40)
        assert service.stop() == 0
    assert rows(place.database, "PRAGMA integrity_check") == [("ok",)]


def test_a_database_replaced_in_the_middle_of_a_backlog_holds_everything_in_the_end(
    place: Place,
) -> None:
    place.configure(batch_size=4)
    draw_many(place.input, 500)
    with running(place) as service:
        wait_for(lambda: count(place.database) > 0, expected=True)
        place.database.unlink()
        wait_for(lambda: count(place.database, "status = 'ok'"), 500)
        assert service.stop() == 0
    assert rows(place.database, "PRAGMA integrity_check") == [("ok",)]
    # The batch that met another file was no odd batch: nothing of it was tried image by image.
    levels = {(line["level"], line["event"]) for line in place.log() if line["level"] == "error"}
    assert levels == {("error", "database_replaced")}


def test_a_stranger_s_database_in_its_place_ends_the_service_with_code_1(place: Place) -> None:
    with running(place) as service:
        other = place.top / "other.db"
        stranger = sqlite3.connect(other)
        stranger.execute("CREATE TABLE theirs (a)")
        stranger.close()
        other.replace(place.database)
        assert service.process.wait(PATIENCE_S) == 1
    assert rows(place.database, "SELECT name FROM sqlite_master") == [("theirs",)]


def test_after_all_outputs_were_deleted_a_second_service_is_refused(place: Place) -> None:
    draw_many(place.input, 10)
    with running(place) as service:
        wait_for(lambda: count(place.database), 10)
        shutil.rmtree(place.database.parent)
        wait_for((place.database.parent / "images.db.lock").exists, expected=True)
        wait_for(lambda: count(place.database, "status = 'ok'"), 10)
        second = run(place, "all")
        assert service.stop() == 0
    assert (second.code, f"process {service.pid}" in second.err) == (3, True)


def test_a_service_whose_lock_another_one_has_taken_stops_and_says_why(place: Place) -> None:
    with running(place) as service:
        (place.database.parent / "images.db.lock").unlink()
        with hold_instance(place.database):
            assert service.process.wait(PATIENCE_S) == 3
    assert "is held by process" in (place.top / "console.txt").read_text(encoding="utf-8")
