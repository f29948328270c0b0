"""The project is laid out as it was planned.

Who may import whom, what is where, and what is delivered.
"""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import service

TOP = Path(__file__).resolve().parent.parent

LAYERS = (
    ("__init__",),
    (
        "errors",
        "event_log",
        "light_dataclasses",
        "light_patterns",
        "records",
        "paths",
        "file_systems",
        "sidecars",
        "config",
        "logs",
        "instance",
        "clock",
        "process_tree",
        "windows_job",
        "stop_request",
    ),
    ("parse", "normalize", "tokens", "resources"),
    ("pipeline", "store", "extract", "watch", "catalog", "export", "demo", "dump_lines"),
    ("readers",),
    ("scheduled_exports", "model_lookup"),
    ("transfer",),
    ("gallery_process", "worker"),
    ("assembly", "service_state"),
    ("supervisor", "doctor", "gallery", "scale"),
    ("cli",),
    ("__main__",),
)
"""Every module and folder of ``service/``, from the bottom up.

Each may import what is in a lower layer. Those of one layer do not import each other, except in the
lowest.
"""

LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
LOWEST = 1

LONGEST_MODULE = 300
"""Lines. A module is a chapter that is read in one go."""

NETWORK = (
    "asyncio.",
    "ftplib.",
    "http.",
    "httpx.",
    "requests.",
    "smtplib.",
    "socketserver.",
    "ssl.",
    "urllib.request.",
)
NETWORK += (
    "socket.socket.",
    "socket.create_connection.",
    "socket.create_server.",
    "socket.getaddrinfo.",
)
"""What could speak to other machines."""


def modules() -> list[Path]:
    return sorted((TOP / "service").rglob("*.py"))


def part_of(module: Path) -> str:
    return module.relative_to(TOP / "service").parts[0].removesuffix(".py")


def imported(module: Path) -> Iterator[str]:
    """Yield the full name of everything that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import hides where it leads"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_parts(module: Path) -> set[str]:
    """Return the other modules and folders of ``service/`` that a module imports."""
    ours = (name.split(".") for name in imported(module))
    parts = {names[1] for names in ours if names[0] == "service" and len(names) > 1}
    return {part for part in parts if part != part_of(module) and not part.startswith("__")}


def test_every_module_and_folder_has_a_layer() -> None:
    assert {part_of(module) for module in modules()} == set(LAYER)


def test_imports_point_down_only_and_neighbours_do_not_know_each_other() -> None:
    upward = [
        f"{module.relative_to(TOP).as_posix()} imports {part}"
        for module in modules()
        for part in sorted(imported_parts(module))
        if not may_import(part_of(module), part)
    ]
    assert upward == []


def may_import(above: str, below: str) -> bool:
    both_in_the_lowest = LAYER[above] == LAYER[below] == LOWEST
    return LAYER[below] < LAYER[above] or both_in_the_lowest


def test_the_lowest_layer_has_no_circle() -> None:
    imports: dict[str, set[str]] = {part: set() for part in LAYERS[LOWEST]}
    for module in modules():
        if part_of(module) in imports:
            imports[part_of(module)] |= imported_parts(module)
    while free := [part for part, used in imports.items() if not used & set(imports)]:
        for part in free:
            del imports[part]
    assert imports == {}


def test_no_module_is_longer_than_can_be_read_in_one_go() -> None:
    lengths = {module: len(module.read_bytes().splitlines()) for module in modules()}
    too_long = {
        module.relative_to(TOP).as_posix(): length
        for module, length in lengths.items()
        if length > LONGEST_MODULE
    }
    assert too_long == {}


GALLERY = "gallery"
"""The one room that is spoken to, on this machine; tests/gallery look at what it listens on."""


def test_nothing_speaks_to_the_network() -> None:
    assert [line for line in speaking() if not line.startswith("service/gallery/")] == []


def test_the_gallery_speaks_to_nobody_and_listens_in_one_place() -> None:
    own = {line for line in speaking() if not line.endswith(": asyncio")}
    server = "service/gallery/server.py: socket"
    assert own == {f"{server}.create_server", f"{server}.socket"}
    text = (TOP / "service" / "gallery" / "server.py").read_text(encoding="utf-8")
    assert text.count("create_server((LOOPBACK, port))") == 1
    again = "socket.socket(listener.family, kind, tcp, fileno=listener.detach())"  # the same one
    assert (text.count("socket.socket("), text.count(again)) == (1, 1)


def speaking() -> list[str]:
    """Return each module that could speak to other machines, with what it would do it by."""
    return [
        f"{module.relative_to(TOP).as_posix()}: {name}"
        for module in modules()
        for name in [*imported(module), *used_of_socket(module)]
        if f"{name}.".startswith(NETWORK)
    ]


def test_only_its_command_knows_the_gallery() -> None:
    knowing = [
        module.relative_to(TOP).as_posix()
        for module in modules()
        if GALLERY in imported_parts(module)
    ]
    assert knowing == ["service/cli/gallery.py"]


def used_of_socket(module: Path) -> Iterator[str]:
    """Yield what a module takes from ``socket``, besides this host's own name."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "socket"
        ):
            yield from () if node.attr == "gethostname" else (f"socket.{node.attr}",)


READER = "service.readers.__main__"
HEAVY = (
    "PIL",
    "apsw",
    "asyncio",
    "email",
    "html",
    "pydantic",
    "regex",
    "rich",
    "ssl",
    "statistics",
    "structlog",
    "typer",
)


def loads(module: str, names: tuple[str, ...]) -> list[str]:
    """Return which of these modules a fresh Python loads with a module."""
    code = f"import {module}, sys; print(*sys.modules.keys() & set({names!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=TOP, check=True, capture_output=True, text=True
    )
    return sorted(done.stdout.split())


def test_a_reader_loads_nothing_that_only_the_main_process_or_exiftool_needs() -> None:
    assert loads(READER, (*HEAVY, "exiftool")) == []


READING = ("service.parse", "service.normalize", "service.pipeline", "service.tokens.cut")
RARELY = ("PIL", "asyncio", "exiftool", "regex", "rich", "ssl", "structlog", "watchdog.observers")


def test_the_main_process_loads_no_parser_and_nothing_that_only_some_starts_need() -> None:
    assert loads("service.cli.run", (*READING, *RARELY, "service.export.lists")) == []


BESIDE_THE_READER = (
    "service.supervisor",
    "service.store.writer",
    "service.watch",
    "service.worker",
)


def test_the_first_reader_starts_before_what_writes_is_loaded() -> None:
    assert loads("service.cli.run", (*BESIDE_THE_READER, "service.config.export")) == []


def test_the_status_is_told_without_parsers_and_without_the_doctor() -> None:
    assert loads("service.cli.status", (*READING, "service.doctor", "structlog")) == []


@pytest.mark.parametrize("module", ["service.cli", "service.cli.run", "service.supervisor", READER])
def test_nothing_but_the_gallery_loads_what_it_needs(module: str) -> None:
    assert loads(module, ("datasette", "service.gallery", "sqlite3", "uvicorn")) == []


def test_service_is_the_checkout_and_not_a_stranger_of_that_name(tmp_path: Path) -> None:
    # The package index holds a dead "service" that, installed beside ours, would be imported in its
    # place.
    command = [sys.executable, "-c", "import service; print(service.__file__)"]
    got = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert Path(got.strip()) == TOP / "service" / "__init__.py"


def tracked() -> list[str]:
    """Return the files that git knows."""
    return git_files("--cached")


def git_files(*words: str) -> list[str]:
    if not (TOP / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout, or no git here")
    command = ["git", "-c", f"safe.directory={TOP.as_posix()}", "ls-files", "-z", *words]
    listed = subprocess.run(command, cwd=TOP, check=True, capture_output=True).stdout
    return [name for name in listed.decode("utf-8").split("\0") if name and (TOP / name).exists()]


def test_the_top_level_holds_what_was_planned() -> None:
    planned = {
        "pyproject.toml",
        "README.md",
        "service",
        "config.toml",
        "schema.sql",
        "tests",
        "Input",
        "out",
    }
    planned |= {
        "install_service.ps1",
        "docs",
        "Makefile",
        "constraints.txt",
        "LICENSE",
        "SECURITY.md",
    }
    assert {name.split("/")[0] for name in tracked() if not name.startswith(".")} - planned == set()


def test_input_and_out_are_empty_in_git() -> None:
    assert [name for name in tracked() if name.startswith(("Input/", "out/"))] == [
        "Input/.gitkeep",
        "out/.gitkeep",
    ]


def test_no_tracked_file_names_this_machine_or_a_package_index() -> None:
    # Written in two halves, so that this file does not name them either.
    strange = [
        "/wo" + "rk/",
        "/ro" + "ot/",
        "py" + "pi.org",
        "python" + "hosted",
        "npm" + "js.",
        ".deb" + "ian.org",
    ]
    pattern = re.compile("|".join(map(re.escape, [*strange, f"{TOP}/"])).encode())
    naming = [
        name
        for name in tracked()
        if (TOP / name).is_file() and pattern.search((TOP / name).read_bytes())
    ]
    assert naming == []


def metadata() -> dict[str, Any]:
    """Return what pyproject.toml says of the package."""
    stated: dict[str, Any] = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    project: dict[str, Any] = stated["project"]
    return project


def dependency_groups() -> dict[str, list[str]]:
    """Return the names of the packages that run, and those of each extra."""
    groups = {"runtime": metadata()["dependencies"], **metadata()["optional-dependencies"]}
    return {group: [needed_name(need) for need in needs] for group, needs in groups.items()}


def dependencies() -> set[str]:
    """Return the names of all packages that pyproject.toml asks for."""
    return {name for names in dependency_groups().values() for name in names}


def needed_name(requirement: str) -> str:
    return normalized(re.split(r"[<>=!~\[;( ]", requirement)[0])


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> list[str]:
    lines = (TOP / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_every_dependency_is_pinned_to_one_version_by_name_alone() -> None:
    assert [pin for pin in pins() if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)] == []
    pinned = [pin.split("==")[0] for pin in pins()]
    assert len(pinned) == len(set(pinned))
    assert dependencies() - set(pinned) == set()


LEFT_ALONE = {"pip"}
"""Which datasette asks for: a pinned one would have pip put another into its own place."""

ELSEWHERE = {"colorama", "importlib-metadata", "lazy-importer", "zipp"}
"""What only Windows or only a newer or older Python installs."""


def test_exactly_what_is_installed_with_them_is_pinned_too() -> None:
    needed: set[str] = set()
    waiting = sorted(dependencies())
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += installed_with(name)
    pinned = {pin.split("==")[0] for pin in pins()}
    assert (needed - pinned - LEFT_ALONE, pinned - needed - ELSEWHERE) == (set(), set())


def installed_with(name: str) -> list[str]:
    """Return the packages that a package asks for on this system, without its extras."""
    try:
        needs = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    required = [Requirement(need) for need in needs]
    return [
        normalized(one.name)
        for one in required
        if one.marker is None or one.marker.evaluate({"extra": ""})
    ]


def imported_packages(files: Iterable[Path]) -> set[str]:
    """Return the names of the installed packages that these modules import."""
    providers = importlib.metadata.packages_distributions()
    packages: set[str] = set()
    for file in files:
        skipped_without = re.findall(r'importorskip\("(\w+)"', file.read_text(encoding="utf-8"))
        for name in [*imported(file), *skipped_without]:
            packages.update(providers.get(name.split(".")[0], []))
    return set(map(normalized, packages))


PROGRAMS = {
    "coverage": ("Makefile", "$(BIN)/coverage run"),
    "dask": ("docs/scale.md", "dask scheduler"),
    "hatchling": ("pyproject.toml", 'build-backend = "hatchling.build"'),
    "mypy": ("Makefile", "$(BIN)/mypy"),
    "pytest-rerunfailures": ("tests/windows/run_wine.sh", "--only-rerun"),
    "pytest-timeout": ("tests/conftest.py", "pytest.mark.timeout"),
    "pytest-xdist": ("Makefile", "pytest -n logical"),
    "ruff": ("Makefile", "$(BIN)/ruff check"),
}
"""Packages that are run and not imported, each with the file and the text that runs it."""


def test_every_dependency_is_used() -> None:
    used = imported_packages([*modules(), *(TOP / "tests").rglob("*.py")])
    for package, (file, text) in PROGRAMS.items():
        assert text in (TOP / file).read_text(encoding="utf-8"), package
    assert dependencies() - used - set(PROGRAMS) == set()


PARTS = {"aiimagemetapipe", "markupsafe", "pydantic-core"}
"""What imports may name besides: ourselves, and what datasette and pydantic are made of."""


def test_what_the_service_imports_is_asked_for_to_run_or_by_an_extra() -> None:
    groups = dependency_groups()
    asked_for = {*groups["runtime"], *groups["gallery"], *groups["plot"], *groups["scale"]}
    assert imported_packages(modules()) - asked_for - PARTS == set()


def test_the_docs_say_of_every_dependency_why_it_was_taken() -> None:
    text = (TOP / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert [name for name in sorted(dependencies()) if f"**{name}**" not in text] == []


def test_the_extras_are_developed_with() -> None:
    groups = dependency_groups()
    extras = {*groups["gallery"], *groups["plot"], *groups["scale"]}
    assert extras - set(groups["dev"]) == set()


def test_the_version_is_written_in_one_place() -> None:
    assert metadata()["dynamic"] == ["version"]
    assert importlib.metadata.version("aiimagemetapipe") == service.__version__


def build(kind: str, project: Path, folder: Path) -> Path:
    """Build the wheel or the sdist of a project into a folder and return the file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    built = build("wheel", TOP, tmp_path_factory.mktemp("wheel"))
    with zipfile.ZipFile(built) as archive:
        assert archive.read("service/schema.sql") == (TOP / "schema.sql").read_bytes()
        return archive.namelist()


def test_the_wheel_carries_the_schema_and_every_file_of_the_service(wheel: list[str]) -> None:
    ours = {name for name in tracked() if name.startswith("service/")}
    assert ours - set(wheel) == set()
    assert {"service/schema.sql", "service/py.typed"} - set(wheel) == set()


def test_the_wheel_carries_nothing_of_the_users(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {re.sub(r"-[\d.]+(?=\.)", "", name) for name in tops} == {
        "service",
        "aiimagemetapipe.dist-info",
    }


QUICK_TESTS = ["tests/test_pipeline.py", "tests/test_config_lines.py", "tests/test_docs.py"]
"""Tests that take no time: of the pure stages, of the settings, of schema.sql and the docs."""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an unpacked sdist."""
    built = build("sdist", TOP, tmp_path_factory.mktemp("sdist"))
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(built) as archive:
        archive.extractall(folder, filter="data")
    (project,) = folder.iterdir()
    return project


def test_the_sdist_is_what_git_knows_or_is_about_to_know(unpacked: Path) -> None:
    files = (path for path in unpacked.rglob("*") if path.is_file())
    delivered = {path.relative_to(unpacked).as_posix() for path in files}
    known = git_files("--cached", "--others", "--exclude-standard")
    assert delivered == {*known, "PKG-INFO"}


def test_the_unpacked_sdist_runs_and_passes_tests_of_its_own(unpacked: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    where = "test_service_is_the_checkout_and_not_a_stranger_of_that_name"
    for words in (
        ["-m", "service", "--version"],
        ["-m", "service", "config", "check"],
        ["-m", "pytest", "-q", *QUICK_TESTS, f"tests/test_layout.py::{where}"],
    ):
        command = [sys.executable, *words]
        got = subprocess.run(
            command, cwd=unpacked, env=environment, check=False, capture_output=True, text=True
        )
        assert got.returncode == 0, got.stdout + got.stderr


def test_a_wheel_built_from_the_sdist_is_the_one_built_from_the_checkout(
    unpacked: Path, wheel: list[str], tmp_path: Path
) -> None:
    with zipfile.ZipFile(build("wheel", unpacked, tmp_path)) as archive:
        assert sorted(archive.namelist()) == sorted(wheel)
