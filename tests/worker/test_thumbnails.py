"""Small pictures are made while nothing else is to be done, one a content, within a bound."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import apsw
import pytest
from commands import run
from drawn_images import draw, draw_many
from patience import wait_for
from running_service import Place
from working_by_hand import ByHand

from service.service_state import ThumbnailsState
from service.store.thumbnail_file import ThumbnailFile, thumbnails_beside
from service.store.whole_files import files_of
from service.worker.thumbnails import AFTER_TROUBLE_S, AT_ONCE, ROUND_S, Thumbnails

MEGABYTE = 1_000_000
DRAWN = "SELECT COUNT(webp), COUNT(*) FROM thumbnails"


class Maker:
    """Makes small pictures when told to, at times that it sets by hand."""

    def __init__(self, by_hand: ByHand, most_bytes: int = 100 * MEGABYTE) -> None:
        parts = by_hand.house.worker._parts
        self.path = thumbnails_beside(by_hand.place.database)
        file = ThumbnailFile(self.path, most_bytes)
        clock = by_hand.house.worker._clock
        self.thumbnails = Thumbnails(file, parts.store, parts.readers, parts.roots, clock)

    def make(self, now: float = 0.0) -> None:
        """Go on until there is nothing to do."""
        for _ in range(10):
            self.thumbnails.look(now, is_quiet=True)
            wait_for(self.is_answered, expected=True)

    def is_answered(self) -> bool:
        """Tell whether the readers have drawn all that they were asked."""
        asked = self.thumbnails._asked
        return asked is None or asked.question.is_answered

    def count(self) -> tuple[int, int]:
        """Return how many pictures there are, and how many contents have a row."""
        with closing(apsw.Connection(str(self.path))) as connection:
            ((drawn, rows),) = connection.execute(DRAWN)
        return drawn, rows


@pytest.fixture
def maker(by_hand: ByHand) -> Iterator[Maker]:
    made = Maker(by_hand)
    yield made
    made.thumbnails.close()


def test_each_content_has_its_small_picture_once(by_hand: ByHand, maker: Maker) -> None:
    draw_many(by_hand.place.input, AT_ONCE + 3)
    first = draw(by_hand.place.input / "again.png", 1)
    (by_hand.place.input / "copy.png").write_bytes(first.read_bytes())
    by_hand.work()
    contents = by_hand.rows("SELECT COUNT(DISTINCT sha256) FROM images")[0][0]
    maker.make()
    assert maker.count() == (contents, contents)
    draw(by_hand.place.input / "late.png", 777)
    by_hand.work()
    maker.make(1.0)
    assert maker.count() == (contents + 1, contents + 1)


def test_nothing_is_asked_while_there_is_other_work(by_hand: ByHand, maker: Maker) -> None:
    draw_many(by_hand.place.input, 2)
    by_hand.work()
    maker.thumbnails.look(0.0, is_quiet=False)
    assert maker.thumbnails._asked is None


def test_what_cannot_be_drawn_is_asked_for_once(by_hand: ByHand, maker: Maker) -> None:
    image = draw(by_hand.place.input / "1.png", 1)
    image.write_bytes(image.read_bytes()[:-400])
    by_hand.work()
    maker.make()
    assert maker.count() == (0, 1)
    maker.make(ROUND_S)
    assert maker.thumbnails._asked is None


def test_pictures_of_contents_that_no_image_has_are_removed(by_hand: ByHand, maker: Maker) -> None:
    draw_many(by_hand.place.input, 2)
    changed = draw(by_hand.place.input / "changed.png", 500)
    by_hand.work()
    maker.make()
    draw(changed, 999)
    by_hand.work()
    maker.make(ROUND_S)
    assert maker.count() == (3, 3)
    hashes = {one for (one,) in by_hand.rows("SELECT sha256 FROM images")}
    assert set(maker.thumbnails._file.hashes("", 10)) == hashes  # type: ignore[union-attr]


def test_no_more_are_made_when_the_file_is_full(by_hand: ByHand) -> None:
    draw_many(by_hand.place.input, 2)
    by_hand.work()
    small = Maker(by_hand, most_bytes=1)
    small.make()
    assert small.count() == (0, 0)
    small.thumbnails.close()


def test_a_file_that_another_program_holds_is_left_for_a_while(
    by_hand: ByHand, maker: Maker
) -> None:
    draw_many(by_hand.place.input, 1)
    by_hand.work()
    with closing(apsw.Connection(str(maker.path))) as holder:
        holder.execute("BEGIN IMMEDIATE").fetchall()
        maker.make()
        holder.execute("ROLLBACK").fetchall()
        maker.make(1.0)
        assert maker.count() == (0, 0)
    maker.make(AFTER_TROUBLE_S + 1)
    assert maker.count() == (1, 1)


@pytest.mark.posix("Windows deletes no file that is open")
def test_a_file_that_is_deleted_meanwhile_is_made_anew(by_hand: ByHand, maker: Maker) -> None:
    draw_many(by_hand.place.input, 2)
    by_hand.work()
    maker.make()
    for file in files_of(maker.path):
        file.unlink()
    maker.make(1.0)
    assert maker.count() == (2, 2)


def test_status_tells_how_many_there_are_of_how_many_and_how_large_they_are(
    by_hand: ByHand, maker: Maker
) -> None:
    draw_many(by_hand.place.input, 3)
    by_hand.work()
    maker.make()
    draw(by_hand.place.input / "late.png", 777)
    by_hand.work()
    assert said_of_thumbnails(by_hand.place) is None
    config = by_hand.place.config
    plain = config.read_text(encoding="utf-8")
    config.write_text(f"{plain}[thumbnails]\nenabled = true\nmax_megabytes = 3\n", "utf-8")
    maker.thumbnails.close()
    size = maker.path.stat().st_size
    told = {"made": 3, "contents": 4, "bytes": size, "limit_bytes": 3 * MEGABYTE}
    assert said_of_thumbnails(by_hand.place) == told
    assert "3 made, of 4 contents; 0.0 of 3 MB" in run(by_hand.place, "status").out
    full = replace(ThumbnailsState(**told), limit_bytes=size)
    assert str(full).endswith("; full, so no more are made")


def said_of_thumbnails(place: Place) -> object:
    said = run(place, "status", "--json").json()
    assert isinstance(said, dict)
    return said["thumbnails"]
