"""The running service keeps the lists of its configuration true to the images."""

import pytest
from asked import rows, wait_for
from commands import run
from drawn_images import draw
from running_service import Place, running

EXPORTS = """
[[export]]
kind = "tokens"
out = "out/wildcards/tokens.txt"
dialect = "dynamicprompts"
[[export]]
kind = "sql"
out = "out/wildcards/wrong.txt"
sql = "DELETE FROM images"
"""


def test_a_new_image_reaches_the_list_and_a_failing_export_only_says_so(place: Place) -> None:
    place.config.write_text(place.config.read_text(encoding="utf-8") + EXPORTS, encoding="utf-8")
    listed = place.top / "out" / "wildcards" / "tokens.txt"
    states = "SELECT items, error IS NULL FROM export_state ORDER BY 2"
    with running(place) as service:
        wait_for(lambda: rows(place.database, states), [(None, 0), (0, 1)])
        assert service.stop() == 0
    with running(
        place
    ) as service:  # in another life, in which the list need not rest from its last run
        draw(place.input / "a.png", 1, "red fox, snow")
        wait_for(listed.read_bytes, b"red fox\nsnow\n")
        wait_for(lambda: rows(place.database, states), [(None, 0), (2, 1)])
        told = run(place, "status", "--json").json()
        assert service.stop() == 0
    assert isinstance(told, dict)
    assert {(one["kind"], one["items"], (one["error"] or "")[:33]) for one in told["exports"]} == {
        ("tokens", 2, ""),
        ("sql", None, "sql: only reading is allowed here"),
    }


def test_a_list_that_another_program_overwrites_is_made_again(place: Place) -> None:
    place.config.write_text(place.config.read_text(encoding="utf-8") + EXPORTS, encoding="utf-8")
    listed = place.top / "out" / "wildcards" / "tokens.txt"
    draw(place.input / "a.png", 1, "red fox, snow")
    with running(place) as service:
        wait_for(listed.read_bytes, b"red fox\nsnow\n")
        assert service.stop() == 0
    listed.write_bytes(b"")
    with running(place) as service:
        wait_for(listed.read_bytes, b"red fox\nsnow\n")
        assert service.stop() == 0


@pytest.mark.parametrize(
    "words", [("--db", "out/other.db"), ("--input", "Input"), ("--db", "out/other.db", "--exports")]
)
def test_a_run_with_another_database_or_folder_leaves_the_lists_alone_unless_asked(
    place: Place, words: tuple[str, ...]
) -> None:
    place.config.write_text(place.config.read_text(encoding="utf-8") + EXPORTS, encoding="utf-8")
    listed = place.top / "out" / "wildcards" / "tokens.txt"
    listed.parent.mkdir(parents=True)
    listed.write_bytes(b"the service's own\n")
    draw(place.input / "a.png", 1, "red fox, snow")
    is_asked = "--exports" in words
    database = place.top / "out" / ("other.db" if "--db" in words else "images.db")
    with running(place, *words) as service:
        wait_for(lambda: rows(database, "SELECT COUNT(*) FROM images"), [(1,)])
        if is_asked:
            wait_for(listed.read_bytes, b"red fox\nsnow\n")
        assert service.stop() == 0
    console = (place.top / "console.txt").read_text(encoding="utf-8")
    expected = b"red fox\nsnow\n" if is_asked else b"the service's own\n"
    assert (listed.read_bytes(), "[[export]] is off" in console) == (expected, not is_asked)
    assert (rows(database, "SELECT COUNT(*) FROM export_state") == [(0,)]) == (not is_asked)
