"""Measure the parsers on files of known truth.

What was reached is kept, and written into docs/generators.md.

python tests/accuracy [--lower] [--templates FOLDER]
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import corpus_sets
import generators_page
import measured
import mutated_graphs
import reached_scores
import templates
from corpus_sets import CORPUS, SETS


def main() -> int:
    """Return 0, or 1 where a figure fell and ``--lower`` was not given."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--lower", action="store_true", help="keep figures that fell, too: say why in the commit"
    )
    arguments.add_argument(
        "--templates", type=Path, help="a folder with ComfyUI's workflow templates"
    )
    asked = arguments.parse_args()
    page = generators_page.PAGE.read_text(encoding="utf-8")
    page = generators_page.replaced(page, "parsers", generators_page.parsers())
    if asked.templates:
        page = generators_page.replaced(
            page, "templates", templates.told(templates.judged(asked.templates))
        )
    fell: list[str] = []
    if CORPUS.is_dir():
        fell, made = _measured(lower=asked.lower)
        for name, body in made.items():
            page = generators_page.replaced(page, name, body)
    generators_page.PAGE.write_text(page, encoding="utf-8", newline="\n")
    print(*fell, sep="\n")
    return 1 if fell and not asked.lower else 0


def _measured(*, lower: bool) -> tuple[list[str], Mapping[str, str]]:
    totals: dict[str, Mapping[str, Any]] = {}
    table: dict[tuple[str, str], measured.Cell] = {}
    for one in SETS:
        with tempfile.TemporaryDirectory() as folder:
            database = corpus_sets.ingest(one.images, Path(folder))
            totals[one.name] = corpus_sets.totals(database, one.truth)
            rows = measured.found(database)
        for key, cell in measured.cells(one.rows(), rows, corpus_sets.rules()).items():
            table[key] = measured.together(table.get(key), cell)
    now = {name: reached_scores.figures(one) for name, one in totals.items()}
    before = reached_scores.read()
    fell = [
        f"{name}: {line}"
        for name in before
        for line in reached_scores.fallen(before[name], now[name])
    ]
    if lower or not fell:
        reached_scores.write(now)
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    ours = (
        f"{totals['corpus']['core7_percent']} %",
        totals["corpus"]["whole_files"],
        totals["corpus"]["false_positives"],
    )
    mutated = mutated_graphs.told(mutated_graphs.measure(list(mutated_graphs.whole_graphs())))
    cases = totals["cases"]
    compared = generators_page.compared(ours, readme)
    compared += f"\n\nOn the {cases['files']} cases: core fields {cases['core7_percent']} %, "
    compared += f"whole files {cases['whole_files']}."
    made = {"measured": generators_page.measured(table), "compared": compared}
    return fell, {**made, "mutated": mutated}


if __name__ == "__main__":
    sys.exit(main())
