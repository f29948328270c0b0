"""Which samplers drew the image, and those that run several passes by themselves.

Some number their settings (``stage1_steps``, ``stage2_steps``); to others hangs a script node that
adds a second pass (Efficiency's HighRes-Fix).
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from service.parse.comfyui.form.graph import AnyInput, Graph, Node
from service.parse.comfyui.nodes.signature import SIGNATURES_KEPT, Signature
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import NodeValues
from service.records import Field, Sampling, Stated

NUMBERED = re.compile(r"^stage(\d)_")

SCRIPT = "HighRes-Fix Script"
SCRIPT_LINK = "script"
SAME = "(use same)"
PIXEL = ("pixel", "both")
"""``upscale_type`` where an upscale model enlarges; else the latent is only stretched."""

SCRIPT_FIELDS: Mapping[str, Field] = {"hires_steps": "steps", "denoise": "denoise"}
SHARED: tuple[Field, ...] = (
    "positive_prompt",
    "negative_prompt",
    "cfg_scale",
    "sampler",
    "scheduler",
    "seed",
    "model",
)
"""What the script takes from the sampler it hangs on."""


def drawing_stages(graph: Graph, routes: Routes, samplers: list[Node]) -> list[Node]:
    """Return the samplers that drew the image, each once for every stage it runs by itself.

    Those that only measure an image, to lead the others, are left out unless there are no others.
    """
    if any(node.plays("measure") for node in graph.values()):
        samplers = [node for node in samplers if not _measures(routes, node)] or samplers
    stages: list[Node] = []
    for sampler in samplers:
        stages += _split_stages(sampler)
    return stages


def _measures(routes: Routes, sampler: Node) -> bool:
    return any(node.plays("measure") for node in routes.nodes(sampler, "positive"))


def _split_stages(sampler: Node) -> list[Node]:
    """Return a sampler as one for each of its stages, in order; itself alone where it has none."""
    numbers = _list_stages(sampler.signature)
    return [_make_stage(sampler, number) for number in numbers] or [sampler]


@lru_cache(maxsize=SIGNATURES_KEPT)
def _list_stages(sampler: Signature) -> tuple[str, ...]:
    """Return the numbers of the stages that a sampler has settings for."""
    matches = map(NUMBERED.match, (*sampler.inputs, *sampler.links))
    return tuple(sorted({match[1] for match in matches if match is not None}))


def _make_stage(sampler: Node, number: str) -> Node:
    """Return the sampler with one stage's settings under their plain names.

    What all stages share is beside them; what is of another stage is left out.
    """
    return sampler.with_inputs(
        f"{sampler.place}.stage{number}",
        _keep_stage(sampler.inputs, number),
        _keep_stage(sampler.links, number),
    )


def _keep_stage(inputs: Mapping[str, AnyInput], number: str) -> dict[str, AnyInput]:
    found: dict[str, AnyInput] = {}
    for name, value in inputs.items():
        match = NUMBERED.match(name)
        if match is None:
            found[name] = value
        elif match[1] == number:
            found[name[match.end() :]] = value
    found.pop("", None)
    return found


def script_passes(
    graph: Graph, values: NodeValues, sampler: Node, base: Mapping[Field, Stated]
) -> list[Sampling]:
    """Return the passes that scripts add to a sampler's own, nearest first."""
    return [_read_script(values, node, base) for node in _scripts(graph, sampler)]


def _scripts(graph: Graph, sampler: Node) -> Iterator[Node]:
    seen: set[str] = set()
    link = sampler.links.get(SCRIPT_LINK)
    while link is not None and link[0] in graph and link[0] not in seen:
        seen.add(link[0])
        node = graph[link[0]]
        if node.class_type == SCRIPT:
            yield node
        link = node.links.get(SCRIPT_LINK)


def _read_script(values: NodeValues, node: Node, base: Mapping[Field, Stated]) -> Sampling:
    fields: dict[Field, Stated] = {name: base[name] for name in SHARED if name in base}
    for name, field in SCRIPT_FIELDS.items():
        stated = values.read_input(node, name)
        if stated is not None:
            fields[field] = stated
    own: dict[str, Field] = {"hires_ckpt_name": "model"}
    if node.scalar("use_same_seed") is not True:
        own["seed"] = "seed"
    for name, field in own.items():
        stated = values.read_input(node, name)
        if stated is not None and stated.value != SAME:
            fields[field] = stated
    return Sampling("hires", fields)


def script_upscaler(graph: Graph, values: NodeValues, sampler: Node) -> Stated | None:
    """Return the upscale model of the first script that uses one."""
    for node in _scripts(graph, sampler):
        if node.scalar("upscale_type") in PIXEL:
            return values.read_input(node, "pixel_upscaler")
    return None
