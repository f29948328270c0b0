"""The service's values as install_service.ps1 states them.

One table, read by the script and by these tests.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "install_service.ps1"


@dataclass(frozen=True, slots=True)
class Row:
    """One value of NSSM's: its name, its type in PowerShell's words, its content."""

    name: str
    kind: str
    content: str


def table(name: str) -> list[str]:
    """Return the lines of one of the script's tables."""
    found = re.search(
        rf"^\${name} = @'\n(.*?)\n'@$", SCRIPT.read_text(encoding="ascii"), re.DOTALL | re.MULTILINE
    )
    assert found, f"install_service.ps1 has no table ${name}"
    return found[1].splitlines()


def service_rows(filled: Mapping[str, str]) -> list[Row]:
    """Return NSSM's values, with the places in braces filled in."""
    return [Row(*_filled(line, filled).split(maxsplit=2)) for line in table("ServiceTable")]


def manager_words(name: str) -> list[list[str]]:
    """Return what is said to ``sc.exe``, call by call."""
    calls = [re.findall(r'"[^"]*"|\S+', line) for line in table("ManagerTable")]
    return [[word.strip('"').replace("{name}", name) for word in call] for call in calls]


def _filled(line: str, filled: Mapping[str, str]) -> str:
    for name, value in filled.items():
        line = line.replace(f"{{{name}}}", value)
    return line
