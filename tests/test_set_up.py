"""What `make` says on a machine that lacks something, and that it does nothing twice."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or os.name == "nt", reason="needs make"
)

TOOLS = ("make", "sh", "cat", "find", "grep", "id", "pwd", "sleep")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a checkout's files of set-up, without an environment.

    Beside them is a folder of the only programs there are.
    """
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    program(tmp_path / "project", "chromium", "")
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("Makefile", "config.toml", "pyproject.toml", "constraints.txt"):
        shutil.copyfile(TOP / name, folder / name)
    return folder


def program(project: Path, name: str, text: str) -> None:
    path = project.parent / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


INSTALLING = "Installing what is needed to {} into .venv; this takes a minute or two, once."


def make_ready(project: Path, target: str = "ready") -> tuple[bool, list[str]]:
    """Return whether `make ready` succeeded and what it said, without make's own last line."""
    command = ["make", "-C", str(project), target]
    environment = {"PATH": str(project.parent / "bin")}
    got = subprocess.run(
        command, env=environment, check=False, stdin=-3, stdout=-1, stderr=-2, text=True
    )
    return got.returncode == 0, [
        line for line in got.stdout.splitlines() if not line.startswith("make")
    ]


STAMPS = (".installed", ".installed-for-gallery", ".installed-for-tests")


def environment(project: Path) -> Path:
    """Give the project an environment set up a moment ago; return its pip's record of calls."""
    calls = project / "calls"
    (project / ".venv" / "bin").mkdir(parents=True)
    python = project / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\n[ "$1" = -c ] || echo "$@" >> "{calls}"\n', encoding="utf-8")
    python.chmod(0o755)
    for stamp in STAMPS:
        (project / ".venv" / stamp).write_text(f"{project}\n", encoding="utf-8")
    return calls


def test_without_exiftool_and_a_way_to_install_it_the_package_is_named(project: Path) -> None:
    assert make_ready(project) == (
        False,
        [
            (
                "Missing: libimage-exiftool-perl (the package's name on Debian). Install it, then "
                "run make again."
            )
        ],
    )


NO_BROWSER = [
    "Missing: chromium (the package's name on Debian). Install it, then run make again.",
    "Without a browser (chromium) the tests of the gallery's pages are skipped.",
]


def test_without_a_browser_all_else_is_tested(project: Path) -> None:
    (project.parent / "bin" / "chromium").unlink()
    program(project, "exiftool", "")
    environment(project)
    assert make_ready(project) == (True, NO_BROWSER)


@pytest.mark.parametrize("target", ["ready-to-run", "ready-for-gallery"])
def test_only_tests_need_a_browser(project: Path, target: str) -> None:
    (project.parent / "bin" / "chromium").unlink()
    program(project, "exiftool", "")
    environment(project)
    assert make_ready(project, target) == (True, [])


def test_where_homebrew_is_it_installs_a_browser(project: Path) -> None:
    (project.parent / "bin" / "chromium").unlink()
    program(project, "exiftool", "")
    program(project, "brew", 'echo "brew $@"')
    environment(project)
    assert make_ready(project) == (True, ["brew install --quiet chromium"])


def test_an_exiftool_named_in_the_configuration_is_not_searched_on_the_path(project: Path) -> None:
    text = (project / "config.toml").read_text(encoding="utf-8")
    changed = text.replace('exiftool = ""', 'exiftool = "/opt/exiftool"')
    (project / "config.toml").write_text(changed, encoding="utf-8")
    environment(project)
    assert make_ready(project) == (True, [])


def test_where_homebrew_is_it_installs_exiftool(project: Path) -> None:
    program(project, "brew", 'echo "brew $@"')
    environment(project)
    assert make_ready(project) == (True, ["brew install --quiet exiftool"])


def test_an_old_python_is_told_with_the_mend(project: Path) -> None:
    program(project, "exiftool", "")
    program(project, "python3", '[ "$1" = --version ] && echo "Python 3.9.2" || exit 1')
    assert make_ready(project) == (
        False,
        [
            "Python 3.11 or newer is needed; found: Python 3.9.2.",
            "Install it, or name it: make PYTHON=/path/to/python3.11",
        ],
    )


def test_what_stands_is_not_set_up_again(project: Path) -> None:
    program(project, "exiftool", "")
    calls = environment(project)
    assert make_ready(project) == (True, [])
    assert not calls.exists()


COMPILE = "-m compileall -q service"
PIP = "-m pip install --quiet --disable-pip-version-check -c constraints.txt -e "


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
@pytest.mark.parametrize(
    ("target", "package", "what"),
    [
        ("ready", ".[dev]", "run and test"),
        ("ready-to-run", ".", "run"),
        ("ready-for-gallery", ".[gallery]", "show the gallery"),
    ],
)
def test_changed_dependencies_are_installed_once_and_it_is_said(
    project: Path, name: str, target: str, package: str, what: str
) -> None:
    program(project, "exiftool", "")
    calls = environment(project)
    later = time.time() + 2
    for stamp in STAMPS:
        os.utime(project / ".venv" / stamp, (later - 4, later - 4))
    os.utime(project / name, (later - 3, later - 3))
    assert make_ready(project, target) == (True, [INSTALLING.format(what)])
    assert make_ready(project, target) == (True, [])
    assert calls.read_text(encoding="utf-8") == f"{PIP}{package}\n{COMPILE}\n"


def test_what_was_set_up_to_run_gets_what_tests_need_when_they_are_asked_for(
    project: Path,
) -> None:
    program(project, "exiftool", "")
    calls = environment(project)
    (project / ".venv" / ".installed-for-tests").unlink()
    assert make_ready(project, "ready-to-run") == (True, [])
    assert make_ready(project) == (True, [INSTALLING.format("run and test")])
    assert make_ready(project) == (True, [])
    assert calls.read_text(encoding="utf-8") == f"{PIP}.[dev]\n{COMPILE}\n"


def test_make_run_installs_what_running_needs_and_make_test_the_rest() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    assert "\nrun: ready-to-run\n" in makefile
    assert "\ngallery: ready-for-gallery\n" in makefile
    assert "\nlint: ready\n" in makefile


def test_ci_runs_the_test_command_of_the_readme_and_ends_with_the_windows_side() -> None:
    lines = (TOP / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-3:] == ["make test", "make coverage", "exec tests/windows/run_wine.sh"]


def test_every_test_that_coverage_counts_is_there() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    _, _, words = makefile.replace("\\\n", " ").partition("\nCOVERED_TESTS = ")
    named = [word.removeprefix("--ignore=") for word in words.splitlines()[0].split()]
    named = [word for word in named if "/" in word]
    assert len(named) > 5
    assert [name for name in named if not (TOP / name).exists()] == []
