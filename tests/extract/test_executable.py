"""Finding ExifTool, and refusing what is none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.errors import ExtractorMissingError, StartError
from service.extract.executable import check_version, find
from service.extract.reader import Reader
from service.extract.settings import ExifToolSettings

Fake = Callable[..., Path]


def test_the_first_on_path_is_found(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = fake()
    monkeypatch.setenv("PATH", f"{tmp_path / 'nothing'}:{place.parent}")
    assert find(None) == place


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
        find(None)


@pytest.mark.parametrize("place", ["relative/exiftool", "/nothing/here", "/"])
def test_a_configured_path_that_will_not_do_names_the_setting(place: str) -> None:
    with pytest.raises(
        ExtractorMissingError, match=r"extract\.exiftool: .* set extract\.exiftool in config\.toml"
    ):
        find(Path(place))


@pytest.mark.parametrize("version", ["12.15", "12.57", "13.00", "13.59", "100.01"])
def test_a_version_from_12_15_on_will_do(version: str) -> None:
    assert check_version(version, Path("/x")) == version


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("12.14", "older than 12.15"),
        ("9.99", "older than 12.15"),
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
        Reader(settings)


def test_an_old_exiftool_is_told_at_the_start(fake: Fake) -> None:
    place = fake()
    place.write_text(place.read_text().replace("12.99", "11.88"))
    with pytest.raises(StartError, match=r"is ExifTool 11\.88, older than 12\.15"):
        Reader(ExifToolSettings(executable=place))
