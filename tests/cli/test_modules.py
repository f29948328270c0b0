"""Only the commands that are asked for are loaded."""

import pytest
import typer

from service.cli import MODULES, command_line


@pytest.mark.parametrize("module", MODULES)
def test_a_module_adds_exactly_the_commands_it_is_known_for(module: str) -> None:
    commands = typer.main.get_command(command_line([MODULES[module][0], "--json"])).commands  # type: ignore[attr-defined]
    assert tuple(commands) == MODULES[module]


def test_without_a_known_command_all_are_there() -> None:
    every = tuple(command for commands in MODULES.values() for command in commands)
    assert sorted(typer.main.get_command(command_line(["rnu"])).commands) == sorted(every)  # type: ignore[attr-defined]
