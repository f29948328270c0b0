"""What cannot start names the file, the setting and what to do in a line, with exit code 2."""

import sqlite3
from contextlib import closing

import pytest
from commands import Said, run, run_plainly
from drawn_images import draw_many
from running_service import Place

WRONG = {
    "an unknown setting": ("[watch]\nsetle_seconds = 1\n", ":2: watch.setle_seconds: "),
    "a wrong type": ('[watch]\nsettle_seconds = "soon"\n', ":2: watch.settle_seconds: "),
    "a value out of range": ("[extract]\n\nbatch_size = 0\n", ":3: extract.batch_size: "),
    "no TOML": ("[watch\n", ":1: "),
    "a path that climbs": ('[database]\npath = "../images.db"\n', ":2: database.path: "),
    "a database in a watched folder": (
        '[database]\npath = "Input/images.db"\n',
        ":2: database.path: ",
    ),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize(
    "command", [("run",), ("all",), ("status",), ("config", "check")], ids=" ".join
)
def test_a_wrong_configuration_is_refused_with_its_file_line_and_setting(
    place: Place, what: str, command: tuple[str, ...]
) -> None:
    text, where = WRONG[what]
    place.config.write_text(text, encoding="utf-8")
    said = run(place, *command)
    assert said.code == 2
    assert f"{place.config}{where}" in said.out + said.err
    assert not (place.top / "out").exists()


def test_config_check_says_as_json_what_is_wrong_and_nothing_where_all_is_sound(
    place: Place,
) -> None:
    sound, plain = run(place, "config", "check", "--json"), run(place, "config", "check")
    place.config.write_text("[log]\nkeep_files = 0\n", encoding="utf-8")
    wrong = run(place, "config", "check", "--json")
    assert (sound, plain) == (Said(0, "[]\n", ""), Said(0, "The settings are sound.\n", ""))
    assert wrong.code == 2
    assert wrong.json() == [
        {
            "where": f"{place.config}:2",
            "setting": "log.keep_files",
            "message": "expected a whole number from 1 to 1000, got 0",
        },
    ]


@pytest.mark.parametrize("command", ["run", "all", "dump"])
def test_without_exiftool_the_mend_is_said(place: Place, command: str) -> None:
    missing = place.top / "nothing" / "exiftool"
    place.configure(exiftool=str(missing))
    assert run(place, command) == Said(
        2,
        "",
        f"aiimagepipe: extract.exiftool: {missing} is not a program that can be run: install "
        "ExifTool, or set "
        "extract.exiftool in config.toml to the absolute path of its executable\n",
    )


def test_a_program_that_is_not_exiftool_is_refused(place: Place) -> None:
    place.configure(exiftool="/bin/cat")
    said = run(place, "all")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("aiimagepipe: extract.exiftool: /bin/cat")


@pytest.mark.parametrize(
    "command", [("all",), ("status",), ("failures",), ("show", "a"), ("reprocess",)], ids=" ".join
)
def test_a_database_of_a_newer_program_is_refused_and_left_alone(
    place: Place, command: tuple[str, ...]
) -> None:
    assert run(place, "all").code == 0
    with closing(sqlite3.connect(place.database)) as database:
        database.execute("PRAGMA user_version = 99")
    before = place.database.read_bytes()
    said = run(place, *command)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(
        f"aiimagepipe: {place.database}: was made by a newer version of this program (schema 99"
    )
    assert place.database.read_bytes() == before


@pytest.mark.parametrize("command", [("all",), ("status",), ("show", "a.png")], ids=" ".join)
def test_another_program_s_database_is_refused_and_left_alone(
    place: Place, command: tuple[str, ...]
) -> None:
    place.database.parent.mkdir()
    with closing(sqlite3.connect(place.database)) as database:
        database.execute("CREATE TABLE theirs (a)")
    before = place.database.read_bytes()
    said = run(place, *command)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"aiimagepipe: {place.database}: belongs to another program")
    assert place.database.read_bytes() == before


@pytest.mark.parametrize("command", [("all",), ("status",), ("doctor",)], ids=" ".join)
def test_a_file_that_is_no_database_is_refused_or_told_and_left_alone(
    place: Place, command: tuple[str, ...]
) -> None:
    place.database.parent.mkdir()
    place.database.write_text("my diary, not a database at all\n" * 100, encoding="utf-8")
    said = run(place, *command)
    assert said.code == (1 if command == ("doctor",) else 2)
    assert f"{place.database}: is damaged or no SQLite database" in said.out + said.err
    assert place.database.read_text(encoding="utf-8").startswith("my diary")


def test_looking_before_the_first_run_says_what_to_do(place: Place) -> None:
    what_to_do = "there is no database yet; `aiimagepipe run` or `all` makes it"
    mend = f"aiimagepipe: {place.database}: {what_to_do}\n"
    assert run(place, "failures") == Said(2, "", mend)
    assert run(place, "show", "a.png") == Said(2, "", mend)


def test_an_image_that_is_not_known_is_told(place: Place) -> None:
    draw_many(place.input, 1)
    assert run(place, "all").code == 0
    mend = "the database knows no such image; `aiimagepipe failures` lists what could not be read"
    assert run(place, "show", "b.png") == Said(2, "", f"aiimagepipe: b.png: {mend}\n")


@pytest.mark.parametrize(
    ("words", "setting"),
    [
        (("ingest", "--in", "../dump.jsonl"), "--in"),
        (("ingest", "--in", "dump.jsonl", "--csv", "../records.csv"), "--csv"),
        (("ingest", "--in", "dump.jsonl", "--jsonl", "nul.jsonl"), "--jsonl"),
        (("dump", "--out", "../dump.jsonl"), "--out"),
        (("demo", "--into", "../there"), "--into"),
        (("all", "--db", "../images.db"), "database.path"),
        (("all", "--input", "../Input"), "root"),
    ],
    ids=" ".join,
)
def test_a_path_that_climbs_is_refused_for_every_option(
    place: Place, words: tuple[str, ...], setting: str
) -> None:
    said = run(place, *words)
    assert (said.code, said.out) == (2, "")
    assert setting in said.err
    assert not list(place.top.glob("out/*.db"))


def test_a_dump_that_is_not_there_and_one_that_cannot_be_written_are_told(place: Place) -> None:
    nothing = place.top / "nothing.jsonl"
    mend = "give --in the file that `aiimagepipe dump` wrote"
    assert run(place, "ingest", "--in", "nothing.jsonl") == Said(
        2, "", f"aiimagepipe: {nothing}: cannot be read (No such file or directory); {mend}\n"
    )
    assert run(place, "dump", "--out", "-") == Said(
        2, "", "aiimagepipe: --out: '-' is not taken for the output here; name a file\n"
    )
    assert run(place, "dump", "--out", "Input") == Said(
        2,
        "",
        f"aiimagepipe: {place.input}: cannot be written (it is a folder); name another file\n",
    )


@pytest.mark.parametrize(
    "words", [("frobnicate",), ("all", "--frobnicate"), ("show",), ("ingest",)], ids=" ".join
)
def test_wrong_usage_exits_with_2_and_says_where_help_is(words: tuple[str, ...]) -> None:
    said = run_plainly(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: aiimagepipe ")
    assert "-h' for help" in said.err
