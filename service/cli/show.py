"""``show``, ``status``, ``failures`` and ``doctor``: looking without changing anything."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service import doctor as examination
from service import logs, pipeline, service_state
from service.cli.find_image import Image, find_image, locate
from service.cli.image_tables import print_image
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import finish, harmless, make_console, say, say_json
from service.config import Config
from service.errors import StartError
from service.paths import to_stored
from service.records import RawRecord
from service.store.database_reader import DatabaseReader
from service.store.marks import find_mark

AsKept = Annotated[
    bool, typer.Option("--raw", help="Print the stored record, as ExifTool gave it.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("show")(show)
    app.command("status")(status)
    app.command("failures")(failures)
    app.command("doctor")(doctor)


def show(  # noqa: PLR0917  # options are given by name
    image: Image,
    config: ConfigFile = None,
    db: DatabaseFile = None,
    full: Annotated[bool, typer.Option("--full", help="Cut neither long texts nor lists.")] = False,  # noqa: FBT002
    raw: AsKept = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print all that is known of one image.

    Facts with their sources, passes, resources, warnings, and why it is so.
    """
    settings = load_config(config, None, db, only_reads=True)
    with DatabaseReader.open(settings.database.path) as reader:
        place = find_image(reader, settings.roots, image)
        location = to_stored(locate(reader, settings.roots, place.file))
        if raw:
            record = reader.raw_record(place.image_id)
            say_json(asdict(record) if record else None)
            return
        found, record = reader.image(place.image_id), reader.raw_record(place.image_id)
    if found is None:
        raise StartError(f"{image}: its row has just gone")
    why = pipeline.explain_reading(record) if record else ()
    mark = _find_mark(settings.database.path, record)
    if json:
        say_json(asdict(found) | {"why": list(map(asdict, why)), "place": location, "mark": mark})
    else:
        print_image(found, why, location, mark, is_cut=not full)


def _find_mark(database: Path, record: RawRecord | None) -> dict[str, object]:
    """Return the user's mark of an image. Where marks cannot be read, all the rest is shown."""
    try:
        return find_mark(database, record.sha256 if record else None)
    except StartError as error:
        say(str(error), err=True)
        return {}


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


def doctor(config: ConfigFile = None, db: DatabaseFile = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Check everything the service needs, and say what to do about what is wrong.

    Exit code 1: something is.
    """
    findings = examination.examine_health(load_config(config, None, db))
    if json:
        say_json([asdict(finding) | {"mend": finding.fix} for finding in findings])
    else:
        for finding in findings:
            _print_finding(finding)
    finish(has_failed=any(finding.level == "error" for finding in findings))


COLOURS = {
    "ok": typer.colors.GREEN,
    "warning": typer.colors.YELLOW,
    "error": typer.colors.RED,
}


def _print_finding(finding: examination.HealthFinding) -> None:
    level = typer.style(finding.level.ljust(7), fg=COLOURS[finding.level])
    typer.echo(f"{level} {harmless(f'{finding.what}: {finding.found}')}")
    if finding.fix:
        say(f"        → {finding.fix}")
