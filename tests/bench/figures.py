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
    least: float | None = None
    """What it is to reach at least, where more is better."""
    low: float | None = None
    high: float | None = None
    """The least and greatest of the runs: how much the machine disturbed them."""

    @property
    def verdict(self) -> str:
        if self.limit is None and self.least is None:
            return ""
        is_kept = (self.limit is None or self.value <= self.limit) and (
            self.least is None or self.value >= self.least
        )
        return "ok" if is_kept else "MISSED"

    @property
    def goal(self) -> str:
        """Return what was promised, empty where nothing was."""
        bounds = [("≤", self.limit), ("≥", self.least)]
        return " ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)

    def cells(self) -> tuple[str, ...]:
        """Return the figure as a line of the table."""
        spread = (
            "" if self.low is None or self.high is None else f"{self.low:.4g} to {self.high:.4g}"
        )
        value = f"{self.value:.4g}"
        return self.name, value, self.unit, self.goal, self.verdict, spread, self.how


HEAD = ("figure", "value", "unit", "goal", "", "runs", "measured")


def median(
    name: str,
    runs: Sequence[float],
    unit: str,
    how: str,
    limit: float | None = None,
    *,
    least: float | None = None,
) -> Figure:
    """Return the median of several runs."""
    low, high = min(runs), max(runs)
    return Figure(name, statistics.median(runs), unit, how, limit, least, low, high)


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
    lines = [PAGE.format(**{**here, "load": os.getloadavg()[0]}), *_verdict(found)]
    for name, figures in found.items():
        lines += [f"## {name.replace('_', ' ').capitalize()}\n"]
        lines += ["| figure | value | goal | runs | measured |", "|---|---|---|---|---|"]
        for figure in figures:
            title, value, unit, goal, verdict, spread, how = figure.cells()
            goal = f"{goal} {verdict}".strip()
            lines.append(f"| {title} | {value} {unit} | {goal} | {spread} | {how} |")
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def _verdict(found: Mapping[str, Sequence[Figure]]) -> list[str]:
    """Return which goals were missed, as lines of the page."""
    goals = [one for figures in found.values() for one in figures if one.goal]
    missed = [one for one in goals if one.verdict == "MISSED"]
    if not missed:
        return [f"All {len(goals)} goals are reached.", ""]
    lines = [f"{len(missed)} of {len(goals)} goals are missed:", ""]
    lines += [f"- {one.name}: {one.value:.4g} {one.unit}, goal {one.goal}" for one in missed]
    return [*lines, ""]
