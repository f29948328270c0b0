"""``export``: lists for wildcards, and every image's row, as files."""

import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from service.cli import typed_paths
from service.cli.app import App
from service.cli.export_options import LISTS, MUST, Everything, ExcelSafe, Options, Out
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import say, say_json
from service.config import Config, ConfigError
from service.config.export import Export
from service.config.problems import Problem
from service.errors import StartError, TryAgainError
from service.export.report import Written, report_file
from service.paths import to_stored
from service.scheduled_exports.run import run_export
from service.store.connection import require_database

COMMON = ("config", "db", "json")
"""Options of the command itself; all others are settings of the export."""


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    export = App(
        help="Write lists for wildcards, or every image's row, as files.", no_args_is_help=True
    )
    export.callback(invoke_without_command=True)(export_all)
    for kind, (says, own) in LISTS.items():
        export.command(kind, help=says)(_list_command(kind, own))
    export.command("records")(records)
    app.add_typer(export, name="export")


def _list_command(kind: str, own: Options) -> Callable[..., None]:
    """Return the command of one kind of list; typer reads its options from the signature."""

    def command(**given: object) -> None:
        export_one(kind, given)

    options: Options = {"out": Out, "config": ConfigFile, "db": DatabaseFile, **own, "json": AsJson}
    defaults = {"json": False} | dict.fromkeys(MUST, Parameter.empty)
    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=option, default=defaults.get(name))
        for name, option in options.items()
    ]
    # inspect.signature looks here first
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return command


def export_all(
    context: typer.Context,
    config: ConfigFile = None,
    db: DatabaseFile = None,
    everything: Everything = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write lists for wildcards, or every image's row, as files.

    With --all, all that config.toml asks for.
    """
    if context.invoked_subcommand is not None:
        if everything:
            raise StartError(
                "--all is given alone: `export --all` runs every export of config.toml"
            )
        if config or db or json:
            raise StartError(f"give the options behind `{context.invoked_subcommand}`")
        return
    settings = load_config(config, None, db, only_reads=True)
    if not everything:
        raise StartError("export what? Name a list, like `export tokens`, or say --all")
    if not settings.export:
        raise StartError("config.toml has no [[export]]; docs/wildcards.md shows how to write one")
    raise typer.Exit(run_exports(settings, as_json=json))


def records(  # noqa: PLR0917  # options are given by name
    config: ConfigFile = None,
    db: DatabaseFile = None,
    jsonl: Annotated[
        str | None, typer.Option("--jsonl", help="Write JSON lines to this file.")
    ] = None,
    csv: Annotated[str | None, typer.Option("--csv", help="Write CSV to this file.")] = None,
    parquet: Annotated[
        str | None, typer.Option("--parquet", help="Write Parquet to this file.")
    ] = None,
    excel_safe: ExcelSafe = True,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write one row an image: all that v_images_search shows."""
    tables: list[dict[str, object]] = []
    typed: list[tuple[str, str]] = []
    for form, out in (("jsonl", jsonl), ("csv", csv), ("parquet", parquet)):
        if not out:
            continue
        if not out.lower().endswith(f".{form}"):
            raise StartError(
                f"--{form} {out}: the file's name must end in its form, like records.jsonl"
            )
        tables.append({"kind": "records", "out": out, "excel_safe": excel_safe})
        typed.append((out, f"--{form}"))
    if not tables:
        raise StartError("records: name a file with --jsonl, --csv or --parquet")
    settings = load_config(config, None, db, tables, only_reads=True)
    _tell_outputs(settings, config, typed)
    raise typer.Exit(run_exports(settings, as_json=json))


def export_one(kind: str, given: Mapping[str, object]) -> None:
    """Run the export that a command's options describe; those that were not given are None."""
    stated = {name: value for name, value in given.items() if name not in COMMON}
    table = {"kind": kind} | {name: value for name, value in stated.items() if value is not None}
    if given["out"] == STANDARD_OUTPUT:
        raise typer.Exit(_print_list(kind, table, given))
    settings = _load(kind, table, given)
    _tell_outputs(settings, given["config"], [(str(given["out"]), "--out")])
    raise typer.Exit(run_exports(settings, as_json=bool(given["json"])))


def _tell_outputs(settings: Config, config: object, typed: Sequence[tuple[str, str]]) -> None:
    """Say where each export is written, if the shell is elsewhere; typed are text and option."""
    base = typed_paths.base_of(config if isinstance(config, Path) else None)
    for (text, option), export in zip(typed, settings.export, strict=True):
        typed_paths.tell_output(text, export.out, base, option)


STANDARD_OUTPUT = "-"


def _print_list(kind: str, table: dict[str, object], given: Mapping[str, object]) -> int:
    """Write a list to standard output, and what is to be said of it to stderr."""
    if given["json"]:
        raise StartError("--out - prints the list itself; leave --json out")
    if kind == "templates" or any(given.get(name) for name in ("by_model", "by_month", "by")):
        raise StartError("--out - prints one list, and these are several; name a folder")
    with TemporaryDirectory() as folder:
        out = Path(folder) / "list.txt"
        settings = _load(kind, table | {"out": str(out)}, given)
        (export,) = settings.export
        written = run_export(export, settings.database.path)
        sys.stdout.flush()
        sys.stdout.buffer.write(out.read_bytes())
        sys.stdout.flush()
    if written.unsafe:
        say(
            f"unsafe for {export.dialect}, {WHAT_WAS_DONE[export.on_unsafe]}: {written.unsafe:,}",
            err=True,
        )
    return 0


def _load(kind: str, table: Mapping[str, object], given: Mapping[str, object]) -> Config:
    """Return the configuration with the export of a command. Raises ConfigError."""
    config, db = given["config"], given["db"]
    try:
        return load_config(
            config if isinstance(config, Path) else None,
            None,
            db if isinstance(db, str) else None,
            [table],
            only_reads=True,
        )
    except ConfigError as error:
        raise ConfigError([_name_option(kind, problem) for problem in error.problems]) from None


def _name_option(kind: str, problem: Problem) -> Problem:
    """Return a problem with a setting as one with the option that was typed."""
    table, _, setting = problem.setting.partition(".")
    if table != "export[1]" or problem.where != "command line":
        return problem
    if not setting:
        return Problem(f"export {kind}", "", problem.message)
    option = "kind" if setting == "resource_kind" else setting.replace("_", "-")
    return Problem(f"--{option}", "", problem.message)


def run_exports(settings: Config, *, as_json: bool) -> int:
    """Run the exports of a configuration, each whatever became of the others.

    Return the exit code.
    """
    if not as_json:
        require_database(settings.database.path)
    summaries: list[dict[str, object]] = []
    failures: list[StartError | TryAgainError] = []
    for export in settings.export:
        try:
            written = run_export(export, settings.database.path)
        except (StartError, TryAgainError) as error:
            if len(settings.export) == 1 and not as_json:
                raise
            failures.append(error)
            summaries.append({"out": to_stored(export.out), "error": str(error)})
            say(f"{export.out}: {str(error).removeprefix(f'{export.out}: ')}", err=True)
        else:
            summaries.append(_summary(export, written))
            if not as_json:
                _print_summary(export, written)
    if as_json:
        say_json(summaries)
    return _exit_code(failures, len(settings.export))


def _exit_code(failures: Sequence[StartError | TryAgainError], count: int) -> int:
    """Return 1 where some of so many exports failed; where all did, as the error would end it."""
    if failures and len(failures) == count:
        return getattr(failures[0], "exit_code", 1)
    return 1 if failures else 0


def _summary(export: Export, written: Written) -> dict[str, object]:
    return {
        "out": to_stored(export.out),
        "items": written.items,
        "unsafe": written.unsafe,
        "changed": written.changed,
    }


WHAT_WAS_DONE = {"skip": "left out", "replace": "changed", "raw": "written as is"}
"""By ``on_unsafe``."""


def _print_summary(export: Export, written: Written) -> None:
    items = "1 item" if written.items == 1 else f"{written.items:,} items"
    unchanged = "" if written.changed else " (unchanged)"
    say(f"{items} → {export.out}{unchanged}")
    if written.unsafe:
        done = WHAT_WAS_DONE[export.on_unsafe]
        say(
            f"unsafe for {export.dialect}, {done}: {written.unsafe:,}, "
            f"listed in {report_file(export.out)}"
        )
