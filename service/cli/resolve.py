"""``resolve``: model ids and hashes into names, from what is on this machine.

Nothing is asked online. At its end it prints what was found: as JSON everything, on a terminal the
commonest of each.
"""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from service import instance, logs
from service.assembly import open_store
from service.cli import typed_paths
from service.cli.hand_over import HandedOver, entries_file, hand_over, require_service
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import finish, say, say_json
from service.cli.resolve_report import make_report, print_report
from service.cli.tables import progress_by_bytes
from service.clock import Clock
from service.config import Config, prepare
from service.errors import AlreadyRunningError, StartError
from service.light_dataclasses import dataclass
from service.model_lookup.findings import Findings, find_references
from service.model_lookup.handed_over import EntriesFile
from service.model_lookup.learn import SourceLearner, SourceReport
from service.readers.configured_readers import start_readers
from service.resources.known_models import Trust
from service.store.database_reader import DatabaseReader
from service.store.model_writer import EntryCounts
from service.store.writer import Store
from service.worker.reprocess import Reprocessor

BATCH = 64

Maps = Annotated[
    list[str] | None,
    typer.Option("--map", help="Map of your own: CSV or JSON. May be given several times."),
]
CivitAI = Annotated[
    list[str] | None,
    typer.Option(
        "--civitai",
        help="CivitAI export, sidecar, dump, or a folder of them. May be given several times.",
    ),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--models", help="Folder of model files, which are hashed. May be given several times."
    ),
]
Rewrite = Annotated[
    bool,
    typer.Option(
        "--rewrite", help="Give the images' resources their real names, now and for images to come."
    ),
]


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("resolve")(resolve)


def resolve(
    *,
    config: ConfigFile = None,
    db: DatabaseFile = None,
    map_: Maps = None,
    civitai: CivitAI = None,
    models: Models = None,
    rewrite: Rewrite = False,
    json: AsJson = False,
) -> None:
    """Learn what model ids and hashes stand for, and say which are known.

    Exit code 1: a source could not be read.
    """
    settings = load_config(config, None, db)
    prepare(settings)
    sources = _Sources(
        maps=_find_all(map_, config, "--map"),
        exports=_find_all(civitai, config, "--civitai"),
        folders=_find_all(models, config, "--models"),
    )
    try:
        with instance.hold_instance(settings.database.path):
            outcome = _resolve_here(settings, sources, rewrite=rewrite)
    except AlreadyRunningError as refusal:
        outcome = _resolve_in_service(settings, sources, refusal, rewrite=rewrite)
    has_failed = _print_failures(outcome.learned, outcome.rewritten)
    rewritten = outcome.rewritten.done if outcome.rewritten else None
    report = make_report(outcome.findings, outcome.learned, outcome.known, rewritten)
    if json:
        say_json(report)
    else:
        print_report(report)
    finish(has_failed=has_failed)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What is to be learnt from."""

    maps: list[Path]
    exports: list[Path]
    folders: list[Path]


@dataclass(frozen=True, slots=True)
class _Outcome:
    learned: SourceReport
    findings: Findings
    known: int
    """Model files, after it."""
    rewritten: HandedOver | None
    """The images made again; None where none were to be."""


def _resolve_here(settings: Config, sources: _Sources, *, rewrite: bool) -> _Outcome:
    """Do all of it in this process, which holds the database."""
    logs.setup(settings.log, console=False)
    with open_store(settings) as store:
        learner = SourceLearner(store.models_to_write(), Clock(), store.checkpoint)
        learned = _learn_models(learner, sources)
        findings = find_references(store)
        rewritten = _rewrite_images(settings, store, findings) if rewrite else None
        known = store.models().count()
    logs.close()
    return _Outcome(learned, findings, known, rewritten)


def _resolve_in_service(
    settings: Config, sources: _Sources, refusal: AlreadyRunningError, *, rewrite: bool
) -> _Outcome:
    """Read the sources in this process, and let the service that holds the database write."""
    database = settings.database.path
    require_service(database, refusal)
    with entries_file(database, "learnt") as entries:
        with DatabaseReader.open(database) as reader, entries.open("wb") as lines:
            models = EntriesFile(lines, reader.models())
            learned = _learn_models(SourceLearner(models, Clock()), sources)
        has_learnt = entries.stat().st_size > 0
        if has_learnt:
            made = hand_over(database, "learn", {"entries": str(entries)}, refusal)
            learned.counts = EntryCounts(*(_number(made, name) for name in EntryCounts.__slots__))
    with DatabaseReader.open(database) as reader:
        findings = find_references(reader)
        known = reader.models().count()
        images = [number for number, _ in reader.stated_resources().images(findings.changing)]
    rewritten = None
    if rewrite:
        with entries_file(database, "images") as file:
            file.write_bytes(orjson.dumps(images))
            asked = {"images": str(file)}
            rewritten = hand_over(database, "rewrite", asked, refusal, is_first=not has_learnt)
    return _Outcome(learned, findings, known, rewritten)


def _number(made: HandedOver, name: str) -> int:
    value = made.result.get(name)
    return value if isinstance(value, int) else 0


def _print_failures(learned: SourceReport, rewritten: HandedOver | None) -> bool:
    """Print what failed, and return whether anything did."""
    for note in learned.notes:
        say(f"note: {note}", err=True)
    for source in learned.in_part:
        say(f"read in part: {source}", err=True)
    for source in learned.failed:
        say(f"not read: {source}", err=True)
    not_rewritten = rewritten.failed if rewritten else []
    for place, reason in not_rewritten:
        say(f"failed: {place}: {reason}", err=True)
    return bool(learned.failed or learned.in_part or not_rewritten)


def _find_all(texts: list[str] | None, config: Path | None, setting: str) -> list[Path]:
    """Return the paths of an option. Raises StartError where there is nothing at one of them."""
    paths = [typed_paths.source(text, config, setting) for text in texts or ()]
    for path in paths:
        if not path.exists():
            raise StartError(f"{setting}: there is nothing at {path}")
    return paths


def _learn_models(learner: SourceLearner, sources: _Sources) -> SourceReport:
    files = learner.find_model_files(sources.folders)
    total = sum(file.size for file in files)
    has_bar = bool(files) and sys.stderr.isatty()
    with progress_by_bytes("hashing", total, enabled=has_bar) as on_bytes:
        learner.learn_model_files(files, on_bytes)
    learner.learn_files(sources.exports, Trust.CIVITAI)
    learner.learn_files(sources.maps, Trust.MANUAL)
    return learner.report


def _rewrite_images(settings: Config, store: Store, findings: Findings) -> HandedOver:
    """Make the images again whose resources have other names now, and let new ones get them too."""
    store.models_to_write().apply_to_new_images()
    images = store.stated_resources().images(findings.changing)
    count = 0
    with start_readers(settings, reads_files=False) as readers:
        reprocessor = Reprocessor(store, readers, Clock(), only=images)
        for size in reprocessor.run(BATCH):
            count += size
            store.checkpoint()
    failed = reprocessor.failures()
    return HandedOver(count, failed, len(failed))
