"""``stats``: what a collection was made with."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.cli.options import AsJson, ConfigFile, Database, anchor, load_config
from service.cli.output import harmless, say, say_json, tables
from service.export.charts import Bars, Stacks, write_charts
from service.paths import resolve_output
from service.store import statistics
from service.store.statistics import Ranking, Statistics

SHOWN = 15
NOT_SAID = "not said"
STACKED = 8
"""Generators with a colour of their own; the rest is drawn together."""


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("stats")(stats)


def stats(
    config: ConfigFile = None,
    db: Database = None,
    limit: Annotated[int, typer.Option(min=1, help="Names in each list.")] = SHOWN,
    plot: Annotated[
        str | None, typer.Option(help="Draw the charts into this .png or .svg instead.")
    ] = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Count models, LoRAs, samplers, tokens, and images by month and generator."""
    settings = load_config(config, None, db, only_reads=True)
    target = None if plot is None else resolve_output(plot, base=anchor(config), setting="--plot")
    found = statistics.read_statistics(settings.database.path, limit)
    if target is not None:
        write_charts(_charts(found), target)
    if json:
        say_json(asdict(found))
    elif target is not None:
        say(f"charts → {target}")
    else:
        _print(found)


def _rankings(found: Statistics) -> tuple[tuple[str, Ranking], ...]:
    return (
        ("models", found.models),
        ("LoRAs", found.loras),
        ("positive tokens", found.positive_tokens),
        ("negative tokens", found.negative_tokens),
        ("samplers", found.samplers),
        ("schedulers", found.schedulers),
        ("embeddings", found.embeddings),
        ("generators", found.generators),
    )


def _charts(found: Statistics) -> list[Bars | Stacks]:
    drawn = [Bars(title, ranking) for title, ranking in _rankings(found) if title != "generators"]
    return [_months(found), *drawn]


def _months(found: Statistics) -> Stacks:
    """Return images by month, stacked by generator: the commonest by name, all others as one."""
    named = [name for name, _ in found.generators[:STACKED]]
    rest = {name for month in found.months for name in month.by_generator} - {*named}
    parts = {name: [month.by_generator.get(name, 0) for month in found.months] for name in named}
    if rest:
        others = [sum(month.by_generator.get(name, 0) for name in rest) for month in found.months]
        parts["others" if rest != {""} else NOT_SAID] = others
    return Stacks("images by month", [month.month for month in found.months], parts)


def _print(found: Statistics) -> None:
    by_status = ", ".join(f"{count:,} {name}" for name, count in found.counts.by_status.items())
    say(
        f"{found.counts.present:,} images ({by_status or 'none yet'}), {found.counts.missing:,} missing"
    )
    months = tuple((month.month, sum(month.by_generator.values())) for month in found.months)
    for title, ranking in (*_rankings(found), ("images by month", months)):
        if ranking:
            _print_ranking(title, ranking)


def _print_ranking(title: str, ranking: Ranking) -> None:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        show_header=False,
        box=None,
        min_width=24,
    )
    for name, count in ranking:
        table.add_row(Text(f"{count:,}", justify="right"), Text(harmless(name)))
    tables().print("", table)
