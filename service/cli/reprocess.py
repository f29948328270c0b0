"""``reprocess`` and ``resources``: rows made again from the stored records."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from service import instance, logs
from service.assembly import open_store
from service.cli.hand_over import HandedOver, hand_over
from service.cli.options import ConfigFile, DatabaseFile, load_config
from service.cli.output import Bar, count_of, finish, say
from service.clock import Clock
from service.config import Config, prepare
from service.errors import AlreadyRunningError
from service.readers.configured_readers import start_readers
from service.records.json_values import JsonValue
from service.store.connection import require_database
from service.worker.reprocess import Reprocessor

BATCH = 64


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("reprocess")(reprocess)
    app.command("resources")(resources)


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
        start_readers(settings, reads_files=False) as readers,
        open_store(settings) as store,
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
