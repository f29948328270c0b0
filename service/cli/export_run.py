"""Running the exports of a configuration, and telling what came of each."""

from collections.abc import Mapping
from pathlib import Path

import typer

from service.cli.options import configured
from service.cli.printed import say, say_json
from service.config import Config, ConfigError, Export
from service.config.problems import Problem
from service.errors import StartError, TryAgainError
from service.export.report import report_file
from service.export.written import Written
from service.paths import to_stored
from service.worker.exporting import run_export

COMMON = ("config", "db", "json")
"""Options of the command itself; all others are settings of the export."""


def one(kind: str, given: Mapping[str, object]) -> None:
    """Run the export that a command's options describe; those that were not given are None."""
    table = {name: value for name, value in given.items() if value is not None and name not in COMMON}
    config, db, json = (given[name] for name in COMMON)
    try:
        settings = configured(
            config if isinstance(config, Path) else None,
            None,
            db if isinstance(db, str) else None,
            [{"kind": kind, **table}],
            only_reads=True,
        )
    except ConfigError as error:
        raise ConfigError([_as_option(kind, problem) for problem in error.problems]) from None
    raise typer.Exit(run(settings, as_json=bool(json)))


def _as_option(kind: str, problem: Problem) -> Problem:
    """Return a problem with a setting as one with the option that was typed."""
    table, _, setting = problem.setting.partition(".")
    if table != "export[1]" or problem.where != "command line":
        return problem
    option = {"resource_kind": "kind"}.get(setting, setting).replace("_", "-")
    return Problem(f"--{option}" if option else f"export {kind}", "", problem.message)


def run(settings: Config, *, as_json: bool) -> int:
    """Run the exports of a configuration, each whatever became of the others; return the exit code."""
    told: list[dict[str, object]] = []
    failures: list[StartError | TryAgainError] = []
    for export in settings.export:
        try:
            written = run_export(export, settings.database.path)
        except (StartError, TryAgainError) as error:
            if len(settings.export) == 1 and not as_json:
                raise
            failures.append(error)
            told.append({"out": to_stored(export.out), "error": str(error)})
            say(f"{export.out}: {str(error).removeprefix(f'{export.out}: ')}", err=True)
        else:
            told.append(_told(export, written))
            if not as_json:
                _say(export, written)
    if as_json:
        say_json(told)
    if len(settings.export) == 1 and failures:
        return getattr(failures[0], "exit_code", 1)  # as where the error itself is told
    return 1 if failures else 0


def _told(export: Export, written: Written) -> dict[str, object]:
    counts = {"items": written.items, "unsafe": written.unsafe, "changed": written.changed}
    return {"out": to_stored(export.out), **counts}


def _say(export: Export, written: Written) -> None:
    items = "1 item" if written.items == 1 else f"{written.items:,} items"
    say(f"{items} → {export.out}" + ("" if written.changed else " (unchanged)"))
    if written.unsafe:
        done = {"skip": "left out", "replace": "changed", "raw": "written as is"}[export.on_unsafe]
        say(f"unsafe for {export.dialect}, {done}: {written.unsafe:,}, listed in {report_file(export.out)}")
