"""Finding ExifTool, and refusing what is none."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from exiftool.constants import EXIFTOOL_MINIMUM_VERSION

from service.errors import ExtractorMissingError, StartError
from service.extract.exiftool_settings import (
    MINIMUM_VERSION,
    ExifToolSettings,
    check_version,
    find_exiftool,
)
from service.extract.reader import TagReader

Fake = Callable[..., Path]
TOP = Path(__file__).resolve().parents[2]


def test_the_first_on_path_is_found(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = fake()
    monkeypatch.setenv("PATH", f"{tmp_path / 'nothing'}:{place.parent}")
    assert find_exiftool(None) == place


@pytest.mark.parametrize("path", ["", ".", "bin", "::"])
def test_the_working_folder_is_never_searched(
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    path: str,
) -> None:
    monkeypatch.chdir(fake().parent if path != "bin" else tmp_path)
    monkeypatch.setenv("PATH", path)
    with pytest.raises(
        ExtractorMissingError,
        match=r"ExifTool is not on PATH: install ExifTool, or set extract\.exiftool",
    ):
        find_exiftool(None)


def test_each_ten_million_bytes_lengthen_a_deadline_by_a_second() -> None:
    assert [ExifToolSettings().deadline(size) for size in (0, 10_000_000)] == [30.0, 31.0]


@pytest.mark.parametrize("place", ["relative/exiftool", "/nothing/here", "/"])
def test_a_configured_path_that_will_not_do_names_the_setting(place: str) -> None:
    with pytest.raises(
        ExtractorMissingError, match=r"extract\.exiftool: .* set extract\.exiftool in config\.toml"
    ):
        find_exiftool(Path(place))


def test_a_relative_path_is_refused_though_it_leads_to_a_program(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = fake()
    monkeypatch.chdir(place.parent)
    with pytest.raises(ExtractorMissingError, match=r"extract\.exiftool: exiftool is not absolute"):
        find_exiftool(Path(place.name))


@pytest.mark.parametrize("version", ["12.38", "12.57", "13.00", "13.59", "100.01"])
def test_a_version_from_12_38_on_will_do(version: str) -> None:
    assert check_version(version, Path("/x")) == version


def test_the_least_version_is_the_one_that_the_documents_name_and_pyexiftool_is_content() -> None:
    page = (TOP / "docs" / "dependencies.md").read_text(encoding="utf-8")
    named = re.findall(r"\*\*ExifTool\*\* (\d+\.\d+) or newer", page)
    assert named == [MINIMUM_VERSION]
    assert check_version(MINIMUM_VERSION, Path("/x")) == MINIMUM_VERSION
    assert tuple(map(int, MINIMUM_VERSION.split("."))) > tuple(
        map(int, EXIFTOOL_MINIMUM_VERSION.split("."))
    )


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("12.37", "older than 12.38"),
        ("12.15", "older than 12.38"),
        ("9.99", "older than 12.38"),
        ("", "is not ExifTool"),
        ("hello", "is not ExifTool"),
    ],
)
def test_a_version_before_that_is_refused(version: str, words: str) -> None:
    with pytest.raises(ExtractorMissingError, match=words):
        check_version(version, Path("/x"))


@pytest.mark.posix("Windows runs no scripts by their first line")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("#!/bin/sh\nexit 3\n", r"extract\.exiftool: .*ExifTool died \(exit code 3\)"),
        ("#!/nothing/perl\n", r"extract\.exiftool: "),
        ("#!/bin/sh\nsleep 60 & sleep 60\n", r"extract\.exiftool: .*ExifTool hung for 0\.5 s"),
        ("#!/bin/sh\nwhile :; do echo junk; done\n", r"extract\.exiftool: .*(hung for|too long)"),
        ("#!/bin/sh\nexec >&-\nsleep 60\n", r"extract\.exiftool: .*ExifTool (died|hung)"),
    ],
)
def test_a_program_that_is_no_exiftool_is_told_at_the_start(
    tmp_path: Path, script: str, words: str
) -> None:
    place = tmp_path / "exiftool"
    place.write_text(script)
    place.chmod(0o755)
    settings = ExifToolSettings(executable=place, start_deadline_s=0.5, answer_cap=100_000)
    with pytest.raises(StartError, match=words):
        TagReader(settings)


def test_an_old_exiftool_is_told_at_the_start(fake: Fake) -> None:
    place = fake()
    place.write_text(place.read_text().replace("12.99", "11.88"))
    with pytest.raises(StartError, match=r"is ExifTool 11\.88, older than 12\.38"):
        TagReader(ExifToolSettings(executable=place))


@pytest.mark.posix("Windows runs no scripts by their first line")
def test_an_exiftool_that_is_killed_while_it_starts_is_started_once_more(fake: Fake) -> None:
    place = fake()
    real = place.rename(place.with_name("real"))
    killed = place.with_name("killed")
    place.write_text(
        f"#!/bin/sh\nmkdir '{killed}' 2>/dev/null && kill -9 $$\nexec '{real}' \"$@\"\n"
    )
    place.chmod(0o755)
    with TagReader(ExifToolSettings(executable=place)) as reader:
        assert (reader.version, killed.is_dir()) == ("exiftool 12.99", True)
