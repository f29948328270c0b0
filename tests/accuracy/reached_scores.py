"""What has been reached on the corpus, kept in reached.json: the score may rise and never fall."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

REACHED = Path(__file__).parent / "reached.json"

Figures = dict[str, str]
"""Figure → ``right/of``: ``core7``, ``whole_files``, ``not_false``, ``fields.seed`` …"""


def figures(totals: Mapping[str, Any]) -> Figures:
    """Return a set's totals as figures of which more is better."""
    found = {f"fields.{field}": share for field, share in totals["fields"].items()}
    false, of = totals["false_positives"].split("/")
    found |= {"not_false": f"{int(of) - int(false)}/{of}"}
    found |= {name: totals[name] for name in ("whole_files", "kept_silent", "norms")}
    files = int(totals["files"])
    return {**found, "found": f"{files - int(totals['missing'])}/{files}"}


def share(figure: str) -> float:
    """Return ``141/143`` as a number; nothing known is nothing wrong."""
    right, of = figure.split("/")
    return int(right) / int(of) if int(of) else 1.0


def read() -> dict[str, Figures]:
    """Return what has been reached, by set."""
    return json.loads(REACHED.read_text(encoding="utf-8")) if REACHED.exists() else {}


def write(reached: Mapping[str, Figures]) -> None:
    """Keep what has been reached."""
    REACHED.write_text(
        json.dumps(reached, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n"
    )


def fallen(before: Figures, now: Figures) -> Iterator[str]:
    """Yield a line for each figure that is worse than it was."""
    for name, figure in before.items():
        got = now.get(name, "0/1")
        if share(got) < share(figure):
            yield f"{name}: {figure} had been reached, now {got}"
