"""The page about wildcards shows what happens: its commands are run, its settings loaded."""

import re
import shlex
import shutil
from pathlib import Path

import commands
import pytest

from service import config

TOP = Path(__file__).resolve().parents[2]
PAGE = (TOP / "docs" / "wildcards.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


@pytest.fixture
def project(tmp_path: Path, database: Path) -> Path:
    (tmp_path / "out").mkdir()
    shutil.copy(database, tmp_path / "out" / "images.db")
    (tmp_path / "config.toml").touch()
    return tmp_path


def said(project: Path, line: str) -> str:
    """Return what a line of the page says in a project."""
    program, *words = shlex.split(line)
    if program == "cat":
        return (project / words[0]).read_text(encoding="utf-8")
    if program == "find":
        files = sorted(
            path.relative_to(project).as_posix() for path in (project / words[0]).rglob("*.txt")
        )
        return "".join(f"{name}\n" for name in files)
    done = commands.run_plainly(*words, "--config", str(project / "config.toml"))
    return (done.out + done.err).replace(f"{project}/", "")


def test_every_example_says_what_the_page_says(project: Path) -> None:
    shown = "".join(blocks(""))
    asked = re.findall(r"^\$ (.+)$", shown, flags=re.MULTILINE)
    assert "".join(f"$ {line}\n{said(project, line)}" for line in asked) == shown


@pytest.mark.parametrize("text", blocks("toml"))
def test_the_settings_of_the_page_are_sound(project: Path, text: str) -> None:
    (project / "config.toml").write_text(text, encoding="utf-8")
    assert len(config.load(project / "config.toml", variables={}).export) == text.count(
        "[[export]]"
    )


def test_the_example_in_the_delivered_settings_works_without_its_signs(project: Path) -> None:
    text = (TOP / "config.toml").read_text(encoding="utf-8")
    example = "\n".join(
        line.removeprefix("# ") for line in text[text.index("# [[export]]") :].splitlines()
    )
    (project / "config.toml").write_text(example, encoding="utf-8")
    (export,) = config.load(project / "config.toml", variables={}).export
    assert (export.kind, export.min_count, export.dialect, export.every) == (
        "tokens",
        10,
        "dynamicprompts",
        60,
    )
