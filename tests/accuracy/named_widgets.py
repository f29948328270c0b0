"""How many nodes' widgets get their names, measured on files that hold a graph in both forms.

The editor's form keeps values without names, the API form has them. Each node's values are read
from the former alone and compared with the latter. ``python tests/accuracy/named_widgets.py``
prints the shares and keeps them.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import corpus_sets
import reached_scores
from corpus_sets import CORPUS

from service.dump_lines import read_record
from service.parse.blobs import collect_blobs
from service.parse.comfyui.form.find import Graphs, find_graphs
from service.parse.comfyui.form.graph import Node, as_link, unwrap
from service.parse.comfyui.form.subgraphs import flatten
from service.parse.comfyui.form.workflow import graph_of_workflow
from service.records.json_values import JsonValue

REACHED = Path(__file__).with_name("named_widgets.json")
FOLDERS = ("images", "cases/images", "second/images", "second/cases")


@dataclass(slots=True)
class Count:
    """What was found on all files together."""

    nodes: int = 0
    named: int = 0
    """Nodes of which every widget has its name."""
    values: int = 0
    """Values of widgets that have a name."""
    equal: int = 0
    """Those that are as the API form says; most others were changed between run and saving."""
    lacking: Counter[str] = field(default_factory=Counter)
    """Class → its nodes of which a widget has no name."""

    def figures(self) -> reached_scores.Figures:
        """Return the shares as figures of which more is better."""
        return {"named": f"{self.named}/{self.nodes}", "equal": f"{self.equal}/{self.values}"}


def measure() -> Count:
    """Return the count over all files of the corpus."""
    count = Count()
    for name in FOLDERS:
        with tempfile.TemporaryDirectory() as folder:
            records = corpus_sets.dump(CORPUS / name, Path(folder))
            for line in records.read_bytes().splitlines():
                _count_file(count, find_graphs(collect_blobs(read_record(line, []))))
    return count


def _count_file(count: Count, graphs: Graphs) -> None:
    if graphs.api is None or graphs.ui is None:
        return
    flat = flatten(graphs.ui.data)
    read = graph_of_workflow(flat, "")
    for id_, stated in _stated_widgets(graphs.api.data):
        node = read.get(id_)
        if node is None or not flat.nodes[id_].get("widgets_values"):
            continue
        if node.class_type == stated.class_type:
            _count_node(count, node, stated.widgets)


@dataclass(frozen=True, slots=True)
class Stated:
    """A node of the API form."""

    class_type: str
    widgets: Mapping[str, JsonValue]


def _stated_widgets(data: Mapping[str, JsonValue]) -> Iterator[tuple[str, Stated]]:
    """Yield each node that has widgets: its id, and what it states."""
    for id_, raw in data.items():
        inputs = raw.get("inputs") if isinstance(raw, dict) else None
        if not isinstance(raw, dict) or not isinstance(inputs, dict):
            continue
        widgets = {name: unwrap(one) for name, one in inputs.items() if as_link(one) is None}
        if widgets:
            yield id_, Stated(str(raw.get("class_type")), widgets)


def _count_node(count: Count, node: Node, stated: Mapping[str, JsonValue]) -> None:
    read = {node.own_name(name): value for name, value in node.inputs.items()}
    named = stated.keys() & read.keys()
    count.nodes += 1
    count.values += len(named)
    count.equal += sum(read[name] == stated[name] for name in named)
    if len(named) == len(stated):
        count.named += 1
    else:
        count.lacking[node.class_type] += 1


def reached() -> reached_scores.Figures:
    """Return the shares that have been reached."""
    figures: reached_scores.Figures = json.loads(REACHED.read_text(encoding="utf-8"))
    return figures


def main() -> int:
    """Keep the shares, and return 1 where one fell."""
    if not CORPUS.is_dir():
        print(f"{CORPUS} is not there; AIIMAGEPIPE_CORPUS says where the corpus is")
        return 1
    count = measure()
    now = count.figures()
    print(now, *count.lacking.most_common(20), sep="\n")
    fell = list(reached_scores.fallen(reached(), now)) if REACHED.exists() else []
    print(*fell, sep="\n")
    if not fell:
        REACHED.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8", newline="\n")
    return 1 if fell else 0


if __name__ == "__main__":
    sys.exit(main())
