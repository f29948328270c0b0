"""What was measured: one figure a line, in a table and as JSON."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity."""

    name: str
    value: float
    unit: str
    how: str
    """How it was measured, in a few words."""
    limit: float | None = None
    """What it may reach at most; None where nothing was promised."""
    low: float | None = None
    high: float | None = None
    """The least and greatest of the runs: how much the machine disturbed them."""

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        return "ok" if self.value <= self.limit else "MISSED"

    def cells(self) -> tuple[str, ...]:
        """Return the figure as a line of the table."""
        spread = (
            "" if self.low is None or self.high is None else f"{self.low:.4g} to {self.high:.4g}"
        )
        limit = "" if self.limit is None else f"{self.limit:g}"
        return self.name, f"{self.value:.4g}", self.unit, limit, self.verdict, spread, self.how


HEAD = ("figure", "value", "unit", "limit", "", "runs", "measured")


def median(
    name: str, runs: Sequence[float], unit: str, how: str, limit: float | None = None
) -> Figure:
    """Return the median of several runs."""
    return Figure(name, statistics.median(runs), unit, how, limit, min(runs), max(runs))


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of all lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def show(figures: Sequence[Figure]) -> None:
    """Print one table."""
    lines = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD) - 1)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=False))
        print("  ".join((*cells, line[-1])))


def machine() -> dict[str, object]:
    """Return on what was measured."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load": os.getloadavg(),
    }


def write(figures: Sequence[Figure], path: Path) -> None:
    """Write the figures, and on what they were measured, as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    measured = {"machine": machine(), "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(measured, indent=2), encoding="utf-8")


PAGE = """# Benchmarks

Written by `make bench`, on {system} with {processors} cores and Python {python}; the load was
{load:.1f} at the end. Ratios are of one run on one machine, each round in turn; other programs on
it disturb wall times more than CPU. How each figure came to be is in `tests/bench/`.
"""


def write_page(found: Mapping[str, Sequence[Figure]], path: Path) -> None:
    """Write the figures of each bench as one page."""
    here = machine()
    lines = [PAGE.format(**{**here, "load": os.getloadavg()[0]})]
    for name, figures in found.items():
        lines += [f"## {name.replace('_', ' ').capitalize()}\n"]
        lines += ["| figure | value | limit | runs | measured |", "|---|---|---|---|---|"]
        for figure in figures:
            title, value, unit, limit, verdict, spread, how = figure.cells()
            limit = f"{limit} {verdict}".strip()
            lines.append(f"| {title} | {value} {unit} | {limit} | {spread} | {how} |")
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")
