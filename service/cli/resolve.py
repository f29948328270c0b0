"""What ``resolve`` says at its end: as JSON whole, on a terminal the commonest of each.

``resolve``: model ids and hashes into names, from what lies on this machine. Nothing is asked
online.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service import instance, logs
from service.cli.options import AsJson, ConfigFile, Database, anchor, load_config
from service.cli.output import harmless, progress_by_bytes, say, say_json, tables
from service.clock import Clock
from service.config import prepare
from service.model_lookup.findings import Findings, ReferenceFinding, find_references
from service.model_lookup.learn import Learned, Teacher
from service.paths import resolve as resolved_path
from service.resources.known_models import KnownModel, Trust
from service.store.writer import Store
from service.worker.reprocess import Reprocessor

SHOWN = 20
"""Lines of a table on a terminal."""

Report = dict[str, object]


def make_report(findings: Findings, lesson: Learned, known: int, rewritten: int | None) -> Report:
    """Return all there is to say, as JSON values."""
    learnt = lesson.learnt
    references = findings.references
    return {
        "model_files_known": known,
        "learnt": {"new": learnt.new, "changed": learnt.changed, "unchanged": learnt.same},
        "not_read": lesson.failed,
        "references": {fate: findings.count(fate) for fate in ("resolved", "ambiguous", "unknown")},
        "named": dict(findings.named),
        "resolved": [_entry(one) for one in references if one.fate == "resolved"],
        "ambiguous": [
            _entry(one) for one in (*references, *findings.ambiguous) if one.fate == "ambiguous"
        ],
        "unknown": [_entry(one) for one in references if one.fate == "unknown"],
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
    if finding.fate == "resolved":
        entry |= {"by": finding.by, "name": finding.becomes.name, "label": finding.becomes.label}
        entry["real_kind"] = finding.becomes.kind
    if finding.candidates:
        entry |= {
            "by": finding.by,
            "candidates": [_candidate(model) for model in finding.candidates],
        }
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
    learnt, references, named = (_counts(report[key]) for key in ("learnt", "references", "named"))
    say(f"models: {report['model_files_known']} files known; {learnt}")
    say(f"references (ids and hashes): {references}")
    say(f"named resources: {named}")
    if report["images_rewritten"] is not None:
        say(f"{report['images_rewritten']} images rewritten; new images are resolved from now on")
    elif report["statements_to_rewrite"]:
        say("Nothing was rewritten. --rewrite gives the images' resources these names.")


def _counts(value: object) -> str:
    return (
        ", ".join(f"{count} {name}" for name, count in value.items())
        if isinstance(value, dict)
        else ""
    )


def _print_table(title: str, report: Report, columns: tuple[str, ...]) -> None:
    rows = report[title]
    if not isinstance(rows, list) or not rows:
        return
    more = f" (the {SHOWN} commonest of {len(rows)}; --json lists all)" if len(rows) > SHOWN else ""
    console = tables()
    console.print(
        Text(title + more, style="bold")
    )  # a table's own title is cut to the table's width
    table = Table(*columns, box=None)
    for row in rows[:SHOWN]:
        table.add_row(*(Text(harmless(_cell(row.get(name))), overflow="fold") for name in columns))
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(" ".join(str(part) for part in one.values() if part) for one in value)
    return "" if value is None else str(value)


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
    db: Database = None,
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
    base = anchor(config)
    prepare(settings)
    logs.setup(settings.log, console=False)
    with (
        instance.hold_instance(settings.database.path),
        Store.open(settings.database.path) as store,
    ):
        lesson = _learnt(
            store,
            maps=_paths(map_, base, "--map"),
            exports=_paths(civitai, base, "--civitai"),
            folders=_paths(models, base, "--models"),
        )
        findings = find_references(store)
        rework = _rewritten(store, findings) if rewrite else None
        known = store.models().count()
    logs.close()
    for failure in lesson.failed:
        say(f"not read: {failure}", err=True)
    for failed in rework.failed if rework else ():
        say(f"failed: {failed.root}/{failed.path}: {failed.message}", err=True)
    report = make_report(findings, lesson, known, rework.count if rework else None)
    if json:
        say_json(report)
    else:
        print_report(report)
    raise typer.Exit(1 if lesson.failed or (rework and rework.failed) else 0)


def _paths(texts: list[str] | None, base: Path, setting: str) -> list[Path]:
    return [resolved_path(text, base=base, setting=setting) for text in texts or ()]


def _learnt(store: Store, *, maps: list[Path], exports: list[Path], folders: list[Path]) -> Learned:
    teacher = Teacher(store.models_to_write(), Clock(), store.checkpoint)
    files = teacher.model_files(folders)
    with progress_by_bytes(
        "hashing", sum(file.size for file in files), enabled=bool(files) and sys.stderr.isatty()
    ) as on_bytes:
        teacher.read_models(files, on_bytes)
    teacher.read_files(exports, Trust.CIVITAI)
    teacher.read_files(maps, Trust.MANUAL)
    return teacher.lesson


class _Counted(Reprocessor):
    """A rework that knows how many images it made again."""

    count = 0

    def step(self, limit: int) -> int:
        """Make up to ``limit`` images again and return how many there were."""
        size = super().step(limit)
        self.count += size
        return size


def _rewritten(store: Store, findings: Findings) -> _Counted:
    store.models_to_write().apply_to_new_images()
    rework = _Counted(store, Clock(), only=store.stated().images(findings.changing))
    for _ in rework.run(BATCH):
        store.checkpoint()
    return rework
