"""A folder that is away is not a folder that was emptied."""

import shutil

from drawn_images import draw, draw_many
from working_by_hand import ByHand

STATES = "SELECT state, COUNT(*) FROM images GROUP BY state"


def test_a_root_that_is_away_turns_nothing_missing_and_goes_on_when_it_is_back(
    by_hand: ByHand,
) -> None:
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    away = by_hand.place.input.rename(by_hand.place.top / "away")
    by_hand.work()
    offline = (
        by_hand.rows(STATES),
        by_hand.rows("SELECT name, online, note FROM roots"),
        by_hand.house.worker.notes,
    )
    away.rename(by_hand.place.input)
    draw(by_hand.place.input / "new.png", 99)
    by_hand.work()
    said = f"Input: {by_hand.place.input} cannot be listed (No such file or directory)"
    assert offline == ([("present", 5)], [("Input", 0, said)], [said])
    assert by_hand.rows(STATES) == [("present", 6)]
    assert by_hand.rows("SELECT name, online, note FROM roots") == [("Input", 1, None)]
    assert by_hand.house.worker.notes == []


def test_a_root_emptied_with_its_marker_turns_nothing_missing_and_says_the_mend(
    by_hand: ByHand,
) -> None:
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    shutil.rmtree(by_hand.place.input)
    by_hand.place.input.mkdir()
    by_hand.work()
    emptied = by_hand.rows(STATES), by_hand.house.worker.notes
    (by_hand.place.input / ".aiimagepipe").touch()
    by_hand.work()
    said = (
        f"Input: {by_hand.place.input} is offline or emptied: not marking its files missing; "
        'if this is the right folder, run: aiimagepipe confirm-missing "Input"'
    )
    assert emptied == ([("present", 5)], [said])
    assert by_hand.rows(STATES) == [("missing", 5)]
    assert by_hand.house.worker.notes == []
