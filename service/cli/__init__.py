"""``aiimagepipe``: one function a command, nothing but wiring in it.

``MODULES`` says which module has which commands. ``options.py`` and ``output.py`` are what they
share: options that many commands take, and how lines, JSON, tables and bars are printed.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from service import __version__, logs
from service.cli.app import App
from service.cli.output import harmless_lines, repeat_database
from service.errors import INTERRUPTED, DatabaseReplacedError, StartError, TryAgainError

MODULES = {
    "run": ("run", "all"),
    "reprocess": ("reprocess", "resources"),
    "dump_and_ingest": ("dump", "ingest"),
    "show": ("show",),
    "status": ("status", "failures"),
    "doctor": ("doctor",),
    "search": ("search",),
    "open": ("open",),
    "stats": ("stats",),
    "gallery": ("gallery",),
    "resolve": ("resolve",),
    "export": ("export",),
    "bulk": ("bulk",),
    "safekeeping": ("backup", "restore", "salvage"),
    "roots": ("confirm-missing", "forget", "mark-roots"),
    "config_and_demo": ("demo", "config"),
}
"""Module of this package → the commands it adds.

Only the module of the given command is loaded: all of them take a sixth longer.
"""


STANDARD_OUTPUT = 1
"""The file's number."""


def command_line(words: Sequence[str] = ()) -> typer.Typer:
    """Return the command line as far as these arguments need it.

    All of it where they name no command.
    """
    app = App(
        name="aiimagepipe",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_group)
    wanted = [name for name, commands in MODULES.items() if words and words[0] in commands]
    for name in wanted or MODULES:
        import_module(f"service.cli.{name}").register(app)
    return app


def _print_version(asked: bool) -> None:  # noqa: FBT001  # typer passes the option's value so
    if asked:
        typer.echo(f"aiimagepipe {__version__}")
        raise typer.Exit


def _group(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the program's name and version.",
        ),
    ] = False,
) -> None:
    """Keeps one SQLite database true to your folders of AI-generated images."""  # noqa: D401  # the help's first line


def main(app: typer.Typer | None = None) -> None:
    """Run the command line, as far as it is loaded; None: as far as the arguments need it.

    Every error about which something can be done is printed in one line, without a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        # A Windows console of another code page cannot show every file's name.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logs.warn_on_stderr()
    try:
        app = app or command_line(sys.argv[1:])
        app(prog_name="aiimagepipe")  # also where it was started as `python -m service`
    except SystemExit as end:
        # typer and rich end a command so whose output nobody reads any more (`… | head`).
        if isinstance(end.__context__, BrokenPipeError):
            _drop_output()
            raise SystemExit(0) from None
        raise
    except StartError as error:
        message = repeat_database(str(error), sys.argv[1:])
        typer.echo(harmless_lines(f"aiimagepipe: {message}"), err=True)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:  # before a command looks after signals, or in one that does not
        raise SystemExit(INTERRUPTED) from None
    except (TryAgainError, DatabaseReplacedError) as error:
        typer.echo(harmless_lines(f"aiimagepipe: {error}; try again"), err=True)
        raise SystemExit(1) from None


def _drop_output() -> None:
    """Let what is still to be printed go nowhere, so that Python's end does not complain of it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), STANDARD_OUTPUT)
