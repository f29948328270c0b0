"""``export``: lists for wildcards, and every image's row, as files."""

from typing import Annotated

import typer

from service.cli.export_options import (
    ByModel,
    ByMonth,
    ExcelSafe,
    Exclude,
    ForDialect,
    IfUnsafe,
    Include,
    InForm,
    Limit,
    MaxCount,
    MinCount,
    OfSide,
    OfWhich,
    Out,
    SortBy,
    WithCounts,
)
from service.cli.export_run import one, run
from service.cli.options import AsJson, ConfigFile, Database, configured
from service.errors import StartError
from service.records import ResourceKind


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    export = typer.Typer(help="Write lists for wildcards, or every image's row, as files.", no_args_is_help=True)
    export.callback(invoke_without_command=True)(export_all)
    for name, command in (("tokens", tokens), ("prompts", prompts), ("kv", kv), ("resources", resources)):
        export.command(name)(command)
    export.command("sql")(sql)
    export.command("records")(records)
    app.add_typer(export, name="export")


def export_all(
    context: typer.Context,
    config: ConfigFile = None,
    db: Database = None,
    everything: Annotated[bool, typer.Option("--all", help="Run every export of config.toml once.")] = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write lists for wildcards, or every image's row, as files; with --all, all that config.toml asks for."""
    if context.invoked_subcommand is not None:
        if config or db or everything or json:
            raise StartError(f"give the options behind `{context.invoked_subcommand}`")
        return
    settings = configured(config, None, db)
    if not everything:
        raise StartError("export what? Name a list, like `export tokens`, or say --all")
    if not settings.export:
        raise StartError("config.toml has no [[export]]; docs/wildcards.md shows how to write one")
    raise typer.Exit(run(settings, as_json=json))


def tokens(  # noqa: PLR0917  # options are given by name
    out: Out,
    config: ConfigFile = None,
    db: Database = None,
    side: OfSide = None,
    min_count: MinCount = None,
    max_count: MaxCount = None,
    include: Include = None,
    exclude: Exclude = None,
    sort: SortBy = None,
    limit: Limit = None,
    dialect: ForDialect = None,
    on_unsafe: IfUnsafe = None,
    with_counts: WithCounts = None,
    by_model: ByModel = None,
    by_month: ByMonth = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the tags and embeddings of the prompts."""
    one("tokens", locals())


def prompts(  # noqa: PLR0917  # options are given by name
    out: Out,
    config: ConfigFile = None,
    db: Database = None,
    which: OfWhich = None,
    min_count: MinCount = None,
    max_count: MaxCount = None,
    include: Include = None,
    exclude: Exclude = None,
    sort: SortBy = None,
    limit: Limit = None,
    dialect: ForDialect = None,
    on_unsafe: IfUnsafe = None,
    with_counts: WithCounts = None,
    by_model: ByModel = None,
    by_month: ByMonth = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """List whole prompts, a line each."""
    one("prompts", locals())


def kv(  # noqa: PLR0917  # options are given by name
    out: Out,
    key: Annotated[str, typer.Option(help="The key, like sampler_norm, or one of the generator's own.")],
    config: ConfigFile = None,
    db: Database = None,
    min_count: MinCount = None,
    max_count: MaxCount = None,
    include: Include = None,
    exclude: Exclude = None,
    sort: SortBy = None,
    limit: Limit = None,
    dialect: ForDialect = None,
    on_unsafe: IfUnsafe = None,
    with_counts: WithCounts = None,
    by_model: ByModel = None,
    by_month: ByMonth = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the values of one key of kv."""
    one("kv", locals())


def resources(  # noqa: PLR0917  # options are given by name
    out: Out,
    config: ConfigFile = None,
    db: Database = None,
    kind: Annotated[ResourceKind | None, typer.Option("--kind", help="Only resources of this kind.")] = None,
    form: InForm = None,
    min_count: MinCount = None,
    max_count: MaxCount = None,
    include: Include = None,
    exclude: Exclude = None,
    sort: SortBy = None,
    limit: Limit = None,
    dialect: ForDialect = None,
    on_unsafe: IfUnsafe = None,
    with_counts: WithCounts = None,
    by_model: ByModel = None,
    by_month: ByMonth = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the models, LoRAs and other resources that images were made with."""
    given = locals()
    given["resource_kind"] = given.pop("kind")
    one("resources", given)


def sql(  # noqa: PLR0917  # options are given by name
    out: Out,
    sql: Annotated[str, typer.Option("--sql", help="One SELECT; its first column becomes the lines.")],
    config: ConfigFile = None,
    db: Database = None,
    min_count: MinCount = None,
    max_count: MaxCount = None,
    include: Include = None,
    exclude: Exclude = None,
    sort: SortBy = None,
    limit: Limit = None,
    dialect: ForDialect = None,
    on_unsafe: IfUnsafe = None,
    with_counts: WithCounts = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the first column of a query. It can only read, and is stopped where it takes too long."""
    one("sql", locals())


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
    raise typer.Exit(run(configured(config, None, db, tables), as_json=json))
