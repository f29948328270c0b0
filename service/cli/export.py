"""The options that say which items an export lists and how it writes them.

Running the exports of a configuration, and telling what came of each.

``export``: lists for wildcards, and every image's row, as files.
"""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Literal

import typer

from service.cli.options import AsJson, ConfigFile, Database, load_config
from service.cli.output import say, say_json
from service.config import Config, ConfigError, Export
from service.config.export import Dialect, OnUnsafe, Sort
from service.config.problems import Problem
from service.errors import StartError, TryAgainError
from service.export.report import Written, report_file
from service.paths import to_stored
from service.records import ResourceKind, Side
from service.scheduled_exports.run import run_export

Out = Annotated[
    str,
    typer.Option(
        "--out", help="File to write; .yaml writes YAML. With --by-model or --by-month, a folder."
    ),
]
OutFolder = Annotated[
    str,
    typer.Option(
        "--out",
        help="Folder to write, directly in the program's folder of wildcards; it keeps its name.",
    ),
]
OutWhole = Annotated[str, typer.Option("--out", help="File to write; .yaml writes YAML.")]
MinCount = Annotated[
    int | None, typer.Option("--min-count", help="Only what comes at least so often.")
]
MaxCount = Annotated[
    int | None, typer.Option("--max-count", help="Only what comes at most so often.")
]
Include = Annotated[
    str | None,
    typer.Option(
        "--include", "--include-re", help="Only what this regular expression finds something in."
    ),
]
Exclude = Annotated[
    str | None,
    typer.Option(
        "--exclude", "--exclude-re", help="Not what this regular expression finds something in."
    ),
]
SortBy = Annotated[
    Sort | None,
    typer.Option(
        "--sort", help="Default: count_desc; for sql, the query's own order.", show_default=False
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", help="At most so many lines a file.")]
ForDialect = Annotated[
    Dialect | None, typer.Option("--dialect", help="Which program will read the file.")
]
IfUnsafe = Annotated[
    OnUnsafe | None,
    typer.Option(
        "--on-unsafe", help="What becomes of texts that the program cannot read as they are."
    ),
]
WithCounts = Annotated[
    bool | None, typer.Option("--with-counts", help="Write how often each item comes.")
]
ByModel = Annotated[bool | None, typer.Option("--by-model", help="A list for each model.")]
ByMonth = Annotated[bool | None, typer.Option("--by-month", help="A list for each month.")]
OfSide = Annotated[
    Side | None, typer.Option("--side", help="Tokens of the positive or the negative prompts.")
]
MinFillers = Annotated[
    int | None, typer.Option("--min-fillers", help="How many tags a group has, at least; 3.")
]
OfWhich = Annotated[
    Side | None, typer.Option("--which", help="The positive or the negative prompts.")
]
InForm = Annotated[
    Literal["name", "label", "tag"] | None,
    typer.Option(
        "--form", help="AIR or name; label as the file wrote it; tag, as in <lora:name:1>."
    ),
]
Key = Annotated[
    str, typer.Option(help="The key, like sampler_norm, or one of the generator's own.")
]
OfKind = Annotated[ResourceKind | None, typer.Option("--kind", help="Only resources of this kind.")]
Query = Annotated[
    str, typer.Option("--sql", help="One SELECT; its first column becomes the lines.")
]
Everything = Annotated[bool, typer.Option("--all", help="Run every export of config.toml once.")]
ExcelSafe = Annotated[
    bool,
    typer.Option(
        "--excel-safe/--no-excel-safe", help="In CSV, put ' before what looks like a formula."
    ),
]

Options = dict[str, object]
"""Settings of an export and, as typer takes them, their options."""

FILTERS: Options = {
    "min_count": MinCount,
    "max_count": MaxCount,
    "include": Include,
    "exclude": Exclude,
    "sort": SortBy,
    "limit": Limit,
}
READERS: Options = {"dialect": ForDialect, "on_unsafe": IfUnsafe, "with_counts": WithCounts}
SPLITS: Options = {"by_model": ByModel, "by_month": ByMonth}


COMMON = ("config", "db", "json")
"""Options of the command itself; all others are settings of the export."""


def export_one(kind: str, given: Mapping[str, object]) -> None:
    """Run the export that a command's options describe; those that were not given are None."""
    table = {
        name: value for name, value in given.items() if value is not None and name not in COMMON
    }
    config, db, json = (given[name] for name in COMMON)
    try:
        settings = load_config(
            config if isinstance(config, Path) else None,
            None,
            db if isinstance(db, str) else None,
            [{"kind": kind, **table}],
            only_reads=True,
        )
    except ConfigError as error:
        raise ConfigError([_as_option(kind, problem) for problem in error.problems]) from None
    raise typer.Exit(run_exports(settings, as_json=bool(json)))


def _as_option(kind: str, problem: Problem) -> Problem:
    """Return a problem with a setting as one with the option that was typed."""
    table, _, setting = problem.setting.partition(".")
    if table != "export[1]" or problem.where != "command line":
        return problem
    option = {"resource_kind": "kind"}.get(setting, setting).replace("_", "-")
    return Problem(f"--{option}" if option else f"export {kind}", "", problem.message)


def run_exports(settings: Config, *, as_json: bool) -> int:
    """Run the exports of a configuration, each whatever became of the others.

    Return the exit code.
    """
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
            told.append(_summary(export, written))
            if not as_json:
                _say(export, written)
    if as_json:
        say_json(told)
    if len(settings.export) == 1 and failures:
        return getattr(failures[0], "exit_code", 1)  # as where the error itself is told
    return 1 if failures else 0


def _summary(export: Export, written: Written) -> dict[str, object]:
    counts = {"items": written.items, "unsafe": written.unsafe, "changed": written.changed}
    return {"out": to_stored(export.out), **counts}


def _say(export: Export, written: Written) -> None:
    items = "1 item" if written.items == 1 else f"{written.items:,} items"
    say(f"{items} → {export.out}" + ("" if written.changed else " (unchanged)"))
    if written.unsafe:
        done = {"skip": "left out", "replace": "changed", "raw": "written as is"}[export.on_unsafe]
        say(
            f"unsafe for {export.dialect}, {done}: {written.unsafe:,}, listed in {report_file(export.out)}"
        )


LISTS: dict[str, tuple[str, Options]] = {
    "tokens": (
        "List the tags and embeddings of the prompts.",
        {"side": OfSide, **FILTERS, **READERS, **SPLITS},
    ),
    "prompts": (
        "List whole prompts, a line each.",
        {"which": OfWhich, **FILTERS, **READERS, **SPLITS},
    ),
    "templates": (
        "Make templates with groups, like `red fox, __lighting__`, of prompts that differ in one tag or a few.",
        {
            "out": OutFolder,
            "which": OfWhich,
            "min_fillers": MinFillers,
            **{name: FILTERS[name] for name in ("min_count", "include", "exclude", "limit")},
            "dialect": ForDialect,
        },
    ),
    "kv": ("List the values of one key of kv.", {"key": Key, **FILTERS, **READERS, **SPLITS}),
    "resources": (
        "List the models, LoRAs and other resources that images were made with.",
        {"resource_kind": OfKind, "form": InForm, **FILTERS, **READERS, **SPLITS},
    ),
    "sql": (
        "List the first column of a query. It can only read, and is stopped where it takes too long.",
        {"out": OutWhole, "sql": Query, **FILTERS, **READERS},
    ),
}
"""Each kind of list.

What its command says of itself, and the options that are settings of the export.
"""

MUST = ("out", "key", "sql")
"""Options that have no default."""


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    export = typer.Typer(
        help="Write lists for wildcards, or every image's row, as files.", no_args_is_help=True
    )
    export.callback(invoke_without_command=True)(export_all)
    for kind, (says, own) in LISTS.items():
        export.command(kind, help=says)(_list_command(kind, own))
    export.command("records")(records)
    app.add_typer(export, name="export")


def _list_command(kind: str, own: Options) -> Callable[..., None]:
    """Return the command of one kind of list, with the signature that typer reads its options from."""

    def command(**given: object) -> None:
        export_one(kind, given)

    options: Options = {"out": Out, "config": ConfigFile, "db": Database, **own, "json": AsJson}
    defaults = {"json": False} | dict.fromkeys(MUST, Parameter.empty)
    command.__signature__ = Signature(  # type: ignore[attr-defined]  # inspect.signature looks here first
        [
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=option, default=defaults.get(name))
            for name, option in options.items()
        ]
    )
    return command


def export_all(
    context: typer.Context,
    config: ConfigFile = None,
    db: Database = None,
    everything: Everything = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write lists for wildcards, or every image's row, as files.

    With --all, all that config.toml asks for.
    """
    if context.invoked_subcommand is not None:
        if everything:
            raise StartError("--all stands alone: `export --all` runs every export of config.toml")
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
    db: Database = None,
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
    outs = [
        (suffix, out)
        for suffix, out in ((".jsonl", jsonl), (".csv", csv), (".parquet", parquet))
        if out
    ]
    if not outs:
        raise StartError("records: name a file with --jsonl, --csv or --parquet")
    if wrong := [
        f"--{suffix[1:]} {out}" for suffix, out in outs if not out.lower().endswith(suffix)
    ]:
        raise StartError(f"{wrong[0]}: the file's name must end in its form, like records.jsonl")
    tables = [{"kind": "records", "out": out, "excel_safe": excel_safe} for _, out in outs]
    raise typer.Exit(
        run_exports(load_config(config, None, db, tables, only_reads=True), as_json=json)
    )
