"""The running service keeps the lists of its configuration true to the images."""

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
