"""Charts of a collection, as PNG or SVG."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import StartError
from service.export.atomic import update_file
from service.export.report import Written
from service.paths import how_to_install

FORMATS = (".png", ".svg")
LABEL = 28
"""Characters of a name that a chart has room for."""
COLUMNS = 2
WIDTH, HEIGHT = 7.5, 4.2
"""Inches of one chart."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart with a bar a name, the first at the top."""

    title: str
    bars: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Stacks:
    """A chart with a column a place, made of parts that are named."""

    title: str
    places: Sequence[str]
    parts: Mapping[str, Sequence[int]]
    """Name → its count at each place."""


def write_charts(charts: Sequence[Bars | Stacks], target: Path) -> Written:
    """Write all charts into one picture.

    Raises StartError where it is no PNG or SVG, or matplotlib is missing.
    """
    kind = target.suffix.lower()
    if kind not in FORMATS:
        raise StartError(
            f"{target}: charts are written as {' or '.join(FORMATS)}; name the file so"
        )
    rows = -(-len(charts) // COLUMNS)
    figure = _figure()(figsize=(COLUMNS * WIDTH, rows * HEIGHT), layout="constrained")
    with warnings.catch_warnings(), update_file(target) as update:
        # a font without Chinese letters, for which it draws boxes
        warnings.simplefilter("ignore", UserWarning)
        for number, chart in enumerate(charts, 1):
            _draw(figure.add_subplot(rows, COLUMNS, number), chart)
        # No date and no random ids in it: the same charts are the same bytes.
        own_key = "Date" if kind == ".svg" else "Software"
        figure.savefig(update.out, format=kind[1:], metadata={own_key: None})
    return Written(len(charts), changed=update.changed)


def _figure() -> Any:
    try:
        import matplotlib as mpl  # noqa: PLC0415  # an extra, and slow to import
        from matplotlib.figure import Figure  # noqa: PLC0415  # not pyplot: it looks for a screen
    except ImportError:
        raise StartError(
            f"charts need the package matplotlib; {how_to_install('plot', 'matplotlib')}"
        ) from None
    mpl.rcParams["svg.hashsalt"] = "aiimagepipe"
    return Figure


def _draw(axes: Any, chart: Bars | Stacks) -> None:
    axes.set_title(chart.title)
    axes.spines[["top", "right"]].set_visible(False)
    if isinstance(chart, Bars):
        _draw_bars(axes, chart)
    else:
        _draw_stacks(axes, chart)


def _draw_bars(axes: Any, chart: Bars) -> None:
    counts = [count for _, count in chart.bars]
    places = range(len(counts))
    axes.barh(places, counts)
    # Not parsed: a $ in a name would begin a formula.
    axes.set_yticks(places, labels=[_short(name) for name, _ in chart.bars], parse_math=False)
    axes.invert_yaxis()
    axes.locator_params(axis="x", integer=True)


def _draw_stacks(axes: Any, chart: Stacks) -> None:
    below = [0] * len(chart.places)
    for name, counts in chart.parts.items():
        axes.bar(range(len(below)), counts, bottom=below, label=name)
        below = [one + other for one, other in zip(below, counts, strict=True)]
    step = max(1, len(chart.places) // 12)
    places = range(0, len(chart.places), step)
    axes.set_xticks(places, labels=[chart.places[at] for at in places], rotation=45, ha="right")
    if chart.parts:
        axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    axes.locator_params(axis="y", integer=True)


def _short(name: str) -> str:
    line = "".join(char if char.isprintable() else " " for char in name)
    return line if len(line) <= LABEL else f"{line[: LABEL - 1]}…"
