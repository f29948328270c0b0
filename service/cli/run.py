"""``run``, ``all`` and ``reprocess``: the commands that fill the database."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from service import instance, logs
from service.assembly import Assembly, open_store, start_readers
from service.cli.hand_over import HandedOver, hand_over
from service.cli.options import (
    AsJson,
    ConfigFile,
    DatabaseFile,
    ExifTool,
    Inputs,
    has_all_roots,
    is_elsewhere,
    load_config,
)
from service.cli.output import Bar, count_of, finish, say
from service.clock import Clock
from service.config import Config, prepare
from service.errors import AlreadyRunningError
from service.export.categories import find_double_words
from service.records.json_values import JsonValue
from service.store.connection import require_database
from service.supervisor import PassResult, Supervisor
from service.worker.batch import FileOutcome
from service.worker.reprocess import Reprocessor

BATCH = 64


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("run")(run)
    app.command("all")(all_)
    app.command("reprocess")(reprocess)
    app.command("resources")(resources)


LISTS_ARE_OFF = (
    "[[export]] is off, since this run has another database or other folders than the settings "
    "file; --exports switches it on"
)


WritesLists = Annotated[
    bool,
    typer.Option(
        "--exports", help="Write the lists of config.toml also with --input, --db or the like."
    ),
]


def run(
    config: ConfigFile = None,
    inputs: Inputs = None,
    db: DatabaseFile = None,
    exiftool: ExifTool = None,
    exports: WritesLists = False,  # noqa: FBT002
) -> None:
    """Run the service in the foreground: rescan, watch, process. Ctrl+C stops it cleanly."""
    settings = load_config(config, inputs, db, exiftool=exiftool, makes_database=True)
    notes = [*prepare(settings), *find_double_words(settings.categories)]
    logs.setup(settings.log)
    writes_lists = exports or not is_elsewhere(inputs, db)
    if settings.export and not writes_lists:
        notes.append(LISTS_ARE_OFF)
    for note in notes:
        say(note, err=True)
    with instance.hold_instance(settings.database.path) as lock:
        code = Supervisor(
            settings, lock, writes_lists=writes_lists, has_all_roots=has_all_roots(inputs)
        ).serve()
    logs.close()
    raise typer.Exit(code)


def all_(
    config: ConfigFile = None,
    inputs: Inputs = None,
    db: DatabaseFile = None,
    exiftool: ExifTool = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Go once over the folders with a progress bar, then exit.

    Exit code 1: some files failed (listed).
    """
    settings = load_config(config, inputs, db, exiftool=exiftool, makes_database=True)
    prepare(settings)
    logs.setup(settings.log, console=False)
    with instance.hold_instance(settings.database.path) as lock:
        bar = Bar(enabled=not json and sys.stderr.isatty())
        done = _one_pass(Supervisor(settings, lock, has_all_roots=has_all_roots(inputs)), bar)
    logs.close()
    bar.print_summary(done.counters, settings.database.path, as_json=json)
    raise typer.Exit(done.exit_code)


def _one_pass(supervisor: Supervisor, bar: Bar) -> PassResult:
    def on_begin(assembly: Assembly) -> None:
        bar.start(assembly.worker.count_changes() if bar.enabled else None)

    def on_done(outcome: FileOutcome) -> None:
        bar.add(len(outcome.rows) + len(outcome.failed) + len(outcome.moved), outcome.failed)

    try:
        return supervisor.one_pass(on_begin, on_done, lambda note: say(note, err=True))
    finally:
        bar.stop()


def reprocess(
    config: ConfigFile = None,
    db: DatabaseFile = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is up to date.")] = False,  # noqa: FBT002
) -> None:
    """Make rows again from the stored records where a stage has changed.

    Neither the files nor ExifTool are needed.
    """
    _reprocess(config, db, everything=everything)


def resources(config: ConfigFile = None, db: DatabaseFile = None) -> None:
    """Derive every image's resources (and all its other rows) again from the stored records."""
    _reprocess(config, db, everything=True)


def _reprocess(config: Path | None, db: str | None, *, everything: bool) -> None:
    settings = load_config(config, None, db)
    database = settings.database.path
    require_database(database)
    prepare(settings)
    bar = Bar(enabled=sys.stderr.isatty())
    try:
        with instance.hold_instance(database):
            made = _reprocess_here(settings, bar, everything=everything)
    except AlreadyRunningError as refusal:
        asked: dict[str, JsonValue] = {"everything": everything}
        with bar.shown():
            made = hand_over(
                database, "reprocess", asked, refusal, lambda count: bar.add(count, ())
            )
    for place, reason in made.failed:
        say(f"failed: {place}: {reason}", err=True)
    say(f"{count_of(made.done - made.count_failed, 'image')} made again")
    finish(has_failed=bool(made.failed))


def _reprocess_here(settings: Config, bar: Bar, *, everything: bool) -> HandedOver:
    """Make rows again in this process, which holds the database."""
    logs.setup(settings.log, console=False)
    count = 0
    with (
        open_store(settings) as store,
        start_readers(settings, reads_files=False) as readers,
        bar.shown(),
    ):
        readers.require()
        reprocessor = Reprocessor(store, readers, Clock(), everything=everything)
        for size in reprocessor.run(BATCH):
            count += size
            store.checkpoint()
            bar.add(size, ())
    logs.close()
    failed = reprocessor.failures()
    return HandedOver(count, failed, len(failed))
