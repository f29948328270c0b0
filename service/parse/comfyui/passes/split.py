"""A sampler that runs several passes by itself and numbers their settings.

``stage1_steps``, ``stage2_steps``.

A second pass that a sampler runs by itself, told by a script node that hangs on it (Efficiency's
HighRes-Fix).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.values.ask import Values
from service.records import Field, Sampling, Stated

NUMBERED = re.compile(r"^stage(\d)_")


def split_stages(sampler: Node) -> list[Node]:
    """Return a sampler as one for each of its stages, in order; itself alone where it has none."""
    numbers = sorted(
        {match[1] for name in (*sampler.inputs, *sampler.links) if (match := NUMBERED.match(name))}
    )
    return [_stage(sampler, number) for number in numbers] or [sampler]


def _stage(sampler: Node, number: str) -> Node:
    """Return the sampler with one stage's settings under their plain names, beside those that all stages share."""
    return replace(
        sampler,
        place=f"{sampler.place}.stage{number}",
        inputs={
            plain: value
            for name, value in sampler.inputs.items()
            if (plain := _plain(name, number))
        },
        links={
            plain: link for name, link in sampler.links.items() if (plain := _plain(name, number))
        },
    )


def _plain(name: str, number: str) -> str:
    match = NUMBERED.match(name)
    if match is None:
        return name
    return name[match.end() :] if match[1] == number else ""


CLASS = "HighRes-Fix Script"
LINK = "script"
SAME = "(use same)"
PIXEL = ("pixel", "both")
"""``upscale_type`` where an upscale model enlarges; else the latent is only stretched."""

FIELDS: Mapping[str, Field] = {"hires_steps": "steps", "denoise": "denoise"}


def script_passes(
    graph: Graph, values: Values, sampler: Node, base: Mapping[Field, Stated]
) -> tuple[Sampling, ...]:
    """Return the passes that scripts add to a sampler's own, nearest first."""
    return tuple(_hires(values, node, base) for node in _scripts(graph, sampler))


def script_upscaler(graph: Graph, values: Values, sampler: Node) -> Stated | None:
    """Return the upscale model of the first script that uses one."""
    for node in _scripts(graph, sampler):
        if node.scalar("upscale_type") in PIXEL:
            return values.read(node, "pixel_upscaler")
    return None


def _scripts(graph: Graph, sampler: Node) -> Iterator[Node]:
    seen: set[str] = set()
    link = sampler.links.get(LINK)
    while link is not None and link[0] in graph and link[0] not in seen:
        seen.add(link[0])
        node = graph[link[0]]
        if node.class_type == CLASS:
            yield node
        link = node.links.get(LINK)


def _hires(values: Values, node: Node, base: Mapping[Field, Stated]) -> Sampling:
    fields: dict[Field, Stated] = {name: base[name] for name in _SHARED if name in base}
    for name, field in FIELDS.items():
        stated = values.read(node, name)
        if stated is not None:
            fields[field] = stated
    own: Mapping[str, Field] = {} if node.scalar("use_same_seed") is True else {"seed": "seed"}
    for name, field in {**own, "hires_ckpt_name": "model"}.items():
        stated = values.read(node, name)
        if stated is not None and stated.value != SAME:
            fields[field] = stated
    return Sampling("hires", fields)


_SHARED: tuple[Field, ...] = (
    "positive_prompt",
    "negative_prompt",
    "cfg_scale",
    "sampler",
    "scheduler",
    "seed",
    "model",
)
"""What the script takes from the sampler it hangs on."""
