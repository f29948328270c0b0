"""What was measured: one figure a line, in a table and as JSON."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self


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
    }


@dataclass(frozen=True, slots=True)
class Section:
    """What one bench measured, and when."""

    measured: str
    """``2026-01-31 23:59 UTC``, at its end."""
    load: float
    """The machine's load then: others' work disturbs wall times more than CPU."""
    figures: Sequence[Figure]

    @classmethod
    def now(cls, figures: Sequence[Figure]) -> Self:
        """Return what was measured just now."""
        when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        return cls(when, round(os.getloadavg()[0], 1), figures)


def keep(found: Mapping[str, Section], path: Path) -> dict[str, Section]:
    """Write what was measured into a JSON file, and return all that was measured on this machine.

    A bench that was not run this time keeps what it measured the last time.
    """
    known = {**_kept(path), **found}
    path.parent.mkdir(parents=True, exist_ok=True)
    sections = {name: asdict(section) for name, section in known.items()}
    text = json.dumps({"machine": machine(), "benches": sections}, indent=2)
    path.write_text(text, encoding="utf-8")
    return known


def _kept(path: Path) -> dict[str, Section]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if kept.get("machine") != machine():
        return {}
    found = {}
    for name, section in kept["benches"].items():
        figures = [Figure(**figure) for figure in section["figures"]]
        found[name] = Section(section["measured"], section["load"], figures)
    return found


PAGE = """# Benchmarks

Written by `make bench` on {system} with {processors} cores and Python {python}. Ratios are of one
run on one machine, each round in turn; other programs on it disturb wall times more than CPU. How
each figure came to be is in `tests/bench/`.
"""


def write_page(found: Mapping[str, Section], path: Path) -> None:
    """Write the figures of each bench as one page."""
    lines = [PAGE.format(**machine()), *_verdict(found)]
    for name, section in found.items():
        lines += [f"## {name.replace('_', ' ').capitalize()}\n"]
        lines += [f"Measured {section.measured}; the load was {section.load} at the end.\n"]
        lines += ["| figure | value | goal | runs | measured |", "|---|---|---|---|---|"]
        for figure in section.figures:
            title, value, unit, goal, verdict, spread, how = figure.cells()
            goal = f"{goal} {verdict}".strip()
            lines.append(f"| {title} | {value} {unit} | {goal} | {spread} | {how} |")
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def _verdict(found: Mapping[str, Section]) -> list[str]:
    """Return which goals were missed, as lines of the page."""
    goals = [one for section in found.values() for one in section.figures if one.goal]
    missed = [one for one in goals if one.verdict == "MISSED"]
    if not missed:
        return [f"All {len(goals)} goals are reached.", ""]
    lines = [f"{len(missed)} of {len(goals)} goals are missed:", ""]
    lines += [f"- {one.name}: {one.value:.4g} {one.unit}, goal {one.goal}" for one in missed]
    return [*lines, ""]
