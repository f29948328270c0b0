"""``show``, ``status``, ``failures`` and ``doctor``: looking without changing anything."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service import doctor as examination
from service import pipeline, state
from service.cli.options import AsJson, ConfigFile, Database, configured
from service.cli.printed import harmless, say, say_json
from service.cli.shown import print_image
from service.cli.tables import tables
from service.errors import StartError
from service.paths import Root, flaw, to_stored
from service.store.places import Place
from service.store.reading import Reader


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("show")(show)
    app.command("status")(status)
    app.command("failures")(failures)
    app.command("doctor")(doctor)


def show(
    path: Annotated[str, typer.Argument(help="The image: a path on disk, or as the database has it.")],
    config: ConfigFile = None,
    db: Database = None,
    raw: Annotated[bool, typer.Option("--raw", help="Print the kept record, as ExifTool gave it.")] = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print all that is known of one image: facts with their sources, passes, resources, warnings, and why it is so."""
    settings = configured(config, None, db, only_reads=True)
    with Reader.open(settings.database.path) as reader:
        place = _find(reader, _roots(reader, settings.roots), path)
        if raw:
            record = reader.raw_record(place.image_id)
            say_json(record.model_dump() if record else None)
            return
        image, record = reader.image(place.image_id), reader.raw_record(place.image_id)
    if image is None:
        raise StartError(f"{path}: its row has just gone")
    why = pipeline.why(record) if record else ()
    if json:
        say_json(asdict(image) | {"why": [asdict(one) for one in why]})
    else:
        print_image(image, why)


def _roots(reader: Reader, configured_: tuple[Root, ...]) -> tuple[Root, ...]:
    """Return the configured roots, then those that another configuration filled this database from."""
    names = {root.name for root in configured_}
    others = (one for one in reader.roots() if one.name not in names)
    return (*configured_, *(Root(one.name, Path(one.location)) for one in others))


def _find(reader: Reader, roots: tuple[Root, ...], text: str) -> Place:
    """Return the row of a path given as on disk (from the working folder), or as stored, with or without its root."""
    names = dict.fromkeys((text, text.replace("\\", "/")))  # on Linux a backslash may be part of a name
    tries = [(root.name, name) for name in names for root in roots]
    tries += [(root.name, name.removeprefix(f"{root.name}/")) for name in names for root in roots]
    location = Path.cwd() / text
    tries += [
        (root.name, to_stored(location.relative_to(root.path))) for root in roots if location.is_relative_to(root.path)
    ]
    for root, path in tries:
        if place := reader.find(root, path):
            return place
    if found := flaw(text):  # not before: a strange name may be an image's
        raise StartError(found)
    raise StartError(f"{text}: the database knows no such image; `aiimagepipe failures` lists what could not be read")


def status(config: ConfigFile = None, db: Database = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Say whether the service runs, what it waits for, and how much there is. Exit code 1: it does not run."""
    settings = configured(config, None, db, only_reads=True)
    found = state.read(settings.database.path)
    if json:
        say_json(asdict(found))
    else:
        _print_status(found)
    raise typer.Exit(0 if found.running else 1)


def _print_status(found: state.State) -> None:
    table = Table(show_header=False, box=None)
    for name, value in found.lines():
        table.add_row(Text(name, style="bold"), Text(harmless(value)))
    tables().print(table)


def failures(config: ConfigFile = None, db: Database = None, json: AsJson = False) -> None:  # noqa: FBT002
    """List the files that could not be read: why, how often tried, and when next."""
    settings = configured(config, None, db, only_reads=True)
    with Reader.open(settings.database.path) as reader:
        found = reader.failures()
    if json:
        say_json([asdict(one) for one in found])
        return
    table = Table("file", "stage", "error", "attempts", "next try")
    for one in found:
        what = one.failure
        cells = (f"{what.root}/{what.path}", what.stage, what.message, str(one.attempts), one.next_try_at)
        table.add_row(*map(Text, map(harmless, cells)))
    tables().print(table if found else "No file has failed.")


def doctor(config: ConfigFile = None, db: Database = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Check everything the service needs, and say the mend of what is wrong. Exit code 1: something is."""
    findings = examination.examine(configured(config, None, db))
    if json:
        say_json([asdict(one) for one in findings])
    else:
        for one in findings:
            colour = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW, "error": typer.colors.RED}[one.level]
            typer.echo(f"{typer.style(one.level.ljust(7), fg=colour)} {harmless(f'{one.what}: {one.found}')}")
            if one.mend:
                say(f"        → {one.mend}")
    raise typer.Exit(1 if any(one.level == "error" for one in findings) else 0)
