"""``run`` and ``all``: the commands that fill the database from the folders.

What they do with it is loaded while the first reader starts.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from service import logs
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
from service.cli.output import Bar, say
from service.config import Config, prepare
from service.export.categories import find_double_words
from service.instance import hold_instance
from service.readers.configured_readers import start_readers
from service.stop_request import StopRequest

if TYPE_CHECKING:
    from service.assembly import Assembly
    from service.supervisor import PassResult, Supervisor
    from service.worker.batch import FileOutcome


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("run")(run)
    app.command("all")(all_)


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
    with _supervise(settings, watch=True, has_all_roots=has_all_roots(inputs)) as supervisor:
        code = supervisor.serve(writes_lists=writes_lists)
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
    with _supervise(settings, watch=False, has_all_roots=has_all_roots(inputs)) as supervisor:
        bar = Bar(enabled=not json and sys.stderr.isatty())
        done = _one_pass(supervisor, bar)
    logs.close()
    bar.print_summary(done.counters, settings.database.path, as_json=json)
    raise typer.Exit(done.exit_code)


@contextmanager
def _supervise(config: Config, *, watch: bool, has_all_roots: bool) -> Iterator["Supervisor"]:
    """Hold the database of a configuration, and give its supervisor with the first reader."""
    with hold_instance(config.database.path) as lock:
        request = StopRequest()
        with start_readers(config, starts_exiftool=watch) as readers:
            # It takes as long to load as the reader, which is a process of its own.
            from service.supervisor import Supervisor  # noqa: PLC0415

            gc.freeze()  # as __main__ does with what it has loaded
            yield Supervisor(config, lock, readers, request, has_all_roots=has_all_roots)


def _one_pass(supervisor: "Supervisor", bar: Bar) -> "PassResult":
    def on_begin(assembly: "Assembly") -> None:
        bar.start(assembly.worker.count_changes() if bar.enabled else None)

    def on_done(outcome: "FileOutcome") -> None:
        bar.add(len(outcome.rows) + len(outcome.failed) + len(outcome.moved), outcome.failed)

    try:
        return supervisor.one_pass(on_begin, on_done, lambda note: say(note, err=True))
    finally:
        bar.stop()
