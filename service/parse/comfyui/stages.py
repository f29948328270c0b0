"""A sampler that runs several passes by itself and numbers their settings: ``stage1_steps``, ``stage2_steps``."""

import re
from dataclasses import replace

from service.parse.comfyui.graph import Node

NUMBERED = re.compile(r"^stage(\d)_")


def apart(sampler: Node) -> list[Node]:
    """Return a sampler as one for each of its stages, in order; itself alone where it has none."""
    numbers = sorted({match[1] for name in (*sampler.inputs, *sampler.links) if (match := NUMBERED.match(name))})
    return [_stage(sampler, number) for number in numbers] or [sampler]


def _stage(sampler: Node, number: str) -> Node:
    """Return the sampler with one stage's settings under their plain names, beside those that all stages share."""
    return replace(
        sampler,
        place=f"{sampler.place}.stage{number}",
        inputs={plain: value for name, value in sampler.inputs.items() if (plain := _plain(name, number))},
        links={plain: link for name, link in sampler.links.items() if (plain := _plain(name, number))},
    )


def _plain(name: str, number: str) -> str:
    match = NUMBERED.match(name)
    if match is None:
        return name
    return name[match.end() :] if match[1] == number else ""
