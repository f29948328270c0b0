"""ExifTool is started for what needs it, and its version is never one that it would not say."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from service.errors import StartError
from service.extract import version_memory
from service.extract.direct.reading import DIRECT
from service.extract.exiftool_settings import ExifToolSettings
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.version_memory import VersionMemory, find_perl
from service.records import RawRecord

pytestmark = pytest.mark.posix("there ExifTool is no script, and is asked each time")

MakeFile = Callable[..., FileToRead]

GIF = b"GIF89a" + bytes(30)


class Program:
    """The real ExifTool in a file of its own, which notes each start, and what is remembered."""

    def __init__(self, top: Path, real: Path) -> None:
        self.path = top / "bin" / "exiftool"
        self.memory = top / "images.db.exiftool.json"
        self._starts = top / "starts"
        head, rest = real.read_text(encoding="latin-1").split("\n", 1)
        note = f"BEGIN {{ open(my $starts, '>>', '{self._starts}'); print $starts \"start\\n\"; }}"
        self.path.parent.mkdir()
        self.path.write_text(f"{head}\n{note}\n{rest}", encoding="latin-1")
        self.path.chmod(0o755)

    @property
    def starts(self) -> int:
        """Return how often it was started."""
        return self._starts.read_text().count("start\n") if self._starts.exists() else 0

    def reader(self) -> TagReader:
        return TagReader(ExifToolSettings(self.path, direct=True, memory=self.memory))

    def recalled(self) -> str | None:
        return VersionMemory(self.memory, self.path).recall()


@pytest.fixture
def program(tmp_path: Path, real_exiftool: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Return an ExifTool that a first reader has asked, as if its file had been there for long."""
    if find_perl(real_exiftool) is None:
        pytest.skip("the ExifTool at hand is no Perl script")
    monkeypatch.setattr(version_memory, "JUST_NOW_NS", 0)
    program = Program(tmp_path, real_exiftool)
    program.reader().close()
    assert (program.recalled() is not None, program.starts) == (True, 2)  # once to name its folders
    return program


def extractors(reader: TagReader, *files: FileToRead) -> list[str]:
    outcomes = [outcome for _, outcome in reader.begin(files).result()]
    return [outcome.extractor for outcome in outcomes if isinstance(outcome, RawRecord)]


def test_plain_files_are_read_without_a_start_and_the_first_other_one_starts_it(
    program: Program, make_file: MakeFile
) -> None:
    with program.reader() as reader:
        version = reader.version
        plain = extractors(reader, make_file("a.png"), make_file("b.png"))
        before = program.starts
        others = [extractors(reader, make_file("c.gif", GIF)) for _ in range(2)]
    assert (plain, before) == ([DIRECT, DIRECT], 2)
    assert (others, program.starts) == ([[version], [version]], 3)


def test_a_program_that_was_replaced_is_asked(program: Program) -> None:
    new = program.path.with_name("new")
    new.write_bytes(program.path.read_bytes())
    new.chmod(0o755)
    new.replace(program.path)  # as long, and perhaps as old
    assert program.recalled() is None
    with program.reader() as reader:
        assert reader.version.startswith("exiftool ")
    assert program.starts == 4


def test_a_library_in_a_folder_before_the_one_that_was_used_is_noticed(program: Program) -> None:
    library = program.path.parent / "lib" / "Image" / "ExifTool.pm"
    library.parent.mkdir(parents=True)
    library.write_text("package Image::ExifTool; our $VERSION = '99.99'; 1;")
    assert program.recalled() is None


@pytest.mark.parametrize("name", ["PATH", "PERL5LIB", "PERL5OPT"])
def test_an_environment_in_which_perl_may_find_another_library_is_noticed(
    program: Program, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, f"/nowhere:{os.environ.get(name, '')}")
    assert program.recalled() is None


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"[]",
        b'{"version": "12.57"}',
        b'{"version": "1", "files": {}}',
        b'{"version": "12.57", "files": {"\\u0000": null}}',
        b"\xff",
    ],
)
def test_what_is_no_memory_is_not_believed(program: Program, kept: bytes) -> None:
    program.memory.write_bytes(kept)
    assert program.recalled() is None


def test_the_memory_of_one_program_says_nothing_of_another(
    program: Program, real_exiftool: Path
) -> None:
    assert VersionMemory(program.memory, real_exiftool).recall() is None


def test_a_file_that_was_written_just_now_is_not_remembered(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.memory.unlink()
    monkeypatch.setattr(version_memory, "JUST_NOW_NS", 10**12)
    program.reader().close()
    assert not program.memory.exists()


def test_a_program_that_starts_another_one_is_asked_each_time(
    program: Program, tmp_path: Path
) -> None:
    program.memory.unlink()
    script = tmp_path / "wrapper"
    script.write_text(f"#!/bin/sh\nexec '{program.path}' \"$@\"\n")
    script.chmod(0o755)
    before = program.starts
    for _ in range(2):
        TagReader(ExifToolSettings(script, direct=True, memory=program.memory)).close()
    assert (program.starts - before, program.memory.exists()) == (2, False)


def test_where_nothing_can_be_kept_it_is_asked_each_time(program: Program, tmp_path: Path) -> None:
    settings = ExifToolSettings(program.path, direct=True, memory=tmp_path / "nothing" / "here")
    with TagReader(settings) as reader:
        assert reader.version.startswith("exiftool ")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("#!/usr/bin/perl -w", Path("/usr/bin/perl")),
        ("#!/bin/sh", None),
        ("#!perl", None),
        ("#!/usr/bin/env -S perl -w", None),
        ("MZ", None),
    ],
)
def test_the_perl_that_runs_a_program_is_in_its_first_line(
    tmp_path: Path, line: str, found: Path | None
) -> None:
    script = tmp_path / "script"
    script.write_text(f"{line}\n")
    assert find_perl(script) == found


def test_a_perl_that_is_a_script_may_be_any_perl(tmp_path: Path) -> None:
    perl = tmp_path / "perl"
    perl.write_text("#!/bin/sh\n")
    script = tmp_path / "script"
    script.write_text(f"#!{perl}\n")
    assert find_perl(script) is None


def test_an_exiftool_that_is_gone_is_told_though_it_is_remembered(
    program: Program,
) -> None:
    program.path.unlink()
    with pytest.raises(StartError, match=r"extract\.exiftool: .* is not a program that can be run"):
        program.reader()
