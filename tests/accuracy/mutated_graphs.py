"""How many wrong values come of broken graphs: links exchanged, nodes gone or of unknown classes.

Every graph of the files of known truth is broken at random, again and again, and read. A broken
graph states less than a whole one, so that less is right; a value that nothing in it states for its
field is wrong, and worse than none. What a graph states for a field is judged here by the names of
its inputs alone, apart from the reader's rules: a value is right where the whole graph gave it, in
any of its passes, or where an input of a name of this field holds it, and a joined text where its
parts are such texts. What is left is, say, a prompt that is a file's name, or steps that are a
seed.

``python tests/accuracy/mutated_graphs.py [--graphs N] [--show]`` prints the figure, with
``--show`` each wrong value; ``make accuracy`` writes it into docs/generators.md.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import corpus_sets
from corpus_sets import CORPUS

from service.dump_lines import read_record
from service.parse.blobs import collect_blobs
from service.parse.comfyui import PARSER
from service.parse.comfyui.form.find import find_graphs
from service.parse.comfyui.form.graph import Node, graph_of_prompt
from service.parse.comfyui.form.subgraphs import flatten
from service.parse.comfyui.form.workflow import graph_of_workflow
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.nodes.file_inputs import MODEL_FILES
from service.parse.comfyui.nodes.setting_inputs import NAMES, NUMBERS
from service.records import Blob, Blobs, Field, Generation, Scalar

FOLDERS = ("images", "cases/images", "second/images", "second/cases")
GRAPHS = 10_000
SEED = 2026
UNKNOWN = "Class Nobody Knows"

PROMPTS: tuple[Field, ...] = ("positive_prompt", "negative_prompt")
CORE: tuple[Field, ...] = (*PROMPTS, "steps", "cfg_scale", "sampler", "seed", "model")
TEXTS = frozenset(
    (*text_inputs.ENCODER_TEXTS, *text_inputs.LITERALS, *text_inputs.SIDE_TEXTS["positive"])
) | frozenset(text_inputs.SIDE_TEXTS["negative"])
INPUTS: Mapping[Field, frozenset[str]] = {
    "steps": frozenset(NUMBERS["steps"]),
    "cfg_scale": frozenset(NUMBERS["cfg_scale"]),
    "sampler": frozenset(NAMES["sampler"]),
    "seed": frozenset(NUMBERS["seed"]),
    "model": frozenset(MODEL_FILES),
}
"""Field → names of inputs that hold it."""
OTHERS = INPUTS["sampler"] | INPUTS["model"] | frozenset(NAMES["scheduler"])
"""Inputs whose texts are no prompt, wherever else they are."""
GIVEN_ON = frozenset({"value", "number", "int", "float", "choice"})
"""Inputs of nodes that hold one value for others, of whatever field."""


@dataclass(frozen=True, slots=True)
class WholeGraph:
    """One graph of a file, and what is true of it."""

    role: str
    data: dict[str, Any]
    file_name: str
    right: Mapping[Field, frozenset[str]]
    """Field → the values that may be read of it, folded."""


@dataclass(slots=True)
class Outcome:
    """What was read of many broken graphs."""

    graphs: int = 0
    values: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return how many wrong values there are in 10,000 graphs."""
        return 10_000 * len(self.wrong) / max(self.graphs, 1)


def fold(value: Scalar) -> str:
    """Return a value as it is compared: white space folded, ``7`` for ``7.0``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def whole_graphs() -> Iterator[WholeGraph]:
    """Yield every graph of the files of known truth, each form by itself."""
    for name in FOLDERS:
        with tempfile.TemporaryDirectory() as folder:
            records = corpus_sets.dump(CORPUS / name, Path(folder))
            for line in records.read_bytes().splitlines():
                blobs = collect_blobs(read_record(line, []))
                yield from graphs_of(blobs)


def graphs_of(blobs: Blobs) -> Iterator[WholeGraph]:
    """Yield the graphs of one file of which something is read."""
    graphs = find_graphs(blobs)
    for role, raw in (("prompt", graphs.api), ("workflow", graphs.ui)):
        if raw is None:
            continue
        data = dict(raw.data)
        answer = read(role, data, blobs.file_name)
        if answer.fields:
            yield WholeGraph(role, data, blobs.file_name, right_values(role, data, answer))


def read(role: str, data: dict[str, Any], file_name: str) -> Generation:
    """Return what is read of a graph alone."""
    return PARSER.read(Blobs({role: (Blob("", role, data),)}, file_name))


def right_values(
    role: str, data: dict[str, Any], answer: Generation
) -> Mapping[Field, frozenset[str]]:
    """Return what may be read of a graph once it is broken."""
    nodes = _nodes(role, data)
    right: dict[Field, frozenset[str]] = {}
    for name in CORE:
        values = {fold(one.fields[name].value) for one in answer.passes if name in one.fields}
        if name in answer.fields:
            values.add(fold(answer.fields[name].value))
        names = INPUTS.get(name, frozenset()) | GIVEN_ON
        values |= _held(nodes, names if name in INPUTS else TEXTS)
        right[name] = frozenset(values)
    both = right["positive_prompt"] | right["negative_prompt"]
    texts = both - _held(nodes, OTHERS)
    return {**right, "positive_prompt": texts | {""}, "negative_prompt": texts | {""}}


def _nodes(role: str, data: dict[str, Any]) -> list[Node]:
    if role == "prompt":
        return list(graph_of_prompt(data, "", {}).values())
    return list(graph_of_workflow(flatten(data), "").values())


def _held(nodes: list[Node], names: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        for name in node.inputs:
            value = node.scalar(name)
            if name in names and value is not None and not isinstance(value, bool):
                found.add(fold(value))
    return found


# ── breaking a graph


def break_prompt(whole: Mapping[str, Any], dice: random.Random) -> dict[str, Any]:
    """Return a graph in the API form with one thing broken."""
    data: dict[str, Any] = deepcopy(dict(whole))
    nodes = [node for node in data.values() if isinstance(node, dict) and "class_type" in node]
    links: list[tuple[dict[str, Any], str]] = []
    for node in nodes:
        inputs = node.get("inputs")
        if isinstance(inputs, dict):
            links += [(inputs, name) for name, value in inputs.items() if isinstance(value, list)]
    way = dice.randrange(3)
    if way == 0 and len(links) > 1:
        (one, name), (other, other_name) = dice.sample(links, 2)
        one[name], other[other_name] = other[other_name], one[name]
    elif way == 1 and len(data) > 1:
        del data[dice.choice(sorted(data))]
    else:
        dice.choice(nodes)["class_type"] = UNKNOWN
    return data


def break_workflow(whole: Mapping[str, Any], dice: random.Random) -> dict[str, Any]:
    """Return a graph in the editor's form with one thing broken."""
    data: dict[str, Any] = deepcopy(dict(whole))
    nodes = [node for node in data["nodes"] if isinstance(node, dict)]
    links = [one for one in data.get("links") or [] if isinstance(one, list) and len(one) > 2]
    way = dice.randrange(3)
    if way == 0 and len(links) > 1:
        one, other = dice.sample(links, 2)
        one[1:3], other[1:3] = other[1:3], one[1:3]
    elif way == 1 and len(nodes) > 1:
        data["nodes"].remove(dice.choice(nodes))
    else:
        dice.choice(nodes)["type"] = UNKNOWN
    return data


BREAKS: Mapping[str, Callable[[Mapping[str, Any], random.Random], dict[str, Any]]] = {
    "prompt": break_prompt,
    "workflow": break_workflow,
}


# ── counting


def measure(wholes: list[WholeGraph], graphs: int = GRAPHS, seed: int = SEED) -> Outcome:
    """Return what is read of so many broken graphs, each whole one in turn."""
    dice = random.Random(seed)  # noqa: S311  # the same graphs each time
    outcome = Outcome()
    for at in range(graphs):
        whole = wholes[at % len(wholes)]
        broken = BREAKS[whole.role](whole.data, dice)
        answer = read(whole.role, broken, whole.file_name)
        outcome.graphs += 1
        for name in CORE:
            if name in answer.fields:
                outcome.values += 1
                value = fold(answer.fields[name].value)
                if not is_right(value, name, whole.right[name]):
                    source = answer.fields[name].source
                    outcome.wrong.append(f"{whole.file_name}\t{name}\t{value[:90]!r}\t{source}")
    return outcome


def is_right(value: str, name: Field, right: frozenset[str]) -> bool:
    """Return whether a folded value may be read for a field."""
    if value in right:
        return True
    if name not in PROMPTS:
        return False
    for text in sorted(right, key=len, reverse=True):
        if text:
            value = value.replace(text, " ")
    return not any(map(str.isalnum, value))


def told(outcome: Outcome) -> str:
    """Return the figure as the page says it."""
    return (
        f"Of {outcome.graphs:,} broken graphs {outcome.values:,} values of the core seven were "
        f"read; {len(outcome.wrong)} of these are wrong: "
        f"**{outcome.rate:.0f} wrong values in 10,000 graphs**."
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--graphs", type=int, default=GRAPHS)
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--show", action="store_true")
    asked = arguments.parse_args()
    found = measure(list(whole_graphs()), asked.graphs, asked.seed)
    if asked.show:
        print(*found.wrong, sep="\n")
    print(told(found))
