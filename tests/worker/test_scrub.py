"""Known files are hashed again at times: bytes that changed unseen are found and read again."""

import os
from hashlib import sha256
from pathlib import Path

import pytest
from drawn_images import draw
from working_by_hand import ByHand, Door

from service.worker.scrub import AT_ONCE, FIRST_S, Scrub

SEEDS = "SELECT file_name, seed FROM images ORDER BY file_name"


def change_unseen(image: Path) -> None:
    """Change the bytes and put size and time back, as a failing disk would leave them."""
    status = image.stat()
    image.write_bytes(image.read_bytes().replace(b"Seed: 1,", b"Seed: 9,"))
    os.utime(image, ns=(status.st_atime_ns, status.st_mtime_ns))


def scrub_once(by_hand: ByHand, times: int = 1) -> Scrub:
    """Let the worker compare contents at once, and do what comes of it, so many times."""
    worker = by_hand.house.worker
    now = worker._clock.monotonic()
    worker._scrub = Scrub(worker._parts, 1.0, now)
    by_hand.read_by_exiftool()
    for number in range(times):
        at = now + FIRST_S + 1000 * number
        assert worker._begin_scrub(at)
        while worker._in_hand:
            by_hand.wait_for_readers()
            worker.run_once(at)
    return worker._scrub


def test_bytes_that_changed_under_the_same_size_and_time_are_read_again(by_hand: ByHand) -> None:
    images = [draw(by_hand.place.input / f"{number}.png", number) for number in (1, 2)]
    by_hand.work()
    change_unseen(images[0])
    by_hand.work()
    assert by_hand.rows(SEEDS) == [("1.png", "1"), ("2.png", "2")]  # a rescan saw nothing
    scrub = scrub_once(by_hand)
    assert scrub.describe()["scrub"] == "2 files hashed again, 1 had changed"
    assert by_hand.read_by_exiftool() == ["1.png"]
    assert by_hand.rows(SEEDS) == [("1.png", "9"), ("2.png", "2")]
    digest = sha256(images[0].read_bytes()).hexdigest()
    assert by_hand.rows("SELECT sha256 FROM images WHERE file_name = '1.png'") == [(digest,)]


def test_a_file_that_is_an_image_no_longer_is_a_failure(by_hand: ByHand) -> None:
    image = draw(by_hand.place.input / "1.png", 1)
    by_hand.work()
    status = image.stat()
    image.write_bytes(bytes(status.st_size))
    os.utime(image, ns=(status.st_atime_ns, status.st_mtime_ns))
    scrub_once(by_hand)
    assert by_hand.rows("SELECT path, stage FROM failures") == [("1.png", "extract")]


def test_a_file_that_a_rescan_will_meet_is_left_to_it(by_hand: ByHand) -> None:
    image = draw(by_hand.place.input / "1.png", 1)
    by_hand.work()
    os.utime(image)
    image.with_name("2.png").write_bytes(b"")
    worker = by_hand.house.worker
    worker._scrub = Scrub(worker._parts, 1.0, 0.0)
    assert worker._scrub.next_files(FIRST_S) == []


def test_all_files_have_their_turn_and_then_the_first_ones_again(door: Door) -> None:
    by_hand = door.open()
    for number in range(AT_ONCE + 3):
        draw(by_hand.place.input / f"{number}.png", number)
    by_hand.work()
    assert scrub_once(by_hand).counts.checked == AT_ONCE
    by_hand = door.open()  # a restart goes on where it was
    assert scrub_once(by_hand).counts.checked == 3
    worker = by_hand.house.worker
    now = worker._clock.monotonic() + FIRST_S + 5000
    assert worker._scrub.next_files(now) == []  # the end of the round
    again = worker._scrub.next_files(now + 5000)
    first = by_hand.rows("SELECT path FROM images ORDER BY id")[:AT_ONCE]
    assert [(arrival.file.path,) for arrival in again] == first


@pytest.mark.parametrize("period", [None, 1e9])
def test_nothing_is_compared_before_its_time(by_hand: ByHand, period: float | None) -> None:
    draw(by_hand.place.input / "1.png", 1)
    by_hand.work()
    scrub = Scrub(by_hand.house.worker._parts, period, 0.0)
    found = [len(scrub.next_files(at)) for at in (FIRST_S - 1, FIRST_S, FIRST_S + 5)]
    assert found == ([0, 0, 0] if period is None else [0, 1, 0])


def read_directly(door: Door, exiftool: Path) -> ByHand:
    """Open the house anew, with an ExifTool that is asked only where it is needed."""
    door.place.configure(exiftool=str(exiftool), reader="auto", batch_size=8)
    return door.open()


def test_what_was_read_directly_is_read_by_exiftool_too(door: Door) -> None:
    for number in (1, 2):
        draw(door.place.input / f"{number}.png", number)
    by_hand = read_directly(door, door.heard.with_name("exiftool"))
    by_hand.work()
    assert by_hand.read_by_exiftool() == []
    scrub = scrub_once(by_hand)
    assert by_hand.read_by_exiftool() == ["1.png", "2.png"]
    assert scrub.describe()["direct"] == "2 files read by ExifTool too, 0 differed"


def test_where_both_readers_differ_exiftools_word_is_kept(door: Door) -> None:
    for number in (1, 2):
        draw(door.place.input / f"{number}.png", number)
    liar = door.heard.with_name("liar")
    honest = door.heard.with_name("exiftool")
    liar.write_text(f"#!/bin/sh\n'{honest}' \"$@\" | sed -u 's/Seed: 2,/Seed: 7,/'\n")
    liar.chmod(0o755)
    by_hand = read_directly(door, liar)
    by_hand.work()
    assert by_hand.rows(SEEDS) == [("1.png", "1"), ("2.png", "2")]
    scrub = scrub_once(by_hand)
    assert scrub.describe()["direct"] == "2 files read by ExifTool too, 1 differed"
    assert by_hand.rows(SEEDS) == [("1.png", "1"), ("2.png", "7")]


def test_nothing_is_compared_where_exiftool_reads_all(by_hand: ByHand) -> None:
    draw(by_hand.place.input / "1.png", 1)
    by_hand.work()
    assert scrub_once(by_hand).describe()["direct"] is None
