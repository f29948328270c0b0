"""``show``, ``status``, ``failures`` and ``doctor``: looking without changing anything."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service import doctor as examination
from service import logs, pipeline, service_state
from service.cli.image_tables import print_image
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import finish, harmless, make_console, say, say_json
from service.errors import StartError
from service.paths import Root, flaw, to_stored
from service.store.database_reader import DatabaseReader
from service.store.file_rows import FileRow

AsKept = Annotated[
    bool, typer.Option("--raw", help="Print the stored record, as ExifTool gave it.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("show")(show)
    app.command("status")(status)
    app.command("failures")(failures)
    app.command("doctor")(doctor)


def show(
    path: Annotated[
        str, typer.Argument(help="The image: a path on disk, or as the database has it.")
    ],
    config: ConfigFile = None,
    db: DatabaseFile = None,
    raw: AsKept = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print all that is known of one image.

    Facts with their sources, passes, resources, warnings, and why it is so.
    """
    settings = load_config(config, None, db, only_reads=True)
    with DatabaseReader.open(settings.database.path) as reader:
        place = _find_row(reader, _known_roots(reader, settings.roots), path)
        if raw:
            record = reader.raw_record(place.image_id)
            say_json(record.model_dump() if record else None)
            return
        image, record = reader.image(place.image_id), reader.raw_record(place.image_id)
    if image is None:
        raise StartError(f"{path}: its row has just gone")
    why = pipeline.explain_reading(record) if record else ()
    if json:
        say_json(asdict(image) | {"why": list(map(asdict, why))})
    else:
        print_image(image, why)


def _known_roots(reader: DatabaseReader, configured: Sequence[Root]) -> list[Root]:
    """Return the configured roots, and those that the database has from other configurations."""
    names = {root.name for root in configured}
    others = [status for status in reader.roots() if status.name not in names]
    return [*configured, *(Root(status.name, Path(status.location)) for status in others)]


def _find_row(reader: DatabaseReader, roots: Sequence[Root], text: str) -> FileRow:
    """Return the row of an image.

    ``text`` is its path as on disk (from the working folder), or as stored, with or without the
    root's name before it.
    """
    for root, path in _possible_places(roots, text):
        row = reader.find(root, path)
        if row:
            return row
    reason = flaw(text)  # not before: a strange name may be an image's
    if reason:
        raise StartError(reason)
    raise StartError(
        f"{text}: the database knows no such image; "
        "`aiimagepipe failures` lists what could not be read"
    )


def _possible_places(roots: Sequence[Root], text: str) -> Iterator[tuple[str, str]]:
    """Yield the root and stored path that a text may mean, the likeliest first."""
    # On Linux a backslash may be part of a name.
    names = dict.fromkeys((text, text.replace("\\", "/")))
    for name in names:
        for root in roots:
            yield root.name, name
    for name in names:
        for root in roots:
            yield root.name, name.removeprefix(f"{root.name}/")
    location = Path.cwd() / text
    for root in roots:
        if location.is_relative_to(root.path):
            yield root.name, to_stored(location.relative_to(root.path))


def status(config: ConfigFile = None, db: DatabaseFile = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Say whether the service runs, what it waits for, and how much there is.

    Exit code 1: it does not run.
    """
    settings = load_config(config, None, db, only_reads=True)
    found = service_state.read_state(settings.database.path)
    log_file = str(settings.log.directory / logs.FILE)
    if json:
        say_json(asdict(found) | {"log": log_file})
    else:
        _print_status([*found.lines(), ("log", log_file)])
    finish(has_failed=not found.running)


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
