"""``resolve``: model ids and hashes into names, from what lies on this machine. Nothing is asked online."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from service import instance, logs
from service.cli.options import AsJson, ConfigFile, Database, anchor, configured
from service.cli.printed import say, say_json
from service.cli.resolved import print_report, report_of
from service.cli.working import working
from service.config import prepare
from service.paths import resolve as resolved_path
from service.resources.known import Trust
from service.store.writer import Store
from service.worker.clock import Clock
from service.worker.learning import Lesson, Teacher
from service.worker.rework import Rework
from service.worker.rewriting import Findings, examine

BATCH = 64

Maps = Annotated[
    list[str] | None, typer.Option("--map", help="Map of your own: CSV or JSON. May be given several times.")
]
CivitAI = Annotated[
    list[str] | None,
    typer.Option("--civitai", help="CivitAI export, sidecar, dump, or a folder of them. May be given several times."),
]
Models = Annotated[
    list[str] | None,
    typer.Option("--models", help="Folder of model files, which are hashed. May be given several times."),
]
Rewrite = Annotated[
    bool,
    typer.Option("--rewrite", help="Give the images' resources their real names, now and for images to come."),
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
    """Learn what model ids and hashes stand for, and say which are known. Exit code 1: a source could not be read."""
    settings = configured(config, None, db)
    base = anchor(config)
    prepare(settings)
    logs.setup(settings.log, console=False)
    with instance.hold(settings.database.path), Store.open(settings.database.path) as store:
        lesson = _learnt(
            store,
            maps=_paths(map_, base, "--map"),
            exports=_paths(civitai, base, "--civitai"),
            folders=_paths(models, base, "--models"),
        )
        findings = examine(store)
        rework = _rewritten(store, findings) if rewrite else None
        known = store.models().count()
    logs.close()
    for failure in lesson.failed:
        say(f"not read: {failure}", err=True)
    for failed in rework.failed if rework else ():
        say(f"failed: {failed.root}/{failed.path}: {failed.message}", err=True)
    report = report_of(findings, lesson, known, rework.count if rework else None)
    if json:
        say_json(report)
    else:
        print_report(report)
    raise typer.Exit(1 if lesson.failed or (rework and rework.failed) else 0)


def _paths(texts: list[str] | None, base: Path, setting: str) -> list[Path]:
    return [resolved_path(text, base=base, setting=setting) for text in texts or ()]


def _learnt(store: Store, *, maps: list[Path], exports: list[Path], folders: list[Path]) -> Lesson:
    teacher = Teacher(store.models_to_write(), Clock(), store.checkpoint)
    files = teacher.model_files(folders)
    with working("hashing", sum(file.size for file in files), enabled=bool(files) and sys.stderr.isatty()) as on_bytes:
        teacher.read_models(files, on_bytes)
    teacher.read_files(exports, Trust.CIVITAI)
    teacher.read_files(maps, Trust.MANUAL)
    return teacher.lesson


class _Counted(Rework):
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
