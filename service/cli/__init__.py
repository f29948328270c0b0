"""``aiimagepipe``: one function a command, nothing but wiring in it."""

import sys

import typer

from service.cli import bulk, counting, exporting, looking, resolving, running, searching, settings, transfer
from service.cli.printed import harmless_lines
from service.errors import StartError, TryAgainError

app = typer.Typer(
    name="aiimagepipe",
    help="Keeps one SQLite database true to your folders of AI-generated images.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (running, transfer, looking, searching, counting, resolving, exporting, bulk, settings):
    room.register(app)


def main() -> None:
    """Run the command line; every error that has a mend is told in one line, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console of another code page cannot show every file's name
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app(prog_name="aiimagepipe")  # also where it was started as `python -m service`
    except StartError as error:
        typer.echo(harmless_lines(f"aiimagepipe: {error}"), err=True)
        raise SystemExit(error.exit_code) from None
    except TryAgainError as error:
        typer.echo(harmless_lines(f"aiimagepipe: {error}; try again"), err=True)
        raise SystemExit(1) from None
