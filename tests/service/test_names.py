"""A file may be called anything that its system allows; each gets its row and can be shown."""

import contextlib
import json
import os

import commands
import pytest
from asked import rows
from drawn_images import infotext, png
from running_service import Place

NAMES = {
    "emoji": "🌸 fox 🦊.png".encode(),
    "japanese": "日本語.png".encode(),
    "newline": b"x\n-if\nsystem('id>pwned.txt')\n.png",
    "leading dash": b"-Comment=owned.png",
    "leading hash": b"#hash.png",
    "leading blank": b" lead.png",
    "at and dollar": b"@$PATH &quot; 'a' \"b\".png",
    "escape": b"\x1b]0;owned\x07.png",
    "backslash": b"a\\b.png",
    "percent": b"%d%f.png",
    "not UTF-8": b"lat\xe9.png",
    "its stored form": b"lat\\udce9x.png",
    "250 bytes": b"a" * 246 + b".png",
    "250 bytes of emoji": "🦊".encode() * 61 + b"ab.png",
    "a folder's, too": b"in \xff\xfe\n/deep.png",
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a place where a file of each name was taken in."""
    place = Place(tmp_path_factory.mktemp("names"))
    place.input.mkdir()
    place.configure()
    for seed, name in enumerate(NAMES.values()):
        path = os.path.join(os.fsencode(place.input), name)  # noqa: PTH118  # bytes
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120  # bytes
        with open(path, "wb") as out:  # noqa: PTH123  # bytes
            out.write(png(infotext(seed)))
    done = commands.run(place, "all")
    assert (done.code, done.err) == (0, "")
    return place


def test_every_name_has_its_row_and_nothing_ran(named: Place) -> None:
    seeds = {
        int(str(seed)): status
        for seed, status in rows(named.database, "SELECT seed, status FROM images")
    }
    assert seeds == dict.fromkeys(range(len(NAMES)), "ok")
    assert not [path for path in named.top.rglob("*") if path.name == "pwned.txt"]


def test_the_next_look_finds_every_file_unchanged(named: Place) -> None:
    nothing = {"done": 0, "failed": 0, "unchanged": 0, "moved": 0, "gone": 0, "failures": []}
    assert commands.run(named, "all", "--json").json() == {
        "database": str(named.database),
        **nothing,
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_name_can_be_shown_as_it_lies_on_disk(named: Place, name: str) -> None:
    whole = os.path.join(os.fsencode(named.input), NAMES[name])  # noqa: PTH118  # bytes
    seed = str(list(NAMES).index(name))
    with contextlib.chdir(named.input):
        shown = [
            commands.run(named, "show", *how, "--", path)
            for path in (whole, NAMES[name])
            for how in ((), ("--json",))
        ]
    assert [one.code for one in shown] == [0, 0, 0, 0]
    assert [json.loads(one.out)["image"]["seed"] for one in shown[1::2]] == [seed, seed]
    assert not [one for one in shown if "\x1b" in one.out]
