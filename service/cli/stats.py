"""``stats``: what a collection was made with."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.cli import typed_paths
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import count_of, harmless, say, say_json
from service.cli.tables import make_console
from service.export.charts import Bars, Stacks, write_charts
from service.store import statistics
from service.store.statistics import Ranking, Rest, Statistics

SHOWN = 15
NOT_SAID = "not said"
STACKED = 8
"""Generators with a colour of their own; the rest is drawn together."""


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("stats")(stats)


def stats(
    config: ConfigFile = None,
    db: DatabaseFile = None,
    limit: Annotated[int, typer.Option(min=1, help="Names in each list.")] = SHOWN,
    plot: Annotated[
        str | None, typer.Option(help="Draw the charts into this .png or .svg instead.")
    ] = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Count models, LoRAs, samplers, tokens, and images by month and generator."""
    settings = load_config(config, None, db, only_reads=True)
    target = None if plot is None else typed_paths.output(plot, config, "--plot")
    found = statistics.read_statistics(settings.database.path, limit)
    if target is not None:
        write_charts(_charts(found), target, lambda note: say(note, err=True))
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
    charts: list[Bars | Stacks] = [_months(found)]
    for title, ranking in _rankings(found):
        if title != "generators":  # the months show them
            charts.append(Bars(title, ranking))
    return charts


def _months(found: Statistics) -> Stacks:
    """Return images by month, stacked by generator: the commonest by name, all others as one."""
    commonest = [name for name, _ in found.generators[:STACKED]]
    parts: dict[str, list[int]] = {name: [] for name in commonest}
    rest: set[str] = set()
    others: list[int] = []
    for month in found.months:
        for name in commonest:
            parts[name].append(month.by_generator.get(name, 0))
        of_rest = month.by_generator.keys() - commonest
        rest |= of_rest
        others.append(sum(month.by_generator[name] for name in of_rest))
    if rest:
        parts[NOT_SAID if rest == {""} else "others"] = others
    return Stacks("images by month", [month.month for month in found.months], parts)


def _print(found: Statistics) -> None:
    counts = found.counts
    by_status = [f"{count:,} {name}" for name, count in counts.by_status.items()]
    statuses = ", ".join(by_status) or "none yet"
    known = count_of(counts.present + counts.missing, "image")
    say(f"{known}: {counts.present:,} present ({statuses}), {counts.missing:,} missing")
    for title, ranking in _rankings(found):
        _print_ranking(title, ranking, found.rest.get(title))
    months = [(month.month, sum(month.by_generator.values())) for month in found.months]
    _print_ranking("images by month", tuple(months))


def _print_ranking(title: str, ranking: Ranking, rest: Rest | None = None) -> None:
    if not ranking:
        return
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
    for name, count in _rest_lines(rest):
        table.add_row(Text(f"{count:,}", justify="right"), Text(name, style="dim"))
    make_console().print("", table)


def _rest_lines(rest: Rest | None) -> Ranking:
    """Return the lines by which a list's numbers add up to all images."""
    if rest is None:
        return ()
    lines = ((f"in {count_of(rest.names, 'other')}", rest.images), (NOT_SAID, rest.not_said))
    return tuple(line for line in lines if line[1])
