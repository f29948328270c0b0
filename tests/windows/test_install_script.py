"""install_service.ps1 read on any system.

Its syntax, what Windows 11 as delivered cannot run, its values.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import tree_sitter_pwsh
import typer
from service_table import SCRIPT, manager_words, service_rows, table
from tree_sitter import Language, Node, Parser
from typer.core import TyperGroup

from service.cli import command_line
from service.config import Config
from service.doctor import HealthFinding, examine_health
from service.service_state import ServiceState
from service.store.status import Counts, ServiceStatus

TEXT = SCRIPT.read_text(encoding="utf-8")
TRIAL = (Path(__file__).parent / "try_install_script.ps1").read_text(encoding="utf-8")
PLACES = {
    "python": r"C:\pipe\.venv\Scripts\python.exe",
    "project": r"C:\pipe",
    "config": r"C:\pipe\config.toml",
    "logs": r"C:\pipe\out\logs",
    "exiftool": r"C:\ExifTool\exiftool.exe",
}


def tree(text: str) -> Node:
    return Parser(Language(tree_sitter_pwsh.language())).parse(text.encode()).root_node


def nodes(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(one.children)


def mistakes(text: str) -> list[tuple[int, str]]:
    """Return line and text of whatever the grammar does not know."""
    found = [node for node in nodes(tree(text)) if node.is_error or node.is_missing]
    return sorted((node.start_point.row + 1, (node.text or b"").decode()) for node in found)


@pytest.mark.parametrize("text", [TEXT, TRIAL], ids=["install_service", "try_install_script"])
def test_the_script_has_no_syntax_error(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize(
    "broken", [TEXT.replace("{\n", "\n", 1), TEXT + "\nif (", TEXT.replace("param(", "param((", 1)]
)
def test_a_broken_copy_is_found_broken(broken: str) -> None:
    assert mistakes(broken) != []


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


def code(text: str = TEXT) -> str:
    """Return the script without its comments."""
    without_blocks = re.sub(r"<#.*?#>", "", text, flags=re.DOTALL)
    return re.sub(r"^\s*#.*$", "", without_blocks, flags=re.MULTILINE)


@pytest.mark.parametrize("pattern", FOREIGN, ids=FOREIGN.get)
def test_it_uses_nothing_that_powershell_5_1_lacks_and_downloads_nothing(pattern: str) -> None:
    lines = [*code().splitlines(), *code(TRIAL).splitlines()]
    assert [line.strip() for line in lines if re.search(pattern, line)] == []


def test_the_account_may_write_where_the_doctor_says_that_is_written(tmp_path: Path) -> None:
    settings = Config.model_validate(
        {"export": [{"kind": "tokens", "out": str(tmp_path / "x" / "a.txt")}]}
    )
    written = [
        (one.what, one.found)
        for one in examine_health(settings)
        if re.fullmatch("(log|backup|export) folder", one.what)
    ]
    assert written == [
        ("log folder", str(settings.log.directory)),
        ("backup folder", str(settings.backups)),
        ("export folder", str(tmp_path / "x")),
    ]
    assert (
        "$script:Outputs = @($findings | Where-Object "
        "{ $_.what -match '^(log|backup|export) folder$' } |" in TEXT
    )
    assert "foreach ($folder in $Outputs) { $grants += @{ Path = $folder; Right = 'M' } }" in TEXT


@pytest.mark.parametrize("text", [TEXT, TRIAL], ids=["install_service", "try_install_script"])
def test_it_is_ascii_for_5_1_reads_other_letters_by_the_code_page(text: str) -> None:
    assert text.isascii()
    assert text.startswith("#Requires -Version 5.1\n")
    assert "Set-StrictMode" in text


def test_every_failure_says_what_is_wrong_and_how_to_mend_it() -> None:
    commands = [node for node in nodes(tree(TEXT)) if node.type == "command"]
    calls = [node for node in commands if (node.text or b"").startswith(b"Stop-With")]
    texts = [sum(child.type == "string_literal" for child in nodes(call)) for call in calls]
    assert (len(texts) > 10, min(texts)) == (True, 2)
    assert len(re.findall(r"\bthrow\b", code())) == 1


def test_every_function_is_used() -> None:
    defined = re.findall(r"^function ([\w-]+)", TEXT, flags=re.MULTILINE)
    assert [name for name in defined if len(re.findall(rf"{name}\b", code())) < 2] == []


def test_no_function_is_longer_than_a_page() -> None:
    bodies = [node for node in nodes(tree(TEXT)) if node.type == "function_statement"]
    assert bodies
    assert [node.text for node in bodies if node.end_point.row - node.start_point.row >= 40] == []


def test_the_service_is_what_was_tested() -> None:
    rows = service_rows(PLACES)
    assert [(row.name, row.kind, row.content) for row in rows] == [
        ("Application", "ExpandString", PLACES["python"]),
        ("AppDirectory", "ExpandString", PLACES["project"]),
        ("AppParameters", "ExpandString", f'-X utf8 -m service run --config "{PLACES["config"]}"'),
        (
            "AppEnvironmentExtra",
            "MultiString",
            f"AIIMAGEPIPE_EXTRACT__EXIFTOOL={PLACES['exiftool']}",
        ),
        ("AppStdout", "ExpandString", rf"{PLACES['logs']}\console.log"),
        ("AppStderr", "ExpandString", rf"{PLACES['logs']}\console.log"),
        ("AppRotateFiles", "DWord", "1"),
        ("AppRotateOnline", "DWord", "1"),
        ("AppRotateBytes", "DWord", "10485760"),
        ("AppStopMethodSkip", "DWord", "6"),
        ("AppStopMethodConsole", "DWord", "20000"),
        ("AppKillProcessTree", "DWord", "1"),
        ("AppThrottle", "DWord", "1500"),
        ("AppRestartDelay", "DWord", "5000"),
        ("AppExit", "SubKey", "Restart"),
    ]
    assert manager_words("X")[:2] == [
        ["config", "X", "start=", "delayed-auto"],
        ["failure", "X", "reset=", "86400", "actions=", "restart/5000/restart/30000/restart/60000"],
    ]


def test_the_script_fills_in_every_place_of_its_tables() -> None:
    places = set(re.findall(r"\{(\w+)\}", "\n".join(table("ServiceTable"))))
    call = re.search(r"Set-ServiceValue @\{(.*?)\}", TEXT, flags=re.DOTALL)
    assert call
    assert set(re.findall(r"(\w+) = ", call[1])) == places == set(PLACES)


def test_it_asks_for_the_python_that_the_package_asks_for() -> None:
    stated = tomllib.loads((SCRIPT.parent / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    assert stated["requires-python"] == ">=3.11"
    assert "0x030B0000" in TEXT


def test_every_command_it_gives_the_program_is_one_with_these_options() -> None:
    known = typer.main.get_command(command_line())
    assert isinstance(known, TyperGroup)
    calls = re.findall(r"-m service (\w+)([^\n)]*)", code())
    options = {
        name: {word for one in command.params for word in one.opts}
        for name, command in known.commands.items()
    }
    unknown = [
        (name, word)
        for name, rest in calls
        for word in ["", *re.findall(r"--\w+", rest)]
        if name not in options or (word and word not in options[name])
    ]
    assert ({name for name, _ in calls}, unknown) == ({"run", "doctor", "status"}, [])


def test_the_trial_gives_the_script_only_actions_and_parameters_it_has() -> None:
    actions = set(re.findall(r"'-Action', '(\w+)'", TRIAL))
    allowed = re.search(r"ValidateSet\((.*?)\)", TEXT)
    assert allowed
    assert (len(actions), actions - set(re.findall(r"'(\w+)'", allowed[1]))) == (3, set())
    given = set(re.findall(r"'-(\w+)'", TRIAL))
    parameters = set(re.findall(r"^    \[[\w.]+\] \$(\w+)", TEXT.split("\n)\n")[0], re.MULTILINE))
    assert (given, given - parameters) == ({"Action", "Config", "Name"}, set())


def fields_of(record: type) -> set[str]:
    return {one.name for one in fields(record)}


def test_everything_it_reads_from_the_program_s_answers_is_there() -> None:
    asked = set(re.findall(r"\$state\.(\w+)(?:\.(\w+))?", code()))
    within = {"service": fields_of(ServiceStatus), "counts": fields_of(Counts)}
    assert {name for name, _ in asked} <= fields_of(ServiceState)
    assert [(name, inner) for name, inner in asked if inner and inner not in within[name]] == []
    assert set(re.findall(r"\$(?:one|_)\.(level|what|found|fix)\b", code())) == fields_of(
        HealthFinding
    )
