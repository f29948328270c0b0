"""One sampling pass: its settings, size, models with LoRAs, and prompts, in this order."""

from collections.abc import Mapping

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.link_inputs import Want
from service.parse.comfyui.nodes.setting_inputs import PASS_ROLES
from service.parse.comfyui.passes import settings, sizes
from service.parse.comfyui.passes.from_output import is_sampler
from service.parse.comfyui.passes.models import ModelLines
from service.parse.comfyui.passes.prompts import Prompt, came_over_one_link, read_prompt
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import NodeValues
from service.records import Field, PassRole, Resource, Stated

EXPECTED: tuple[Field, ...] = ("model", "sampler", "steps", "seed")
"""What every pass has: an image without it is read only in part.

A service is asked with a prompt alone; how it samples, no file says.
"""

BOTH_SIDES = frozenset({"negative", "guider", "neg"})
"""Links that only a sampler has which takes in two conditionings."""

PROMPTS: Mapping[Want, Field] = {"positive": "positive_prompt", "negative": "negative_prompt"}


@dataclass(frozen=True, slots=True)
class Pass:
    """One sampler's run."""

    sampler: Node
    fields: Mapping[Field, Stated]
    resources: tuple[Resource, ...]
    """Checkpoints, then LoRAs in the order in which they are applied; new ones of a later pass."""
    encoders: tuple[Node, ...]
    nodes: tuple[Node, ...]
    """The sampler and what it was made with: settings, models, and where its latent comes from.

    Of the models, those that are new.
    """
    unsettled: tuple[str, ...]


def read_pass(
    graph: Graph, routes: Routes, values: NodeValues, lines: ModelLines, sampler: Node
) -> Pass:
    """Return what the file states of one pass."""
    found = settings.read_settings(graph, routes, values, sampler)
    fields = found.fields | sizes.read_size(graph, routes, values, sampler)
    latents = sizes.first_latent(routes, sampler)
    line = lines.read(sampler)
    if line.model is not None:
        fields["model"] = line.model
    encoders: list[Node] = []
    unsettled: list[str] = []
    for side, prompt in _read_sides(graph, routes, values, sampler).items():
        field = PROMPTS[side]
        encoders += prompt.encoders
        unsettled += prompt.unsettled
        if prompt.text is not None:
            fields[field] = prompt.text
        if prompt.guidance is not None:
            fields.setdefault("guidance", prompt.guidance)
    expected = EXPECTED if is_sampler(sampler) else ()
    for field in expected:
        if field not in fields:
            where = f"node {sampler.id} ({sampler.class_type})"
            unsettled.append(f"the file does not state the {field} of {where}")
    return Pass(
        sampler,
        fields,
        line.resources,
        tuple(encoders),
        nodes=(*found.nodes, *line.nodes, *latents),
        unsettled=tuple(unsettled),
    )


def _read_sides(
    graph: Graph, routes: Routes, values: NodeValues, sampler: Node
) -> dict[Want, Prompt]:
    """Return the prompts by side; no negative where one link brought the same text to both."""
    sides = {side: read_prompt(routes, values, sampler, side) for side in PROMPTS}
    if came_over_one_link(graph, sampler, sides["positive"], sides["negative"]):
        doubts: tuple[str, ...] = ()
        if _takes_both(sampler):
            where = f"node {sampler.id} ({sampler.class_type})"
            doubts = (f"one link brings both prompts of {where}; the positive is taken",)
        sides["negative"] = Prompt(None, (), None, doubts)
    return sides


def _takes_both(sampler: Node) -> bool:
    """Return whether a sampler has an input for each side."""
    return not BOTH_SIDES.isdisjoint(sampler.links)


def branch_role(found: Pass) -> PassRole:
    """Return what a pass beside the way is for: by its class."""
    for pattern, role in PASS_ROLES:
        if pattern.search(found.sampler.class_type):
            return role
    return "branch"


def pass_role(found: Pass, base: Pass) -> PassRole:
    """Return what a later pass is for: by its class, its first step, its model."""
    for pattern, role in PASS_ROLES:
        if pattern.search(found.sampler.class_type):
            return role
    start = found.fields.get("start_step")
    if start is not None and start.value not in (0, "0"):
        return "refiner"
    model, first = found.fields.get("model"), base.fields.get("model")
    has_other_model = model is not None and first is not None and model != first
    if has_other_model and "denoise" not in found.fields:
        return "refiner"
    return "hires"
