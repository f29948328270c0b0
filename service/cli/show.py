"""One image on a terminal.

``show``, ``status``, ``failures`` and ``doctor``: looking without changing anything.
"""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service import doctor as examination
from service import pipeline, service_state
from service.cli.options import AsJson, ConfigFile, Database, load_config
from service.cli.output import harmless, harmless_lines, say, say_json, tables
from service.errors import StartError
from service.parse.why import Judgement
from service.paths import Root, flaw, to_stored
from service.store.database_reader import DatabaseReader
from service.store.file_rows import FileRow
from service.store.one_image import ImageRecord

AsKept = Annotated[bool, typer.Option("--raw", help="Print the kept record, as ExifTool gave it.")]

HEAD = (
    "root",
    "path",
    "state",
    "missing_since",
    "status",
    "generator",
    "recipe",
    "mime_type",
    "size_bytes",
    "modified_at",
    "ingested_at",
    "sha256",
    "file_width",
    "file_height",
    "sidecars",
)


def print_image(image: ImageRecord, why: tuple[Judgement, ...]) -> None:
    """Print a shown image.

    The file, every fact with its source, passes, resources, tokens, disagreements, warnings.

    Last, which parsers claimed it and what came of that.
    """
    console = tables()
    row = image.image
    _table(
        console, "file", (), ((name, row.get(name)) for name in HEAD if row.get(name) is not None)
    )
    _table(
        console,
        "facts",
        ("key", "value", "source"),
        ((f.key, f.value, f.source) for f in image.facts),
    )
    _print_made_with(console, image)
    _table(
        console,
        "two sources disagree (the first was taken)",
        ("field", "taken", "source", "other", "source"),
        ((c.field, c.a.value, c.a.source, c.b.value, c.b.source) for c in image.conflicts),
    )
    warnings = str(row.get("warnings") or "").splitlines()
    _table(console, "warnings", (), ((warning,) for warning in warnings))
    _table(
        console,
        "why it was read so",
        ("parser", "its claim", "what came of it", "generator", "known by", "read from"),
        ((w.parser, w.claim, w.part, w.generator, w.because, ", ".join(w.read_from)) for w in why),
    )


def _print_made_with(console: Console, image: ImageRecord) -> None:
    _table(
        console,
        "passes",
        ("role", "sampler", "scheduler", "steps", "cfg", "seed", "denoise", "size", "model"),
        (
            (
                p.role,
                p.sampler,
                p.scheduler,
                p.steps,
                p.cfg_scale,
                p.seed,
                p.denoise,
                _size(p.width, p.height),
                p.model,
            )
            for p in image.passes
        ),
    )
    _table(
        console,
        "resources",
        ("kind", "label", "weight", "hash", "name", "source", ""),
        (
            (
                r.kind,
                r.label,
                r.weight,
                r.hash,
                r.air or r.model_version_id,
                r.source,
                "" if r.used else "not used",
            )
            for r in image.resources
        ),
    )
    _table(
        console,
        "tokens",
        ("side", "", "token", "weight", "kind"),
        ((t.side, t.position, t.token, t.weight, t.kind) for t in image.tokens),
    )


def _size(width: int | None, height: int | None) -> str | None:
    return None if width is None or height is None else f"{width}x{height}"


def _table(
    console: Console, title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> None:
    lines = [[_cell(value) for value in row] for row in rows]
    if not lines:
        return
    table = Table(
        *columns,
        title=title,
        title_justify="left",
        title_style="bold",
        show_header=bool(columns),
        box=None,
    )
    for line in lines:
        table.add_row(*line)
    console.print(table)
    console.print()


def _cell(value: object) -> Text:
    return Text("" if value is None else harmless_lines(str(value)), overflow="fold")


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
    db: Database = None,
    raw: AsKept = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print all that is known of one image.

    Facts with their sources, passes, resources, warnings, and why it is so.
    """
    settings = load_config(config, None, db, only_reads=True)
    with DatabaseReader.open(settings.database.path) as reader:
        place = _find(reader, _roots(reader, settings.roots), path)
        if raw:
            record = reader.raw_record(place.image_id)
            say_json(record.model_dump() if record else None)
            return
        image, record = reader.image(place.image_id), reader.raw_record(place.image_id)
    if image is None:
        raise StartError(f"{path}: its row has just gone")
    why = pipeline.explain_reading(record) if record else ()
    if json:
        say_json(asdict(image) | {"why": [asdict(one) for one in why]})
    else:
        print_image(image, why)


def _roots(reader: DatabaseReader, configured_: tuple[Root, ...]) -> tuple[Root, ...]:
    """Return the configured roots, then those that another configuration filled this database from."""
    names = {root.name for root in configured_}
    others = (one for one in reader.roots() if one.name not in names)
    return (*configured_, *(Root(one.name, Path(one.location)) for one in others))


def _find(reader: DatabaseReader, roots: tuple[Root, ...], text: str) -> FileRow:
    """Return the row of a path given as on disk (from the working folder), or as stored, with or without its root."""
    names = dict.fromkeys(
        (text, text.replace("\\", "/"))
    )  # on Linux a backslash may be part of a name
    tries = [(root.name, name) for name in names for root in roots]
    tries += [(root.name, name.removeprefix(f"{root.name}/")) for name in names for root in roots]
    location = Path.cwd() / text
    tries += [
        (root.name, to_stored(location.relative_to(root.path)))
        for root in roots
        if location.is_relative_to(root.path)
    ]
    for root, path in tries:
        if place := reader.find(root, path):
            return place
    if found := flaw(text):  # not before: a strange name may be an image's
        raise StartError(found)
    raise StartError(
        f"{text}: the database knows no such image; `aiimagepipe failures` lists what could not be read"
    )


def status(config: ConfigFile = None, db: Database = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Say whether the service runs, what it waits for, and how much there is.

    Exit code 1: it does not run.
    """
    settings = load_config(config, None, db, only_reads=True)
    found = service_state.read_state(settings.database.path)
    if json:
        say_json(asdict(found))
    else:
        _print_status(found)
    raise typer.Exit(0 if found.running else 1)


def _print_status(found: service_state.ServiceState) -> None:
    table = Table(show_header=False, box=None)
    for name, value in found.lines():
        table.add_row(Text(name, style="bold"), Text(harmless(value)))
    tables().print(table)


def failures(config: ConfigFile = None, db: Database = None, json: AsJson = False) -> None:  # noqa: FBT002
    """List the files that could not be read: why, how often tried, and when next."""
    settings = load_config(config, None, db, only_reads=True)
    with DatabaseReader.open(settings.database.path) as reader:
        found = reader.failures()
    if json:
        say_json([asdict(one) for one in found])
        return
    table = Table("file", "stage", "error", "attempts", "next try")
    for one in found:
        what = one.failure
        cells = (
            f"{what.root}/{what.path}",
            what.stage,
            what.message,
            str(one.attempts),
            one.next_try_at,
        )
        table.add_row(*map(Text, map(harmless, cells)))
    tables().print(table if found else "No file has failed.")


def doctor(config: ConfigFile = None, db: Database = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Check everything the service needs, and say the mend of what is wrong.

    Exit code 1: something is.
    """
    findings = examination.examine_health(load_config(config, None, db))
    if json:
        say_json([asdict(one) for one in findings])
    else:
        for one in findings:
            colour = {
                "ok": typer.colors.GREEN,
                "warning": typer.colors.YELLOW,
                "error": typer.colors.RED,
            }[one.level]
            typer.echo(
                f"{typer.style(one.level.ljust(7), fg=colour)} {harmless(f'{one.what}: {one.found}')}"
            )
            if one.mend:
                say(f"        → {one.mend}")
    raise typer.Exit(1 if any(one.level == "error" for one in findings) else 0)
