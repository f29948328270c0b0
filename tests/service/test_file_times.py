"""A file whose time is beyond all reason is read like any other."""

import os
from pathlib import Path

import apsw
import pytest
from asked import rows
from commands import run
from drawn_images import draw_many
from running_service import Place

BEYOND = 2**63 + 10**18
"""Nanoseconds: in the year 2294, which 64 bits do not hold."""

LATEST = 2**63 - 1


@pytest.fixture
def late(place: Place) -> Place:
    """Return a place with an image, and with a file that is none, of a time beyond 64 bits."""
    draw_many(place.input, 2)
    (place.input / "broken.png").write_text("no image", encoding="utf-8")
    for name in ("00001.png", "broken.png"):
        try:
            os.utime(place.input / name, ns=(BEYOND, BEYOND))
        except (OSError, OverflowError):
            pytest.skip("this system takes no such time")
    if (place.input / "00001.png").stat().st_mtime_ns <= LATEST:
        pytest.skip("this file system holds no such time")
    return place


def times(place: Place) -> list[tuple[object, ...]]:
    return rows(
        place.database, "SELECT path, mtime_ns FROM images WHERE path <> '00000.png' ORDER BY path"
    )


def test_files_of_the_year_2294_are_read_known_again_and_followed(late: Place) -> None:
    assert run(late, "all").code == 1  # one file is broken
    assert times(late) == [("00001.png", LATEST), ("broken.png", LATEST)]
    again = run(late, "all", "--json").json()
    assert isinstance(again, dict)
    assert (again["done"], again["moved"]) == (0, 0)
    (late.input / "00001.png").rename(late.input / "moved.png")
    moved = run(late, "all", "--json").json()
    assert isinstance(moved, dict)
    assert (moved["done"], moved["moved"]) == (0, 1)
    assert run(late, "reprocess", "--all").code == 0
    assert times(late) == [("broken.png", LATEST), ("moved.png", LATEST)]
    assert run(late, "dump").out.startswith("2 records")


def test_a_database_in_which_such_times_are_floats_is_put_right(late: Place) -> None:
    assert run(late, "all").code == 1
    float_times(late.database)
    assert run(late, "all").code in {0, 1}
    assert times(late)[0] == ("00001.png", LATEST)


def float_times(database: Path) -> None:
    """Store the times as an older version of ours did."""
    with apsw.Connection(str(database)) as connection:
        connection.execute(
            "UPDATE images SET mtime_ns = ? WHERE path = '00001.png'", (float(BEYOND),)
        )
    connection.close()
