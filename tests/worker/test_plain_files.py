"""Plain files are read when they are looked at; the database decides what of it is kept."""

from hashlib import sha256

import pytest
from drawn_images import draw, infotext, png
from working_by_hand import ByHand, Door

SEEDS = "SELECT path, seed FROM v_images_search ORDER BY path"


@pytest.fixture
def by_hand(door: Door) -> ByHand:
    """Return a house whose readers read plain files themselves."""
    exiftool = door.heard.with_name("exiftool")
    door.place.configure(exiftool=str(exiftool), reader="auto", batch_size=8)
    return door.open()


def test_plain_files_cost_one_question(by_hand: ByHand) -> None:
    for number in range(1, 4):
        draw(by_hand.place.input / f"{number}.png", number)
    by_hand.work()
    assert by_hand.rows(SEEDS) == [("1.png", "1"), ("2.png", "2"), ("3.png", "3")]
    assert by_hand.read_by_exiftool() == []


def test_only_what_is_not_plain_is_asked_for_again(by_hand: ByHand) -> None:
    draw(by_hand.place.input / "plain.png", 1)
    (by_hand.place.input / "not.png").write_bytes(
        png(infotext(2)) + b"more than a few bytes behind"
    )
    by_hand.work()
    assert by_hand.read_by_exiftool() == ["not.png"]
    assert by_hand.rows(SEEDS) == [("not.png", "2"), ("plain.png", "1")]


def test_a_file_that_moved_keeps_its_row_though_it_was_read(by_hand: ByHand) -> None:
    image = draw(by_hand.place.input / "a.png", 1)
    draw(by_hand.place.input / "b.png", 2)
    by_hand.work()
    (by_hand.place.input / "sub").mkdir()
    image.rename(by_hand.place.input / "sub" / "c.png")
    by_hand.work()
    assert by_hand.rows("SELECT id, path, seed, state FROM images ORDER BY id") == [
        (1, "sub/c.png", "1", "present"),
        (2, "b.png", "2", "present"),
    ]


def test_a_copy_is_an_image_of_its_own(by_hand: ByHand) -> None:
    image = draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    (by_hand.place.input / "b.png").write_bytes(image.read_bytes())
    by_hand.work()
    assert by_hand.rows(SEEDS) == [("a.png", "1"), ("b.png", "1")]


def test_a_file_written_anew_has_the_facts_of_its_new_bytes(by_hand: ByHand) -> None:
    image = draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    draw(image, 2)
    by_hand.work()
    digest = sha256(image.read_bytes()).hexdigest()
    assert by_hand.rows("SELECT seed, sha256 FROM images") == [("2", digest)]


def test_what_a_text_said_that_is_gone_stays_beside_what_another_says(by_hand: ByHand) -> None:
    (by_hand.place.input / "a.png").write_bytes(png(None))
    (by_hand.place.input / "a.txt").write_text(infotext(6), encoding="utf-8")
    by_hand.work()
    (by_hand.place.input / "a.txt").unlink()
    (by_hand.place.input / "a.json").write_text('{"rating": 5}', encoding="utf-8")
    by_hand.work()
    assert by_hand.rows(SEEDS) == [("a.png", "6")]
