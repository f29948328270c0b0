"""The project is laid out as it was planned.

Who may import whom, what is where, and what is delivered.
"""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent

LAYERS = (
    ("__init__",),
    (
        "errors",
        "records",
        "paths",
        "file_systems",
        "sidecars",
        "config",
        "logs",
        "instance",
        "clock",
    ),
    ("parse", "normalize", "tokens", "resources"),
    ("pipeline", "store", "extract", "watch", "catalog", "export", "demo"),
    ("scheduled_exports", "model_lookup"),
    ("worker",),
    ("assembly", "service_state", "transfer"),
    ("supervisor", "doctor", "scale"),
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


def test_nothing_speaks_to_the_network() -> None:
    speaking = [
        f"{module.relative_to(TOP).as_posix()}: {name}"
        for module in modules()
        for name in [*imported(module), *used_of_socket(module)]
        if f"{name}.".startswith(NETWORK)
    ]
    assert speaking == []


def used_of_socket(module: Path) -> Iterator[str]:
    """Yield what a module takes from ``socket``, besides this host's own name."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "socket"
        ):
            yield from () if node.attr == "gethostname" else (f"socket.{node.attr}",)


def test_service_is_the_checkout_and_not_a_stranger_of_that_name(tmp_path: Path) -> None:
    # The package index holds a dead "service" that, installed beside ours, would be imported in its
    # place.
    command = [sys.executable, "-c", "import service; print(service.__file__)"]
    got = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert Path(got.strip()) == TOP / "service" / "__init__.py"


def tracked() -> list[str]:
    if not (TOP / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout, or no git here")
    command = ["git", "-c", f"safe.directory={TOP.as_posix()}", "ls-files", "-z"]
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
    planned |= {"install_service.ps1", "docs", "Makefile", "constraints.txt", "LICENSE"}
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
        "registry.npm" + "js",
        "deb.deb" + "ian",
    ]
    pattern = re.compile("|".join(map(re.escape, [*strange, f"{TOP}/"])).encode())
    naming = [
        name
        for name in tracked()
        if (TOP / name).is_file() and pattern.search((TOP / name).read_bytes())
    ]
    assert naming == []


def project() -> dict[str, list[str]]:
    """Return the names of the packages that run, and those for development."""
    stated = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"runtime": stated["dependencies"], **stated["optional-dependencies"]}
    return {
        group: [re.split(r"[<>=\[; ]", need)[0].lower() for need in needs]
        for group, needs in groups.items()
    }


def test_every_dependency_is_pinned_to_one_version_by_name_alone() -> None:
    lines = (TOP / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)] == []
    assert {name for needs in project().values() for name in needs} - {
        pin.split("==")[0] for pin in pins
    } == set()


def test_the_docs_say_of_every_dependency_why_it_was_taken() -> None:
    text = (TOP / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert [
        name for needs in project().values() for name in needs if f"**{name}**" not in text
    ] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        assert archive.read("service/schema.sql") == (TOP / "schema.sql").read_bytes()
        return archive.namelist()


def test_the_wheel_carries_the_schema_and_every_file_of_the_service(wheel: list[str]) -> None:
    ours = {name for name in tracked() if name.startswith("service/")}
    assert ours - set(wheel) == set()
    assert "service/schema.sql" in wheel


def test_the_wheel_carries_nothing_of_the_users(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {re.sub(r"-[\d.]+(?=\.)", "", name) for name in tops} == {
        "service",
        "aiimagemetapipe.dist-info",
    }
