"""The frame of the command line: typer's, whose help shows no type behind an option without value.

typer says ``<bool>`` there, as if ``--json <bool>`` were to be typed.
"""

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

Parameters = list[Any]


def _without_types(parameters: Parameters) -> Parameters:
    for one in parameters:
        if getattr(one, "is_flag", False):
            one.metavar = ""
    return parameters


class PlainCommand(TyperCommand):
    """A command whose options without value have no type in its help."""

    def get_params(self, ctx: Any) -> Parameters:
        """Return all parameters, also that of help."""
        return _without_types(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """The same for a group of commands."""

    def get_params(self, ctx: Any) -> Parameters:
        """Return all parameters, also that of help."""
        return _without_types(super().get_params(ctx))


class App(typer.Typer):
    """typer's application, of plain commands and groups."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=PlainGroup, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Any:
        """Return what makes a command of a function, as typer does."""
        return super().command(name, cls=PlainCommand, **settings)
