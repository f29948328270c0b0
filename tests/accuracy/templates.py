"""ComfyUI's own workflow templates.

Hundreds of real graphs that were not looked at when the rules were made.

They come in the packages ``comfyui-workflow-templates-json`` and
``comfyui-workflow-templates-core``, which are no dependency: fetch and unpack them by hand, then
``python tests/accuracy --templates FOLDER``; this file alone (``python tests/accuracy/templates.py
FOLDER``) prints what was made of each.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.parse.comfyui import PARSER
from service.parse.comfyui.form import workflow
from service.parse.comfyui.form.find import is_api, is_ui
from service.parse.comfyui.form.graph import graph_of_prompt
from service.parse.comfyui.form.subgraphs import flatten
from service.parse.comfyui.passes import from_output
from service.records import Blob, Blobs, Field, Generation
from service.records.json_values import JsonValue

NEEDED: tuple[Field, ...] = ("model", "sampler", "steps")
PROMPTS: tuple[Field, ...] = ("positive_prompt", "negative_prompt")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was made of one template."""

    name: str
    outcome: str
    """``whole``, ``no text``, ``reason``, ``bare``, or ``no sampler``."""
    detail: str


def judged(folder: Path) -> list[Verdict]:
    """Return a verdict for each graph below a folder."""
    found = sorted(folder.rglob("*.json"))
    return [
        verdict for file in found for verdict in _verdict(file.stem, json.loads(file.read_bytes()))
    ]


def _verdict(name: str, data: JsonValue) -> Iterator[Verdict]:
    if not isinstance(data, dict) or not (is_api(data) or is_ui(data)):
        return
    flat = flatten(data)
    graph = graph_of_prompt(data, "", {}) if is_api(data) else workflow.graph_of_workflow(flat, "")
    if not any(from_output.is_sampler(node) for node in graph.values()):
        yield Verdict(name, "no sampler", "")
        return
    role = "prompt" if is_api(data) else "workflow"
    generation = PARSER.parse(Blobs({role: (Blob("", role, data),)}))
    yield Verdict(name, *_outcome(generation))


def _outcome(found: Generation) -> tuple[str, str]:
    missing = [field for field in NEEDED if field not in found.fields]
    texts = [str(found.fields[field].value) for field in PROMPTS if field in found.fields]
    told = ", ".join(f"{field}={str(one.value)[:40]!r}" for field, one in found.fields.items())
    if not missing and any(text.strip() for text in texts):
        return "whole", told
    if found.unsettled:
        return "reason", "; ".join(found.unsettled)
    return ("no text", told) if not missing else ("bare", ", ".join(missing))


def told(verdicts: list[Verdict]) -> str:
    """Return the share of templates that were read, as the page says it."""
    count = Counter(verdict.outcome for verdict in verdicts)
    sampled = sum(count.values()) - count["no sampler"]
    return (
        f"Of {sum(count.values())} templates {sampled} sample something (the others call services "
        f"or only edit). {count['whole']} of these give a base pass with model, sampler, steps and "
        f"a prompt ({100 * count['whole'] / max(sampled, 1):.0f} %); {count['no text']} are "
        f"conditioned on images alone or hold a blank prompt; for {count['reason']} the reader "
        f"says what only the run knew (a prompt written by a language model, a 3D output); "
        f"{count['bare']} lack something without a reason."
    )


if __name__ == "__main__":
    for one in judged(Path(sys.argv[1])):
        if one.outcome != "no sampler":
            print(one.outcome, one.name, one.detail, sep="\t")
