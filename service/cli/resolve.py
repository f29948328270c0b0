"""``resolve``: model ids and hashes into names, from what is on this machine.

Nothing is asked online. At its end it prints what was found: as JSON everything, on a terminal the
commonest of each.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service import instance, logs
from service.assembly import open_store, start_readers
from service.cli import typed_paths
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import finish, make_cell, make_console, progress_by_bytes, say, say_json
from service.clock import Clock
from service.config import Config, prepare
from service.model_lookup.findings import Findings, ReferenceFinding, Resolvedness, find_references
from service.model_lookup.learn import SourceLearner, SourceReport
from service.resources.known_models import KnownModel, Trust
from service.store.failures import Failure
from service.store.writer import Store
from service.worker.reprocess import Reprocessor

BATCH = 64

SHOWN = 20
"""Lines of a table on a terminal."""

OUTCOMES: tuple[Resolvedness, ...] = ("resolved", "ambiguous", "unknown")

Report = dict[str, object]

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
    logs.setup(settings.log, console=False)
    with (
        instance.hold_instance(settings.database.path),
        open_store(settings) as store,
    ):
        learned = _learn_models(
            store,
            maps=_find_all(map_, config, "--map"),
            exports=_find_all(civitai, config, "--civitai"),
            folders=_find_all(models, config, "--models"),
        )
        findings = find_references(store)
        rewritten = _rewrite_images(settings, store, findings) if rewrite else None
        known = store.models().count()
    logs.close()
    has_failed = _print_failures(learned, rewritten)
    report = make_report(findings, learned, known, rewritten.count if rewritten else None)
    if json:
        say_json(report)
    else:
        print_report(report)
    finish(has_failed=has_failed)


def _print_failures(learned: SourceReport, rewritten: "_Rewritten | None") -> bool:
    """Print what failed, and return whether anything did."""
    for note in learned.notes:
        say(f"note: {note}", err=True)
    for source in learned.in_part:
        say(f"read in part: {source}", err=True)
    for source in learned.failed:
        say(f"not read: {source}", err=True)
    not_rewritten = rewritten.failed if rewritten else []
    for failure in not_rewritten:
        say(f"failed: {failure.root}/{failure.path}: {failure.message}", err=True)
    return bool(learned.failed or learned.in_part or not_rewritten)


def _find_all(texts: list[str] | None, config: Path | None, setting: str) -> list[Path]:
    return [typed_paths.source(text, config, setting) for text in texts or ()]


def _learn_models(
    store: Store, *, maps: list[Path], exports: list[Path], folders: list[Path]
) -> SourceReport:
    learner = SourceLearner(store.models_to_write(), Clock(), store.checkpoint)
    files = learner.find_model_files(folders)
    total = sum(file.size for file in files)
    has_bar = bool(files) and sys.stderr.isatty()
    with progress_by_bytes("hashing", total, enabled=has_bar) as on_bytes:
        learner.learn_model_files(files, on_bytes)
    learner.learn_files(exports, Trust.CIVITAI)
    learner.learn_files(maps, Trust.MANUAL)
    return learner.report


@dataclass(frozen=True, slots=True)
class _Rewritten:
    count: int
    """Images made again."""
    failed: list[Failure]


def _rewrite_images(settings: Config, store: Store, findings: Findings) -> _Rewritten:
    """Make the images again whose resources have other names now, and let new ones get them too."""
    store.models_to_write().apply_to_new_images()
    images = store.stated_resources().images(findings.changing)
    count = 0
    with start_readers(settings, reads_files=False) as readers:
        reprocessor = Reprocessor(store, readers, Clock(), only=images)
        for size in reprocessor.run(BATCH):
            count += size
            store.checkpoint()
    return _Rewritten(count, reprocessor.failed)


def make_report(
    findings: Findings, learned: SourceReport, known: int, rewritten: int | None
) -> Report:
    """Return all there is to say, as JSON values."""
    counts = learned.counts
    by_outcome: dict[str, list[Report]] = {"resolved": [], "ambiguous": [], "unknown": []}
    for reference in findings.references:
        by_outcome[reference.outcome].append(_entry(reference))
    for finding in findings.ambiguous:
        by_outcome["ambiguous"].append(_entry(finding))
    return {
        "model_files_known": known,
        "learnt": {"new": counts.new, "changed": counts.changed, "unchanged": counts.same},
        "not_read": [*learned.failed, *learned.in_part],
        "notes": learned.notes,
        "references": {outcome: findings.count(outcome) for outcome in OUTCOMES},
        "named": dict(findings.named),
        **by_outcome,
        "images_rewritten": rewritten,
        "statements_to_rewrite": len(findings.changing) if rewritten is None else 0,
    }


def _entry(finding: ReferenceFinding) -> Report:
    entry: Report = {
        "stated": finding.stated.label,
        "kind": finding.stated.kind,
        "hash": finding.stated.hash,
        "images": finding.images,
    }
    if finding.outcome == "resolved":
        entry["by"] = finding.by
        entry["name"] = finding.becomes.name
        entry["label"] = finding.becomes.label
        entry["real_kind"] = finding.becomes.kind
    if finding.candidates:
        entry["by"] = finding.by
        entry["candidates"] = [_candidate(model) for model in finding.candidates]
    return entry


def _candidate(model: KnownModel) -> Report:
    return {
        "version_id": model.version_id,
        "model": model.model_name,
        "version": model.version_name,
        "file": model.file_name,
        "source": model.source,
    }


def print_report(report: Report) -> None:
    """Print a report for people."""
    _print_table("resolved", report, ("stated", "real_kind", "label", "name", "by", "images"))
    _print_table("ambiguous", report, ("stated", "hash", "by", "candidates", "images"))
    _print_table("unknown", report, ("stated", "hash", "images"))
    say(f"models: {report['model_files_known']} files known; {_counts(report['learnt'])}")
    say(f"references (ids and hashes): {_counts(report['references'])}")
    say(f"named resources: {_counts(report['named'])}")
    if report["images_rewritten"] is not None:
        say(f"{report['images_rewritten']} images rewritten; new images are resolved from now on")
    elif report["statements_to_rewrite"]:
        say("Nothing was rewritten. --rewrite gives the images' resources these names.")


def _counts(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    return ", ".join(f"{count} {name}" for name, count in value.items())


def _print_table(title: str, report: Report, columns: tuple[str, ...]) -> None:
    rows = report[title]
    if not isinstance(rows, list) or not rows:
        return
    if len(rows) > SHOWN:
        title += f" (the {SHOWN} commonest of {len(rows)}; --json lists all)"
    console = make_console()
    # A table's own title is cut to the table's width.
    console.print(Text(title, style="bold"))
    table = Table(*columns, box=None)
    for row in rows[:SHOWN]:
        table.add_row(*[_cell(row.get(name)) for name in columns])
    console.print(table)


def _cell(value: object) -> Text:
    if isinstance(value, list):
        value = "; ".join(map(_candidate_words, value))
    return make_cell(value)


def _candidate_words(candidate: Report) -> str:
    return " ".join(str(part) for part in candidate.values() if part)
