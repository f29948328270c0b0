"""Only the commands that are asked for are loaded."""

import pytest
import typer

from service.cli import ROOMS, command_line


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_adds_exactly_the_commands_it_is_known_for(room: str) -> None:
    commands = typer.main.get_command(command_line([ROOMS[room][0], "--json"])).commands  # type: ignore[attr-defined]
    assert tuple(commands) == ROOMS[room]


def test_without_a_known_command_all_are_there() -> None:
    every = tuple(command for commands in ROOMS.values() for command in commands)
    assert sorted(typer.main.get_command(command_line(["rnu"])).commands) == sorted(every)  # type: ignore[attr-defined]
