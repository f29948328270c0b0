"""The configuration: what wins, what is refused, and how it is told."""

import os
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from service import config, paths
from service.config import ConfigError, Problem
from service.extract.exiftool_settings import ExifToolSettings
from service.records import ResourceKind
from service.watch.watch_settings import WatchSettings

KINDS = " or ".join(f'"{kind}"' for kind in get_args(ResourceKind))
TOP = Path(__file__).resolve().parent.parent


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def told(file: Path, text: str, **variables: str) -> list[str]:
    """Return what `check` says of this text, without the folder's name."""
    file.write_text(text, encoding="utf-8")
    return [
        str(problem).replace(f"{file.parent}{os.sep}", "")
        for problem in config.check(file, variables=variables)
    ]


def test_the_delivered_file_says_exactly_the_defaults(file: Path) -> None:
    file.write_text("", encoding="utf-8")
    defaults = config.load(file, variables={})
    file.write_bytes((TOP / "config.toml").read_bytes())
    assert config.load(file, variables={}) == defaults


def stated_defaults(lines: list[str]) -> dict[tuple[str, str], object]:
    """Return what the comments of config.toml say of defaults: (table, setting) → value."""
    stated: dict[tuple[str, str], object] = {}
    table = comment = ""
    for line in lines:
        if line.startswith("["):
            table = line.strip("[]")
        elif line.startswith("#"):
            comment += line.removeprefix("#")
            continue
        elif " = " in line:
            found = re.search(r"Default (\S+?)[.:;](?:\s|$)|(\S+) \(default\)", comment)
            if found:
                value = tomllib.loads(f"value = {found[1] or found[2]}")["value"]
                stated[table, line.split(" = ")[0]] = value
        comment = ""
    return stated


def test_the_comments_of_the_delivered_file_state_the_defaults_there_are() -> None:
    text = (TOP / "config.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text) | {"root": tomllib.loads(text)["root"][0]}
    stated = stated_defaults(text.splitlines())
    assert stated == {(table, name): tables[table][name] for table, name in stated}
    unstated = {
        (table, name) for table, section in tables.items() for name in section
    } - stated.keys()
    # Their value below the comment says it.
    assert unstated == {
        ("root", "name"),
        ("root", "path"),
        ("watch", "extensions"),
        ("watch", "ignore"),
        ("watch", "sidecars"),
        ("database", "path"),
        ("log", "directory"),
    }


def test_every_setting_stands_in_the_delivered_file_below_a_comment() -> None:
    lines = (TOP / "config.toml").read_text(encoding="utf-8").splitlines()
    named = {
        line.split(" = ")[0]: lines[at - 1]
        for at, line in enumerate(lines)
        if " = " in line and line[0].isalpha()
    }
    sections = (
        config.RootFolder,
        config.Watch,
        config.Extract,
        config.Database,
        config.Backup,
        config.Thumbnails,
        config.Gallery,
        config.Log,
    )
    assert set(named) == {name for section in sections for name in section.model_fields}
    assert [name for name, above in named.items() if not above.startswith("#")] == []


def test_without_a_file_the_defaults_serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "project_root", lambda: tmp_path)
    got = config.load(variables={})
    assert got.roots == (paths.Root("Input", tmp_path / "Input"),)
    assert got.database.path == tmp_path / "out" / "images.db"
    assert got == config.Config()


def test_relative_paths_are_anchored_at_the_files_folder_and_absolute_ones_kept(
    file: Path, tmp_path: Path
) -> None:
    file.write_text(
        f"[[root]]\nname = 'A'\npath = 'pics/new'\nrecursive = false\nevents = 'polling'\n"
        f"[extract]\nexiftool = 'tools/exiftool'\n"
        f"[database]\npath = '{(tmp_path / 'elsewhere' / 'x.db').as_posix()}'\n",
        encoding="utf-8",
    )
    got = config.load(file, variables={})
    assert got.roots == (
        paths.Root("A", tmp_path / "pics" / "new", recursive=False, events="polling"),
    )
    assert got.extract.exiftool == tmp_path / "tools" / "exiftool"
    assert got.database.path == tmp_path / "elsewhere" / "x.db"


def test_options_win_over_the_environment_and_that_over_the_file(file: Path) -> None:
    file.write_text(
        "[watch]\nsettle_seconds = 1\npoll_seconds = 11\n[log]\nlevel = 'error'\n", encoding="utf-8"
    )
    got = config.load(
        file,
        {"watch": {"settle_seconds": 3}},
        variables={
            "AIIMAGEPIPE_WATCH__SETTLE_SECONDS": "2",
            "AIIMAGEPIPE_LOG__LEVEL": "debug",
            "PATH": "/bin",
        },
    )
    assert (got.watch.settle_seconds, got.watch.poll_seconds, got.log.level) == (3, 11, "debug")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("EXTRACT__PROCESSES", "4", 4),
        ("EXTRACT__PROCESSES", "auto", "auto"),
        ("EXTRACT__STEALTH", "false", False),
        ("EXTRACT__EXIFTOOL", "", None),
        ("WATCH__EXTENSIONS", '[".PNG"]', (".png",)),
    ],
)
def test_a_variable_is_read_as_toml(file: Path, name: str, text: str, expected: object) -> None:
    file.touch()
    section, setting = name.lower().split("__")
    got = config.load(file, variables={f"AIIMAGEPIPE_{name}": text})
    assert getattr(getattr(got, section), setting) == expected


def test_a_path_in_a_variable_is_never_read_as_a_number(file: Path) -> None:
    file.touch()
    got = config.load(file, variables={"AIIMAGEPIPE_LOG__DIRECTORY": "2026"})
    assert got.log.directory == file.parent / "2026"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[watch]\nsettle_second = 1\n",
            "config.toml:2: watch.settle_second: unknown setting; did you mean settle_seconds?",
        ),
        ("[Watch]\n", "config.toml:1: Watch: unknown setting; did you mean watch?"),
        (
            "\nstealth = true\n",
            "config.toml:2: stealth: unknown setting; did you mean stealth in [extract]?",
        ),
        (
            "[database]\nqwerty = 1\n",
            "config.toml:2: database.qwerty: unknown setting; known here: path",
        ),
        ("watch = 3\n", "config.toml:1: watch: expected a [watch] table, got 3"),
        ("root = 3\n", "config.toml:1: root: expected a [[root]] table, got 3"),
        ("root = []\n", "config.toml:1: root: expected at least one"),
        (
            "[watch]\nsettle_seconds = '1'\n",
            "config.toml:2: watch.settle_seconds: expected a number from 0 to 3600, got '1'",
        ),
        (
            "[watch]\nrescan_minutes = nan\n",
            "config.toml:2: watch.rescan_minutes: expected a number from 0.1 to 10080, got nan",
        ),
        ("[watch]\nhidden = 1\n", "config.toml:2: watch.hidden: expected true or false, got 1"),
        (
            "[watch]\nignore = '*'\n",
            "config.toml:2: watch.ignore: expected a list of texts, got '*'",
        ),
        (
            "[watch]\nignore = [\n 'a',\n 7]\n",
            "config.toml:2: watch.ignore[2]: expected a text in quotes, got 7",
        ),
        (
            "[watch]\nignore = ['a/b']\n",
            (
                'config.toml:2: watch.ignore[1]: expected a pattern for one name, like "*.tmp" '
                "(no slashes), got 'a/b'"
            ),
        ),
        (
            "[watch]\nextensions = ['png']\n",
            (
                "config.toml:2: watch.extensions[1]: expected an extension with its dot, like "
                "\".png\", got 'png'"
            ),
        ),
        (
            "[extract]\nbatch_size = 0\n",
            "config.toml:2: extract.batch_size: expected a whole number from 1 to 1000, got 0",
        ),
        (
            "[extract]\nprocesses = 9\n",
            (
                'config.toml:2: extract.processes: expected "auto" or a whole number from 1 to 8, '
                "got 9"
            ),
        ),
        (
            "[[export]]\nkind = 'tokens'\nout = 'x.txt'\nlimit = 0\n",
            "config.toml:4: export[1].limit: expected a whole number from 1 to 1000000000, got 0",
        ),
        (
            "[[export]]\nkind = 'tokens'\nout = 'x.txt'\nmax_count = 'x'\n",
            (
                "config.toml:4: export[1].max_count: expected a whole number from 1 to "
                "1000000000, got 'x'"
            ),
        ),
        (
            "[[export]]\nkind = 'tokens'\nout = 'x.txt'\ninclude = 3\n",
            "config.toml:4: export[1].include: expected a text in quotes, got 3",
        ),
        (
            "[[export]]\nkind = 'tokens'\nout = 'x.txt'\nsort = 'alpha_asc'\n",
            (
                'config.toml:4: export[1].sort: expected "count_desc" or "count_asc" or '
                '"alpha" or "alpha_desc", '
                "got 'alpha_asc'; did you mean 'alpha_desc'?"
            ),
        ),
        (
            "[[export]]\nkind = 'resources'\nout = 'x.txt'\nresource_kind = 'loras'\n",
            (
                f"config.toml:4: export[1].resource_kind: expected {KINDS}, got 'loras'; did you "
                "mean 'lora'?"
            ),
        ),
        (
            "[extract]\nexiftool = 3\n",
            "config.toml:2: extract.exiftool: expected a path in quotes, got 3",
        ),
        (
            "[database]\npath = 3\n",
            "config.toml:2: database.path: expected a path in quotes, got 3",
        ),
        ("[database]\npath = ''\n", "config.toml:2: database.path: '' is not a path"),
        (
            "[log]\nlevel = 'WARN'\n",
            (
                'config.toml:2: log.level: expected "debug" or "info" or "warning" or "error", '
                "got 'WARN'; did you mean 'warning'?"
            ),
        ),
        (
            "[[root]]\nname = 'A'\npath = '/a'\n[[root]]\npath = '/b'\n",
            "config.toml:4: root[2].name: is missing; every [[root]] needs it",
        ),
        (
            "[[root]]\nname = 'A '\npath = '/a'\n",
            (
                "config.toml:2: root[1].name: expected a name without blanks at its ends or "
                "control characters, got 'A '"
            ),
        ),
        (
            "[[root]]\nname = 'A'\npath = '../a'\n",
            "config.toml:3: root[1].path: '../a' climbs with '..'; give the absolute path instead",
        ),
        (
            "[log]\ndirectory = 'out/nul'\n",
            "config.toml:2: log.directory: 'nul' is the name of a Windows device",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_was_expected(
    file: Path, text: str, expected: str
) -> None:
    assert told(file, text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[watch\n",
            (
                "config.toml:1: is not TOML: Expected ']' at the end of a table declaration (at "
                "line 1, column 7)"
            ),
        ),
        (
            "[log]\n[log]\n",
            "config.toml:2: is not TOML: Cannot declare ('log',) twice (at line 2, column 5)",
        ),
        *(
            (
                f"[thumbnails]\nenabled = {value}\n",
                (
                    "config.toml:2: is not TOML: Invalid value (at line 2, column 11); a text "
                    "needs quotes, and true and false are in lower case"
                ),
            )
            for value in ("yes", "True", "C:/pictures")
        ),
        (
            '[database]\npath = "out\\images.db"\n',
            (
                "config.toml:2: is not TOML: Unescaped '\\' in a string (at line 2, column 14); "
                "write a Windows path in 'single quotes' or with / between folders"
            ),
        ),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(file: Path, text: str, expected: str) -> None:
    assert told(file, text) == [expected]


def test_a_file_in_another_encoding_is_told_with_its_line(file: Path) -> None:
    file.write_bytes(b"[[root]]\nname = 'B\xe4r'\n")
    assert config.check(file) == [
        Problem(f"{file}:2", "", "is not UTF-8; save the file in that encoding")
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_taken(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf[watch]\r\nignore = [\r\n'a']\r\npoll_seconds = 7\r\n")
    assert config.load(file, variables={}).watch.poll_seconds == 7


def test_a_file_that_was_asked_for_must_be_there(file: Path) -> None:
    assert config.check(file) == [
        Problem(str(file), "", "cannot be read: No such file or directory")
    ]


def test_all_problems_are_told_at_once_each_with_its_place(file: Path) -> None:
    text = "[watch]\nsettel = 1\n[extract]\nbatch_size = 'many'\n"
    assert told(file, text, AIIMAGEPIPE_LOG__LEVEL="loud", AIIMAGEPIPE_FOO="1") == [
        (
            "config.toml:2: watch.settel: unknown setting; known here: extensions, ignore, "
            "sidecars, hidden, "
            "settle_seconds, empty_settle_seconds, rescan_minutes, poll_seconds, scrub_days, "
            "hold_missing_minutes"
        ),
        "config.toml:4: extract.batch_size: expected a whole number from 1 to 1000, got 'many'",
        (
            'environment variable AIIMAGEPIPE_LOG__LEVEL: log.level: expected "debug" or "info" or '
            '"warning" or "error", got \'loud\''
        ),
        "environment variable AIIMAGEPIPE_FOO: foo: unknown setting; known here: "
        + ", ".join(config.Config.model_fields),
    ]


def test_a_refused_configuration_ends_the_program_with_code_2() -> None:
    with pytest.raises(ConfigError, match=r"command line: database\.path: .* climbs") as caught:
        config.load(None, {"database": {"path": "../x.db"}}, variables={})
    assert caught.value.exit_code == 2


def root(name: str, path: object) -> str:
    return f"[[root]]\nname = '{name}'\npath = '{path}'\n"


def test_roots_with_one_name_or_in_each_other_are_refused(file: Path) -> None:
    got = told(file, root("A", "pics") + root("a", "other") + root("C", "pics/new"))
    assert got == [
        "config.toml:5: root[2].name: 'a' is the name of root 1 already; names must differ",
        (
            f"config.toml:9: root[3].path: {Path('pics/new')} and root 1 (pics) overlap, so "
            "images would "
            "be listed twice; keep the outer"
        ),
    ]


@pytest.mark.posix("Windows lets few users make links, and Wine none")
def test_a_root_that_is_anothers_folder_through_a_link_is_refused(file: Path) -> None:
    (file.parent / "pics").mkdir()
    (file.parent / "link").symlink_to("pics")
    assert [line[:28] for line in told(file, root("A", "pics") + root("B", "link"))] == [
        "config.toml:6: root[2].path:"
    ]


def test_outputs_in_a_watched_folder_are_refused(file: Path) -> None:
    got = told(
        file, root("A", "pics") + "[database]\npath = 'pics/x.db'\n[log]\ndirectory = 'pics/logs'\n"
    )
    assert got == [
        (
            "config.toml:5: database.path: pics is in the watched folder pics, which would never "
            "come to rest"
        ),
        (
            f"config.toml:7: log.directory: {Path('pics/logs')} is in the watched folder pics, "
            "which would never come to rest"
        ),
        (
            "config.toml:3: root[1].path: pics is in the output folder, which may be cleared at "
            "any time"
        ),
    ]


@pytest.mark.parametrize("folder", ["out/Input", "out/logs/in"])
def test_a_watched_folder_in_the_output_folder_is_refused(file: Path, folder: str) -> None:
    assert told(file, root("A", folder)) == [
        (
            f"config.toml:3: root[1].path: {Path(folder)} is in the output folder, which may be "
            "cleared at any time"
        ),
    ]


def test_a_database_beside_the_watched_folder_is_taken(file: Path) -> None:
    assert told(file, root("A", "pics") + "[database]\npath = 'results.db'\n") == []


def test_files_where_folders_should_be_are_refused(file: Path) -> None:
    (file.parent / "plain").touch()
    (file.parent / "folder.db").mkdir()
    (file.parent / "plain2").touch()
    text = root("A", "plain") + "[database]\npath = 'folder.db'\n[log]\ndirectory = 'plain2/logs'\n"
    assert told(file, text) == [
        "config.toml:5: database.path: folder.db is a folder; name a file in it, like images.db",
        "config.toml:3: root[1].path: plain is a file; name a folder",
        "config.toml:7: log.directory: plain2 is no folder",
    ]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_an_output_folder_without_the_right_to_write_is_refused(file: Path) -> None:
    locked = file.parent / "locked"
    locked.mkdir(mode=0o555)
    assert told(file, "[database]\npath = 'locked/x.db'\n") == [
        (
            "config.toml:2: database.path: locked cannot be written to; give this user the right, "
            "or name another folder"
        ),
    ]


def test_who_only_reads_needs_no_right_to_write(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.touch()
    monkeypatch.setattr("service.config.folder_checks.os.access", lambda _path, _mode: False)
    assert (
        config.load(file, variables={}, only_reads=True).database.path
        == file.parent / "out" / "images.db"
    )
    with pytest.raises(config.ConfigError, match="cannot be written to"):
        config.load(file, variables={})


def test_prepare_makes_the_default_root_and_tells_of_others_that_are_missing(file: Path) -> None:
    file.write_text(root("Input", "Input") + root("Share", "away"), encoding="utf-8")
    notes = config.prepare(config.load(file, variables={}))
    assert notes == [
        (
            f"root 'Share': {file.parent / 'away'} is not there; it is taken as offline and "
            "looked for again"
        ),
    ]
    assert sorted(path.relative_to(file.parent).as_posix() for path in file.parent.rglob("*")) == [
        "Input",
        "config.toml",
        "out",
        "out/logs",
    ]


def test_prepare_refuses_where_a_folder_cannot_be_made(file: Path) -> None:
    file.touch()
    settings = config.load(file, variables={})
    (file.parent / "out").touch()
    with pytest.raises(ConfigError, match=r"out: database\.path: cannot be made"):
        config.prepare(settings)


def test_a_configuration_cannot_be_changed(file: Path) -> None:
    file.touch()
    settings = config.load(file, variables={})
    with pytest.raises(ValueError, match="frozen"):
        settings.watch.poll_seconds = 1.0  # type: ignore[misc]


def test_the_watch_takes_its_defaults_and_every_setting_from_the_configuration() -> None:
    assert WatchSettings() == WatchSettings.from_config(config.Watch())
    section = config.Watch(
        extensions=(".png",),
        ignore=("*.old",),
        sidecars=(".json",),
        hidden=True,
        settle_seconds=1.0,
        empty_settle_seconds=2.0,
        poll_seconds=3.0,
        hold_missing_minutes=4.0,
    )
    assert WatchSettings.from_config(section) == WatchSettings(
        settle_s=1.0,
        empty_settle_s=2.0,
        poll_s=3.0,
        hold_missing_s=240.0,
        extensions=frozenset({".png"}),
        ignore=("*.old",),
        sidecars=(".json",),
        hidden=True,
    )


def test_extraction_has_the_defaults_of_the_configuration() -> None:
    # It knows nothing of the configuration; the two must not drift apart.
    extract = config.Extract()
    assert ExifToolSettings() == ExifToolSettings(
        executable=extract.exiftool,
        deadline_s=extract.deadline_seconds,
        recycle_after=extract.recycle_after,
        stealth=extract.stealth,
    )
