"""Prompts and names come from strangers; nothing of them is obeyed by a terminal."""

import unicodedata

import pytest
from commands import run
from drawn_images import draw
from running_service import Place

EVIL = "a\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\u2028\x00\x7f"
NAME = "b\x1b[2J\u202e\n.png"


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a place that has taken in images whose prompt, name and bytes are out for trouble."""
    place = Place(tmp_path_factory.mktemp("evil"))
    place.input.mkdir()
    place.configure()
    draw(place.input / "a.png", 1, EVIL)
    draw(place.input / NAME, 2, EVIL)
    (place.input / f"broken{NAME}").write_bytes(b"\x1b[2J no image")
    return place


def obeyed(text: str) -> set[str]:
    """Return the characters of a text that a terminal may obey."""
    return {
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") and char != "\n"
    }


COMMANDS = [
    ("all",),
    ("all", "--json"),
    ("show", "a.png"),
    ("show", "a.png", "--json"),
    ("show", "a.png", "--raw"),
    ("show", NAME),
    ("show", f"no{NAME}"),
    ("failures",),
    ("failures", "--json"),
    ("status",),
    ("status", "--json"),
    ("doctor",),
    ("dump",),
    ("dump", "--out", f"out/{NAME}"),
    ("ingest", "--in", "out/exif_raw.jsonl"),
    ("ingest", "--in", f"no{NAME}"),
    ("resources",),
    ("config", "check"),
]


def test_no_command_prints_what_a_terminal_obeys(evil: Place) -> None:
    said = {words: run(evil, *words) for words in COMMANDS}
    assert {
        words: obeyed(one.out + one.err) for words, one in said.items() if obeyed(one.out + one.err)
    } == {}
    assert {words: one.code for words, one in said.items() if one.code > 1} == {
        ("show", f"no{NAME}"): 2,
        ("dump", "--out", f"out/{NAME}"): 2,
        ("ingest", "--in", f"no{NAME}"): 2,
    }


def test_json_still_says_exactly_what_the_image_says(evil: Place) -> None:
    run(evil, "all")
    shown = run(evil, "show", NAME, "--json").json()
    assert isinstance(shown, dict)
    assert shown["image"]["path"] == NAME
    assert "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe" in shown["image"]["positive_prompt"]


def test_a_name_is_one_line_whatever_is_in_it(evil: Place) -> None:
    run(evil, "all")
    [line] = [line for line in run(evil, "dump").err.splitlines() if line.startswith("failed: ")]
    assert r"brokenb\x1b[2J\u202e\n.png: not an image" in line
