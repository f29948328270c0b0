"""The running service keeps the lists of its configuration true to the images."""

import pytest
from asked import rows, wait_for
from commands import run
from drawn_images import draw
from running_service import Place, running

from service.cli.options import is_elsewhere

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
        wait_for(lambda: listed.is_file() and listed.read_bytes(), b"red fox\nsnow\n")
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
        wait_for(lambda: listed.is_file() and listed.read_bytes(), b"red fox\nsnow\n")
        assert service.stop() == 0
    listed.write_bytes(b"")
    with running(place) as service:
        wait_for(lambda: listed.is_file() and listed.read_bytes(), b"red fox\nsnow\n")
        assert service.stop() == 0


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_run_with_another_folder_leaves_the_lists_alone_unless_asked(
    place: Place, *, is_asked: bool
) -> None:
    place.config.write_text(place.config.read_text(encoding="utf-8") + EXPORTS, encoding="utf-8")
    listed = place.top / "out" / "wildcards" / "tokens.txt"
    listed.parent.mkdir(parents=True)
    listed.write_bytes(b"the service's own\n")
    draw(place.input / "a.png", 1, "red fox, snow")
    with running(place, "--input", "Input", *(["--exports"] if is_asked else [])) as service:
        wait_for(lambda: rows(place.database, "SELECT COUNT(*) FROM images"), [(1,)])
        if is_asked:
            wait_for(lambda: listed.is_file() and listed.read_bytes(), b"red fox\nsnow\n")
        assert service.stop() == 0
    console = (place.top / "console.txt").read_text(encoding="utf-8")
    expected = b"red fox\nsnow\n" if is_asked else b"the service's own\n"
    assert (listed.read_bytes(), "[[export]] is off" in console) == (expected, not is_asked)


@pytest.mark.parametrize(
    ("inputs", "db", "variables", "expected"),
    [
        (None, None, {}, False),
        (None, None, {"AIIMAGEPIPE_LOG__LEVEL": "debug"}, False),
        (["other"], None, {}, True),
        (None, "out/other.db", {}, True),
        (None, None, {"AIIMAGEPIPE_DATABASE__PATH": "out/other.db"}, True),
        (None, None, {"aiimagepipe_root": "[]"}, True),
    ],
)
def test_a_run_is_elsewhere_where_anything_but_the_file_names_its_folders_or_database(
    monkeypatch: pytest.MonkeyPatch,
    inputs: list[str] | None,
    db: str | None,
    variables: dict[str, str],
    *,
    expected: bool,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_elsewhere(inputs, db) == expected
