"""The service files in the documentation: well formed, and starting the command that is tested."""

import configparser
import plistlib
import re
from pathlib import Path

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "linux-macos.md").read_text(
    encoding="utf-8"
)


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    assert found
    return found[1]


def test_the_systemd_unit_runs_the_service_and_starts_it_again_where_that_helps() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    unit.read_string(block("ini"))
    service = dict(unit["Service"])
    assert service.pop("ExecStart") == f"{service['WorkingDirectory']}/.venv/bin/aiimagepipe run"
    assert {**service, "WorkingDirectory": ""} == {
        "WorkingDirectory": "",
        "Restart": "on-failure",
        "RestartSec": "5",
        "RestartPreventExitStatus": "2 3",
        "TimeoutStopSec": "30",
        "Nice": "10",
        "RestrictAddressFamilies": "AF_UNIX",
        "NoNewPrivileges": "yes",
        "RestrictSUIDSGID": "yes",
        "RestrictRealtime": "yes",
        "LockPersonality": "yes",
    }
    assert dict(unit["Install"]) == {"WantedBy": "default.target"}


def test_the_launchd_agent_runs_the_service_and_starts_it_again_where_it_failed() -> None:
    agent = plistlib.loads(block("xml").encode())
    folder = agent["WorkingDirectory"]
    assert agent["ProgramArguments"] == [f"{folder}/.venv/bin/aiimagepipe", "run"]
    assert (agent["RunAtLoad"], agent["KeepAlive"]) == (True, {"SuccessfulExit": False})
    assert agent["Label"] == "aiimagepipe"
