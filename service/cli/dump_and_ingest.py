"""``dump`` and ``ingest``: the same pipeline in two halves, on one machine or on two."""

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from service import instance, logs, transfer
from service.assembly import open_store
from service.cli import typed_paths
from service.cli.hand_over import hand_over
from service.cli.options import ConfigFile, DatabaseFile, ExifTool, Inputs, load_config
from service.cli.output import Bar, count_of, finish, say
from service.clock import Clock
from service.config import Config, prepare
from service.dump_lines import TransferResult
from service.errors import AlreadyRunningError, StartError
from service.export import records
from service.paths import anchor
from service.readers.configured_readers import start_readers
from service.store.database_reader import DatabaseReader
from service.store.schema import current
from service.watch.watch_settings import WatchSettings

DUMP = "out/exif_raw.jsonl"


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("dump")(dump)
    app.command("ingest")(ingest)


def dump(
    config: ConfigFile = None,
    inputs: Inputs = None,
    out: Annotated[
        str | None,
        typer.Option(help=f"File to write, one JSON object a line. [default: {DUMP}]"),
    ] = None,
    exiftool: ExifTool = None,
) -> None:
    """Write ExifTool's record of every image as JSON lines, one file a line."""
    settings = load_config(config, inputs, exiftool=exiftool)
    for note in prepare(settings):
        say(note, err=True)
    if out is None:
        target = anchor(DUMP, typed_paths.base_of(config))
    else:
        target = typed_paths.output(out, config, "--out")
    logs.setup(settings.log, console=sys.stderr.isatty())
    with start_readers(settings) as readers:
        readers.require()
        done = transfer.dump(
            settings.roots,
            readers,
            target,
            WatchSettings.from_config(settings.watch),
            settings.extract.batch_size,
        )
    logs.close()
    for path, reason in done.failed:
        say(f"failed: {path}: {reason}", err=True)
    say(f"{count_of(done.count, 'record')} → {target}")
    finish(has_failed=bool(done.failed))


def ingest(  # noqa: PLR0917  # options are given by name
    source: Annotated[
        str,
        typer.Option("--in", help="File that dump wrote, or what `exiftool -j` printed by itself."),
    ],
    config: ConfigFile = None,
    db: DatabaseFile = None,
    jsonl: Annotated[
        str | None, typer.Option(help="Also write each image's row as JSON lines.")
    ] = None,
    csv: Annotated[
        str | None, typer.Option(help="Also write each image's row as CSV, safe to open in Excel.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option(help="The program's own schema.sql, which it always uses.")
    ] = None,
) -> None:
    """Fill the database from a dump, on any machine; neither the images nor ExifTool are needed."""
    settings = load_config(config, None, db, makes_database=True)
    path = typed_paths.source(source, config, "--in")
    if schema is not None:
        _check_schema(typed_paths.source(schema, config, "--schema"))
    lines = None if jsonl is None else typed_paths.output(jsonl, config, "--jsonl")
    table = None if csv is None else typed_paths.output(csv, config, "--csv")
    prepare(settings)
    try:
        with instance.hold_instance(settings.database.path):
            done = _ingest_here(path, settings)
    except AlreadyRunningError as refusal:
        done = _ingest_in_service(path, settings, refusal)
    with DatabaseReader.open(settings.database.path) as reader:
        if lines is not None:
            records.write_jsonl(reader.search_rows(), lines)
        if table is not None:
            records.write_csv(reader.search_rows(), table, reader.search_columns())
    for place, reason in done.failed:
        say(f"failed: {place}: {reason}", err=True)
    say(f"{count_of(done.count, 'image')} → {settings.database.path}")
    if done.kept:
        say(f"{count_of(done.kept, 'image')} left as the file itself says")
    finish(has_failed=bool(done.failed))


def _ingest_here(path: Path, settings: Config) -> TransferResult:
    """Fill the database in this process, which holds it."""
    logs.setup(settings.log, console=False)
    with (
        start_readers(settings, reads_files=False) as readers,
        open_store(settings) as store,
    ):
        done = transfer.ingest(path, store, readers, settings.roots, Clock())
    logs.close()
    return done


def _ingest_in_service(
    path: Path, settings: Config, refusal: AlreadyRunningError
) -> TransferResult:
    """Let the service that holds the database fill it; it places the files in its own roots."""
    bar = Bar(enabled=sys.stderr.isatty())
    with bar.shown():
        made = hand_over(
            settings.database.path,
            "ingest",
            {"source": str(path)},
            refusal,
            lambda count: bar.add(count, ()),
        )
    kept = made.result.get("kept")
    return TransferResult(made.done, made.failed, kept if isinstance(kept, int) else 0)


def _check_schema(file: Path) -> None:
    """Raise StartError where a schema is named that is not the program's own."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if file.read_text(encoding="utf-8") == current().text:
            return
    raise StartError(
        f"--schema: {file} is not this program's schema.sql, which it always uses (older databases "
        "are upgraded by themselves); leave --schema out"
    )
