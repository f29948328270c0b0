"""Whatever the command line offers is described for people."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from service.cli import command_line

TOP = Path(__file__).resolve().parents[2]
DOCS = {
    name: (TOP / name).read_text(encoding="utf-8") for name in ("README.md", "docs/commands.md")
}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each command's name and its options."""
    yield from _below(typer.main.get_command(command_line()), "")


def _below(command: object, name: str) -> Iterator[tuple[str, list[str]]]:
    inner = getattr(command, "commands", None)
    own = [one for one in command.params if "--help" not in one.opts]  # type: ignore[attr-defined]
    if inner is None or (name and own):
        options = [
            option for one in command.params for option in one.opts if option.startswith("--")
        ]  # type: ignore[attr-defined]
        yield name, [option for option in options if option != "--help"]
    for word, one in (inner or {}).items():
        yield from _below(one, f"{name} {word}".strip())


COMMANDS = dict(commands())


def section(name: str) -> str:
    """Return what docs/commands.md says under a command's own heading."""
    _, _, rest = DOCS["docs/commands.md"].partition(f"\n## {name}\n")
    return rest.partition("\n## ")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_section_with_every_option_and_an_example(name: str) -> None:
    text = section(name)
    assert [option for option in COMMANDS[name] if f"`{option}" not in text] == []
    assert f"$ aiimagepipe {name}" in text


def test_no_section_speaks_of_a_command_that_is_gone() -> None:
    headings = [
        line[3:] for line in DOCS["docs/commands.md"].splitlines() if line.startswith("## ")
    ]
    assert set(headings) - {"Exit codes", "Everywhere", "While the service runs"} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_section_speaks_of_an_option_that_is_gone(name: str) -> None:
    named = {word.strip("`.,;:)(") for word in section(name).split() if word.startswith("`--")} - {
        "--"
    }
    assert named - set(COMMANDS[name]) == set()


def test_the_options_that_need_no_command_are_said_to_work_everywhere() -> None:
    root = typer.main.get_command(command_line())
    options = [option for one in root.params for option in one.opts]
    assert "--version" in options
    assert [
        option for option in options if f"`aiimagepipe {option}`" not in section("Everywhere")
    ] == []


def test_the_readme_names_every_command() -> None:
    readme = DOCS["README.md"]
    assert [
        name
        for name in COMMANDS
        if f"`{name}`" not in readme and f"aiimagepipe {name}" not in readme
    ] == []


def test_what_replaces_the_old_scripts_is_there_with_every_option() -> None:
    page = (TOP / "docs" / "from-scripts.md").read_text(encoding="utf-8")
    lines = re.findall(r"`[^`\n]*?aiimagepipe(?:\.exe)? ([a-z][^`]*)`", page)
    wrong = []
    for line in lines:
        words = line.split()
        name = " ".join(words[:2]) if words[0] == "export" else words[0]
        options = [word for word in words if word.startswith("--")]
        if name not in COMMANDS or not set(options) <= set(COMMANDS[name]):
            wrong.append(line)
    assert wrong == []
    assert len(lines) > 15


def test_every_old_script_and_flag_has_its_line() -> None:
    page = (TOP / "docs" / "from-scripts.md").read_text(encoding="utf-8")
    scripts = "exif_dump.py normalize_and_ingest.py parse_resources.py resolve_resource_refs.py "
    scripts += "export_wildcards.py aiimagepipe.py run.ps1 run.cmd"
    flags = "--input --out --exiftool --in --db --schema --jsonl --csv --rewrite --side --which "
    flags += "--min-count --sort --key --kind --sql --include-re --exclude-re --max-count"
    assert [
        word
        for word in f"{scripts} {flags}".split()
        if f"`{word}" not in page and f" {word}" not in page
    ] == []
