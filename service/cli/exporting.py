"""``export``: lists for wildcards, and every image's row, as files."""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Annotated

import typer

from service.cli.export_options import (
    FILTERS,
    READERS,
    SPLITS,
    ExcelSafe,
    ForDialect,
    InForm,
    Key,
    MinFillers,
    OfKind,
    OfSide,
    OfWhich,
    Options,
    Out,
    OutFolder,
    OutWhole,
    Query,
)
from service.cli.export_run import one, run
from service.cli.options import AsJson, ConfigFile, Database, configured
from service.errors import StartError

LISTS: dict[str, tuple[str, Options]] = {
    "tokens": ("List the tags and embeddings of the prompts.", {"side": OfSide, **FILTERS, **READERS, **SPLITS}),
    "prompts": ("List whole prompts, a line each.", {"which": OfWhich, **FILTERS, **READERS, **SPLITS}),
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
"""Each kind of list: what its command says of itself, and the options that are settings of the export."""

MUST = ("out", "key", "sql")
"""Options that have no default."""


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    export = typer.Typer(help="Write lists for wildcards, or every image's row, as files.", no_args_is_help=True)
    export.callback(invoke_without_command=True)(export_all)
    for kind, (says, own) in LISTS.items():
        export.command(kind, help=says)(_listing(kind, own))
    export.command("records")(records)
    app.add_typer(export, name="export")


def _listing(kind: str, own: Options) -> Callable[..., None]:
    """Return the command of one kind of list, with the signature that typer reads its options from."""

    def command(**given: object) -> None:
        one(kind, given)

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
    everything: Annotated[bool, typer.Option("--all", help="Run every export of config.toml once.")] = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write lists for wildcards, or every image's row, as files; with --all, all that config.toml asks for."""
    if context.invoked_subcommand is not None:
        if everything:
            raise StartError("--all stands alone: `export --all` runs every export of config.toml")
        if config or db or json:
            raise StartError(f"give the options behind `{context.invoked_subcommand}`")
        return
    settings = configured(config, None, db, only_reads=True)
    if not everything:
        raise StartError("export what? Name a list, like `export tokens`, or say --all")
    if not settings.export:
        raise StartError("config.toml has no [[export]]; docs/wildcards.md shows how to write one")
    raise typer.Exit(run(settings, as_json=json))


def records(  # noqa: PLR0917  # options are given by name
    config: ConfigFile = None,
    db: Database = None,
    jsonl: Annotated[str | None, typer.Option("--jsonl", help="Write JSON lines to this file.")] = None,
    csv: Annotated[str | None, typer.Option("--csv", help="Write CSV to this file.")] = None,
    parquet: Annotated[str | None, typer.Option("--parquet", help="Write Parquet to this file.")] = None,
    excel_safe: ExcelSafe = True,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write one row an image: all that v_images_search shows."""
    outs = [(suffix, out) for suffix, out in ((".jsonl", jsonl), (".csv", csv), (".parquet", parquet)) if out]
    if not outs:
        raise StartError("records: name a file with --jsonl, --csv or --parquet")
    if wrong := [f"--{suffix[1:]} {out}" for suffix, out in outs if not out.lower().endswith(suffix)]:
        raise StartError(f"{wrong[0]}: the file's name must end in its form, like records.jsonl")
    tables = [{"kind": "records", "out": out, "excel_safe": excel_safe} for _, out in outs]
    raise typer.Exit(run(configured(config, None, db, tables, only_reads=True), as_json=json))
