"""What people stumble over while they type: where paths count from, what is not there, pipes."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Said, run, run_plainly
from drawn_images import draw, draw_many
from running_service import TOP, Place, environment

from service.store.marks import marks_beside

READING = [
    ("status",),
    ("failures",),
    ("show", "a.png"),
    ("search", "fox"),
    ("stats",),
    ("doctor",),
    ("export", "records", "--jsonl", "out/r.jsonl"),
    ("export", "tokens", "--out", "out/t.txt"),
    ("backup",),
]
NEEDING = [("reprocess",), ("resources",), ("resolve",), ("confirm-missing", "Input"), ("salvage",)]


@pytest.mark.parametrize("words", READING + NEEDING, ids=" ".join)
def test_a_database_that_was_typed_and_is_not_there_is_refused_and_not_made(
    place: Place, words: tuple[str, ...]
) -> None:
    said = run(place, *words, "--db", "typo.db")
    path = place.top / "typo.db"
    assert said == Said(2, "", f"aiimagepipe: --db: {path}: there is no such database\n")
    assert not path.exists()


@pytest.mark.parametrize("words", [*NEEDING[:2], *NEEDING[3:4]], ids=" ".join)
def test_what_needs_images_makes_no_empty_database(place: Place, words: tuple[str, ...]) -> None:
    said = run(place, *words)
    what_to_do = "there is no database yet; `aiimagepipe run` or `all` makes it"
    assert said == Said(2, "", f"aiimagepipe: {place.database}: {what_to_do}\n")
    assert not place.database.exists()


def test_a_first_run_makes_the_database_that_is_typed(place: Place) -> None:
    assert run(place, "all", "--db", "new.db").code == 0
    assert (place.top / "new.db").is_file()


@pytest.mark.parametrize("command", ["run", "all", "dump"])
def test_a_folder_that_was_typed_and_is_not_there_is_refused(place: Place, command: str) -> None:
    said = run(place, command, "--input", "Inptu")
    folder = place.top / "Inptu"
    assert said == Said(2, "", f"aiimagepipe: --input: {folder}: is no folder that is there\n")
    assert not place.database.exists()


@pytest.fixture
def elsewhere(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder outside the project, where the shell is; an image is in the project."""
    draw(place.input / "fox.png", 7)
    return tmp_path_factory.mktemp("elsewhere")


def run_in(folder: Path, place: Place, *words: str) -> Said:
    """Run a command in a shell that is in another folder than the project."""
    argv = [str(word) for word in place.command(*words)[3:]]
    with contextlib.chdir(folder):
        return run_plainly(*argv)


@pytest.mark.parametrize(
    ("words", "setting", "why"),
    [
        (("all", "--input", "Pictures"), "--input", "is no folder that is there"),
        (("all", "--db", "mine.db"), "--db", "there is no such database"),
        (("search", "fox", "--db", "mine.db"), "--db", "there is no such database"),
    ],
    ids=" ".join,
)
def test_what_lies_in_the_shell_s_folder_only_is_named_with_the_path_to_type(
    place: Place, elsewhere: Path, words: tuple[str, ...], setting: str, why: str
) -> None:
    (elsewhere / "Pictures").mkdir()
    (elsewhere / "mine.db").touch()
    name = words[-1]
    said = run_in(elsewhere, place, *words)
    assert said == Said(
        2,
        "",
        f"aiimagepipe: {setting}: {place.top / name}: {why}; relative paths count from "
        f"{place.top}. In this folder there is one; type {elsewhere / name}\n",
    )
    assert not place.database.exists()


def test_a_dump_in_the_shell_s_folder_is_named_with_the_path_to_type(
    place: Place, elsewhere: Path
) -> None:
    (elsewhere / "dump.jsonl").touch()
    said = run_in(elsewhere, place, "ingest", "--in", "dump.jsonl")
    assert said == Said(
        2,
        "",
        f"aiimagepipe: --in: there is nothing at {place.top / 'dump.jsonl'}; relative paths count "
        f"from {place.top}. In this folder there is one; type {elsewhere / 'dump.jsonl'}\n",
    )


@pytest.mark.parametrize(
    ("words", "setting"),
    [
        (("dump", "--out", "dump.jsonl"), "--out"),
        (("export", "tokens", "--out", "tokens.txt"), "--out"),
        (("export", "records", "--csv", "records.csv"), "--csv"),
        (("all", "--db", "new.db"), "--db"),
    ],
    ids=" ".join,
)
def test_a_result_that_lands_elsewhere_than_the_shell_s_folder_is_told_with_both_places(
    place: Place, elsewhere: Path, words: tuple[str, ...], setting: str
) -> None:
    assert run(place, "all").code == 0
    name = words[-1]
    there, here = place.top / name, elsewhere / name
    note = f"{setting}: goes to {there}; relative paths count from {place.top}. For here, type"
    said = run_in(elsewhere, place, *words)
    assert (said.code, said.err) == (0, f"{note} {here}\n")
    assert (there.is_file(), here.exists()) == (True, False)
    assert run(place, *words).err == ""


@pytest.mark.parametrize(
    ("words", "setting"),
    [
        (("all", "--input", "Input"), "--input"),
        (("ingest", "--in", "dump.jsonl"), "--in"),
        (("resolve", "--models", "."), "--models"),
        (("search", "fox", "--paths", "--db", "out/images.db"), "--db"),
    ],
    ids=" ".join,
)
def test_of_two_of_one_name_it_is_told_which_is_meant(
    place: Place, elsewhere: Path, words: tuple[str, ...], setting: str
) -> None:
    assert run(place, "all").code == 0
    for folder in (place.top, elsewhere):
        (folder / "Input").mkdir(exist_ok=True)
        (folder / "dump.jsonl").touch()
    (elsewhere / "out").mkdir()
    (elsewhere / "out" / "images.db").touch()
    there, here = place.top / words[-1], elsewhere / words[-1]
    note = f"{setting}: means {there}; relative paths count from {place.top}. For the one in this"
    said = run_in(elsewhere, place, *words)
    assert (said.code, said.err) == (0, f"{note} folder, type {here}\n")
    assert run(place, *words).err == ""


def test_one_image_is_counted_as_one(place: Place) -> None:
    draw(place.input / "fox.png", 7)
    assert run(place, "all").out.startswith("1 image read, 0 moved, 0 gone, 0 failed in ")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    "words",
    ["search steps:0.. --limit 0 --json", "search steps:0..", "stats", "status --json"],
)
def test_a_reader_that_goes_away_is_no_failure(place: Place, words: str) -> None:
    draw_many(place.input, 30)
    assert run(place, "all").code == 0
    # The sleep lets the reader of the pipe end first.
    script = f'(sleep 0.3; "{sys.executable}" -m service $0 --config "{place.config}"; echo $? >&2)'
    got = subprocess.run(
        ["sh", "-c", f"{script} | true", words],
        env=environment() | {"PYTHONSAFEPATH": "1"},
        cwd=place.top,
        capture_output=True,
        text=True,
        check=False,
    )
    assert got.stderr == "0\n"


def test_a_warning_of_a_command_without_a_log_is_on_stderr_and_its_output_stays_clean(
    place: Place,
) -> None:
    assert run(place, "all").code == 0
    marks_beside(place.database).write_bytes(b"no database at all" * 50)
    said = place.run("backup")
    assert said.returncode == 0
    assert said.stdout.startswith("backup → ")
    assert len(said.stdout.splitlines()) == 1
    assert "warning  marks not copied  path=" in said.stderr
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [*READING, ("show", "a.png", "--raw")], ids=" ".join)
def test_commands_that_read_leave_no_files_of_the_log_beside_the_database(
    place: Place, words: tuple[str, ...]
) -> None:
    draw(place.input / "a.png", 7)
    assert run(place, "all").code == 0
    before = place.database.read_bytes()
    assert run(place, *words).code in (0, 1)
    assert list(place.database.parent.glob("images.db-*")) == []
    assert place.database.read_bytes() == before


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "pwsh"])
def test_every_shell_completes_commands_options_and_choices(shell: str) -> None:
    assert "tokens" in completed(shell, "export", "tok")
    assert "--by-model" in completed(shell, "export", "tokens", "--by")
    assert "dynamicprompts" in completed(shell, "export", "tokens", "--dialect", "dy")


def completed(shell: str, *words: str) -> str:
    """Return what a shell is answered behind the Tab key."""
    line = " ".join(("aiimagepipe", *words))
    asked = {
        "_AIIMAGEPIPE_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words[-1],
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words)),
    }
    command = [sys.executable, "-m", "service"]
    return subprocess.run(
        command, env=environment() | asked, cwd=TOP, capture_output=True, text=True, check=False
    ).stdout


def test_no_help_shows_a_type_behind_an_option_that_takes_no_value() -> None:
    for words in (("--help",), ("export", "tokens", "-h"), ("search", "--help")):
        assert "<bool>" not in run_plainly(*words).out


def test_config_check_looks_for_exiftool_and_at_the_queries_of_exports(place: Place) -> None:
    place.config.write_text(
        '[extract]\nexiftool = "nothing"\n'
        '[[export]]\nkind = "sql"\nout = "out/a.txt"\nsql = "SELECT model FROM images"\n'
        '[[export]]\nkind = "sql"\nout = "out/b.txt"\nsql = "SELECT model FROM imagse"\n'
        '[[export]]\nkind = "sql"\nout = "out/c.txt"\nsql = "DELETE FROM images"\n'
        '[[export]]\nkind = "sql"\nout = "out/d.txt"\nsql = "SELECT 1; SELECT 2"\n',
        encoding="utf-8",
    )
    said = run(place, "config", "check")
    assert (said.code, said.err) == (2, "")
    lines = said.out.replace(f"{place.config}:", "").splitlines()
    assert [line.split(":")[:2] for line in lines] == [
        ["2", " extract.exiftool"],
        ["10", " export[2].sql"],
        ["14", " export[3].sql"],
        ["18", " export[4].sql"],
    ]
    assert [line.partition(": ")[2].partition(": ")[2][:33] for line in lines[1:]] == [
        "no such table: imagse",
        "only reading is allowed here; giv",
        "one statement at a time; there is",
    ]


def test_config_check_tells_of_roots_that_are_away_and_words_in_two_categories(
    place: Place,
) -> None:
    place.config.write_text(
        '[[root]]\nname = "away"\npath = "away"\n'
        '[categories]\nclothing = ["hanfu", "Red_Cape"]\nstyle = ["red cape"]\n',
        encoding="utf-8",
    )
    assert run(place, "config", "check") == Said(
        0,
        "The settings are sound.\n",
        f"root 'away': {place.top / 'away'} is not there; it is taken as offline and looked for "
        "again\n[categories]: 'red cape' is in clothing and style; style counts\n",
    )


def test_every_export_without_a_database_is_refused_alike(place: Place) -> None:
    kinds = [
        ("export", "records", "--jsonl", "out/r.jsonl", "--csv", "out/r.csv"),
        ("export", "tokens", "--out", "out/t.txt"),
        ("export", "records", "--jsonl", "out/r.jsonl", "--csv", "out/r.csv", "--json"),
    ]
    assert [run(place, *words).code for words in kinds] == [2, 2, 2]


def test_the_sides_of_tokens_and_of_prompts_may_be_asked_for_by_either_name(place: Place) -> None:
    draw(place.input / "a.png", 7, "fox")
    assert run(place, "all").code == 0
    asked = [(kind, option) for kind in ("tokens", "prompts") for option in ("--side", "--which")]
    for kind, option in asked:
        assert run(place, "export", kind, "--out", "out/list.txt", option, "pos").code == 0
        assert (place.top / "out" / "list.txt").read_text(encoding="utf-8") == "fox\n"


def log_of(place: Place, event: str) -> list[tuple[object, ...]]:
    """Return what the log says of an event."""
    lines = [line for line in place.log() if line["event"] == event]
    return [(line["count"], line["root"], line["path"]) for line in lines]


def test_the_log_tells_of_files_that_moved_and_of_those_that_are_missing(place: Place) -> None:
    for number in range(4):
        draw(place.input / f"{number}.png", number)
    assert run(place, "all").code == 0
    (place.input / "1.png").unlink()
    (place.input / "2.png").unlink()
    assert run(place, "all").code == 0
    assert (log_of(place, "images_missing"), log_of(place, "images_moved")) == (
        [(2, "Input", "1.png")],
        [],
    )
    # It may be missing for a moment, before its new place is looked at.
    (place.input / "0.png").rename(place.input / "moved.png")
    assert run(place, "all").code == 0
    assert log_of(place, "images_moved") == [(1, "Input", "moved.png")]
