"""What GitHub reads: the workflow, SECURITY.md and the issue forms name only what is there."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from service.cli import command_line

TOP = Path(__file__).resolve().parent.parent
GITHUB = TOP / ".github"
WORKFLOW = GITHUB / "workflows" / "test.yml"
PAGES = [GITHUB / "SECURITY.md", *sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))]
FORMS = [page for page in PAGES if page.suffix == ".yml" and page.name != "config.yml"]
SCENARIO = r"tests\windows\scenario.ps1"
RUN = "-NoProfile -ExecutionPolicy Bypass -File"

pytestmark = pytest.mark.skipif(not GITHUB.exists(), reason="not a whole checkout")


def jobs() -> dict[str, Any]:
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    found: dict[str, Any] = workflow["jobs"]
    return found


def commands() -> list[str]:
    """Return every line that the workflow has a shell run."""
    steps = (step for job in jobs().values() for step in job["steps"])
    return [line for step in steps for line in step.get("run", "").splitlines()]


def test_each_system_runs_the_suite() -> None:
    ran = {
        (job["runs-on"].split("-")[0], step.get("run"))
        for job in jobs().values()
        for step in job["steps"]
    }
    assert ran >= {
        ("ubuntu", "make test"),
        ("macos", "make test"),
        ("windows", f"powershell {RUN} install_service.ps1 -Action Test"),
    }


def test_linux_is_tested_with_every_python_that_the_package_names() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    prefix = "Programming Language :: Python :: 3."
    named = [one.rpartition(" ")[2] for one in project["classifiers"] if one.startswith(prefix)]
    assert jobs()["linux"]["strategy"]["matrix"]["python"] == named
    assert project["requires-python"] == f">={named[0]}"
    others = [
        step["with"]["python-version"]
        for job in jobs().values()
        for step in job["steps"]
        if "with" in step
    ]
    assert set(others) == {"${{ matrix.python }}", named[-1]}


def test_every_make_target_and_variable_it_names_is_in_the_makefile() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    calls = [line.split()[1:] for line in commands() if line.startswith("make ")]
    words = {word.partition("=")[0]: "=" in word for call in calls for word in call}
    assert set(words) == {"test", "coverage", "COVERED_TESTS", "COVERED_ROOMS", "LEAST_COVERED"}
    for word, is_variable in words.items():
        assert re.search(rf"^{word}{' =' if is_variable else ':'}", makefile, flags=re.MULTILINE), (
            word
        )


def test_every_file_it_names_is_there() -> None:
    named = re.findall(r"\b(?:tests|docs|service)[\\/][\w\\/.-]+", "\n".join(commands()))
    assert named == [SCENARIO]
    assert [name for name in named if not (TOP / name.replace("\\", "/")).is_file()] == []


def test_both_powershells_try_every_promise_of_the_install_script() -> None:
    job = jobs()["windows-service"]
    assert job["strategy"]["matrix"] == {"powershell": ["powershell", "pwsh"]}
    assert job["steps"][-1] == {"run": f"${{{{ matrix.powershell }}}} {RUN} {SCENARIO}"}


def test_windows_gets_the_programs_that_were_tried_under_wine() -> None:
    wine = (TOP / "tests" / "windows" / "run_wine.sh").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^(?:NSSM|EXIFTOOL)=(\S+)$", wine, flags=re.MULTILINE))
    installed = [
        {
            line.split()[-1]
            for line in step["run"].splitlines()
            if "install" in line or "pack --" in line
        }
        for job in jobs().values()
        for step in job["steps"]
        if "ExifTool" in step.get("name", "")
    ]
    assert (len(pinned), installed) == (2, [pinned, pinned])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_every_issue_form_asks_for_the_version_and_names_each_field_once(form: Path) -> None:
    asked = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert asked["name"]
    assert asked["description"]
    fields = {one["id"]: one for one in asked["body"]}
    assert len(fields) == len(asked["body"])
    assert {one["type"] for one in fields.values()} <= {"input", "textarea"}
    assert all(one["attributes"]["label"] for one in fields.values())
    assert fields["version"]["validations"] == {"required": True}


def test_a_wrong_value_comes_with_the_record_it_was_read_from() -> None:
    for name in ("wrong_value", "unread_generator"):
        text = (GITHUB / "ISSUE_TEMPLATE" / f"{name}.yml").read_text(encoding="utf-8")
        assert "`aiimagepipe show FILE --raw`" in text


def options_by_command() -> dict[str, set[str]]:
    """Return each command's options; those before any command under an empty name."""
    found: dict[str, set[str]] = {}
    waiting = [("", typer.main.get_command(command_line()))]
    while waiting:
        name, command = waiting.pop()
        found[name] = {option for one in command.params for option in one.opts}
        for word, inner in getattr(command, "commands", {}).items():
            waiting.append((f"{name} {word}".strip(), inner))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_named_there_is_one_with_these_options(page: Path) -> None:
    known = options_by_command()
    text = " ".join(page.read_text(encoding="utf-8").split())
    for call in re.findall(r"`aiimagepipe ([^`]+)`", text):
        words = [word for word in call.split() if word.islower() and not word.startswith("-")]
        options = {word for word in call.split() if word.startswith("-")}
        assert (call, " ".join(words) in known) == (call, True)
        assert (call, options - known[" ".join(words)]) == (call, set())
