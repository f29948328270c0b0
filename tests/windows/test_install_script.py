"""install_service.ps1 read on any system: what Windows 11 as delivered cannot run, and its words.

What it does is tried by scenario.ps1, which a PowerShell runs.
"""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from service.cli import command_line
from service.cli.roots import RootMark
from service.config import Config
from service.doctor import HealthFinding, examine_health
from service.service_state import ServiceState
from service.store.export_states import ExportState
from service.store.status import Counts, RootStatus, ServiceStatus

HERE = Path(__file__).resolve().parent
SCRIPT = HERE.parents[1] / "install_service.ps1"
SCRIPTS = [SCRIPT, *sorted(HERE.glob("*.ps1"))]

FOREIGN = {
    r"&&|\|\|": "chains of commands came with 7",
    r"\?\?|\?\.": "null operators came with 7",
    r"\s\?\s[^|{}\n]+\s:\s": "the ternary came with 7",
    r"\bRemove-Service\b": "came with 6",
    r"-Parallel\b|\bGet-Error\b|\$IsWindows\b|\$PSStyle\b": "came with 7",
    r"(?<![\w.])sc\s": "in 5.1 it is Set-Content; the program is sc.exe",
    r"2>&1|\*>": "5.1 takes the first line on standard error for an error of its own",
    r"utf8NoBOM|-AsHashtable\b|-AsByteStream\b|\bJoin-String\b|\bTest-Json\b": "came with 6 or 7",
    r"Invoke-WebRequest|Invoke-RestMethod|\biwr\b|\bcurl\b": "downloads",
    r"Start-BitsTransfer|WebClient|DownloadFile": "downloads, too",
    r"Invoke-Expression|\biex\b": "runs text as code",
}


def code(script: Path = SCRIPT) -> str:
    """Return a script without its comments and without the C# in it."""
    text = script.read_text(encoding="ascii")
    plain = re.sub(r"<#.*?#>|@'\n(?:using|namespace) .*?\n'@", "", text, flags=re.DOTALL)
    return re.sub(r"^\s*#.*$", "", plain, flags=re.MULTILINE)


@pytest.mark.parametrize("pattern", FOREIGN, ids=FOREIGN.get)
def test_it_uses_nothing_that_powershell_5_1_lacks_and_downloads_nothing(pattern: str) -> None:
    lines = [line for script in SCRIPTS for line in code(script).splitlines()]
    assert [line.strip() for line in lines if re.search(pattern, line)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_is_ascii_for_5_1_reads_other_letters_by_the_code_page(script: Path) -> None:
    assert script.read_text(encoding="utf-8").isascii()


def test_the_help_comes_first_for_get_help_finds_it_nowhere_else() -> None:
    assert SCRIPT.read_text(encoding="ascii").startswith("<#\n.SYNOPSIS\n")


def test_every_function_is_used() -> None:
    defined = re.findall(r"^function ([\w-]+)", code(), flags=re.MULTILINE)
    assert len(defined) > 50
    assert [name for name in defined if len(re.findall(rf"{name}\b", code())) < 2] == []


def test_the_account_may_write_where_the_doctor_says_that_is_written(tmp_path: Path) -> None:
    settings = Config.model_validate(
        {"export": [{"kind": "tokens", "out": str(tmp_path / "x" / "a.txt")}]}
    )
    asked = re.search(r"\$_\.what -match '(\^.+?\$)'", code())
    assert asked
    written = [
        (one.what, one.found) for one in examine_health(settings) if re.match(asked[1], one.what)
    ]
    assert written == [
        ("database folder", str(settings.database.path.parent)),
        ("log folder", str(settings.log.directory)),
        ("backup folder", str(settings.backups)),
        ("export folder", str(tmp_path / "x")),
    ]


def test_it_asks_for_the_python_that_the_package_asks_for() -> None:
    stated = tomllib.loads((SCRIPT.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert stated["project"]["requires-python"] == ">=3.11"
    assert "0x030B0000" in code()


def test_every_command_it_gives_the_program_is_one_with_these_options() -> None:
    known = typer.main.get_command(command_line())
    assert isinstance(known, TyperGroup)
    calls = re.findall(r"'-m', 'service', '([\w-]+)'([^)]*)", code())
    options = {
        name: {word for one in command.params for word in one.opts}
        for name, command in known.commands.items()
    }
    assert {name for name, _ in calls} == {"all", "doctor", "export", "mark-roots", "run", "status"}
    unknown = [
        (name, word)
        for name, rest in calls
        for word in re.findall(r"--\w+", rest)
        if word not in options[name] | {"--all"}
    ]
    assert unknown == []
    assert "--all" in options["export"]


def names_of(record: type) -> set[str]:
    return {one.name for one in fields(record)}


def test_everything_it_reads_from_the_program_s_answers_is_there() -> None:
    asked = set(re.findall(r"\$state\.(\w+)(?:\.(\w+))?", code(), flags=re.IGNORECASE))
    within = {"service": names_of(ServiceStatus), "counts": names_of(Counts)}
    assert {name for name, _ in asked} <= names_of(ServiceState) | {"log"}
    assert [(name, inner) for name, inner in asked if inner and inner not in within[name]] == []
    assert set(re.findall(r"\$root\.(\w+)", code())) <= names_of(RootStatus)
    assert set(re.findall(r"\$export\.(\w+)", code())) <= names_of(ExportState)
    said = set(
        re.findall(r"\$(?:one|_)\.(level|what|found|fix|root|path|marked|message)\b", code())
    )
    assert said == names_of(HealthFinding) | names_of(RootMark)
