"""Every sampling pass of an image, and what the base pass adds to the image as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.link_inputs import Want
from service.parse.comfyui.nodes.setting_inputs import PASS_ROLES
from service.parse.comfyui.passes import models, prompts, settings, sizes
from service.parse.comfyui.passes.from_output import is_sampler
from service.parse.comfyui.passes.models import ModelLine
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import Values
from service.records import Field, PassRole, Stated

EXPECTED: tuple[Field, ...] = ("model", "sampler", "steps", "seed")
"""What every pass has: an image without it is read only in part."""

OF_SERVICE: tuple[Field, ...] = ("seed",)
"""What a service is asked with; how it samples, no file says."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One sampler's run."""

    sampler: Node
    fields: Mapping[Field, Stated]
    line: ModelLine
    encoders: tuple[Node, ...]
    unsettled: tuple[str, ...]


def read_pass(graph: Graph, routes: Routes, values: Values, sampler: Node) -> Pass:
    """Return what the file states of one pass."""
    fields = settings.read_setting(graph, routes, values, sampler)
    fields |= sizes.read_size(graph, routes, values, sampler)
    line = models.read_model_line(graph, routes, values, sampler)
    if line.models:
        fields["model"] = line.models[0]
    encoders: list[Node] = []
    unsettled: list[str] = []
    sides: tuple[tuple[Want, Field], ...] = (
        ("positive", "positive_prompt"),
        ("negative", "negative_prompt"),
    )
    for side, field in sides:
        prompt = prompts.read_prompt(routes, values, sampler, side)
        encoders += prompt.encoders
        unsettled += prompt.unsettled
        if prompt.text is not None:
            fields[field] = prompt.text
        if prompt.guidance is not None:
            fields.setdefault("guidance", prompt.guidance)
    unsettled += [
        f"the file does not state the {field} of node {sampler.id} ({sampler.class_type})"
        for field in (EXPECTED if is_sampler(sampler) else OF_SERVICE)
        if field not in fields
    ]
    return Pass(sampler, fields, line, tuple(encoders), tuple(unsettled))


def drawing_samplers(graph: Graph, routes: Routes, samplers: list[Node]) -> list[Node]:
    """Return the samplers without those that only measure an image by which the others are led.

    All if none is left.
    """
    if not any(node.plays("measure") for node in graph.values()):
        return samplers
    return [sampler for sampler in samplers if not _measures(routes, sampler)] or samplers


def _measures(routes: Routes, sampler: Node) -> bool:
    return any(
        node.plays("measure") for node, _, _ in routes.walk(routes.starts(sampler, "positive"))
    )


def pass_role(found: Pass, base: Pass) -> PassRole:
    """Return what a later pass is for: told by its class, its first step, its model."""
    for pattern, named in PASS_ROLES:
        if pattern.search(found.sampler.class_type):
            return named
    start = found.fields.get("start_step")
    if start is not None and start.value not in (0, "0"):
        return "refiner"
    models = [one.fields.get("model") for one in (found, base)]
    if None not in models and models[0] != models[1] and "denoise" not in found.fields:
        return "refiner"
    return "hires"
