"""``status`` and ``failures``: what the service does, and what it could not read."""

from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.table import Table
from rich.text import Text

from service import logs, service_state
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import finish, harmless, say, say_json
from service.cli.tables import make_console
from service.config import Config
from service.store.database_reader import DatabaseReader


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("status")(status)
    app.command("failures")(failures)


def status(config: ConfigFile = None, db: DatabaseFile = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Say whether the service runs, what it waits for, and how much there is.

    Exit code 1: it does not run.
    """
    settings = load_config(config, None, db, only_reads=True)
    found = service_state.read_state(settings.database.path)
    small = _read_thumbnails(settings)
    log_file = str(settings.log.directory / logs.FILE)
    if json:
        say_json(asdict(found) | {"thumbnails": small and asdict(small), "log": log_file})
    else:
        further = [("thumbnails", str(small))] if small else []
        _print_status([*found.lines(), *further, ("log", log_file)])
    finish(has_failed=not found.running)


def _read_thumbnails(settings: Config) -> service_state.ThumbnailsState | None:
    if not settings.thumbnails.enabled:
        return None
    return service_state.read_thumbnails(settings.database.path, settings.thumbnails.max_bytes)


def _print_status(lines: Sequence[tuple[str, str]]) -> None:
    table = Table(show_header=False, box=None)
    for name, value in lines:
        table.add_row(Text(name, style="bold"), Text(harmless(value)))
    make_console().print(table)


def failures(config: ConfigFile = None, db: DatabaseFile = None, json: AsJson = False) -> None:  # noqa: FBT002
    """List the files that could not be read: why, how often tried, and when next."""
    settings = load_config(config, None, db, only_reads=True)
    with DatabaseReader.open(settings.database.path) as reader:
        found = reader.failures()
    if json:
        say_json(list(map(asdict, found)))
        return
    if not found:
        say("No file has failed.")
        return
    table = Table("file", "stage", "error", "attempts", "next try")
    for one in found:
        failure = one.failure
        cells = (
            f"{failure.root}/{failure.path}",
            failure.stage,
            failure.message,
            str(one.attempts),
            one.next_try_at,
        )
        table.add_row(*map(Text, map(harmless, cells)))
    make_console().print(table)
